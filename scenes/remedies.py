"""The chapter on remedies: accuracies of strategies on skewed data."""

from scenes.charts.dot_plot import DotPlot
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import remedies as story


class Remedies(Explainer):
    """A row for each strategy with a dot for each run."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        plot = DotPlot(spec.plot, self.layout.tall, self.frame)
        with self.beat("dots", spec.dots, self.chrome.title(spec.title)):
            self.play(plot.enter())
            self.play(plot.enter_first())
        with self.beat("others", spec.others):
            self.play(brisk(plot.enter_others()))
        with self.beat("compared", spec.compared):
            self.play(plot.show_first_mean())
        if spec.alike:
            with self.beat("alike", spec.alike):
                self.play(plot.show_high_level())
