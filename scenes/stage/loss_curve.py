"""The loss curve of one worker over its local epochs, batch by batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manim import Animation, Create, Dot, FadeIn, Rectangle, VGroup, Wait, linear
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.plot import polyline, scaled
from scenes.drawing.text import Words
from scenes.story.specs import CurveSpec

STROKE = 2.2
FINE = 1.6
DOT = 6  # pixels
ABOVE = theme.LABEL + 12  # pixels for the first value above the curve
BESIDE = 88  # pixels for the last value beside the curve
CLEAR = theme.LABEL / 2 + 12  # pixels from the curve to the middle of the first value above it
FLOOR = 12  # pixels between the lowest loss and the axis


@dataclass(frozen=True)
class Scale:
    """The common scale of a round's curves: the range of the loss, and the most batches."""

    low: float
    high: float
    batches: int

    @classmethod
    def of(cls, curves: "list[CurveSpec]") -> "Scale":
        """Return the smallest scale for some curves."""
        values = [value for spec in curves for value in spec.values]
        return cls(min(values), max(values), max(len(spec.values) for spec in curves))

    def place(self, values: Sequence[float], plot: Slot) -> tuple[list[float], list[float]]:
        """Return the x and the y of each loss in a plot."""
        last = max(self.batches - 1, 1)
        xs = scaled(range(len(values)), 0, last, plot.left, plot.right)
        return xs, scaled(values, self.low, self.high, plot.bottom, plot.top)


class LossCurve(VGroup):
    """A loss curve with its first and last value. ``before`` is visible before the curve."""

    def __init__(
        self, spec: CurveSpec, area: Slot, scale: Scale, frame: Frame, stem: float | None = None
    ) -> None:
        """Draw the curve in an area; without a ``stem`` without labels, on a background.

        ``stem`` is the x of a line from the axis down to the worker's card.
        """
        self.spec, self.frame = spec, frame
        self.share = len(spec.values) / scale.batches
        up, right, down = (8, 8, 8) if stem is None else (ABOVE, BESIDE, FLOOR)
        px = frame.px
        plot = box(area.left, area.bottom + px(down), area.right - px(right), area.top - px(up))
        places = scale.place(spec.values, plot)
        self.curve = polyline(*places, theme.INK, STROKE).set_z_index(layers.PACKETS)
        self.before, self.after = VGroup(), VGroup()
        if stem is None:
            background = Rectangle(width=area.width, height=area.height, stroke_width=0)
            background.set_fill(theme.PANEL, opacity=0.9).move_to(area.center)
            self.before.add(background.set_z_index(layers.VEILS))
        else:
            self._draw_start(area, stem)
            self._draw_end(plot, area.bottom)
        super().__init__(self.before, self.curve, self.after)

    def run(self, run_time: float) -> Animation:
        """Draw the curve; only a curve with the most batches takes all of the time."""
        return Create(self.curve, run_time=self.share * run_time, rate_func=linear)

    def end(self) -> Animation:
        """Show the last value, if the curve has labels."""
        return FadeIn(self.after) if len(self.after) else Wait(theme.SWAP)

    def _highest(self, until: float) -> float:
        """Return the greatest y of the curve left of some x."""
        points = self.curve.points
        return float(points[points[:, 0] <= until, 1].max())

    def _draw_start(self, area: Slot, stem: float) -> None:
        """Draw the first value above the curve, the axis, and the line down to the card."""
        px = self.frame.px
        first = Words(self.spec.first, self.frame, color=theme.MUTED)
        if first.width > area.width:
            first = Words(self.spec.first_number, self.frame, color=theme.MUTED)
        start = self.curve.get_start()
        y = min(self._highest(start[0] + first.width) + px(CLEAR), area.top - px(theme.LABEL / 2))
        self.before.add(first.put(np.array([area.left, y, 0]), -1), self._dot(start))
        foot = np.array([stem, area.bottom, 0.0])
        ends = (area.at(0, 0), area.at(1, 0)), (foot, foot - np.array([0, px(theme.LABEL), 0]))
        strokes = (Stroke(*pair, stroke_color=theme.WIRE, stroke_width=FINE) for pair in ends)
        self.before.add(*(stroke.set_z_index(layers.WIRES) for stroke in strokes))

    def _draw_end(self, plot: Slot, bottom: float) -> None:
        """Draw the last value right of the curve."""
        px, end = self.frame.px, self.curve.get_end()
        y = min(max(end[1], bottom + px(theme.LABEL / 2) + px(FLOOR)), plot.top)
        last = Words(self.spec.last, self.frame, weight="SEMIBOLD")
        self.after.add(self._dot(end), last.put(np.array([end[0] + px(16), y, 0]), -1))

    def _dot(self, point: Point3D) -> Dot:
        dot = Dot(point, radius=self.frame.px(DOT), color=theme.INK)
        return dot.set_z_index(layers.PACKETS)
