"""Halos: a soft light around what is lit, or, in a light theme, a soft shadow below it.

A halo is one small image, which is resampled; many strokes would cost more.
"""

import numpy as np
import numpy.typing as npt
from manim import ImageMobject, ManimColor

from scenes import theme
from scenes.drawing.layout import Frame, Slot

Floats = npt.NDArray[np.float64]

REACH = 33  # pixels from the edge to the end of the light
STRENGTH, FALL = 0.36, 1.85  # opacity at the edge, and how fast it falls
SHADOW, SHADOW_FALL, DOWN = 0.15, 1.6, 8  # the same of a shadow; pixels by which it is lower
INSIDE = 14  # pixels of light under the edge, so that no gap shows
COARSE = 3  # pixels of a pixel of the image


def distances(width: int, height: int, slot: Slot, corner: float) -> Floats:
    """Return how far each pixel is outside a rectangle with round corners, shape (height, width).

    Args:
        width: pixels of the image.
        height: pixels of the image.
        slot: the rectangle, in pixels from the top left, y down.
        corner: the radius of its corners, in pixels.
    """
    x = np.abs(np.arange(width) + 0.5 - slot.x) - slot.width / 2 + corner
    y = np.abs(np.arange(height) + 0.5 - slot.y)[:, None] - slot.height / 2 + corner
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0))
    away: Floats = outside + np.minimum(np.maximum(x, y), 0) - corner
    return away


def light(away: Floats, reach: float = REACH) -> Floats:
    """Return the opacity of a light at a distance from its edge, both in pixels of 1080."""
    near = np.clip(1 - np.maximum(away, 0) / reach, 0, 1)
    strength, fall = (STRENGTH, FALL) if theme.dark() else (SHADOW, SHADOW_FALL)
    opacity: Floats = strength * near**fall
    return opacity


def halo(slot: Slot, corner: float, frame: Frame, color: str) -> ImageMobject:
    """Return the halo around a rectangle with round corners; in a light theme its shadow.

    Args:
        slot: the rectangle.
        corner: the radius of its corners, in pixels of 1080.
        frame: the frame.
        color: the colour of the light.
    """
    step = frame.px(COARSE)
    columns, rows = (
        round((side + 2 * frame.px(REACH)) / step) for side in (slot.width, slot.height)
    )
    inner = Slot(columns / 2, rows / 2, slot.width / step, slot.height / step)
    away = COARSE * distances(columns, rows, inner, corner / COARSE)
    pixels = np.zeros((rows, columns, 4), np.uint8)
    pixels[..., :3] = np.round(255 * ManimColor(color if theme.dark() else "#000000").to_rgb())
    pixels[..., 3] = np.round(255 * np.where(away > -INSIDE, light(away), 0))
    image = ImageMobject(pixels)
    image.stretch_to_fit_width(columns * step).stretch_to_fit_height(rows * step)
    down = 0.0 if theme.dark() else frame.px(DOWN)
    return image.move_to(slot.center - np.array([0.0, down, 0.0]))
