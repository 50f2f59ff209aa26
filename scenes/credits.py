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
        spec = story.tell(self.runs)
        area = self.layout.whole
        shown: Table | Facts
        if spec.table:
            shown = Table(spec.table, area, self.frame, spec.left_out)
        else:
            shown = Facts(spec.run, area, self.frame)
        with self.beat("runs", spec.runs, self.chrome.title(spec.title)):
            self.play(shown.enter())
        with self.beat("thanks", spec.thanks, FadeOut(shown)):
            if spec.made_with:
                self.play(Facts(spec.made_with, area, self.frame).enter())
