"""The loss curve of one worker over its local epochs, batch by batch, in small on its card."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manim import Animation, AnimationGroup, Create, FadeIn, FadeOut, VGroup, linear

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Rounded
from scenes.drawing.plot import polyline, scaled
from scenes.drawing.text import Words
from scenes.story.specs import CurveSpec

STROKE = 2.2
FINE = 1.6
DOT = 6  # pixels
PAD, CORNER = 11, 9  # pixels
COVER = 0.95  # opacity of the strip under the curve


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
    """A loss curve on a strip, with its first and last value above it where there is room."""

    def __init__(self, spec: CurveSpec, area: Slot, scale: Scale, frame: Frame) -> None:
        self.share = len(spec.values) / scale.batches
        px = frame.px
        inner = area.inset(px(PAD))
        first = Words(spec.first_number, frame, color=theme.MUTED)
        last = Words(spec.last, frame, weight="SEMIBOLD")
        wide = first.width + last.width + px(PAD) <= inner.width
        tall = inner.height >= px(2 * theme.LABEL)
        self.first, self.last = VGroup(), VGroup()
        top = inner.top
        if wide and tall:
            y = inner.top - px(theme.LABEL / 2)
            self.first.add(first.put(np.array([inner.left, y, 0.0]), -1))
            self.last.add(last.put(np.array([inner.right, y, 0.0]), 1))
            top -= px(theme.LABEL + PAD)
        plot = box(inner.left, inner.bottom, inner.right, top)
        self.strip = Rounded(corner_radius=px(CORNER), width=area.width, height=area.height)
        self.strip.set_stroke(width=0).set_fill(theme.PANEL, COVER).move_to(area.center)
        self.curve = polyline(*scale.place(spec.values, plot), theme.INK, STROKE)
        self.before = VGroup(self.strip.set_z_index(layers.VEILS), self.first)
        for part in (self.first, self.curve, self.last):
            part.set_z_index(layers.VEILS + 0.1)
        super().__init__(self.before, self.curve, self.last)

    def run(self, run_time: float) -> Animation:
        """Draw the curve; only a curve with the most batches takes all of the time."""
        drawn = Create(self.curve, run_time=self.share * run_time, rate_func=linear)
        if not len(self.last):
            return drawn
        return AnimationGroup(drawn, FadeIn(self.last, run_time=theme.SWAP), lag_ratio=1)

    def leave(self) -> Animation:
        """Remove the curve."""
        return FadeOut(self, run_time=theme.SWAP)
