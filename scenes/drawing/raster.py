"""Images in the frame's own pixels: large content that NumPy changes, and that needs no scaling."""

import numpy as np
import numpy.typing as npt
from manim import RESAMPLING_ALGORITHMS, ImageMobject, ManimColor, config, smooth

from scenes.drawing.layout import Frame

Floats = npt.NDArray[np.float32]
STEPS = 64  # of the table of Manim's ``smooth``


def pixel_of(frame: Frame) -> float:
    """Return the side of a pixel of the rendered frame, in Manim's units."""
    return frame.height / int(config.pixel_height)


def blank(rows: int, columns: int, left: float, top: float, pixel: float) -> ImageMobject:
    """Return a transparent image with the frame's own pixels, with its top left corner at a place.

    Manim draws it ten times as fast as an image that it has to scale.
    """
    pixels = np.zeros((rows, columns, 4), np.uint8)
    image = ImageMobject(pixels, resampling_algorithm=RESAMPLING_ALGORITHMS["nearest"])
    height, width = rows * pixel, columns * pixel
    image.stretch_to_fit_height(height)
    image.stretch_to_fit_width(width)
    return image.move_to(np.array([left + width / 2, top - height / 2, 0.0]))


def eased(parts: Floats) -> Floats:
    """Return Manim's ``smooth`` of many numbers, interpolated from a table."""
    steps = np.linspace(0, 1, STEPS + 1)
    found: Floats = np.interp(parts, steps, [smooth(x) for x in steps]).astype(np.float32)
    return found


def rgb(color: str) -> Floats:
    """Return a colour as three numbers from 0 to 1."""
    return np.array(ManimColor(color).to_rgb(), np.float32)
