"""Participation: a row for each worker, a column for each round."""

import numpy as np
from manim import Line as Stroke
from manim import ManimColor, VGroup

from scenes import theme
from scenes.drawing.growth import Marks
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.story.specs import HistorySpec

MARK = (0.78, 0.6)  # a mark's part of a column and of a row
LARGEST = 30  # pixels of a mark's side
NAMED_EVERY = (1, 2, 5, 10)
NAME = 38  # pixels of height for a row's name
MOST_LINES = 40  # rows with lines; more rows have marks only
BESIDE = 26  # pixels between a row's name and its start
FINE = 2  # pixels of the image for a pixel of a frame of 1080


class Participation(VGroup):
    """Rows with names. ``marks`` are the participants, drawn round by round."""

    def __init__(self, spec: HistorySpec, plot: Slot, frame: Frame) -> None:
        self.spec = spec
        self.plot = plot
        self.frame = frame
        self.num_rounds = max(len(spec.participants), 1)
        self.num_rows = len(spec.rows)
        self.step = plot.height / self.num_rows
        self.names = {row: self._name(row) for row in self._named()}
        self.lines = [self._line(row) for row in self._lined()]
        self.marks = self._marks()
        super().__init__(*self.lines, *self.names.values())

    def y(self, row: float) -> float:
        """Return the y of a row."""
        return self.plot.top - (row + 0.5) * self.step

    def _named(self) -> list[int]:
        """Return the rows with a name, by the available height; at least the first and the last."""
        every = next((n for n in NAMED_EVERY if n * self.step >= self.frame.px(NAME)), None)
        if every is None or self.num_rows > MOST_LINES:
            return sorted({0, self.num_rows - 1})
        return list(range(0, self.num_rows, every))

    def _lined(self) -> list[int]:
        return list(range(self.num_rows)) if self.num_rows <= MOST_LINES else []

    def _name(self, row: int) -> Words:
        place = np.array([self.plot.left - self.frame.px(BESIDE), self.y(row), 0.0])
        return Words(self.spec.rows[row], self.frame).put(place, 1)

    def _line(self, row: int) -> Stroke:
        start = np.array([self.plot.left, self.y(row), 0.0])
        end = np.array([self._right, self.y(row), 0.0])
        return Stroke(start, end, stroke_color=theme.EDGE, stroke_width=1.5)

    @property
    def _right(self) -> float:
        """The right edge of a mark in the last round."""
        return self.plot.right + self.frame.px(LARGEST / 2)

    def x(self, round_: float) -> float:
        """Return the x of a round, from round 0 at the left to the last one at the right."""
        return self.plot.left + round_ / self.num_rounds * self.plot.width

    def _marks(self) -> Marks:
        """Return all marks."""
        area = box(self.plot.left, self.plot.bottom, self._right, self.plot.top)
        fine = FINE / self.frame.px(1)
        high = max(round(area.height * fine), self.num_rows)
        wide = round(area.width * fine)
        across, up = wide / area.width, high / area.height
        side = self.frame.px(LARGEST)
        width = min(MARK[0] * self.plot.width / self.num_rounds, side) * across
        height = min(MARK[1] * self.step, side) * up
        opacity = np.zeros((high, wide), np.uint8)
        for round_, workers in enumerate(self.spec.participants, 1):
            columns = _around((self.x(round_) - area.left) * across, width, wide)
            for row in workers:
                opacity[_around((area.top - self.y(row)) * up, height, high), columns] = 255
        column_of = np.rint((np.arange(wide) + 0.5) / wide * area.width / self._column)
        red, green, blue = (round(255 * part) for part in ManimColor(theme.UPDATE).to_rgb())
        marks = Marks(opacity, column_of, (red, green, blue))
        marks.stretch_to_fit_height(area.height).stretch_to_fit_width(area.width)
        marks.move_to(area.center)
        return marks

    @property
    def _column(self) -> float:
        return self.plot.width / self.num_rounds


def _around(center: float, size: float, most: int) -> slice:
    """Return the pixels around a point, at least one."""
    count = max(round(size), 1)
    start = min(max(round(center - count / 2), 0), most - count)
    return slice(start, start + count)
