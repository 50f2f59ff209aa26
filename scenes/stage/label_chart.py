"""One worker's examples by class, spelled out."""

from math import ceil

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    LaggedStart,
    Rectangle,
    TransformFromCopy,
    VGroup,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.figures import Told
from scenes.told import LabelChartTold

WIDEST = 1300  # pixels
STEP = 58  # pixels from one row to the next at most
FEW = 0.3  # part of its time after which the next bar sets off, so that four fly at once
COUNT = 110  # pixels of width for a count at a bar's end


class LabelChart(VGroup):
    """A worker's examples by class: name, bar and count, in columns read downwards."""

    def __init__(self, told: LabelChartTold, area: Slot, frame: Frame) -> None:
        super().__init__()
        columns = 2 if area.width > 1.5 * area.height else 1
        wide = min(area.width, frame.px(WIDEST))
        area = Slot(area.x, area.y, wide, area.height)
        per_column = ceil(len(told.rows) / columns)
        step = min(area.height / per_column, frame.px(STEP))
        width = area.width / columns
        most = max(*told.counts, 1)
        names = [Words(name, frame, color=theme.MUTED) for name, _ in told.rows]
        reserved = max(words.width for words in names) + frame.px(16)
        for i, (words, (_, count), value) in enumerate(
            zip(names, told.rows, told.counts, strict=True)
        ):
            column, row = divmod(i, per_column)
            y = area.y + (per_column / 2 - 0.5 - row) * step
            left = area.left + column * width
            slot = box(left + reserved, y - step / 2, left + 0.94 * width, y + step / 2)
            self.add(self._row(words, count, value / most, slot, frame))

    def rise(self, bars: VGroup) -> Animation:
        """Let the bars come out of small ones, a few at a time; then names and counts appear."""
        large = [bar for _, bar, _ in self]
        pairs = zip(bars, large, strict=False)
        flying = [TransformFromCopy(one, other) for one, other in pairs] or map(FadeIn, large)
        texts = VGroup(*(VGroup(name, count) for name, _, count in self))
        return AnimationGroup(
            LaggedStart(*flying, lag_ratio=FEW, run_time=2 * theme.MOVE),
            FadeIn(texts, run_time=theme.SWAP),
            lag_ratio=1,
        )

    @staticmethod
    def _row(name: Words, count: Told, share: float, slot: Slot, frame: Frame) -> VGroup:
        """Put a name left of a slot; in it, a bar and its count."""
        gap = frame.px(16)
        number = Words(count, frame)
        length = max(share * (slot.width - gap - frame.px(COUNT)), frame.px(2))
        bar = Rectangle(
            width=length,
            height=frame.px(theme.LABEL),
            fill_color=theme.DATA,
            fill_opacity=1,
            stroke_width=0,
        ).move_to(np.array([slot.left + length / 2, slot.y, 0.0]))
        bar.set_z_index(layers.CONTENT)
        name.put(np.array([slot.left - gap, slot.y, 0.0]), 1)
        number.put(np.array([slot.left + length + gap, slot.y, 0.0]), -1)
        return VGroup(name, bar, number)
