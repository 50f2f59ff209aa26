"""The chapter on remedies: what one of them does, and how the accuracy changes."""

from scenes.charts.remedy import Remedy
from scenes.explainer import Explainer
from scenes.story import remedies as story


class Remedies(Explainer):
    """What a remedy does as a picture, and beside it accuracies on a gauge."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        remedy = Remedy(spec.working, spec.gauge, spec.note, self.layout.untitled, self.frame)
        if spec.working:
            self.add(*remedy.start)
            with self.beat("remedy", spec.working.remedy):
                self.play(remedy.without())
                self.play(remedy.within())
        with self.beat("gain", spec.gain, remedy.make_room(), late=True):
            self.play(remedy.measure())
            self.play(remedy.gain())
        if spec.others:
            with self.beat("others", spec.others, late=True):
                self.play(remedy.compare())
