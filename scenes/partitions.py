"""How the photos are split among the workers: how many each holds, for what, of which kinds."""

from scenes.charts.stacks import Stacks
from scenes.explainer import Explainer
from scenes.story import partitions as story


class Partitions(Explainer):
    """All photos fall into the workers' stacks; each stack is split, and counted by kind."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        stacks = Stacks(told.stacks, self.layout.whole, self.frame)
        with self.beat("dataset", told.dataset, self.chrome.title(told.title)):
            self.play(stacks.enter())
        with self.beat("deal", told.deal):
            self.play(stacks.deal())
        if told.split:
            with self.beat("split", told.split):
                self.play(stacks.split())
        with self.beat("kinds", told.kinds):
            self.play(stacks.count_kinds())
