"""A worker's loss over one local epoch, batch by batch."""

from dataclasses import dataclass

import numpy as np
from manim import Animation, Create, Dot, FadeIn, Rectangle, VGroup, Wait, linear
from manim import Line as Stroke

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.plot import polyline, scaled
from scenes.drawing.text import Words
from scenes.story.specs import CurveSpec

STROKE = 2.2
FINE = 1.6
DOT = 6  # pixels
ABOVE = theme.LABEL + 12  # pixels that the first value takes above the curve
BESIDE = 88  # pixels that the last value takes beside it
CLEAR = theme.LABEL / 2 + 12  # pixels from the curve to the middle of the first value above it
FLOOR = 12  # pixels between the lowest loss and the line under the chart


@dataclass(frozen=True)
class Scale:
    """What all curves of a round are drawn to: the range of the loss, and the most batches."""

    low: float
    high: float
    batches: int

    @classmethod
    def of(cls, curves: "list[CurveSpec]") -> "Scale":
        """Return the scale that holds some curves."""
        values = [value for spec in curves for value in spec.values]
        return cls(min(values), max(values), max(len(spec.values) for spec in curves))


class LossCurve(VGroup):
    """A loss curve with its first and last value. ``before`` is there when it begins."""

    def __init__(
        self, spec: CurveSpec, area: Slot, scale: Scale, frame: Frame, stem: float | None = None
    ) -> None:
        """Draw into an area; without a ``stem``, unlabelled on a ground of its own.

        ``stem`` is the x at which a line goes down from the chart's floor to the worker's card.
        """
        self.spec, self.frame = spec, frame
        self.share = len(spec.values) / scale.batches
        labelled = stem is not None
        up, right, down = (ABOVE, BESIDE, FLOOR) if labelled else (8, 8, 8)
        px = frame.px
        plot = box(area.left, area.bottom + px(down), area.right - px(right), area.top - px(up))
        xs = scaled(range(len(spec.values)), 0, max(scale.batches - 1, 1), plot.left, plot.right)
        ys = scaled(spec.values, scale.low, scale.high, plot.bottom, plot.top)
        self.curve = polyline(xs, ys, theme.INK, STROKE).set_z_index(layers.PACKETS)
        self.before, self.after = VGroup(), VGroup()
        if stem is None:
            ground = Rectangle(width=area.width, height=area.height, stroke_width=0)
            ground.set_fill(theme.PANEL, opacity=0.9).move_to(area.center)
            self.before.add(ground.set_z_index(layers.VEILS))
        else:
            self._label(area, plot, stem)
        super().__init__(self.before, self.curve, self.after)

    def run(self, run_time: float) -> Animation:
        """Draw the curve; the worker with the most batches takes all of the time."""
        return Create(self.curve, run_time=self.share * run_time, rate_func=linear)

    def end(self) -> Animation:
        """Bring in the last value, if it has a label."""
        return FadeIn(self.after) if len(self.after) else Wait(theme.SWAP)

    def _highest(self, until: float) -> float:
        """Return the curve's greatest y left of some x: a label above it has to clear that."""
        points = self.curve.points
        return float(points[points[:, 0] <= until, 1].max())

    def _label(self, area: Slot, plot: Slot, stem: float) -> None:
        """Name both ends where a falling curve leaves room, and tie the chart to its card."""
        px = self.frame.px
        first = Words(self.spec.first, self.frame, color=theme.MUTED)
        if first.width > area.width:
            first = Words(self.spec.first_number, self.frame, color=theme.MUTED)
        begin = self.curve.get_start()
        y = min(self._highest(begin[0] + first.width) + px(CLEAR), area.top - px(theme.LABEL / 2))
        dot = Dot(begin, radius=px(DOT), color=theme.INK).set_z_index(layers.PACKETS)
        self.before.add(first.put(np.array([area.left, y, 0]), -1), dot)
        low = area.bottom
        foot = np.array([stem, low, 0.0])
        floor = Stroke(area.at(0, 0), area.at(1, 0), stroke_color=theme.WIRE, stroke_width=FINE)
        tie = Stroke(foot, foot - np.array([0, px(theme.LABEL), 0]), stroke_color=theme.WIRE)
        tie.set_stroke(width=FINE)
        self.before.add(*(stroke.set_z_index(layers.WIRES) for stroke in (floor, tie)))
        end = self.curve.get_end()
        half = px(theme.LABEL / 2)
        y = min(max(end[1], low + half + px(FLOOR)), plot.top)
        last = Words(self.spec.last, self.frame, weight="SEMIBOLD")
        dot = Dot(end, radius=px(DOT), color=theme.INK).set_z_index(layers.PACKETS)
        self.after.add(dot, last.put(np.array([end[0] + px(16), y, 0]), -1))
