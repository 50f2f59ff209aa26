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


class Figure(VGroup):
    """A number at the bottom left of a slot, with lines beside it; smaller if they do not fit."""

    def __init__(self, spec: FigureSpec, area: Slot, frame: Frame) -> None:
        number = Words(spec.value, frame, pixels=SIZE, weight="SEMIBOLD")
        number.put(np.zeros(3), -1)
        x, top = number.width + frame.px(GAP), frame.px(LINE * (len(spec.of) - 1) / 2)
        lines = [Words(text, frame, color=theme.MUTED) for text in spec.of]
        for i, words in enumerate(lines):
            words.put(np.array([x, top - i * frame.px(LINE), 0.0]), -1)
        super().__init__(number, *lines)
        if self.width > area.width:
            self.scale(area.width / self.width, about_point=np.zeros(3))
        self.shift(area.at(0, 0) + np.array([0.0, -self.get_bottom()[1], 0.0]))
