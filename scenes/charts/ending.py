"""The ending: a test photo with its bars; then the wall of all photos, above the workers' cases."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, Mobject

from scenes import theme
from scenes.charts.class_bars import ClassBars
from scenes.charts.figure import Figure
from scenes.charts.small_cases import SmallCases
from scenes.drawing.layout import Frame, Layout, Slot, box
from scenes.drawing.raster import Floats
from scenes.drawing.text import Words
from scenes.drawing.wall import Wall
from scenes.drawing.zoom import Zoomable
from scenes.story.specs import PhotoSpec, TogetherSpec

# Pixels of a frame whose shorter side has 1080 of them.
PHOTO = 540  # side; the width of the bars
LARGEST = 0.45  # of the photo's side, as a part of the room
APART, NEAR = 110, 0.064  # between the photo and the bars, and as a part of the room at most
HEAD = 78  # from the bars up to the line above them
CASES = 132  # height of the row of cases
CASE_GAP = 22
CASE = 100  # width of the widest case
UNDER = 44  # between the wall and the cases
FIGURES = 430  # width of the figures beside the wall
FIGURE = 190  # height of one
BESIDE = 70  # between them and the wall
GROWING, LEARNING, SPREADING = 0.8, 2.4, 2.4  # seconds


class Ending:
    """The pictures of the last chapter, one after the other.

    Args:
        photo: the photo of the first picture, if there is one.
        together: the second picture.
        layout: the frame's slots.
        frame: the frame.
    """

    def __init__(
        self, photo: PhotoSpec | None, together: TogetherSpec, layout: Layout, frame: Frame
    ) -> None:
        self.frame, self.together = frame, together
        area = layout.untitled
        cases, above = self._divided(area)
        self.figures, wall = self._beside(above)
        self.wall = Wall(together.wall, wall, frame)
        slots = self._cases(cases, len(together.workers))
        self.cases = SmallCases(together.workers, slots, cases, frame)
        self.photo = photo
        if photo:
            self._set_photo(photo, area)

    # --- one photo

    def _set_photo(self, spec: PhotoSpec, area: Slot) -> None:
        px = self.frame.px
        side = min(px(PHOTO), LARGEST * (area.height if self.frame.portrait else area.width))
        if not self.frame.portrait:
            apart = min(px(APART), NEAR * area.width)
            width = min(px(PHOTO), area.width - side - apart)
            left = area.x - (side + apart + width) / 2
            place = Slot(left + side / 2, area.y, side, side)
            start = place.right + apart
            bars = box(start, place.bottom, start + width, place.top - px(HEAD))
        else:
            place = Slot(area.x, area.top - side / 2, side, side)
            bars = box(area.left, area.bottom, area.right, place.bottom - px(HEAD + BESIDE))
        self.picture = Zoomable(spec.pixels, place, self.frame)
        self.bars = ClassBars(spec.bars, bars, self.frame)
        side_ = 0 if self.frame.portrait else 1
        head = np.array([bars.right if side_ else bars.x, bars.top + px(HEAD / 2), 0.0])
        self.heads = [
            Words(text, self.frame, weight="SEMIBOLD").put(head, side_)
            for text in (spec.first, spec.last)
        ]

    def at_first(self) -> Sequence[Mobject]:
        """Return what the first picture begins with."""
        return self.picture, self.bars.names, self.bars.grounds

    def grow_bars(self) -> Animation:
        """Show what the untrained model gives each class."""
        return AnimationGroup(
            DrawBars(self.bars, (0.0, 0.0), (0.0, 1.0), GROWING),
            FadeIn(self.heads[0], run_time=theme.SWAP),
            lag_ratio=0.7,
        )

    def learn(self) -> Animation:
        """Move the bars to what the last model gives each class."""
        change = AnimationGroup(
            FadeOut(self.heads[0], run_time=theme.SWAP / 2),
            FadeIn(self.heads[1], run_time=theme.SWAP / 2),
            lag_ratio=1,
        )
        moving = DrawBars(self.bars, (0.0, 1.0), (1.0, 1.0), LEARNING)
        return AnimationGroup(moving, change, lag_ratio=1 - theme.SWAP / LEARNING)

    def join_the_others(self) -> Sequence[Animation]:
        """Let the photo become one of the wall's tiles, and everything around it go."""
        assert self.photo
        leaving = [FadeOut(part, run_time=theme.SWAP) for part in (self.bars, self.heads[1])]
        if self.photo.place is None:
            return [*leaving, FadeOut(self.picture, run_time=theme.SWAP)]
        tile = self.wall.slot(self.photo.place)
        shown = FadeIn(self.wall, run_time=theme.MOVE)
        return [*leaving, shown, self.picture.zoom(tile, theme.MOVE * 1.4)]

    # --- all photos

    def enter(self) -> Animation:
        """Show the cases below the wall, and the wall if it is not there yet."""
        parts: list[Animation] = [self.cases.enter()]
        if self.photo is None or self.photo.place is None:
            parts.append(FadeIn(self.wall, run_time=theme.MOVE))
        return AnimationGroup(*parts)

    def light(self) -> Animation:
        """Let all lights spread that the shared model gets right, from the photo's place."""
        return self.wall.change(self.together.right, SPREADING, self._outward())

    def tell(self) -> Animation:
        """Show both figures."""
        texts = [self.together.shared, *([self.together.alone] if self.together.alone else [])]
        drawn = [Figure(t, slot, self.frame) for t, slot in zip(texts, self.figures, strict=False)]
        return AnimationGroup(*(FadeIn(each, run_time=theme.SWAP) for each in drawn), lag_ratio=0.6)

    def _outward(self) -> Floats:
        """Return when each light comes, 0 to 1: by its distance from the photo's place."""
        grid = self.wall.grid
        corners = grid.corners[grid.mark_of]
        place = self.photo.place if self.photo else None
        start = corners.mean(axis=0) if place is None else corners[place]
        away = np.hypot(*(corners - start).T)
        order: Floats = (away / max(float(away.max()), 1.0)).astype(np.float32)
        return order

    # --- places

    def _divided(self, area: Slot) -> tuple[Slot, Slot]:
        """Return the row of the cases, and the room above it."""
        px = self.frame.px
        cases = box(area.left, area.bottom, area.right, area.bottom + px(CASES))
        return cases, box(area.left, cases.top + px(UNDER), area.right, area.top)

    def _beside(self, above: Slot) -> tuple[Sequence[Slot], Slot]:
        """Return the slots of the figures, and that of the wall."""
        px = self.frame.px
        if self.frame.wide:
            left = box(above.left, above.bottom, above.left + px(FIGURES), above.top)
            wall = box(left.right + px(BESIDE), above.bottom, above.right, above.top)
            middles = (left.y + px(FIGURE * 0.7), left.y - px(FIGURE * 0.7))
            slots = [Slot(left.x, y, left.width, px(FIGURE)) for y in middles]
            return slots, wall
        low = above.top - px(FIGURE)
        halves = box(above.left, low, above.right, above.top).columns([1, 1], px(BESIDE))
        return halves, box(above.left, above.bottom, above.right, low - px(UNDER))

    def _cases(self, row: Slot, count: int) -> list[Slot]:
        px = self.frame.px
        width = min(px(CASE), (row.width - px(CASE_GAP) * (count - 1)) / count)
        if width <= px(CASE_GAP):  # a crowd: without gaps
            width = row.width / count
            return list(row.columns([1.0] * count))
        whole = count * width + (count - 1) * px(CASE_GAP)
        centred = Slot(row.x, row.y, whole, row.height)
        return list(centred.columns([1.0] * count, px(CASE_GAP)))


class DrawBars(Animation):
    """The animation of bars from one look and length to others."""

    def __init__(
        self,
        bars: ClassBars,
        start: tuple[float, float],
        end: tuple[float, float],
        run_time: float,
    ) -> None:
        self.bars, self.ends = bars, (np.array(start), np.array(end))
        super().__init__(bars, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw the bars between both."""
        start, end = self.ends
        look, grown = start + self.rate_func(min(max(alpha, 0.0), 1.0)) * (end - start)
        self.bars.draw_to(float(look), grown=float(grown))
