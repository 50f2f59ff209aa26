"""The chapter on the weighted average: one weight on a balance, and its sum."""

from scenes.charts.balance import Balance, divided
from scenes.charts.formula import WeightedSum
from scenes.explainer import Explainer
from scenes.story import weighted_average as story


class WeightedAverage(Explainer):
    """Fuller cases tug harder at the beam; then the sum, which anyone can do again."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        canvas, frame = self.layout.untitled, self.frame
        balance = Balance(spec.average, canvas, frame)
        weighted = WeightedSum(spec.average, divided(canvas, frame)[1], frame)
        self.add(*balance.bare)
        with self.beat("values", spec.values):
            self.play(balance.hang_values())
        with self.beat("hang", spec.hang):
            for i, _ in enumerate(spec.average.terms):
                self.play(balance.hang(i))
        with self.beat("sum", spec.sum, balance.make_room()):
            self.play(weighted.enter())
