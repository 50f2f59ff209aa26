"""The weighted average: one real weight, as each worker sent it, becomes the new one."""

from scenes.charts.average import Average
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import weighted_average as story


class WeightedAverage(Explainer):
    """A close-up of the coordinator's arithmetic, with the numbers of one weight."""

    def construct(self) -> None:
        """Tell the chapter."""
        spec, chrome = story.tell(self.runs), self.chrome
        average = Average(spec.average, self.layout.tall, self.frame)
        title, status = chrome.title(spec.title), chrome.status(spec.status)
        around = [title, status]
        if spec.unequal is not None:
            with self.beat("unequal", spec.unequal, *around):
                self.play(average.compare())
            around = []
        with self.beat("weight", spec.weight, *around):
            self.play(average.enter())
        with self.beat("sent", spec.sent):
            self.play(average.send())
        with self.beat("shares", spec.shares):
            self.play(average.share())
            self.play(brisk(average.multiply()))
        with self.beat("sum", spec.sum):
            self.play(average.add())
            self.play(average.balance())
        with self.beat("alike", spec.alike):
            self.play(average.count_alike())
