"""The final model: what it calls real photos, and which kinds it mixes up."""

from manim import Animation

from scenes.charts.confusion import Confusion
from scenes.charts.predictions import Predictions
from scenes.explainer import Explainer
from scenes.story import final_model as story
from scenes.story.final_model import FinalModelSpec
from scenes.story.specs import ConfusionSpec, PredictionsSpec


class FinalModel(Explainer):
    """Test photos are named before and after all rounds; then the confusion matrix sharpens."""

    def construct(self) -> None:
        """Tell the chapter."""
        spec = story.tell(self.runs)
        around = [self.chrome.title(spec.title)]
        if spec.quiz is not None:
            quiz = Predictions(spec.quiz, self.layout.whole, self.frame)
            self.ask(spec, spec.quiz, quiz, *around)
            around = [quiz.leave()]
        if spec.confusion is not None:
            self.sharpen(spec, spec.confusion, *around)

    def ask(
        self, spec: FinalModelSpec, photos: PredictionsSpec, quiz: Predictions, *around: Animation
    ) -> None:
        """Let the untrained model and the last one name the same photos."""
        with self.beat("untrained", spec.untrained, *around):
            self.play(quiz.enter())
            self.play(quiz.answer(photos.first))
        with self.beat("trained", spec.trained):
            self.play(quiz.answer(photos.last))

    def sharpen(self, spec: FinalModelSpec, shares: ConfusionSpec, *around: Animation) -> None:
        """Go through the rounds, and read what has come of them."""
        chrome = self.chrome
        confusion = Confusion(shares, self.layout.figure, self.frame)
        with self.beat("matrix", spec.matrix, *around):
            self.play(confusion.enter(), chrome.overlay(spec.counters[0], alone=True))
        with self.beat("sharpen", spec.sharpen):
            for step, counter in enumerate(spec.counters):
                if step:
                    chrome.tick(counter, alone=True)
                    self.play(confusion.advance(step, run_time=spec.seconds))
            self.play(confusion.finish())
        with self.beat("classes", spec.classes):
            self.play(confusion.light_best())
            self.play(confusion.point_out())
