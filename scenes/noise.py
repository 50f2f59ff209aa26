"""The chapter on noise: what differential privacy costs a few workers, and a crowd."""

from scenes.charts.noise_cost import NoiseCost
from scenes.explainer import Explainer
from scenes.story import noise as story


class Noise(Explainer):
    """Accuracy at levels of noise, first with few workers, then with many."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        few, many = range(len(spec.cost.lines))
        chart = NoiseCost(spec.cost, self.layout.untitled, self.frame)
        self.add(chart.axes)
        with self.beat("hidden", spec.hidden):
            self.play(chart.draw(few))
        with self.beat("crowd", spec.crowd):
            self.play(chart.draw(many))
        with self.beat("costs", spec.costs):
            pass
