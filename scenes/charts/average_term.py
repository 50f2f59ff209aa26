"""One row of a weighted average: a worker, its examples, share, value and product."""

from dataclasses import dataclass

import numpy as np
from manim import RIGHT, UP, Rectangle, VGroup
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.marks import gold
from scenes.drawing.text import Words
from scenes.story.specs import Quantity, TermSpec
from scenes.text.lines import Text, numbers_of

BAR, THIN_BAR = 34, 10  # pixels of height, beside a text and under it
HIGHEST = 0.55  # of a bar beside a text, in rows
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Columns:
    """The places of a row's parts, in pixels from the left; numbers end at their places.

    ``size`` is the height of capitals. The number of photos is beside its bar, with its noun if
    ``named``, unless ``photos`` is its place; ``under`` is the distance of the bar under the text.
    """

    bar: float
    longest: float
    share: float
    times: float
    value: float
    equals: float
    product: float
    size: float = theme.LABEL
    named: bool = False
    photos: float = 0.0
    under: float = 0.0


WIDE = Columns(165, 118, 745, 780, 985, 1020, 1230, theme.TITLE, named=True)
SQUARE = Columns(185, 120, 560, 590, 760, 795, 940)
PORTRAIT = Columns(0, 735, 405, 430, 560, 585, 735, photos=270, under=30)


def columns_of(frame: Frame) -> Columns:
    """Return the columns for a frame's shape."""
    return WIDE if frame.wide else PORTRAIT if frame.portrait else SQUARE


class Equals(VGroup):
    """An equals sign of two strokes around a point."""

    def __init__(self, center: Point3D, size: float) -> None:
        half, up = RIGHT * 0.36 * size, UP * 0.14 * size
        super().__init__(*(Stroke(side - half, side + half) for side in (up, -up)))
        self.set_stroke(theme.MUTED, 3).move_to(center)


class Term:
    """The parts of a row in their places."""

    def __init__(self, spec: TermSpec, before: Quantity | None, slot: Slot, frame: Frame) -> None:
        self.spec, self.frame, self.slot = spec, frame, slot
        self.at = columns = columns_of(frame)
        self.y = slot.y + frame.px(columns.under / 2)
        self.name = Words(spec.name, frame).put(self._point(0), -1)
        self.share = self._number(spec.share[0], columns.share, theme.DATA)
        self.times = self._sign(TIMES, columns.times)
        self.value = self._value(spec.value[0])
        self.equals = Equals(self._point(columns.equals), frame.px(columns.size))
        self.product = self._number(spec.product, columns.product, theme.INK)
        self.old = VGroup()
        if before:
            self.old.add(self._number(before[0], columns.value, theme.MODEL))

    def count(self, text: Text, share: float) -> None:
        """Draw the bar, with a ``share`` of the longest length, and the number of examples."""
        columns, down = self.at, self.frame.px(self.at.under)
        length = max(columns.longest * share, 2)
        height = self.frame.px(THIN_BAR if columns.under else BAR)
        height = min(height, HIGHEST * self.slot.height)
        self.bar = gold(Rectangle(width=self.frame.px(length), height=height))
        self.bar.move_to(self._point(columns.bar + length / 2) - np.array([0.0, down, 0.0]))
        self.photos = Words(text if columns.named else numbers_of(text)[0], self.frame)
        place = columns.photos or columns.bar + length + 14
        self.photos.put(self._point(place), 1 if columns.photos else -1)

    def _value(self, text: Text) -> Words:
        """Return the value, or smaller words for a row of many workers."""
        if not numbers_of(text):
            words = Words(text, self.frame, color=theme.MUTED)
            return words.put(self._point(self.at.value), 1)
        return self._number(text, self.at.value, theme.UPDATE)

    def _number(self, text: Text, place: float, color: str) -> Words:
        words = Words(text, self.frame, pixels=self.at.size, color=color, weight="SEMIBOLD")
        return words.put(self._point(place), 1)

    def _sign(self, sign: str, place: float) -> Words:
        words = Words(sign, self.frame, pixels=self.at.size, color=theme.MUTED)
        return words.put(self._point(place))

    def _point(self, pixels: float) -> Point3D:
        return np.array([self.slot.left + self.frame.px(pixels), self.y, 0.0])
