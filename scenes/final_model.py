"""The chapter on the final model: predictions for test photos, and the confusion matrix."""

from manim import Animation

from scenes.charts.confusion import Confusion
from scenes.charts.predictions import Predictions
from scenes.explainer import Explainer
from scenes.story import final_model as story
from scenes.story.final_model import FinalModelSpec
from scenes.story.specs import ConfusionSpec, PredictionsSpec


class FinalModel(Explainer):
    """Predictions before and after all rounds; then the confusion matrix round by round."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        around = [self.chrome.title(spec.title)]
        if spec.predictions is not None:
            chart = Predictions(spec.predictions, self.layout.whole, self.frame)
            self.predict(spec, spec.predictions, chart, *around)
            around = [chart.leave()]
        if spec.confusion is not None:
            self.sharpen(spec, spec.confusion, *around)

    def predict(
        self, spec: FinalModelSpec, photos: PredictionsSpec, chart: Predictions, *around: Animation
    ) -> None:
        """Show the predictions of the untrained and of the last model."""
        with self.beat("untrained", spec.untrained, *around):
            self.play(chart.enter())
            self.play(chart.answer(photos.first))
        with self.beat("trained", spec.trained):
            self.play(chart.answer(photos.last))

    def sharpen(self, spec: FinalModelSpec, shares: ConfusionSpec, *around: Animation) -> None:
        """Show the confusion matrix by round, and its highlights."""
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
            self.play(confusion.highlight_best())
            self.play(confusion.highlight_mistake())
