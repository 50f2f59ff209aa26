"""Remedies: the skewed run again, with strategies made for it."""

from scenes.charts.dot_plot import DotPlot
from scenes.explainer import Explainer
from scenes.story import remedies as story


class Remedies(Explainer):
    """Strategies side by side, a dot for each run, so that the spread over seeds is seen."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        plot = DotPlot(told.plot, self.layout.figure, self.frame)
        with self.beat("seeds", told.seeds, self.chrome.title(told.title)):
            self.play(plot.enter())
        with self.beat("dots", told.dots):
            self.play(plot.first())
        with self.beat("others", told.others):
            self.play(plot.others())
        if told.spread:
            with self.beat("spread", told.spread):
                self.play(plot.spread())
        with self.beat("compared", told.compared):
            self.play(plot.compare())
        if told.alike:
            with self.beat("alike", told.alike):
                self.play(plot.far())
