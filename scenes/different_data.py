"""The chapter on different data: label counts, client drift and accuracy of two runs."""

from scenes.charts.client_drift import ClientDrift
from scenes.charts.label_distribution import TwoLabelBars
from scenes.charts.line_chart import LineChart
from scenes.explainer import Explainer
from scenes.story import different_data as story
from scenes.story.different_data import AccuracySpec, DifferentDataSpec
from scenes.story.update_arrows import DriftSpec


class DifferentData(Explainer):
    """Alike data beside skewed data: the workers' photos, their updates, and the accuracy."""

    figure: TwoLabelBars | ClientDrift

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        self.labels(spec)
        if spec.drift:
            self.drift(spec.drift)
        if spec.accuracy:
            self.accuracy(spec.accuracy)

    def labels(self, spec: DifferentDataSpec) -> None:
        """Show the label counts of every worker."""
        self.figure = bars = TwoLabelBars(spec.labels, self.layout.tall, self.frame)
        with self.beat("alike", spec.alike, self.chrome.title(spec.title)):
            self.play(bars.enter())
        with self.beat("skewed", spec.skewed):
            for animation in bars.compare():
                self.play(animation)

    def drift(self, spec: DriftSpec) -> None:
        """Show the updates of one round with their measures."""
        drift = ClientDrift(spec.arrows, self.layout.tall, self.frame)
        with self.beat("updates", spec.updates, self.figure.leave()):
            self.figure = drift
            self.play(drift.enter(spec.start))
            self.play(drift.average())
            self.play(drift.label(spec.one_update, spec.its_average, spec.notes))
        with self.beat("apart", spec.apart):
            for animation in drift.compare():
                self.play(animation)
            self.play(drift.show_measures(*spec.angles))
        with self.beat("cancel", spec.cancel):
            self.play(drift.show_mean_lengths(spec.mean_length))
            self.play(drift.show_measures(spec.kept))

    def accuracy(self, spec: AccuracySpec) -> None:
        """Show the accuracies of both runs by round."""
        lines = LineChart(spec.chart, self.layout.tall, self.frame)
        with self.beat("curves", spec.curves, self.figure.leave()):
            self.play(lines.enter())
            self.play(lines.draw())
            self.play(lines.name_ends())
