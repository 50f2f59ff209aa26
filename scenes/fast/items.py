"""Mobjects as they were drawn: what each looks like, where it leaves a mark, and how it is drawn.

Manim makes an outline, or resamples an image, for every frame. An item keeps what it made as long
as its mobject looks the same; what moves may pass over it many times.
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

SHARPEST = 10  # half line widths that a corner reaches at most, Cairo's default
MITERED = (LineJointType.AUTO, LineJointType.MITER)
ONE_CURVE = 4  # points


class Item:
    """A mobject of a kind that nothing is known of: it may look new at any time, anywhere."""

    look: object = None

    def __init__(self, camera: BoxCamera, mobject: Mobject, look: object) -> None:
        self.mobject = mobject
        self.look = look
        self.box = self._place(camera, Box(0, 0, camera.pixel_width, camera.pixel_height))

    def _place(self, camera: BoxCamera, frame: Box) -> Box | None:
        """Return where in the frame it can leave a mark; nothing where it leaves none."""
        return frame

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw it at least in some boxes of a frame, uint8, shape (height, width, 4)."""
        kind = camera.type_or_raise(self.mobject)
        camera.display_funcs[kind]([self.mobject], pixels)


class Outline(Item):
    """A mobject whose points Cairo draws."""

    mobject: VMobject
    path: "cairo.Path | None" = None
    strokes: tuple[bool, ...] = ()  # those that are seen: the one behind the fill, that before it
    filled: bool = False

    def _place(self, camera: BoxCamera, frame: Box) -> Box | None:
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
        return place(camera, frame, mobject, half * (SHARPEST if cornered else sqrt(2)))

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw all of it: Cairo rounds an outline where it is clipped."""
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


class Picture(Item):
    """An image."""

    mobject: ImageMobject
    raster: Raster | None = None
    resampled = False

    def _place(self, camera: BoxCamera, frame: Box) -> Box | None:
        return place(camera, frame, self.mobject, 0.0)

    def draw(self, camera: BoxCamera, pixels: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw what of it lies in the boxes."""
        if not self.resampled:
            self.raster, self.resampled = camera.raster(self.mobject), True
        if self.raster:
            for box in boxes:
                self.raster.composite(pixels, box)


def place(camera: BoxCamera, frame: Box, mobject: Mobject, reach: float) -> Box | None:
    """Return the pixels of a frame that a mobject can touch.

    Args:
        camera: what draws it.
        frame: its pixels.
        mobject: what is drawn.
        reach: how far beyond its points it is painted, units of the scene.
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
    """The items of a scene's mobjects, each the same as long as its mobject looks the same."""

    def __init__(self, camera: BoxCamera) -> None:
        self._camera = camera
        self._known: dict[int, Item] = {}

    def forget_all_but(self, shown: Sequence[Item]) -> None:
        """Forget the items of mobjects that are not shown."""
        self._known = {id(item.mobject): item for item in shown}

    def seen(self, mobjects: Sequence[Mobject]) -> list[Item]:
        """Return the items of those mobjects that leave a mark, in order."""
        known = self._known
        items = []
        for mobject in mobjects:
            item = known.get(id(mobject))
            if isinstance(mobject, VMobject) and not mobject.background_image:
                look: object = look_of_outline(mobject)
                kind: type[Item] = Outline
            elif isinstance(mobject, ImageMobject):
                look, kind = look_of_picture(mobject), Picture
            else:
                look, kind = None, Item
            if item is None or look is None or item.look != look:
                item = known[id(mobject)] = kind(self._camera, mobject, look)
            if item.box:
                items.append(item)
        return items


def look_of_outline(mobject: VMobject) -> tuple[object, ...]:
    """Return something that is equal as long as an outline looks the same."""
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


def look_of_picture(mobject: ImageMobject) -> tuple[object, ...]:
    """Return something that is equal as long as an image looks the same."""
    pixels = mobject.get_pixel_array()
    resampling = mobject.resampling_algorithm
    return mobject.points.tobytes(), pixels.shape, pixels.tobytes(), resampling
