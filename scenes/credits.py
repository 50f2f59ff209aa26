"""The chapter of credits: run records, their software, and thanks."""

from manim import FadeOut

from scenes.charts.facts import Facts
from scenes.charts.table import Table
from scenes.explainer import Explainer
from scenes.story import credits as story


class Credits(Explainer):
    """A table of runs, or the facts of one run; then their software and data."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        area = self.layout.whole
        listing: Table | Facts
        if spec.table:
            listing = Table(spec.table, area, self.frame, spec.left_out)
        else:
            listing = Facts(spec.run, area, self.frame)
        with self.beat("runs", spec.runs, self.chrome.title(spec.title)):
            self.play(listing.enter())
        with self.beat("thanks", spec.thanks, FadeOut(listing)):
            if spec.made_with:
                self.play(Facts(spec.made_with, area, self.frame).enter())
