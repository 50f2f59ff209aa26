"""The final model: what it calls real photos, and which kinds it mixes up."""

from manim import Animation

from scenes.charts.confusion import Confusion
from scenes.charts.quiz import Quiz
from scenes.explainer import Explainer
from scenes.story import final_model as story
from scenes.story.final_model import FinalModelTold
from scenes.told import ConfusionTold, QuizTold


class FinalModel(Explainer):
    """Test photos are named before and after all rounds; then the confusion matrix sharpens."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        around = [self.chrome.title(told.title)]
        if told.quiz is not None:
            quiz = Quiz(told.quiz, self.layout.whole, self.frame)
            self.ask(told, told.quiz, quiz, *around)
            around = [quiz.leave()]
        if told.confusion is not None:
            self.sharpen(told, told.confusion, *around)

    def ask(self, told: FinalModelTold, photos: QuizTold, quiz: Quiz, *around: Animation) -> None:
        """Let the untrained model and the last one name the same photos."""
        with self.beat("untrained", told.untrained, *around):
            self.play(quiz.enter())
            self.play(quiz.answer(photos.first))
        with self.beat("trained", told.trained):
            self.play(quiz.answer(photos.last))

    def sharpen(self, told: FinalModelTold, shares: ConfusionTold, *around: Animation) -> None:
        """Go through the rounds, and read what has come of them."""
        chrome = self.chrome
        confusion = Confusion(shares, self.layout.figure, self.frame)
        with self.beat("matrix", told.matrix, *around):
            self.play(confusion.enter(), chrome.overlay(told.counters[0], alone=True))
        with self.beat("sharpen", told.sharpen):
            for step, counter in enumerate(told.counters):
                if step:
                    chrome.tick(counter, alone=True)
                    self.play(confusion.advance(step, run_time=told.seconds))
            self.play(confusion.finish())
        with self.beat("classes", told.classes):
            self.play(confusion.light_best())
            self.play(confusion.point_out())
