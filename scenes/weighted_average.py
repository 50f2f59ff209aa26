"""The chapter on the weighted average: the arithmetic of one weight."""

from scenes.charts.average import Average
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import weighted_average as story


class WeightedAverage(Explainer):
    """The coordinator's arithmetic for one weight, with all numbers."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec, chrome = self.tell(story.tell), self.chrome
        average = Average(spec.average, self.layout.tall, self.frame)
        title, status = chrome.title(spec.title), chrome.status(spec.status)
        around = [title, status]
        if spec.unequal is not None:
            with self.beat("unequal", spec.unequal, *around):
                self.play(average.compare_examples())
            around = []
        with self.beat("weight", spec.weight, *around):
            self.play(average.enter())
        with self.beat("sent", spec.sent):
            self.play(average.send())
        with self.beat("shares", spec.shares):
            self.play(average.show_shares())
            self.play(brisk(average.multiply()))
        with self.beat("sum", spec.sum):
            self.play(average.add())
            self.play(average.show_new_weight())
        with self.beat("alike", spec.alike):
            self.play(average.compare_equal_shares())
