"""A model's weights as dots of one image: the brighter a dot, the further its weight has moved."""

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt
from manim import Group, ImageMobject
from PIL import Image

from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.raster import blank, pixel_of, rgb

# Of a dot that has not moved, one that has, and the farthest: lights in the dark in every theme.
DARK, RED, WHITE = "#141A22", "#F0705A", "#FFF1EC"
BRIGHTEST = 99.3  # percentile of the last distances from which a dot is white
GAMMA = 0.8
REDDEST = 0.6  # brightness of a dot that is red; from there it goes on to white

Values = npt.NDArray[np.float32]


class WeightDots(Group):
    """The weights in the model's order, row by row, so that its layers are bands.

    A dot is as bright in a light theme as in a dark one.

    Args:
        moved: how far each dot's weight is from where it began, float32, shape (steps, dots).
        steps: after which it was that far; between them the dots fade.
        area: the dots fill its width.
        frame: the frame.
    """

    def __init__(self, moved: Values, steps: Sequence[int], area: Slot, frame: Frame) -> None:
        self.steps = steps
        self.columns = ceil(sqrt(moved.shape[1]))
        self.rows = ceil(moved.shape[1] / self.columns)
        self.light = _light(moved, moved[-1])
        self.first = self._first_light(moved)
        self.colors = _colors()
        self.image = self._blank(area, frame)
        super().__init__(self.image.set_z_index(layers.CONTENT))
        self.draw_to(steps[0])

    def draw_to(self, step: float, flash: float = 0.0) -> None:
        """Draw the dots after a step, which may be a fraction.

        ``flash`` is 0 to 1: how much the first movement stands out, which is small beside the last.
        """
        i = min(max(bisect_right(self.steps, step) - 1, 0), len(self.steps) - 2)
        start, end = self.steps[i : i + 2]
        part = min(max((step - start) / (end - start), 0.0), 1.0)
        light = self.light[i] + part * (self.light[i + 1] - self.light[i])
        if flash:
            light = np.maximum(light, flash * self.first)
        self._paint(light)

    def _first_light(self, moved: Values) -> Values:
        """Return the dots after the first movement, as bright as if it were the last one."""
        found = next((row for row in moved if row.any()), moved[-1])
        return _light(found, found)

    def _paint(self, light: Values) -> None:
        cells = np.zeros(self.rows * self.columns, np.uint8)
        cells[: len(light)] = np.round(255 * light)
        image = Image.fromarray(cells.reshape(self.rows, self.columns))
        height, width = self.image.pixel_array.shape[:2]
        pixels = image.resize((width, height), Image.Resampling.BOX)
        self.image.pixel_array[..., :3] = self.colors[np.asarray(pixels)]

    def _blank(self, area: Slot, frame: Frame) -> ImageMobject:
        """Return the image in the frame's own pixels, in the middle of the area."""
        pixel = pixel_of(frame)
        width = round(area.width / pixel)
        height = min(round(width * self.rows / self.columns), round(area.height / pixel))
        left, top = (round(x / pixel) * pixel for x in (area.left, area.y + height * pixel / 2))
        image = blank(height, width, left, top, pixel)
        image.pixel_array[..., 3] = 255
        image.orig_alpha_pixel_array = image.pixel_array[..., 3].copy()
        return image


def _light(moved: Values, last: Values) -> Values:
    """Return the brightness of distances, 0 to 1, so that few of the ``last`` ones are white."""
    white = float(np.percentile(last, BRIGHTEST)) or float(last.max()) or 1.0
    light: Values = np.clip(moved / np.float32(white), 0, 1) ** np.float32(GAMMA)
    return light


def _colors() -> npt.NDArray[np.uint8]:
    """Return the colour of each brightness, shape (256, 3): dark, red, white."""
    dark, red, white = (255 * rgb(color) for color in (DARK, RED, WHITE))
    light = np.linspace(0, 1, 256)[:, None]
    low, high = np.clip(light / REDDEST, 0, 1), np.clip((light - REDDEST) / (1 - REDDEST), 0, 1)
    return np.asarray(np.round(dark + low * (red - dark) + high * (white - red)), np.uint8)
