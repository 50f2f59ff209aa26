"""A remedy: a schematic picture of what it does, and beside it what it changes."""

import numpy as np
from manim import Animation, AnimationGroup, ApplyMethod, FadeIn, FadeOut, VGroup
from manim.typing import Point3D

from scenes import theme
from scenes.charts.leash import Leash
from scenes.charts.levels import Levels
from scenes.charts.momentum import Momentum
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.story.specs import GaugeSpec, WorkingSpec
from scenes.text.lines import Text

PICTURES: dict[str, type[Leash] | type[Momentum]] = {"leash": Leash, "momentum": Momentum}
SHARES = 1.12, 1.0  # of the picture and the columns, side by side
BETWEEN = 30  # pixels
NOTE = 66  # pixels under the columns for a note


class Remedy:
    """The picture, if there is one, and the accuracies as columns. Each verb is an animation.

    Args:
        working: what the remedy does, if there is a picture of it.
        gauge: the accuracies: of plain averaging, with the remedy, and the best of the others.
        note: what the accuracies are means of.
        area: where both are.
        frame: the frame.
    """

    def __init__(
        self, working: WorkingSpec | None, gauge: GaugeSpec, note: Text, area: Slot, frame: Frame
    ) -> None:
        self.picture: Leash | Momentum | None = None
        self.aside: Point3D | None = None
        if working is not None:
            alone = area
            if frame.wide:
                place, area = area.columns(SHARES, frame.px(BETWEEN))
                self.aside = place.center - alone.center
                alone = Slot(alone.x, alone.y, place.width, place.height)
            self.picture = PICTURES[working.picture](working, alone, frame)
        above = box(area.left, area.bottom + frame.px(NOTE), area.right, area.top)
        self.levels = Levels(gauge, above, frame)
        foot = np.array([area.x, area.bottom + frame.px(theme.LABEL / 2), 0.0])
        self.note = Words(note, frame, color=theme.MUTED).put(foot)

    @property
    def start(self) -> VGroup:
        """The picture at its start."""
        assert self.picture is not None
        return self.picture.start

    def without(self) -> Animation:
        """Show what happens without the remedy."""
        assert self.picture is not None
        return self.picture.run()

    def within(self) -> Animation:
        """Show what the remedy does."""
        assert self.picture is not None
        return self.picture.remedy()

    def make_room(self) -> Animation:
        """Move the picture aside, or remove it where there is no room for both; show the scale."""
        entering = AnimationGroup(self.levels.enter(), FadeIn(self.note, run_time=theme.SWAP))
        if self.picture is None:
            return entering
        if self.aside is None:
            gone = FadeOut(self.picture.everything, run_time=theme.SWAP)
            return AnimationGroup(gone, entering, lag_ratio=0.8)
        moved = ApplyMethod(self.picture.everything.shift, self.aside, run_time=theme.MOVE)
        return AnimationGroup(moved, entering, lag_ratio=0.5)

    def measure(self) -> Animation:
        """Show the accuracy of plain averaging as a column."""
        return self.levels.fill(0)

    def gain(self) -> Animation:
        """Show the accuracy with the remedy beside it."""
        return self.levels.fill(1)

    def compare(self) -> Animation:
        """Show the best accuracy of the others."""
        return self.levels.fill(2)
