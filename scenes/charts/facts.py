"""Facts in columns: names, each above its value."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from manim import Animation, FadeIn, LaggedStart, VGroup

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.text import Words
from scenes.story.specs import FactSpec

# Numbers of columns and sizes of values; the first pair with enough room is used.
SHAPES = ((3, theme.TITLE), (2, theme.TITLE), (2, theme.LABEL), (1, theme.TITLE), (1, theme.LABEL))
BETWEEN = 220  # pixels between two columns, at most
APART = 64  # pixels between two columns, at least
UNDER = 70  # pixels from the middle of a name to that of its value
TALLEST = 230  # pixels of a row
RISE = 12  # pixels


class Facts(VGroup):
    """Names, each above its value, in rows in the middle of a slot."""

    def __init__(self, facts: Sequence[FactSpec], area: Slot, frame: Frame) -> None:
        self.frame = frame
        for columns, size in SHAPES:
            drawn = [self._fact(fact, size) for fact in facts]
            in_column = [drawn[i::columns] for i in range(min(columns, len(drawn)))]
            widths = [max(fact.width for fact in column) for column in in_column]
            free = area.width - sum(widths)
            if free >= (len(widths) - 1) * frame.px(APART):
                break
        gap = min(frame.px(BETWEEN), free / max(len(widths) - 1, 1))
        left = area.x - (sum(widths) + gap * (len(widths) - 1)) / 2
        lefts = [left + sum(widths[:i]) + gap * i for i in range(len(widths))]
        num_rows = ceil(len(drawn) / columns)
        step = min(frame.px(TALLEST), area.height / num_rows)
        for i, fact in enumerate(drawn):
            row, column = divmod(i, columns)
            y = area.y + ((num_rows - 1) / 2 - row) * step
            fact.shift(np.array([lefts[column], y, 0.0]))
        super().__init__(*drawn)

    def enter(self) -> Animation:
        """Show the facts one after the other."""
        shift = np.array([0.0, self.frame.px(RISE), 0.0])
        return LaggedStart(*(FadeIn(fact, shift=shift) for fact in self), lag_ratio=0.25)

    def _fact(self, fact: FactSpec, size: float) -> VGroup:
        """Return a name above its value, both from the origin."""
        half = np.array([0.0, self.frame.px(UNDER / 2), 0.0])
        name = Words(fact.name, self.frame, color=theme.MUTED).put(half, -1)
        return VGroup(name, Words(fact.value, self.frame, pixels=size).put(-half, -1))
