"""The ground: a soft light in the frame's middle, dithered, as a camera's background."""

# ruff: noqa: PLC0415  # movies are joined in a process without Manim

from functools import lru_cache
from hashlib import sha256
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt

from scenes import theme
from scenes.drawing.palettes import PALETTES

HIGH = 0.42  # how far down the brightest point is, part of the frame's height
OPAQUE = 255
STOPS = 13  # of a gradient
# Dithering hides the steps between two values of eight bits. A regular pattern (Bayer, 1973) costs
# an encoder half of what noise does, and is the same everywhere.
PATTERN = 3  # it repeats after two to the power of this, pixels

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def ground(width: int, height: int, *, dithered: bool = True) -> Pixels:
    """Return the ground of the theme in use, opaque, uint8, shape (height, width, 4).

    It is kept, and must not be changed. Without dithering a large PNG is a megabyte smaller.
    """
    return _ground(width, height, theme.GROUND, theme.GROUND_MIDDLE, dithered)


def ground_of(name: str, width: int, height: int) -> Pixels:
    """Return the ground of a theme, as above."""
    palette = PALETTES[name]
    return _ground(width, height, palette.ground, palette.ground_middle, True)


@lru_cache(4)
def _ground(width: int, height: int, corner: str, middle: str, dithered: bool) -> Pixels:
    light = _light(width, height)
    thresholds = _thresholds(width, height) if dithered else np.float32(0.5)
    pixels = np.full((height, width, 4), OPAQUE, np.uint8)
    far, near = (bytes.fromhex(color[1:]) for color in (corner, middle))
    for channel in range(3):
        step = float(near[channel]) - float(far[channel])
        pixels[..., channel] = float(far[channel]) + step * light + thresholds
    pixels.flags.writeable = False
    return pixels


def _light(width: int, height: int) -> Floats:
    """Return how bright the ground is, from 1 in the middle to 0 at the farthest corners."""
    across = (np.arange(width, dtype=np.float32) + 0.5) / width - 0.5
    down = ((np.arange(height, dtype=np.float32) + 0.5) / height - HIGH) * height / width
    farthest = 0.25 + ((1 - HIGH) * height / width) ** 2
    distance = np.sqrt((across**2 + down[:, None] ** 2) / np.float32(farthest))
    light: Floats = _share(distance)
    return light


def _share(distance: Any) -> Any:
    """Return the part of the light at a part of the distance to the farthest corners."""
    return (1 - distance**2) ** 2


def _thresholds(width: int, height: int) -> Floats:
    """Return the dithering pattern, above 0 and below 1, shape (height, width)."""
    pattern = np.zeros((1, 1))
    for _ in range(PATTERN):
        pattern = np.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    side = len(pattern)
    repeated = np.tile((pattern + 0.5) / side**2, (-(-height // side), -(-width // side)))
    return repeated[:height, :width].astype(np.float32)


def lay(camera: Any, *, dithered: bool = True) -> None:
    """Lay the ground below what a camera of Manim draws, if its background is opaque."""
    if camera.background_opacity < 1:
        return
    pixels = ground(camera.pixel_width, camera.pixel_height, dithered=dithered)
    camera.set_background(pixels)
    camera.ground = sha256(pixels.data).hexdigest()  # Manim's cache hashes this, but no background
    camera.reset()


def paint(context: "cairo.Context[Any]", width: int, height: int) -> None:
    """Paint the ground as a gradient on a surface that has no pixels."""
    from manim import ManimColor

    middle, farthest = (width / 2, HIGH * height), np.hypot(width / 2, (1 - HIGH) * height)
    gradient = cairo.RadialGradient(*middle, 0, *middle, farthest)
    near, far = ManimColor(theme.GROUND_MIDDLE), ManimColor(theme.GROUND)
    for distance in np.linspace(0, 1, STOPS):
        color = far.interpolate(near, _share(distance))
        gradient.add_color_stop_rgb(distance, *color.to_rgb())
    context.set_source(gradient)
    context.paint()
