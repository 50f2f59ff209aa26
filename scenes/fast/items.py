"""Drawable items: a mobject's appearance, its box of pixels, and a cache of its path or image.

Manim builds an outline or resamples an image for every frame. An item caches the result as long as
its mobject looks the same, and draws it again wherever something moves over it.
"""

from collections.abc import Sequence
from math import ceil, floor, isfinite, sqrt

import cairo
import numpy as np
from manim import Mobject, VMobject
from manim.constants import LineJointType
from manim.mobject.types.image_mobject import ImageMobject
from manim.typing import PixelArray

from scenes.fast.boxes import Box
from scenes.fast.images import BoxCamera, Raster

SHARPEST = 10  # Cairo's default miter limit, in half line widths
MITERED = (LineJointType.AUTO, LineJointType.MITER)
ONE_CURVE = 4  # points


class Item:
    """A mobject of an unknown kind, which may change at any time and draw anywhere."""

    appearance: object = None

    def __init__(self, camera: BoxCamera, mobject: Mobject, appearance: object) -> None:
        self.mobject = mobject
        self.appearance = appearance
        self.box = self._pixel_box(camera, Box(0, 0, camera.pixel_width, camera.pixel_height))

    def _pixel_box(self, camera: BoxCamera, frame: Box) -> Box | None:
        """Return the box of pixels that it may change; None if it is invisible."""
        return frame

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw it on pixels, uint8, shape (height, width, 4), at least inside the boxes."""
        kind = camera.type_or_raise(self.mobject)
        camera.display_funcs[kind]([self.mobject], pixels)


class OutlineItem(Item):
    """A vector mobject, which Cairo draws."""

    mobject: VMobject
    path: "cairo.Path | None" = None
    strokes: tuple[bool, ...] = ()  # the visible ones: True behind the fill, False in front
    filled: bool = False

    def _pixel_box(self, camera: BoxCamera, frame: Box) -> Box | None:
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
        half = max(widths.values(), default=0.0) / 2 * camera.cairo_line_width_multiple
        cornered = mobject.joint_type in MITERED and len(mobject.points) > ONE_CURVE
        return pixel_box(camera, frame, mobject, half * (SHARPEST if cornered else sqrt(2)))

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

    def _pixel_box(self, camera: BoxCamera, frame: Box) -> Box | None:
        return pixel_box(camera, frame, self.mobject, 0.0)

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw the parts of the image inside the boxes."""
        if not self.resampled:
            self.raster, self.resampled = camera.raster(self.mobject), True
        if self.raster:
            for box in boxes:
                self.raster.composite(pixels, box)


def pixel_box(camera: BoxCamera, frame: Box, mobject: Mobject, reach: float) -> Box | None:
    """Return the pixels of a frame that a mobject can touch.

    Args:
        camera: the camera that draws it.
        frame: the box of the whole frame.
        mobject: the mobject.
        reach: how far it is painted beyond its points, units of the scene.
    """
    (left, bottom, *_), (right, top, *_) = mobject.points.min(axis=0), mobject.points.max(axis=0)
    if not isfinite(left + bottom + right + top):
        return None
    x, y = camera.frame_center[:2]
    across, down = frame.right / camera.frame_width, frame.bottom / camera.frame_height
    box = Box(
        floor((left - reach - x) * across + frame.right / 2) - 2,
        floor((y - top - reach) * down + frame.bottom / 2) - 2,
        ceil((right + reach - x) * across + frame.right / 2) + 2,
        ceil((y - bottom + reach) * down + frame.bottom / 2) + 2,
    )
    return box.within(frame) if box.meets(frame) else None


class Items:
    """A cache of items by mobject; a changed appearance gets a new item."""

    def __init__(self, camera: BoxCamera) -> None:
        self._camera = camera
        self._known: dict[int, Item] = {}

    def keep_only(self, items: Sequence[Item]) -> None:
        """Remove all other items from the cache."""
        self._known = {id(item.mobject): item for item in items}

    def visible(self, mobjects: Sequence[Mobject]) -> list[Item]:
        """Return the items of the visible mobjects, in order."""
        known = self._known
        items = []
        for mobject in mobjects:
            item = known.get(id(mobject))
            if isinstance(mobject, VMobject) and not mobject.background_image:
                appearance: object = appearance_of_outline(mobject)
                kind: type[Item] = OutlineItem
            elif isinstance(mobject, ImageMobject):
                appearance, kind = appearance_of_image(mobject), ImageItem
            else:
                appearance, kind = None, Item
            if item is None or appearance is None or item.appearance != appearance:
                item = known[id(mobject)] = kind(self._camera, mobject, appearance)
            if item.box:
                items.append(item)
        return items


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
