"""Updates of workers at home, their masked copies on the way, and the average of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    ApplyMethod,
    Arrow,
    FadeIn,
    FadeOut,
    Group,
    GrowArrow,
    LaggedStart,
    Line,
    VGroup,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.pictures import Pixels, Rewrite
from scenes.drawing.plates import FilterPlate, brightest, colored, tiles_of
from scenes.drawing.text import Words, paragraph, within
from scenes.story.specs import MasksSpec
from scenes.text.lines import Text

ASPECT = 1.44  # width over height of a plate
# Pixels of a frame whose shorter side has 1080 of them.
NAME = 42  # from a plate's edge to the middle of the text beside it
LINE = 46  # from line to line
PATH = 16  # free at both ends of an arrow
SIGN = 34  # side of a plus
BESIDE_ARROW = 54
MAXIMUM = 255
WHOLE = 100.0  # stroke over length: an arrow is as thick as any other, however short


class Shape(NamedTuple):
    """Lengths in a frame's shape, pixels.

    Of a plate, between plates, before the average, over the first row, and between rows.
    """

    width: float
    apart: float
    equals: float
    head: float
    down: float


WIDE = Shape(330, 102, 134, 96, 130)
SQUARE = Shape(196, 44, 84, 176, 104)
PORTRAIT = Shape(252, 54, 84, 176, 116)
LARGER = 1.05  # times the size of the others: the average in portrait


@dataclass(frozen=True)
class Places:
    """The slots of the plates: at home, on the way, and that of their average."""

    home: Sequence[Slot]
    away: Sequence[Slot]
    average: Slot


class MaskedSum:
    """The picture. Its methods return animations."""

    def __init__(self, spec: MasksSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame, self.area = spec, frame, area
        self.square = not (frame.wide or frame.portrait)
        self.shape = WIDE if frame.wide else SQUARE if self.square else PORTRAIT
        self.places = _places(area, frame, self.shape, len(spec.workers), bool(str(spec.more)))
        self.limit = brightest(spec.plain, spec.mean)
        hidden = spec.masked / np.float32(MAXIMUM)
        places = self.places.home
        self.plain = [
            self._plate(tiles_of(each, self.limit), slot, "data")
            for each, slot in zip(spec.plain, places, strict=True)
        ]
        self.masked = [
            self._plate(colored(each), slot, "update").set_z_index(layers.PACKETS)
            for each, slot in zip(hidden, places, strict=True)
        ]

        first, name = (spec.mean, spec.average) if spec.total is None else spec.total[::-1]
        self.result = self._plate(tiles_of(first, self.limit), self.places.average, "model")
        self.named = self._average_name(name)

    # --- verbs

    @property
    def start(self) -> Group:
        """What each worker has learned, at home."""
        places = zip(self.spec.workers, self.places.home, strict=True)
        return Group(*self.plain, *(self._over(*each) for each in places))

    def name(self) -> Animation:
        """Say what it is."""
        return FadeIn(self._notes(), run_time=theme.SWAP)

    def mask(self) -> Animation:
        """Lay a masked copy over each plate."""
        return LaggedStart(*(FadeIn(plate) for plate in self.masked), lag_ratio=0.2)

    def send(self) -> Animation:
        """Let the masked copies travel."""
        pairs = list(zip(self.places.home, self.places.away, strict=True))
        down = pairs[0][1].center - pairs[0][0].center
        move = ApplyMethod(Group(*self.masked).shift, down)
        arrows = [GrowArrow(self._arrow(*pair)) for pair in pairs]
        seen = FadeIn(VGroup(*self._seen(), *self._pairs()), run_time=theme.SWAP)
        return AnimationGroup(move, AnimationGroup(*arrows), seen, lag_ratio=0.6)

    def add(self) -> Animation:
        """Add the masked copies up: their sum appears, or their average where shares differ."""
        signs = [FadeIn(sign) for sign in self._signs()]
        shown = AnimationGroup(FadeIn(self.result, scale=0.92), FadeIn(self.named))
        return AnimationGroup(LaggedStart(*signs, lag_ratio=0.5), shown, lag_ratio=0.8)

    def divide(self) -> Animation:
        """Wipe the sum to the average, and say how exact it is."""
        exact = FadeIn(self._exact(), run_time=theme.SWAP)
        if self.spec.total is None:
            return exact
        slot = self.places.average
        average = self._plate(tiles_of(self.spec.mean, self.limit), slot, "model")
        named = self._average_name(self.spec.average)
        wiped = Rewrite(self.result.tiles, average.tiles, theme.MOVE, glow=False)
        swap = AnimationGroup(FadeOut(self.named), FadeIn(named), run_time=theme.SWAP, lag_ratio=1)
        return AnimationGroup(AnimationGroup(wiped, swap), exact, lag_ratio=1)

    # --- parts

    def _plate(self, tiles: Pixels, slot: Slot, role: theme.Role) -> FilterPlate:
        return FilterPlate(tiles, slot, self.frame, role)

    def _over(self, name: Text, slot: Slot) -> Words:
        up = np.array([0, self.frame.px(NAME), 0])
        return Words(name, self.frame, weight="SEMIBOLD").put(slot.at(0.5, 1) + up)

    def _average_name(self, name: Text) -> Words:
        """Return the name of the last plate, below it, or below what is below the others."""
        slot, row = self.places.average, 1 if self.square else 0
        words = Words(name, self.frame, color=theme.MODEL, weight="SEMIBOLD")
        words.put(slot.at(0.5, 0) - np.array([0, self.frame.px(NAME + row * LINE), 0]))
        return within(words, self.area)

    def _exact(self) -> VGroup:
        """Return that masks changed nothing, if it is so."""
        if not str(self.spec.exact):
            return VGroup()
        words = Words(self.spec.exact, self.frame, color=theme.MUTED)
        name = self._average_name(self.spec.average)
        words.put(name.anchor - np.array([0, self.frame.px(LINE), 0]))
        return VGroup(within(words, self.area))

    def _seen(self) -> VGroup:
        """Return what the copies on the way are, and what travels besides."""
        row, px = self.places.away, self.frame.px
        middle = (row[0].left + row[-1].right) / 2
        below = np.array([middle, row[0].bottom - px(NAME), 0])
        seen = Words(self.spec.seen, self.frame, color=theme.UPDATE, weight="SEMIBOLD")
        seen.put(below)
        clear = paragraph(self.spec.clear, self.frame, self.area.width, color=theme.MUTED)
        left = max(row[0].left, self.area.left) + clear.width / 2
        clear.move_to(np.array([left, self.area.bottom + clear.height / 2, 0]))
        self.over_clear = clear.get_top()[1] + px(LINE / 2)
        words = VGroup(seen, *clear)
        if str(self.spec.more):
            more = Words(self.spec.more, self.frame, color=theme.MUTED)
            beside = np.array([row[-1].x, below[1], 0])
            under = below - np.array([0, px(LINE), 0])
            words.add(more.put(beside if self.frame.wide else under))
        return words

    def _notes(self) -> VGroup:
        """Return what is at home: beside the first row, or above it where there is no room."""
        spec, px = self.spec, self.frame.px
        lines = [
            Words(spec.learned, self.frame, color=theme.DATA, weight="SEMIBOLD"),
            Words(spec.once, self.frame, color=theme.MUTED),
        ]
        first = self.places.home[0]
        left = self.places.average.left if self.frame.wide else first.left
        high = first.y + px(LINE / 2) if self.frame.wide else self.area.top - px(LINE / 2)
        for i, words in enumerate(lines):
            words.put(np.array([left, high - i * px(LINE), 0]), -1)
        return within(VGroup(*lines), self.area)

    def _pairs(self) -> VGroup:
        """Return how masks are made: beside an arrow or a plate, or at the foot of a tall frame."""
        if self.frame.portrait:
            block = paragraph(self.spec.pairs, self.frame, self.area.width, color=theme.MUTED)
            y = self.over_clear + block.height / 2
            return block.move_to(np.array([self.area.x, y, 0]))
        start, end = self.places.home[-1], self.places.away[-1]
        left = (
            start.x + self.frame.px(BESIDE_ARROW) if self.frame.wide else self.places.average.left
        )
        y = (start.bottom + end.top) / 2 if self.frame.wide else start.y
        width = self.area.right - left
        block = paragraph(self.spec.pairs, self.frame, width, color=theme.MUTED)
        return block.move_to(np.array([left + block.width / 2, y, 0]))

    def _arrow(self, start: Slot, end: Slot) -> Arrow:
        path = np.array([0, self.frame.px(PATH), 0])
        return Arrow(
            start.at(0.5, 0) - path,
            end.at(0.5, 1) + path,
            buff=0,
            color=theme.UPDATE,
            stroke_width=7,
            tip_length=self.frame.px(28),
            max_stroke_width_to_length_ratio=WHOLE,
            max_tip_length_to_length_ratio=1,
        )

    def _signs(self) -> list[VGroup]:
        """Return a plus between two masked plates each, and the sign before the average."""
        row = self.places.away
        between = [(one.right + other.left) / 2 for one, other in pairwise(row)]
        average = self.places.average
        equals = average.left - self.frame.px(self.shape.equals) / 2
        plus = [_sign(x, row[0].y, self.frame.px(SIGN), PLUS) for x in between]
        return [*plus, _sign(equals, average.y, self.frame.px(SIGN), EQUALS)]


Strokes = Sequence[tuple[tuple[float, float], tuple[float, float]]]
PLUS: Strokes = (((-0.5, 0), (0.5, 0)), ((0, -0.5), (0, 0.5)))
EQUALS: Strokes = (((-0.5, -0.2), (0.5, -0.2)), ((-0.5, 0.2), (0.5, 0.2)))


def _sign(x: float, y: float, side: float, strokes: Strokes) -> VGroup:
    """Return a sign of a sum around a point."""
    middle, color = np.array([x, y, 0.0]), theme.INK
    ends = [[middle + side * np.array([*end, 0]) for end in stroke] for stroke in strokes]
    return VGroup(*(Line(a, b, stroke_color=color, stroke_width=5) for a, b in ends))


def _places(area: Slot, frame: Frame, shape: Shape, count: int, below: int) -> Places:
    """Return the slots of the plates of some workers, with lines of text below the second row."""
    px = frame.px
    width, apart = px(shape.width), px(shape.apart)
    size = width, width / ASPECT
    row = count * width + (count - 1) * apart
    whole = row if frame.portrait else row + px(shape.equals) + width
    left = area.x - whole / 2 + width / 2
    first = area.top - px(shape.head) - size[1] / 2
    second = first - size[1] - px(shape.down)
    xs = [left + i * (width + apart) for i in range(count)]
    home, away = ([Slot(x, y, *size) for x in xs] for y in (first, second))
    average = Slot(area.x + whole / 2 - width / 2, second, *size)
    if frame.portrait:
        large = LARGER * size[0], LARGER * size[1]
        third = second - (size[1] + large[1]) / 2 - px(2 * NAME + below * LINE)
        average = Slot(area.x, third, *large)
    return Places(home, away, average)
