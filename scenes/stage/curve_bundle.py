"""The loss of many workers over one local epoch, in one plot: thin lines, and one that is named."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    Create,
    Dot,
    FadeIn,
    Group,
    ImageMobject,
    ManimColor,
    VGroup,
    config,
    linear,
)
from manim import Line as Stroke
from PIL import Image, ImageDraw

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.plot import polyline, scaled
from scenes.drawing.text import Words
from scenes.stage.loss_curve import DOT, FINE, STROKE, Scale
from scenes.story.specs import CurveSpec
from scenes.text.lines import Text

GAP = 20  # pixels between the plot and what names it
LEADING = 40  # pixels from the name to the value under it
FLOOR = 12  # pixels between the lowest loss and the line under the plot
THIN = 1.5  # pixels of a frame whose shorter side has 1080 of them
FINER = 2  # times as fine are thin lines drawn, and then averaged
STRONGEST = 0.8  # opacity of a thin line at most
TOGETHER = 3.4  # opacity of thin lines, times the root of their number


class CurveBundle(Group):
    """Every curve to one scale. ``before`` is there when they begin to be drawn."""

    def __init__(
        self, name: Text, spec: CurveSpec, others: Mapping[int, CurveSpec], area: Slot, frame: Frame
    ) -> None:
        """Name one curve, ``told``; all ``others`` are thin."""
        self.frame = frame
        scale = Scale.of([spec, *others.values()])
        px = frame.px
        names = [Words(name, frame), Words(spec.first, frame, color=theme.MUTED)]
        last = Words(spec.last, frame, weight="SEMIBOLD")
        left = area.left + max(words.width for words in names) + px(GAP)
        right = area.right - last.width - px(GAP)
        self.plot = box(left, area.bottom + px(FLOOR), right, area.top - px(DOT))
        points = _placed(spec, scale, self.plot)
        self.share = len(spec.values) / scale.batches
        self.curve = polyline(points[:, 0].tolist(), points[:, 1].tolist(), theme.INK, 1.2 * STROKE)
        self.curve.set_z_index(layers.PACKETS)
        placed = [_placed(other, scale, self.plot) for other in others.values()]
        self.lines = _thin_lines(placed, self.plot, frame)
        self.before = VGroup(*names, self._floor())
        self._name(names, points[0], area)
        dot = Dot(self.curve.get_end(), radius=px(DOT), color=theme.INK)
        end = self.curve.get_end() + np.array([px(GAP - 2), 0.0, 0.0])
        end[1] = max(end[1], self.plot.bottom + px(theme.LABEL / 2))
        self.after = VGroup(dot.set_z_index(layers.PACKETS), last.put(end, -1))
        super().__init__(self.before, self.lines, self.curve, self.after)

    def run(self, run_time: float) -> Animation:
        """Draw all curves, batch by batch, and then the named one's last value."""
        named = Create(self.curve, run_time=self.share * run_time, rate_func=linear)
        return AnimationGroup(
            Unroll(self.lines, run_time),
            AnimationGroup(named, FadeIn(self.after, run_time=theme.SWAP), lag_ratio=1),
        )

    def _name(self, names: list[Words], start: npt.NDArray[np.float64], area: Slot) -> None:
        """Put the name and the first value beside the curve's start, inside the area."""
        px = self.frame.px
        half = px(theme.LABEL + LEADING) / 2
        y = min(max(start[1], area.bottom + half), area.top - half)
        for words, up in zip(names, (LEADING / 2, -LEADING / 2), strict=True):
            words.put(np.array([self.plot.left - px(GAP), y + px(up), 0.0]), 1)

    def _floor(self) -> Stroke:
        low = self.plot.bottom - self.frame.px(FLOOR)
        ends = np.array([self.plot.left, low, 0]), np.array([self.plot.right, low, 0])
        return Stroke(*ends, stroke_color=theme.WIRE, stroke_width=FINE)


class Unroll(Animation):
    """A picture is uncovered evenly from the left to the right."""

    def __init__(self, image: ImageMobject, run_time: float) -> None:
        self.image = image
        self.opacity = image.pixel_array[..., 3].copy()
        super().__init__(image, introducer=True, run_time=run_time, rate_func=linear)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the part on the left."""
        width = self.opacity.shape[1]
        shown = np.arange(width) < min(alpha, 1.0) * width
        self.image.pixel_array[..., 3] = np.where(shown, self.opacity, 0)


def _placed(spec: CurveSpec, scale: Scale, plot: Slot) -> npt.NDArray[np.float64]:
    """Return a curve's points, (batches, 2)."""
    last = max(scale.batches - 1, 1)
    xs = scaled(range(len(spec.values)), 0, last, plot.left, plot.right)
    ys = scaled(spec.values, scale.low, scale.high, plot.bottom, plot.top)
    return np.array([xs, ys]).T


def _thin_lines(curves: list[npt.NDArray[np.float64]], plot: Slot, frame: Frame) -> ImageMobject:
    """Return many curves as one picture; where they cross it is brighter."""
    pixel = frame.height / config.pixel_height
    thickness = max(1, round(FINER * frame.px(THIN) / pixel))
    width, height = (max(1, round(side / pixel)) for side in (plot.width, plot.height))
    passed = np.zeros((FINER * height, FINER * width), np.float32)
    for curve in curves:
        sheet = Image.new("1", (FINER * width, FINER * height))
        corners = (curve - [plot.left, plot.top]) * [1, -1] / pixel * FINER
        ImageDraw.Draw(sheet).line([tuple(c) for c in corners], fill=1, width=thickness)
        passed += np.asarray(sheet)
    opacity = min(STRONGEST, TOGETHER / max(len(curves), 1) ** 0.5)
    covered = 1 - (1 - opacity) ** passed.reshape(height, FINER, width, FINER).mean(axis=(1, 3))
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., :3] = [round(255 * part) for part in ManimColor(theme.MUTED).to_rgb()]
    pixels[..., 3] = np.round(255 * covered)
    image = ImageMobject(pixels)
    image.stretch_to_fit_height(plot.height).stretch_to_fit_width(plot.width)
    return image.move_to(plot.center).set_z_index(layers.CONTENT)
