"""Parts of a picture: shapes, images and glyphs, and the texts that glyphs form."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Mobject, PMobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject

from scenes.check.boxes import Box, around

Floats = npt.NDArray[np.float64]
STEPS = np.linspace(0, 1, 7)  # along a Bézier curve that is split into straight strokes
# Weights of a cubic curve's four points at these steps, shape (steps, 4).
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
    """One mobject that has points: a shape, an image or a glyph.

    ``points`` are where the camera sees them, shape (n, 2). ``fill`` and ``stroke`` are opacities,
    0 for none. Colours are RGB, 0 to 1, shape (n, 3). ``pattern``: the field of vectors or the
    listing of code that it belongs to, if any. ``opacities`` are those of an image's pixels,
    0 to 255, shape (height, width), where they differ.
    """

    mobject: Mobject
    box: Box
    points: Floats
    fill: float = 0.0
    stroke: float = 0.0
    fill_colors: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    stroke_colors: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    is_image: bool = False
    pattern: Mobject | None = None
    opacities: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    @property
    def opacity(self) -> float:
        """The larger of the opacities of fill and stroke."""
        return max(self.fill, self.stroke)

    @cached_property
    def strokes(self) -> Floats:
        """The outline as straight strokes, shape (n, 2 ends, 2)."""
        if not isinstance(self.mobject, VMobject):
            return np.zeros((0, 2, 2))
        curves = self.points[: len(self.points) // 4 * 4].reshape(-1, 4, 2)
        points = np.einsum("sp,cpd->csd", BERNSTEIN, curves)
        ends: Floats = np.stack([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 2, 2)
        return ends

    def opaque(self, points: Floats, least: float) -> npt.NDArray[np.bool_]:
        """Return at which points, shape (n, 2), an image's pixels are at least so opaque."""
        rows, columns = self.opacities.shape
        across = np.floor((points[:, 0] - self.box.left) / self.box.width * columns).astype(int)
        down = np.floor((self.box.top - points[:, 1]) / self.box.height * rows).astype(int)
        found: npt.NDArray[np.bool_] = (
            (across >= 0) & (across < columns) & (down >= 0) & (down < rows)
        )
        found[found] = self.opacities[down[found], across[found]] >= 255 * least
        return found

    def seen(self, least: float) -> Box | None:
        """Return the box around what is at least so opaque, if anything is: images may fade."""
        if not self.opacities.size:
            return self.box if self.opacity >= least else None
        seen = self.opacities >= 255 * least
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        return _part_of(self.box, self.opacities.shape, rows, columns) if len(rows) else None

    @cached_property
    def outline(self) -> Floats:
        """The strokes and those that close open paths, shape (n, 2 ends, 2)."""
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
class TextOnScreen:
    """One text on screen. ``role`` is "caption", "title" or "label".

    ``top`` is the position of its last glyph in the drawing order. ``taken_apart``: its glyphs
    are animated one by one.
    """

    owner: Mobject
    words: str
    role: str
    parts: list[Part]
    top: int
    taken_apart: bool = False

    @cached_property
    def box(self) -> Box:
        """The box around all glyphs."""
        return around(part.box for part in self.parts)

    @cached_property
    def boxes(self) -> list[Box]:
        """The boxes to compare with others: one for each glyph of a text that is taken apart."""
        return [part.box for part in self.parts] if self.taken_apart else [self.box]

    @cached_property
    def opacity(self) -> float:
        """The opacity of the most visible glyph."""
        return max(part.opacity for part in self.parts)


def is_drawn(mobject: Mobject) -> bool:
    """Whether Manim draws a mobject; others only hold a number, as a ``ValueTracker`` does."""
    return isinstance(mobject, VMobject | PMobject | AbstractImageMobject)


def part_of(mobject: Mobject, is_glyph: bool, camera: Any) -> Part:
    """Return the part for one mobject that is drawn, as a camera sees it."""
    points = camera.transform_points_pre_display(mobject, mobject.points)[:, :2]
    if isinstance(mobject, AbstractImageMobject):
        return _image(mobject, points)
    if not isinstance(mobject, VMobject):
        return Part(mobject, _extent(points), points, fill=1.0)
    fills, strokes = mobject.get_fill_rgbas(), mobject.get_stroke_rgbas()
    has_stroke = bool(mobject.get_stroke_width() > 0) and len(strokes) > 0
    return Part(
        mobject,
        _extent(points) if is_glyph else _true_extent(points),
        points,
        float(fills[:, 3].max()) if len(fills) else 0.0,
        float(strokes[:, 3].max()) if has_stroke else 0.0,
        np.asarray(fills[:, :3]),
        np.asarray(strokes[:, :3]),
    )


def _image(image: Any, points: Floats) -> Part:
    """Return the part for an image, as opaque as its most opaque pixel."""
    pixels = image.get_pixel_array()
    if pixels.shape[-1] < 4:
        return Part(image, _extent(points), points, fill=1.0, is_image=True)
    opacity, least = (float(end) / 255 for end in (pixels[..., 3].max(), pixels[..., 3].min()))
    part = Part(image, _extent(points), points, fill=opacity, is_image=True)
    if opacity > least and _is_upright(points):
        part.opacities = pixels[..., 3]
    return part


def _is_upright(points: Floats) -> bool:
    """Whether an image's corners, the first two of them its upper ones, are those of their box."""
    (left, top), (right, also_top), (also_left, bottom) = points[:3]
    level = np.allclose([top, left], [also_top, also_left])
    return bool(level and left < right and bottom < top)


def _part_of(
    box: Box, shape: tuple[int, ...], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> Box:
    """Return the part of an image's box that some of its rows, from the top, and columns fill."""
    down, across = box.height / shape[0], box.width / shape[1]
    return Box(
        box.left + float(columns.min()) * across,
        box.top - float(rows.max() + 1) * down,
        box.left + float(columns.max() + 1) * across,
        box.top - float(rows.min()) * down,
    )


def _extent(points: Floats) -> Box:
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _true_extent(points: Floats) -> Box:
    """Return the box around curves; control points may lie outside of it."""
    if len(points) % 4 or not len(points):
        return _extent(points)
    middles = (points[0::4] + 3 * points[1::4] + 3 * points[2::4] + points[3::4]) / 8
    return _extent(np.concatenate([points[0::4], points[3::4], middles]))
