"""Remedies: the skewed run again, with strategies made for it."""

from scenes.charts.dot_plot import DotPlot
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import remedies as story


class Remedies(Explainer):
    """Strategies side by side, a dot for each run, so that it is seen how seeds differ."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        plot = DotPlot(told.plot, self.layout.tall, self.frame)
        with self.beat("dots", told.dots, self.chrome.title(told.title)):
            self.play(plot.enter())
            self.play(plot.first())
        with self.beat("others", told.others):
            self.play(brisk(plot.others()))
        with self.beat("compared", told.compared):
            self.play(plot.compare())
        if told.alike:
            with self.beat("alike", told.alike):
                self.play(plot.far())
