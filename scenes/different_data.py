"""Different data: workers whose photos differ pull the model apart."""

from scenes.charts.client_drift import ClientDrift
from scenes.charts.label_distribution import TwoLabelBars
from scenes.charts.line_chart import LineChart
from scenes.explainer import Explainer
from scenes.story import different_data as story
from scenes.story.different_data import CostSpec, DifferentDataSpec
from scenes.story.update_arrows import DriftSpec


class DifferentData(Explainer):
    """Alike data beside skewed data: what the workers hold, how they pull, what it costs."""

    shown: TwoLabelBars | ClientDrift

    def construct(self) -> None:
        """Tell the chapter."""
        spec = story.tell(self.runs)
        self.deal(spec)
        if spec.pull:
            self.pull(spec.pull)
        if spec.cost:
            self.cost(spec.cost)

    def deal(self, spec: DifferentDataSpec) -> None:
        """Show what every worker holds."""
        self.shown = deals = TwoLabelBars(spec.deals, self.layout.tall, self.frame)
        with self.beat("alike", spec.alike, self.chrome.title(spec.title)):
            self.play(deals.enter())
        with self.beat("skewed", spec.skewed):
            for animation in deals.compare():
                self.play(animation)

    def pull(self, spec: DriftSpec) -> None:
        """Show how the updates of one round lie."""
        pulls = ClientDrift(spec.fans, self.layout.tall, self.frame)
        with self.beat("updates", spec.updates, self.shown.leave()):
            self.shown = pulls
            self.play(pulls.open(spec.start))
            self.play(pulls.average())
            self.play(pulls.name(spec.one_update, spec.its_average, spec.notes))
        with self.beat("apart", spec.apart):
            for animation in pulls.compare():
                self.play(animation)
            self.play(pulls.measure(*spec.angles))
        with self.beat("cancel", spec.cancel):
            self.play(pulls.lengths(spec.mean_length))
            self.play(pulls.measure(spec.kept))

    def cost(self, spec: CostSpec) -> None:
        """Show what came of all rounds."""
        lines = LineChart(spec.chart, self.layout.tall, self.frame)
        with self.beat("curves", spec.curves, self.shown.leave()):
            self.play(lines.enter())
            self.play(lines.draw())
            self.play(lines.name_ends())
