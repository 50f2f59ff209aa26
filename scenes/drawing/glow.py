"""The glow and the shadow of a rounded panel, each one small image below it.

While it stands still, the fast renderer keeps what it drew; while it moves or fades, it costs about
as much as a photo of its size.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from manim import ImageMobject, ManimColor

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.panel import CORNER

GLOW = 34.0  # pixels by which a glow reaches beyond its panel
SHADOW = 30.0
FALL = 10.0  # pixels by which a shadow lies lower than its panel
COARSE = 4.0  # pixels of the film for one of the image: it is soft all over
MOST_KEPT = 64  # cached sizes
# The light of what flies, which is drawn as one image with it.
REACH = 33  # pixels from the edge to the end of the light
STRENGTH, FALLS = 0.36, 1.85  # opacity at the edge, and how fast it falls
SHADE, SHADE_FALLS, DOWN = 0.15, 1.6, 8  # the same of a shadow; pixels by which it is lower
INSIDE = 14  # pixels of light under the edge, so that no gap shows

Floats = npt.NDArray[np.float64]


class Soft(ImageMobject):
    """A coloured area below a rounded panel that fades out with the distance from it.

    Fade it as any image, and move it with its panel: ``Group(Glow(...), panel)``.

    Args:
        slot: the place of the panel.
        frame: the frame.
        color: its colour.
        opacity: its highest opacity, 0 to 1.
        fade: pixels from the panel's edge at which it begins to fade, and at which it ends.
        corner: the radius of the panel's corners, pixels.
    """

    def __init__(
        self,
        slot: Slot,
        frame: Frame,
        color: str,
        opacity: float,
        fade: tuple[float, float],
        corner: float = CORNER,
    ) -> None:
        begin, reach = fade
        width, height = (round(side / frame.px(1), 1) for side in (slot.width, slot.height))
        opacities = 255 * opacity * _falloff(width, height, corner, begin, reach)
        pixels = np.zeros((*opacities.shape, 4), np.uint8)
        pixels[..., :3] = np.round(255 * np.array(ManimColor(color).to_rgb()))
        pixels[..., 3] = np.round(opacities)
        super().__init__(pixels)
        self.stretch_to_fit_width(slot.width + 2 * frame.px(reach))
        self.stretch_to_fit_height(slot.height + 2 * frame.px(reach))
        self.move_to(slot.center).set_z_index(layers.SOFT)


class Shadow(Soft):
    """The shadow that a panel casts on the ground, a little lower than the panel."""

    def __init__(
        self, slot: Slot, frame: Frame, corner: float = CORNER, reach: float = SHADOW
    ) -> None:
        super().__init__(slot, frame, theme.SHADOW, theme.SHADE, (-corner, reach), corner)
        self.shift(np.array([0.0, -frame.px(FALL), 0.0]))


def glow(slot: Slot, frame: Frame, color: str | None = None, corner: float = CORNER) -> Soft:
    """Return the light around a panel that is lit; in the light theme, a wider shadow instead.

    Args:
        slot: the place of the panel.
        frame: the frame.
        color: the colour of the panel's edge; None is that of ink.
        corner: the radius of the panel's corners, pixels.
    """
    if not theme.GLOW:
        return Shadow(slot, frame, corner, 2 * SHADOW)
    return Soft(slot, frame, color or theme.INK, theme.GLOW, (0.0, GLOW), corner)


@lru_cache(MOST_KEPT)
def _falloff(width: float, height: float, corner: float, begin: float, reach: float) -> Floats:
    """Return the opacity below and around a rounded rectangle, 1 where it is highest.

    All lengths are pixels; ``begin`` is at least minus ``corner``.
    """
    across, down = (
        np.abs(np.linspace(-side / 2 - reach, side / 2 + reach, round((side + 2 * reach) / COARSE)))
        for side in (width, height)
    )
    beyond = np.hypot(
        np.maximum(across - width / 2 + corner, 0),
        np.maximum(down - height / 2 + corner, 0)[:, None],
    )
    share: Floats = np.clip((beyond - corner - begin) / (reach - begin), 0, 1)
    return (1 - share) ** 2


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
    strength, fall = (STRENGTH, FALLS) if theme.dark() else (SHADE, SHADE_FALLS)
    opacity: Floats = strength * near**fall
    return opacity
