"""What a worker knows: a case of its own examples, and beside it a wall of new ones."""

import numpy as np
from manim import Animation, AnimationGroup, ApplyMethod, FadeIn, FadeOut, Group, Wait

from scenes import theme
from scenes.charts.case import CORNER, Case
from scenes.charts.figure import Figure
from scenes.drawing.glow import glow
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.raster import Floats, pixel_of
from scenes.drawing.wall import Bools, Wall
from scenes.story.specs import CaseSpec, FigureSpec, WallSpec

# Pixels.
HEADER, HIGH_HEADER = 128, 200  # room of a figure above a picture; where its lines are over it
CLEAR = 30  # between a figure and a picture
GAP = 176  # between the case and the wall
CASE = 0.29  # part of the width, or of a tall frame's height
LOW_CASE = 0.4
HOLD = 0.5  # seconds in which one photo fills the frame
DRAW_BACK = 1.9  # seconds
SPREADING = 2.2
SCATTER = 0.35  # part of the time by which lights stray from the order of their places


class KnownAndNew:
    """A case that the camera draws back from, and a wall whose lights spread from its side."""

    def __init__(
        self, case: CaseSpec, known: FigureSpec, wall: WallSpec, tested: FigureSpec,
        area: Slot, frame: Frame,
    ) -> None:  # fmt: skip
        self.frame = frame
        left, right = _halves(area, frame)
        self.case = Case(case, left, frame)
        self.wall = Wall(wall, right, frame)
        if not frame.portrait:
            self._centre(case, wall, area)
        self.place = self.case.home
        tops = [self.case.around.top, self.wall.area.top]
        left_top, right_top = tops if frame.portrait else [max(tops)] * 2
        clear = self.wall.area.left - frame.px(CLEAR)
        figure = self._figure(known, self.case.around, left_top, clear)
        self.known = Group(glow(self.case.around, frame, theme.DATA, CORNER), figure)
        self.tested = self._figure(tested, self.wall.area, right_top, area.right)
        self.aside = np.array([area.x, area.y if frame.portrait else self.place.y, 0.0])
        self.aside -= self.place.center

    def _centre(self, case: CaseSpec, wall: WallSpec, area: Slot) -> None:
        """Move case and wall so that both together stand in the middle."""
        around, tiles, gap = self.case.around, self.wall.area, self.frame.px(GAP)
        x = area.x - (around.width + gap + tiles.width) / 2
        left = box(x, around.bottom, x + around.width, around.top)
        x += around.width + gap
        right = box(x, tiles.bottom, x + tiles.width, tiles.top)
        self.case = Case(case, _loose(left, self.frame), self.frame)
        self.wall = Wall(wall, _loose(right, self.frame), self.frame)

    def _figure(self, spec: FigureSpec, picture: Slot, top: float, right: float) -> Figure:
        """Return a figure above a picture."""
        bottom = top + self.frame.px(CLEAR)
        room = box(picture.left, bottom, max(right, picture.right), bottom + self.frame.px(HEADER))
        return Figure(spec, room, self.frame)

    # --- the case

    def draw_back(self) -> Animation:
        """Let the camera draw back from one photo until the whole case is in the middle."""
        middle = self.case.moved(self.place.x + self.aside[0], self.place.y + self.aside[1])
        self.known.shift(self.aside)
        figure = FadeIn(self.known, run_time=theme.SWAP)
        if not self.case.shows_photos:
            self.case.move_to_slot(middle)
            return AnimationGroup(self.case.zoom(middle, HOLD), figure, lag_ratio=1)
        self.case.fill_with_first()
        still = Wait(HOLD)
        return AnimationGroup(still, self.case.zoom(middle, DRAW_BACK), figure, lag_ratio=1)

    def make_room(self) -> Animation:
        """Move the case to the side, while the dark wall rises."""
        case = self.case.zoom(self.place, theme.MOVE)
        figure = ApplyMethod(self.known.shift, -self.aside, run_time=theme.MOVE)
        moving = AnimationGroup(case, figure)
        return AnimationGroup(moving, FadeIn(self.wall, run_time=theme.MOVE), lag_ratio=0.6)

    # --- the wall

    def light(self, right: Bools) -> Animation:
        """Let the lights spread over the wall, from the side of the case."""
        return self.wall.change(right, SPREADING, self._outward())

    def tell(self) -> Animation:
        """Show how many are right."""
        return FadeIn(self.tested, run_time=theme.SWAP)

    def leave(self) -> Animation:
        """Remove both figures, and the light around the case."""
        return FadeOut(Group(self.known, self.tested), run_time=theme.SWAP / 2)

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


def _halves(area: Slot, frame: Frame) -> tuple[Slot, Slot]:
    """Return the slots of case and wall, under their figures: side by side, or one above."""
    header = frame.px(HEADER if frame.wide or frame.portrait else HIGH_HEADER)
    if frame.portrait:
        both = area.rows([LOW_CASE, 1 - LOW_CASE], frame.px(CLEAR))
    else:
        both = area.columns([CASE, 1 - CASE], frame.px(GAP))
    left, right = (box(each.left, each.bottom, each.right, each.top - header) for each in both)
    return left, right


def _loose(slot: Slot, frame: Frame) -> Slot:
    """Return a slot that is larger by less than a pixel, so that rounding takes no tile away."""
    half = pixel_of(frame) / 2
    return slot.inset(-half)
