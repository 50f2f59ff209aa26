"""Key figures: large numbers side by side, each with a note under it."""

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.text import Words
from scenes.story.specs import Metric

APART = 120  # pixels between two numbers
BELOW = 74  # pixels from the middle of a number to that of its note


class KeyFigures(VGroup):
    """Numbers in a row in the middle of a slot, or in a column if a row is too wide."""

    def __init__(self, metrics: Sequence[Metric], area: Slot, frame: Frame) -> None:
        entries = [_entry(metric, frame) for metric in metrics]
        gap = frame.px(APART)
        wide = sum(entry.width for entry in entries) + gap * (len(entries) - 1)
        if wide <= area.width:
            left = area.x - wide / 2
            for entry in entries:
                _put(entry, left + entry.width / 2, area.y, frame)
                left += entry.width + gap
        else:
            step = area.height / len(entries)
            for i, entry in enumerate(entries):
                _put(entry, area.x, area.top - (i + 0.5) * step, frame)
        super().__init__(*entries)


def _put(entry: VGroup, x: float, y: float, frame: Frame) -> None:
    """Move the middle of an entry to a point."""
    entry.shift(np.array([x - entry.get_x(), y + frame.px(BELOW / 2), 0.0]))


def _entry(metric: Metric, frame: Frame) -> VGroup:
    """Return a number above its note, with the number at the origin."""
    number = Words(
        metric.value, frame, pixels=theme.DISPLAY, color=theme.color(metric.role), weight="SEMIBOLD"
    )
    note = Words(metric.name, frame, color=theme.MUTED)
    note.put(np.array([0, -frame.px(BELOW), 0]))
    return VGroup(number.put(np.zeros(3)), note)
