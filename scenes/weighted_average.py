"""The weighted average: one real weight, as each worker sent it, becomes the new one."""

from scenes.charts.average import Average
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import weighted_average as story


class WeightedAverage(Explainer):
    """A close-up of the coordinator's arithmetic, with the numbers of one weight."""

    def construct(self) -> None:
        """Tell the chapter."""
        told, chrome = story.tell(self.runs), self.chrome
        average = Average(told.average, self.layout.tall, self.frame)
        title, status = chrome.title(told.title), chrome.status(told.status)
        around = [title, status]
        if told.unequal is not None:
            with self.beat("unequal", told.unequal, *around):
                self.play(average.compare())
            around = []
        with self.beat("weight", told.weight, *around):
            self.play(average.enter())
        with self.beat("sent", told.sent):
            self.play(average.send())
        with self.beat("shares", told.shares):
            self.play(average.share())
            self.play(brisk(average.multiply()))
        with self.beat("sum", told.sum):
            self.play(average.add())
            self.play(average.balance())
        with self.beat("alike", told.alike):
            self.play(average.count_alike())
