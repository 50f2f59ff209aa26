"""What a worker knows: a case of its own examples, and beside it a wall of new ones."""

import numpy as np
from manim import Animation, AnimationGroup, ApplyMethod, FadeIn, FadeOut, Group, Wait

from scenes import theme
from scenes.charts.case import Case
from scenes.charts.figure import Figure
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.raster import Floats
from scenes.drawing.wall import Bools, Wall
from scenes.story.specs import CaseSpec, FigureSpec, WallSpec

# Pixels.
HEADER = 128  # room of a figure above a picture
CLEAR = 30  # between a figure and a picture
GAP = 130  # between the case and the wall
CASE = 0.29  # part of the width, or of a tall frame's height
LOW_CASE = 0.4
HOLD = 0.7  # seconds in which one photo fills the frame
DRAW_BACK = 1.8  # seconds
SPREADING = 2.4
SCATTER = 0.35  # part of the time by which lights stray from the order of their places


class KnownAndNew:
    """A case that the camera draws back from, and a wall whose lights spread from its side."""

    def __init__(
        self, case: CaseSpec, known: FigureSpec, wall: WallSpec, tested: FigureSpec,
        area: Slot, frame: Frame,
    ) -> None:  # fmt: skip
        self.frame = frame
        if frame.portrait:
            left, right = area.rows([LOW_CASE, 1 - LOW_CASE], frame.px(CLEAR))
        else:
            left, right = area.columns([CASE, 1 - CASE], frame.px(GAP))
        self.case = Case(case, self._under(left), frame)
        self.wall = Wall(wall, self._under(right), frame)
        self.place = self.case.slot
        self.known = Figure(known, self._above(self.case.around, left.right), frame)
        self.tested = Figure(tested, self._above(self.wall.area, right.right), frame)
        self.aside = np.array([area.x, area.y if frame.portrait else left.y, 0.0]) - left.center

    def _under(self, slot: Slot) -> Slot:
        return box(slot.left, slot.bottom, slot.right, slot.top - self.frame.px(HEADER))

    def _above(self, picture: Slot, right: float) -> Slot:
        """Return the room of a figure above a picture."""
        bottom = picture.top + self.frame.px(CLEAR)
        return box(picture.left, bottom, right, bottom + self.frame.px(HEADER))

    # --- the case

    def draw_back(self) -> Animation:
        """Let the camera draw back from one photo until the whole case is in the middle."""
        middle = self.case.moved(self.place.x + self.aside[0], self.place.y + self.aside[1])
        self.known.shift(self.aside)
        figure = FadeIn(self.known, run_time=theme.SWAP)
        if not self.case.shows_photos:
            self.case.move_to_slot(middle)
            return AnimationGroup(FadeIn(self.case, run_time=theme.MOVE), figure, lag_ratio=1)
        self.case.move_to_slot(self.case.filling())
        still = Wait(HOLD)
        return AnimationGroup(still, self.case.zoom(middle, DRAW_BACK), figure, lag_ratio=1)

    def make_room(self) -> Animation:
        """Move the case to the side, while the dark wall rises."""
        case = self.case.zoom(self.place, theme.MOVE)
        figure = ApplyMethod(self.known.shift, -self.aside, run_time=theme.MOVE)
        return AnimationGroup(case, figure, FadeIn(self.wall, run_time=theme.MOVE))

    # --- the wall

    def light(self, right: Bools) -> Animation:
        """Let the lights spread over the wall, from the side of the case."""
        return self.wall.change(right, SPREADING, self._outward())

    def tell(self) -> Animation:
        """Show how many are right."""
        return FadeIn(self.tested, run_time=theme.SWAP)

    def leave(self) -> Animation:
        """Remove the wall and both figures; the case stays."""
        return FadeOut(Group(self.wall, self.known, self.tested), run_time=theme.SWAP)

    def _outward(self) -> Floats:
        """Return when each light comes, 0 to 1: by the distance from the case, and by chance."""
        grid = self.wall.grid
        corners = grid.corners[grid.mark_of]
        along = corners[:, 0] if self.frame.portrait else corners[:, 1]
        chance = np.random.default_rng(0).random(len(corners))
        order: Floats = ((1 - SCATTER) * along / max(along.max(), 1) + SCATTER * chance).astype(
            np.float32
        )
        return order
