"""How the photos are split among the workers: how many each holds, for what, of which kinds."""

from scenes.charts.partition_stacks import PartitionStacks
from scenes.explainer import Explainer
from scenes.story import partitions as story


class Partitions(Explainer):
    """All photos fall into the workers' stacks; each stack is split, and counted by kind."""

    def construct(self) -> None:
        """Tell the chapter."""
        spec = story.tell(self.runs)
        stacks = PartitionStacks(spec.stacks, self.layout.whole, self.frame)
        with self.beat("dataset", spec.dataset, self.chrome.title(spec.title)):
            self.play(stacks.enter())
        with self.beat("deal", spec.deal):
            self.play(stacks.deal())
        if spec.split:
            with self.beat("split", spec.split):
                self.play(stacks.split())
        with self.beat("kinds", spec.kinds):
            self.play(stacks.count_kinds())
