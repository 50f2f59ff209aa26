"""A table with aligned columns, each as wide as its widest cell."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, FadeIn, LaggedStart, VGroup
from manim import Line as Stroke

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.text import Words
from scenes.story.specs import ColumnSpec
from scenes.text.lines import Text

SIZES = (theme.TITLE, theme.LABEL)  # of the cells; the first one with enough room is used
BETWEEN = 72  # pixels between two columns
LEADING = 2.15  # height of a row in heights of a capital, at most
RISE = 12  # pixels


class Table(VGroup):
    """Rows under the names of the columns, in the middle of a slot.

    Columns without room are omitted, the least important first.
    """

    def __init__(
        self, columns: Sequence[ColumnSpec], area: Slot, frame: Frame, foot: Text | None = None
    ) -> None:
        self.frame = frame
        gap = frame.px(BETWEEN)
        count = len(columns[0].cells) + 1
        for size in SIZES:
            self.drawn = [_Column(spec, size, frame) for spec in columns]
            if _width(self.drawn, gap) <= area.width:
                break
        while _width(self.drawn, gap) > area.width and len(self.drawn) > 1:
            self.drawn.remove(max(self.drawn, key=lambda column: column.spec.rank))
        lines = count + (foot is not None)
        self.step = min(frame.px(LEADING * size), area.height / lines)
        top = area.y + (lines - 1) / 2 * self.step
        left = area.x - _width(self.drawn, gap) / 2
        for column in self.drawn:
            column.put(left, top, self.step)
            left += column.width + gap
        self.rule = self._rule(area, top, gap)
        self.rows = [VGroup(*(column.words[i] for column in self.drawn)) for i in range(count)]
        if foot is not None:
            start = np.array([self.rule.get_left()[0], top - count * self.step, 0.0])
            self.rows.append(VGroup(Words(foot, frame, color=theme.MUTED).put(start, -1)))
        super().__init__(self.rule, *self.rows)

    def enter(self) -> Animation:
        """Show the rows from top to bottom."""
        shift = np.array([0.0, self.frame.px(RISE), 0.0])
        head, *rows = self.rows
        entering = (FadeIn(row, shift=shift) for row in rows)
        return LaggedStart(FadeIn(VGroup(head, self.rule)), *entering, lag_ratio=0.25)

    def _rule(self, area: Slot, top: float, gap: float) -> Stroke:
        half = _width(self.drawn, gap) / 2
        y = top - self.step / 2
        start, end = (np.array([area.x + side * half, y, 0.0]) for side in (-1, 1))
        return Stroke(start, end, stroke_color=theme.EDGE, stroke_width=2)


class _Column:
    """The name and the cells of a column."""

    def __init__(self, spec: ColumnSpec, size: float, frame: Frame) -> None:
        self.spec = spec
        head = Words(spec.name, frame, color=theme.MUTED)
        self.words = [head, *(Words(cell, frame, pixels=size) for cell in spec.cells)]
        self.width = max(words.width for words in self.words)

    def put(self, left: float, top: float, step: float) -> None:
        """Align the cells on the left, or numbers on the right."""
        side = 1 if self.spec.number else -1
        x = left + self.width if self.spec.number else left
        for i, words in enumerate(self.words):
            words.put(np.array([x, top - i * step, 0.0]), side)


def _width(columns: Sequence[_Column], gap: float) -> float:
    return sum(column.width for column in columns) + gap * (len(columns) - 1)
