"""The loss curves of many workers in one plot: thin lines, and one labelled curve."""

from collections.abc import Sequence

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
from scenes.drawing.plot import polyline
from scenes.drawing.text import Words
from scenes.stage.loss_curve import DOT, FINE, STROKE, Scale
from scenes.story.specs import CurveSpec
from scenes.text.lines import Text

GAP = 20  # pixels between the plot and its labels
LEADING = 40  # pixels from the name to the value under it
FLOOR = 12  # pixels between the lowest loss and the axis
THIN = 1.5  # pixels of a thin line
OVERSAMPLING = 2  # of thin lines
STRONGEST = 0.8  # opacity of a thin line at most
TOGETHER = 3.4  # opacity of a thin line, times the square root of their number


class CurveBundle(Group):
    """One labelled curve and thin ones to one scale. ``before`` is visible before the curves."""

    def __init__(
        self, name: Text, spec: CurveSpec, others: Sequence[CurveSpec], area: Slot, frame: Frame
    ) -> None:
        self.frame = frame
        scale = Scale.of([spec, *others])
        px = frame.px
        names = [Words(name, frame), Words(spec.first, frame, color=theme.MUTED)]
        last = Words(spec.last, frame, weight="SEMIBOLD")
        left = area.left + max(words.width for words in names) + px(GAP)
        right = area.right - last.width - px(GAP)
        self.plot = box(left, area.bottom + px(FLOOR), right, area.top - px(DOT))
        self.share = len(spec.values) / scale.batches
        self.curve = polyline(*scale.place(spec.values, self.plot), theme.INK, 1.2 * STROKE)
        self.curve.set_z_index(layers.PACKETS)
        places = [np.array(scale.place(other.values, self.plot)).T for other in others]
        self.lines = _thin_lines(places, self.plot, frame)
        self.before = VGroup(*names, self._axis())
        self._label_start(names, area)
        dot = Dot(self.curve.get_end(), radius=px(DOT), color=theme.INK)
        end = self.curve.get_end() + np.array([px(GAP - 2), 0.0, 0.0])
        end[1] = max(end[1], self.plot.bottom + px(theme.LABEL / 2))
        self.after = VGroup(dot.set_z_index(layers.PACKETS), last.put(end, -1))
        super().__init__(self.before, self.lines, self.curve, self.after)

    def run(self, run_time: float) -> Animation:
        """Draw all curves, batch by batch; then show the last value of the labelled curve."""
        labelled = Create(self.curve, run_time=self.share * run_time, rate_func=linear)
        return AnimationGroup(
            Uncover(self.lines, run_time),
            AnimationGroup(labelled, FadeIn(self.after, run_time=theme.SWAP), lag_ratio=1),
        )

    def _label_start(self, names: list[Words], area: Slot) -> None:
        """Put the name and the first value beside the curve's start, inside the area."""
        px = self.frame.px
        half = px(theme.LABEL + LEADING) / 2
        y = min(max(self.curve.get_start()[1], area.bottom + half), area.top - half)
        for words, up in zip(names, (LEADING / 2, -LEADING / 2), strict=True):
            words.put(np.array([self.plot.left - px(GAP), y + px(up), 0.0]), 1)

    def _axis(self) -> Stroke:
        low = self.plot.bottom - self.frame.px(FLOOR)
        ends = np.array([self.plot.left, low, 0]), np.array([self.plot.right, low, 0])
        return Stroke(*ends, stroke_color=theme.WIRE, stroke_width=FINE)


class Uncover(Animation):
    """The animation that uncovers an image evenly from left to right."""

    def __init__(self, image: ImageMobject, run_time: float) -> None:
        self.image = image
        self.opacity = image.pixel_array[..., 3].copy()
        super().__init__(image, introducer=True, run_time=run_time, rate_func=linear)

    def interpolate_mobject(self, alpha: float) -> None:
        """Make the left part visible."""
        width = self.opacity.shape[1]
        visible = np.arange(width) < min(alpha, 1.0) * width
        self.image.pixel_array[..., 3] = np.where(visible, self.opacity, 0)


def _thin_lines(curves: list[npt.NDArray[np.float64]], plot: Slot, frame: Frame) -> ImageMobject:
    """Return many curves, each of shape (batches, 2), as one image; crossings are brighter."""
    pixel, fine = frame.height / config.pixel_height, OVERSAMPLING
    thickness = max(1, round(fine * frame.px(THIN) / pixel))
    width, height = (max(1, round(side / pixel)) for side in (plot.width, plot.height))
    lines = np.zeros((fine * height, fine * width), np.float32)  # at each pixel
    for curve in curves:
        sheet = Image.new("1", (fine * width, fine * height))
        corners = (curve - [plot.left, plot.top]) * [1, -1] / pixel * fine
        ImageDraw.Draw(sheet).line([tuple(c) for c in corners], fill=1, width=thickness)
        lines += np.asarray(sheet)
    opacity = min(STRONGEST, TOGETHER / max(len(curves), 1) ** 0.5)
    covered = 1 - (1 - opacity) ** lines.reshape(height, fine, width, fine).mean(axis=(1, 3))
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., :3] = [round(255 * part) for part in ManimColor(theme.MUTED).to_rgb()]
    pixels[..., 3] = np.round(255 * covered)
    image = ImageMobject(pixels)
    image.stretch_to_fit_height(plot.height).stretch_to_fit_width(plot.width)
    return image.move_to(plot.center).set_z_index(layers.CONTENT)
