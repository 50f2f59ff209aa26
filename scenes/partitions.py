"""The chapter on partitions: each worker's photos, for training and validation, by class."""

from scenes.charts.partition_stacks import PartitionStacks
from scenes.explainer import Explainer
from scenes.story import partitions as story


class Partitions(Explainer):
    """All photos move into stacks of workers; stacks are split and counted by kind."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        stacks = PartitionStacks(spec.stacks, self.layout.whole, self.frame)
        with self.beat("dataset", spec.dataset, self.chrome.title(spec.title)):
            self.play(stacks.enter())
        with self.beat("deal", spec.deal):
            self.play(stacks.stack())
        if spec.split:
            with self.beat("split", spec.split):
                self.play(stacks.split())
        with self.beat("kinds", spec.kinds):
            self.play(stacks.count_classes())
