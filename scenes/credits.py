"""Where the numbers come from: the runs, what they ran with, and whom to thank."""

from manim import FadeOut

from scenes.charts.facts import Facts
from scenes.charts.table import Table
from scenes.explainer import Explainer
from scenes.story import credits as story


class Credits(Explainer):
    """Every number's origin: a table of runs, or one run's facts; then what they ran with."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        area = self.layout.whole
        shown: Table | Facts
        if told.table:
            shown = Table(told.table, area, self.frame, told.left_out)
        else:
            shown = Facts(told.run, area, self.frame)
        with self.beat("runs", told.runs, self.chrome.title(told.title)):
            self.play(shown.enter())
        with self.beat("thanks", told.thanks, FadeOut(shown)):
            if told.made_with:
                self.play(Facts(told.made_with, area, self.frame).enter())
