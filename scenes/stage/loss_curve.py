"""A worker's loss over one local epoch, batch by batch."""

import numpy as np
from manim import Rectangle, VGroup

from scenes import theme
from scenes.stage import layers
from scenes.stage.layout import Frame, Slot, box
from scenes.stage.plot import polyline, scaled
from scenes.stage.text import Words
from scenes.told import CurveTold

STROKE = 1.8


class LossCurve(VGroup):
    """A loss curve with its first and last value; without these on a ground of its own.

    ``before`` is there when the curve begins to be drawn, ``after`` comes when it is done.
    """

    def __init__(
        self,
        told: CurveTold,
        area: Slot,
        span: tuple[float, float],
        frame: Frame,
        *,
        labelled: bool = True,
    ) -> None:
        edge = frame.px(theme.LABEL + 12 if labelled else 6)
        plot = box(area.left, area.bottom + edge, area.right, area.top - edge)
        count = max(len(told.values) - 1, 1)
        xs = scaled(range(len(told.values)), 0, count, plot.left, plot.right)
        ys = scaled(told.values, *span, plot.bottom, plot.top)
        self.curve = polyline(xs, ys, theme.INK, STROKE).set_z_index(layers.PACKETS)
        self.before, self.after = VGroup(), VGroup()
        if labelled:
            self._label(told, area, frame)
        else:
            ground = Rectangle(width=area.width, height=area.height, stroke_width=0)
            ground.set_fill(theme.PANEL, opacity=0.9).move_to(area.center)
            self.before.add(ground.set_z_index(layers.VEILS))
        super().__init__(self.before, self.curve, self.after)

    def _label(self, told: CurveTold, area: Slot, frame: Frame) -> None:
        """Name the ends in the corners that a falling curve leaves free."""
        half = frame.px(theme.LABEL / 2)
        first = Words(told.first, frame, color=theme.MUTED)
        if first.width > area.width:
            first = Words(told.first_number, frame, color=theme.MUTED)
        self.before.add(first.put(np.array([area.left, area.top - half, 0]), -1))
        last = Words(told.last, frame, weight="SEMIBOLD")
        self.after.add(last.put(np.array([area.right, area.bottom + half, 0]), 1))
