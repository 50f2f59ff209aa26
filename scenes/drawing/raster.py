"""Images in the frame's own pixels: large content that NumPy changes, and Manim need not scale."""

import numpy as np
import numpy.typing as npt
from manim import RESAMPLING_ALGORITHMS, ImageMobject, ManimColor, config, smooth
from PIL import Image

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


def resized(tiles: npt.NDArray[np.uint8], side: int) -> Floats:
    """Return tiles of another size, 0 to 1: the mean over each pixel's area, or interpolated.

    Args:
        tiles: uint8, shape (examples, side, side, 3).
        side: their new side, in pixels.
    """
    if side > tiles.shape[1]:
        bicubic = Image.Resampling.BICUBIC
        large = [Image.fromarray(tile).resize((side, side), bicubic) for tile in tiles]
        return np.stack([np.asarray(each, np.float32) for each in large]) / np.float32(255)
    weights = _area_weights(tiles.shape[1], side)
    values = tiles / np.float32(255)
    mean: Floats = np.einsum("yi,nijc,xj->nyxc", weights, values, weights, optimize=True)
    return mean


def _area_weights(old: int, new: int) -> Floats:
    """Return the part that each old pixel has in each new, larger one, shape (new, old)."""
    edges = np.arange(new + 1)[:, None] * old / new
    upto = np.clip(edges - np.arange(old), 0, 1)  # of each old pixel, up to each edge
    weights: Floats = (np.diff(upto, axis=0) * new / old).astype(np.float32)
    return weights
