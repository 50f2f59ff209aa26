"""Different data: workers whose photos differ pull the model apart."""

from scenes.charts.deal import TwoDeals
from scenes.charts.line_chart import LineChart
from scenes.charts.pulls import Pulls
from scenes.explainer import Explainer
from scenes.story import different_data as story
from scenes.story.different_data import CostTold, DifferentDataTold
from scenes.story.pull import PullTold


class DifferentData(Explainer):
    """Alike data beside skewed data: what the workers hold, how they pull, what it costs."""

    shown: TwoDeals | Pulls

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        self.deal(told)
        if told.pull:
            self.pull(told.pull)
        if told.cost:
            self.cost(told.cost)

    def deal(self, told: DifferentDataTold) -> None:
        """Show what every worker holds."""
        self.shown = deals = TwoDeals(told.deals, self.layout.tall, self.frame)
        with self.beat("alike", told.alike, self.chrome.title(told.title)):
            self.play(deals.enter())
        with self.beat("skewed", told.skewed):
            for animation in deals.compare():
                self.play(animation)

    def pull(self, told: PullTold) -> None:
        """Show how the updates of one round lie."""
        pulls = Pulls(told.fans, self.layout.tall, self.frame)
        with self.beat("updates", told.updates, self.shown.leave()):
            self.shown = pulls
            self.play(pulls.open(told.start))
            self.play(pulls.average())
            self.play(pulls.name(told.one_update, told.its_average, told.notes))
        with self.beat("apart", told.apart):
            for animation in pulls.compare():
                self.play(animation)
            self.play(pulls.measure(*told.angles))
        with self.beat("cancel", told.cancel):
            self.play(pulls.lengths(told.mean_length))
            self.play(pulls.measure(told.kept))

    def cost(self, told: CostTold) -> None:
        """Show what came of all rounds."""
        lines = LineChart(told.chart, self.layout.tall, self.frame)
        with self.beat("curves", told.curves, self.shown.leave()):
            self.play(lines.enter())
            self.play(lines.draw())
            self.play(lines.name_ends())
