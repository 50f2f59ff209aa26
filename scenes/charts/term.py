"""One row of a weighted average: a worker, its photos, its share, what it sent, their product."""

from dataclasses import dataclass

import numpy as np
from manim import RIGHT, UP, Rectangle, VGroup
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.text import Words
from scenes.figures import Told, figures_of
from scenes.told import Quantity, TermTold

BAR = 34  # pixels of height
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Columns:
    """Where a row's parts stand, pixels from the left; numbers end at their place.

    ``size`` is their capitals' height, ``second`` how far the multiplication is under the bar, and
    ``named`` whether there is room to say what the bar counts.
    """

    bar: float
    longest: float
    share: float
    times: float
    value: float
    equals: float
    product: float
    size: float = theme.LABEL
    second: float = 0.0
    named: bool = False


WIDE = Columns(165, 118, 745, 780, 985, 1020, 1230, theme.TITLE, named=True)
SQUARE = Columns(185, 120, 560, 590, 760, 795, 940)
PORTRAIT = Columns(185, 320, 300, 330, 475, 505, 645, second=40, named=True)


def columns_of(frame: Frame) -> Columns:
    """Return the columns that a frame's shape has room for."""
    return WIDE if frame.wide else PORTRAIT if frame.portrait else SQUARE


class Equals(VGroup):
    """An equals sign: two strokes around a point."""

    def __init__(self, center: Point3D, size: float) -> None:
        half, up = RIGHT * 0.36 * size, UP * 0.14 * size
        super().__init__(*(Stroke(side - half, side + half) for side in (up, -up)))
        self.set_stroke(theme.MUTED, 3).move_to(center)


class Term:
    """A row's parts, each where it stands; the table brings them in."""

    def __init__(self, told: TermTold, before: Quantity | None, slot: Slot, frame: Frame) -> None:
        self.frame, self.slot = frame, slot
        self.at = columns = columns_of(frame)
        self.first = slot.y + frame.px(columns.second / 2)
        self.second = slot.y - frame.px(columns.second / 2)
        self.name = Words(told.name, frame).put(self._point(0, self.first), -1)
        self.share = self._number(told.share[0], columns.share, theme.DATA)
        self.times = self._sign(TIMES, columns.times)
        self.value = self._value(told.value[0])
        middle = self._point(columns.equals, self.second)
        self.equals = Equals(middle, frame.px(columns.size))
        self.product = self._number(told.product, columns.product, theme.INK)
        self.old = VGroup()
        if before:
            self.old.add(self._number(before[0], columns.value, theme.MODEL))

    def count(self, told: Told, share: float) -> None:
        """Lay out the bar, ``share`` of the longest one's length, and what it counts."""
        columns = self.at
        length = max(columns.longest * share, 2)
        self.bar = Rectangle(width=self.frame.px(length), height=self.frame.px(BAR))
        self.bar.set_fill(theme.DATA, opacity=1).set_stroke(width=0)
        self.bar.move_to(self._point(columns.bar + length / 2, self.first))
        shown = told if columns.named else figures_of(told)[0]
        self.photos = Words(shown, self.frame)
        self.photos.put(self._point(columns.bar + length + 14, self.first), -1)

    def _value(self, told: Told) -> Words:
        """Return what was sent; where many stand in one row, smaller words for it."""
        if isinstance(told, str):
            words = Words(told, self.frame, color=theme.MUTED)
            return words.put(self._point(self.at.value, self.second), 1)
        return self._number(told, self.at.value, theme.UPDATE)

    def _number(self, told: Told, place: float, color: str) -> Words:
        words = Words(told, self.frame, pixels=self.at.size, color=color, weight="SEMIBOLD")
        return words.put(self._point(place, self.second), 1)

    def _sign(self, sign: str, place: float) -> Words:
        words = Words(sign, self.frame, pixels=self.at.size, color=theme.MUTED)
        return words.put(self._point(place, self.second))

    def _point(self, pixels: float, y: float) -> Point3D:
        return np.array([self.slot.left + self.frame.px(pixels), y, 0.0])
