"""A figure: one large number, and beside it of what it is."""

import numpy as np
from manim import VGroup

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.text import Words
from scenes.story.specs import FigureSpec

SIZE = 68  # height of the number, pixels
GAP = 24  # between the number and the lines beside it
LINE = 41  # between two lines
OVER = 36  # from the number to a line over it


class Figure(VGroup):
    """A number at the bottom left of a slot, with lines beside it, or over it if that is narrow."""

    def __init__(self, spec: FigureSpec, area: Slot, frame: Frame) -> None:
        number = Words(spec.value, frame, pixels=SIZE, weight="SEMIBOLD")
        lines = [Words(text, frame, color=theme.MUTED) for text in spec.of]
        number.put(np.zeros(3), -1)
        x, y = number.width + frame.px(GAP), frame.px(LINE * (len(lines) - 1) / 2)
        if x + max((words.width for words in lines), default=0.0) > area.width:
            x, y = 0.0, frame.px(SIZE / 2 + LINE * (len(lines) - 1) + OVER)
        for i, words in enumerate(lines):
            words.put(np.array([x, y - i * frame.px(LINE), 0.0]), -1)
        super().__init__(number, *lines)
        self.shift(area.at(0, 0) + np.array([0.0, frame.px(SIZE) / 2, 0.0]))
