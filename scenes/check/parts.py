"""What is drawn: single shapes and images, and the texts that glyphs belong to."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Mobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject

from scenes.check.boxes import Box, around

Floats = npt.NDArray[np.float64]
STEPS = np.linspace(0, 1, 7)  # of a Bézier curve that is drawn as straight strokes
# Weights of a cubic curve's four points at these steps, (steps, 4).
BERNSTEIN = np.stack(
    [
        (1 - STEPS) ** 3,
        3 * STEPS * (1 - STEPS) ** 2,
        3 * STEPS**2 * (1 - STEPS),
        STEPS**3,
    ],
    axis=1,
)


@dataclass(eq=False)
class Part:
    """One mobject that has points of its own.

    ``fill`` and ``stroke`` are opacities, 0 where there is none; colours are RGB, 0 to 1, (n, 3).
    """

    mobject: Mobject
    box: Box
    fill: float = 0.0
    stroke: float = 0.0
    fill_colors: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    stroke_colors: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    is_image: bool = False

    @property
    def opacity(self) -> float:
        """How far it can be seen."""
        return max(self.fill, self.stroke)

    @cached_property
    def strokes(self) -> Floats:
        """Its outline as straight strokes, (n, 2 ends, 2)."""
        if not isinstance(self.mobject, VMobject):
            return np.zeros((0, 2, 2))
        curves = self.mobject.points[: len(self.mobject.points) // 4 * 4, :2].reshape(-1, 4, 2)
        points = np.einsum("sp,cpd->csd", BERNSTEIN, curves)
        ends: Floats = np.stack([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 2, 2)
        return ends

    @cached_property
    def outline(self) -> Floats:
        """Its strokes, and those that close what a fill closes, (n, 2 ends, 2)."""
        strokes = self.strokes
        if self.is_image:
            left, bottom, right, top = self.box
            corners = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
            return np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
        if not len(strokes):
            return strokes
        breaks = np.flatnonzero(np.abs(strokes[1:, 0] - strokes[:-1, 1]).max(axis=1) > 1e-6)
        starts = np.concatenate([[0], breaks + 1])
        stops = np.concatenate([breaks, [len(strokes) - 1]])
        closing = np.stack([strokes[stops, 1], strokes[starts, 0]], axis=1)
        return np.concatenate([strokes, closing])


@dataclass(eq=False)
class Lettering:
    """One text on screen. ``role`` is "caption", "title" or "label".

    ``top`` is the place in the drawing order of its uppermost glyph.
    """

    owner: Mobject
    words: str
    role: str
    parts: list[Part]
    top: int
    strayed: bool = False

    @cached_property
    def box(self) -> Box:
        """The box around all glyphs."""
        return around(part.box for part in self.parts)

    @cached_property
    def boxes(self) -> list[Box]:
        """The boxes that are compared with others: glyphs one by one where they went apart."""
        return [part.box for part in self.parts] if self.strayed else [self.box]

    @cached_property
    def opacity(self) -> float:
        """How far its best visible glyph can be seen."""
        return max(part.opacity for part in self.parts)


def read_part(mobject: Mobject, is_glyph: bool) -> Part:
    """Read one mobject."""
    if isinstance(mobject, AbstractImageMobject):
        return _image(mobject)
    if not isinstance(mobject, VMobject):
        return Part(mobject, _extent(mobject.points), fill=1.0)
    fills, strokes = mobject.get_fill_rgbas(), mobject.get_stroke_rgbas()
    has_stroke = bool(mobject.get_stroke_width() > 0) and len(strokes) > 0
    return Part(
        mobject,
        _extent(mobject.points) if is_glyph else _true_extent(mobject.points),
        float(fills[:, 3].max()) if len(fills) else 0.0,
        float(strokes[:, 3].max()) if has_stroke else 0.0,
        np.asarray(fills[:, :3]),
        np.asarray(strokes[:, :3]),
    )


def _image(image: Any) -> Part:
    """Read an image: it is as opaque as its most opaque pixel."""
    pixels = image.get_pixel_array()
    opacity = float(pixels[..., 3].max()) / 255 if pixels.shape[-1] == 4 else 1.0
    return Part(image, _extent(image.points), fill=opacity, is_image=True)


def _extent(points: Floats) -> Box:
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _true_extent(points: Floats) -> Box:
    """Return the box around curves, whose control points may lie outside of it."""
    if len(points) % 4 or not len(points):
        return _extent(points)
    middles = (points[0::4] + 3 * points[1::4] + 3 * points[2::4] + points[3::4]) / 8
    return _extent(np.concatenate([points[0::4], points[3::4], middles]))
