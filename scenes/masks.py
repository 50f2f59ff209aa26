"""The chapter on masks: what secure aggregation hides of each update, and what it does not."""

from scenes.charts.masked_sum import MaskedSum
from scenes.explainer import Explainer
from scenes.story import masks as story


class Masks(Explainer):
    """Updates stay at home, masked copies travel, and their masks cancel in the sum."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        picture = MaskedSum(spec.masks, self.layout.untitled, self.frame)
        self.add(picture.start)
        with self.beat("learned", spec.learned):
            self.play(picture.name())
        with self.beat("masked", spec.masked):
            self.play(picture.mask())
            self.play(picture.send())
        with self.beat("cancel", spec.cancel):
            self.play(picture.add())
            self.play(picture.divide())
