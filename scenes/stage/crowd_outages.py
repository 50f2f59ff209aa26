"""Workers of a crowd that fail: their marks step back, and a cross stays on each."""

from collections.abc import Sequence

from manim import Animation, AnimationGroup, FadeIn, Succession, VGroup, VMobject, Wait

from scenes import theme
from scenes.drawing.layers import PACKETS
from scenes.drawing.marks import cross
from scenes.stage.crowd_stage import CrowdStage
from scenes.stage.outages import WORKING, Outages
from scenes.stage.stage import Stage
from scenes.story.specs import FailureSpec

FILLING = 0.66  # part of a mark that its cross fills at most


class CrowdOutages(Outages):
    """What shows that some workers of a crowd failed."""

    def __init__(self, spec: Sequence[FailureSpec], stage: CrowdStage) -> None:
        super().__init__(spec, stage)
        self.crowd_stage = stage

    def strike(self) -> Animation:
        """Let the workers train for a while; then all that fail step back."""
        failed = [outage.worker for outage in self.spec]
        self.crosses = VGroup(*(self._cross(worker) for worker in failed))
        working = self.crowd_stage.examine(failed)
        working.run_time = WORKING * theme.MOVE
        gone = self.crowd_stage.drop(failed)
        return Succession(working, AnimationGroup(gone, FadeIn(self.crosses)))

    def cut(self) -> Animation:
        """Leave the strands as they are: others use them too."""
        return Wait(theme.SWAP)

    def _cross(self, worker: int) -> VMobject:
        slot = self.crowd_stage.crowd.slot(worker)
        mark = cross(slot.center, self.frame).set_color(theme.INK)
        if mark.width > FILLING * slot.width:
            mark.scale_to_fit_width(FILLING * slot.width)
        return mark.set_z_index(PACKETS)


def outages_of(spec: Sequence[FailureSpec], stage: Stage) -> Outages:
    """Return what shows that some workers failed, for cards or for a crowd."""
    return CrowdOutages(spec, stage) if isinstance(stage, CrowdStage) else Outages(spec, stage)
