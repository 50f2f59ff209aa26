"""The ground: a soft light in the frame's middle, dithered, as a camera's background."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import ManimColor

from scenes import theme

HIGH = 0.42  # how far down the brightest point is, part of the frame's height
OPAQUE = 255
# Dithering hides the steps between two values of eight bits. A regular pattern (Bayer, 1973) costs
# an encoder half of what noise does, and is the same everywhere.
PATTERN = 3  # it repeats after two to the power of this, pixels

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


def ground(width: int, height: int) -> Pixels:
    """Return the ground of the theme in use, opaque, uint8, shape (height, width, 4).

    It is kept, and must not be changed.
    """
    return _ground(width, height, theme.GROUND, theme.GROUND_MIDDLE)


@lru_cache(4)
def _ground(width: int, height: int, corner: str, middle: str) -> Pixels:
    light = _light(width, height)[..., None]
    far, near = (255 * np.array(ManimColor(color).to_rgb()) for color in (corner, middle))
    pixels = np.full((height, width, 4), OPAQUE, np.uint8)
    pixels[..., :3] = np.floor(far + (near - far) * light + _thresholds(width, height)[..., None])
    pixels.flags.writeable = False
    return pixels


def _light(width: int, height: int) -> Floats:
    """Return how bright the ground is, from 1 in the middle to 0 at the farthest corners."""
    across = (np.arange(width) + 0.5) / width - 0.5
    down = ((np.arange(height) + 0.5) / height - HIGH) * height / width
    farthest = np.hypot(0.5, (1 - HIGH) * height / width)
    distance: Floats = np.hypot(across, down[:, None]) / farthest
    return np.cos(np.pi / 2 * distance) ** 2


def _thresholds(width: int, height: int) -> Floats:
    """Return the dithering pattern, above 0 and below 1, shape (height, width)."""
    pattern = np.zeros((1, 1))
    for _ in range(PATTERN):
        pattern = np.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    side = len(pattern)
    repeated = np.tile((pattern + 0.5) / side**2, (-(-height // side), -(-width // side)))
    return repeated[:height, :width]


def lay(camera: Any) -> None:
    """Lay the ground below what a camera of Manim draws, as transparent as its background was."""
    pixels = ground(camera.pixel_width, camera.pixel_height).copy()
    pixels[..., 3] = camera.background[..., 3]
    camera.set_background(pixels)
    camera.ground = f"{theme.GROUND} {theme.GROUND_MIDDLE}"  # Manim's cache sees this, no pixels
    camera.reset()
