"""Failures on the stage with a crowd: dimmed marks with crosses."""

from collections.abc import Sequence

from manim import Animation, AnimationGroup, FadeIn, Group, Succession, VGroup, VMobject, Wait

from scenes import theme
from scenes.drawing.layers import PACKETS
from scenes.drawing.layout import Frame
from scenes.drawing.marks import cross
from scenes.stage.crowd import Crowd
from scenes.story.specs import FailureSpec

FILLING = 0.66  # part of a mark that its cross fills at most


class CrowdFailures:
    """The failed workers' marks. Their crosses stay until ``everything`` is removed."""

    def __init__(self, spec: Sequence[FailureSpec], crowd: Crowd, frame: Frame) -> None:
        self.crowd, self.frame = crowd, frame
        self.failed = [failure.worker for failure in spec]
        self.crosses = VGroup()

    @property
    def everything(self) -> Group:
        """All marks of the failures on the stage."""
        return Group(self.crosses)

    def train_and_fail(self) -> Animation:
        """Let the workers train for a while; then dim all their marks at once."""
        self.crosses = VGroup(*map(self._cross, self.failed))
        working = self.crowd.pulse(self.failed, 2, theme.MOVE)
        return Succession(
            working, AnimationGroup(self.crowd.drop(self.failed), FadeIn(self.crosses))
        )

    def break_wires(self) -> Animation:
        """Wait: the other workers use the same wires."""
        return Wait(theme.SWAP)

    def _cross(self, worker: int) -> VMobject:
        slot = self.crowd.slot(worker)
        mark = cross(slot.center, self.frame).set_color(theme.INK)
        if mark.width > FILLING * slot.width:
            mark.scale_to_fit_width(FILLING * slot.width)
        return mark.set_z_index(PACKETS)
