"""Drawable items: a mobject's appearance, its box of pixels, and a cache of its path or image.

Manim builds an outline or resamples an image for every frame. An item caches the result as long as
its mobject looks the same, and draws it again wherever something moves over it.
"""

from collections.abc import Callable, Sequence
from functools import cache
from math import ceil, floor, isfinite, sqrt
from typing import Any, NamedTuple

import cairo
import numpy as np
import numpy.typing as npt
from manim import Mobject, VMobject
from manim.constants import LineJointType
from manim.mobject.types.image_mobject import ImageMobject
from manim.typing import PixelArray

from scenes.fast.boxes import Box
from scenes.fast.images import BoxCamera, Raster

SHARPEST = 10  # Cairo's default miter limit, in half line widths
MITERED = (LineJointType.AUTO, LineJointType.MITER)
ONE_CURVE = 4  # points
# Manim treats points closer than SAME as equal at any place, and points farther than APART as
# different: units of the scene.
SAME, APART = 1e-6, 1e-2
ANYWHERE = 2.0**22  # pixels from the frame; Cairo's numbers wrap around at twice that

# What the camera asks of an outline. A class that answers otherwise is of an unknown kind.
ASKED = frozenset((
    "get_background_image", "get_fill_rgbas", "get_stroke_rgbas", "get_stroke_width",
    "get_subpath_split_indices_from_points", "consider_points_equals_2d",
))  # fmt: skip


class View(NamedTuple):
    """How a camera maps the plane to pixels: x to ``across * x + left``, y to ``down * y + top``.

    ``line_width`` is the width of a stroke of width 1, units of the scene.
    """

    across: float
    left: float
    down: float
    top: float
    line_width: float

    def box(self, mobject: Mobject, reach: float, frame: Box) -> Box | None:
        """Return the pixels of a frame that a mobject can touch; None without any.

        Args:
            mobject: the mobject.
            reach: how far it is painted beyond its points, units of the scene.
            frame: the box of the whole frame.
        """
        low, high = mobject.points.min(axis=0), mobject.points.max(axis=0)
        across = sorted(self.across * x + self.left for x in (low[0] - reach, high[0] + reach))
        down = sorted(self.down * y + self.top for y in (low[1] - reach, high[1] + reach))
        if not isfinite(sum(across) + sum(down)):
            return None
        if max(-across[0], -down[0], across[1], down[1]) > ANYWHERE:
            return frame
        box = Box(floor(across[0]), floor(down[0]), ceil(across[1]), ceil(down[1])).grown(2)
        return box.within(frame) if box.meets(frame) else None


class Item:
    """A mobject of an unknown kind, which may change at any time and draw anywhere.

    Args:
        mobject: the mobject.
        appearance: a value that is equal as long as it looks the same.
        view: how the camera sees it.
        frame: the box of the whole frame.
    """

    appearance: object = None

    def __init__(self, mobject: Mobject, appearance: object, view: View, frame: Box) -> None:
        self.mobject = mobject
        self.appearance = appearance
        self.box = self._pixel_box(view, frame)

    def _pixel_box(self, view: View, frame: Box) -> Box | None:
        """Return the box of pixels that it may change; None if it is invisible."""
        return frame

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw it on pixels, uint8, shape (height, width, 4), at least inside the boxes."""
        kind = camera.type_or_raise(self.mobject)
        camera.display_funcs[kind]([self.mobject], pixels)


class PaintedItem(Item):
    """Consecutive outlines that are painted with one picture, which Manim draws together."""

    mobject: VMobject

    def __init__(self, mobject: Any, appearance: object, view: View, frame: Box) -> None:
        super().__init__(mobject, appearance, view, frame)
        self.mobjects: list[Any] = [mobject]

    def takes(self, mobject: Any) -> bool:
        """Return whether the next mobject is painted with the same picture."""
        return bool(mobject.get_background_image() == self.mobject.get_background_image())

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw all of them."""
        camera.display_multiple_vectorized_mobjects(self.mobjects, pixels)


class OutlineItem(Item):
    """A vector mobject, which Cairo draws."""

    mobject: VMobject
    path: "cairo.Path | None" = None
    strokes: tuple[bool, ...] = ()  # the visible ones: True behind the fill, False in front
    filled: bool = False

    def _pixel_box(self, view: View, frame: Box) -> Box | None:
        mobject = self.mobject
        widths = {
            background: mobject.get_stroke_width(background)
            for background in (True, False)
            if mobject.get_stroke_rgbas(background)[:, 3].any()
        }
        self.strokes = tuple(background for background, width in widths.items() if width)
        self.filled = bool(mobject.get_fill_rgbas()[:, 3].any())
        if not (self.strokes or self.filled):
            return None
        half = max(widths.values(), default=0.0) / 2 * view.line_width
        cornered = mobject.joint_type in MITERED and not is_open_curve(mobject.points)
        return view.box(mobject, half * (SHARPEST if cornered else sqrt(2)), frame)

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw the whole outline: clipping would change Cairo's rounding."""
        context = camera.get_cairo_context(pixels)
        context.new_path()
        if self.path is None:
            camera.set_cairo_context_path(context, self.mobject)
            self.path = context.copy_path()
        else:
            context.append_path(self.path)
        if True in self.strokes:
            camera.apply_stroke(context, self.mobject, background=True)
        if self.filled:
            camera.apply_fill(context, self.mobject)
        if False in self.strokes:
            camera.apply_stroke(context, self.mobject)


class ImageItem(Item):
    """An image."""

    mobject: ImageMobject
    raster: Raster | None = None
    resampled = False

    def _pixel_box(self, view: View, frame: Box) -> Box | None:
        return view.box(self.mobject, 0.0, frame)

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw the parts of the image inside the boxes."""
        if not self.resampled:
            self.raster, self.resampled = camera.raster(self.mobject), True
        if self.raster:
            for box in boxes:
                self.raster.composite(pixels, box)


def is_open_curve(points: npt.NDArray[np.float64]) -> bool:
    """Return whether an outline is one cubic curve whose ends do not meet: it has no corner."""
    return len(points) <= ONE_CURVE and bool(np.abs(points[0] - points[-1]).max() > APART)


class Items:
    """A cache of items by mobject; a changed appearance gets a new item.

    Args:
        outlines: returns the view of outlines, which Manim's camera keeps from the first of them.
        view: the view of all else.
        frame: the box of the whole frame.
    """

    def __init__(self, outlines: Callable[[], View], view: View, frame: Box) -> None:
        self._outlines, self._view, self._frame = outlines, view, frame
        self._known: dict[int, Item] = {}

    def keep_only(self, items: Sequence[Item]) -> None:
        """Remove all other items from the cache."""
        self._known = {id(item.mobject): item for item in items}

    def visible(self, mobjects: Sequence[Mobject]) -> list[Item]:
        """Return the items of the visible mobjects, in order."""
        known = self._known
        items: list[Item] = []
        painted: PaintedItem | None = None  # the mobject before, if it was painted
        for mobject in mobjects:
            kind = _kind_of(mobject)
            appearance = APPEARANCES[kind](mobject)
            if kind is PaintedItem and painted and painted.takes(mobject):
                painted.mobjects.append(mobject)
                continue
            item = known.get(id(mobject))
            if item is None or appearance is None or item.appearance != appearance:
                view = self._outlines() if kind is OutlineItem else self._view
                item = known[id(mobject)] = kind(mobject, appearance, view, self._frame)
            painted = item if isinstance(item, PaintedItem) else None
            if item.box:
                items.append(item)
        return items


def _kind_of(mobject: Any) -> type[Item]:
    known: Any = type(mobject)
    kind = _kind_of_class(known)
    if kind is OutlineItem and not vars(mobject).keys().isdisjoint(ASKED):
        kind = Item
    if kind is not ImageItem and isinstance(mobject, VMobject) and mobject.background_image:
        kind = PaintedItem
    return kind


@cache
def _kind_of_class(kind: Any) -> type[Item]:
    if issubclass(kind, VMobject):
        plain = all(getattr(kind, name) is getattr(VMobject, name) for name in ASKED)
        return OutlineItem if plain else Item
    return ImageItem if issubclass(kind, ImageMobject) else Item


def appearance_of_outline(mobject: VMobject) -> tuple[object, ...]:
    """Return a value that is equal as long as an outline looks the same."""
    try:
        fill, stroke = mobject.fill_rgbas, mobject.stroke_rgbas
        behind = mobject.background_stroke_rgbas
    except AttributeError:
        fill, stroke = mobject.get_fill_rgbas(), mobject.get_stroke_rgbas()
        behind = mobject.get_stroke_rgbas(background=True)
    graded = len(fill) > 1 or len(stroke) > 1 or len(behind) > 1
    return (
        mobject.points.tobytes(),
        fill.tobytes(),
        stroke.tobytes(),
        mobject.stroke_width,
        behind.tobytes(),
        mobject.background_stroke_width,
        mobject.joint_type,
        mobject.cap_style,
        graded and np.asarray(mobject.get_gradient_start_and_end_points()).tobytes(),
    )


def appearance_of_image(mobject: ImageMobject) -> tuple[object, ...]:
    """Return a value that is equal as long as an image looks the same."""
    pixels = mobject.get_pixel_array()
    resampling = mobject.resampling_algorithm
    return mobject.points.tobytes(), pixels.shape, pixels.tobytes(), resampling


# A value that is equal as long as a mobject looks the same; None where that is not known.
APPEARANCES: dict[type[Item], Callable[[Any], object]] = {
    OutlineItem: appearance_of_outline,
    ImageItem: appearance_of_image,
    PaintedItem: lambda mobject: None,
    Item: lambda mobject: None,
}
