"""A camera that draws again only where something differs from the frame before."""

from collections.abc import Iterable, Sequence
from math import ceil, floor, sqrt
from typing import Any

import numpy as np
from manim import Mobject, VMobject
from manim.constants import LineJointType
from manim.mobject.types.image_mobject import ImageMobject
from manim.typing import PixelArray
from manim.utils.family import extract_mobject_family_members

from scenes.fast.boxes import Box, Tiles, boxes_of, frame_box, mark, no_tiles
from scenes.fast.images import BoxCamera

SHARPEST = 10  # half line widths that a corner reaches at most, Cairo's default
MITERED = (LineJointType.AUTO, LineJointType.MITER)


class Item:
    """A mobject as it was drawn; while it looks the same it stays the same item.

    ``box`` is where it can leave a mark, or nothing where it cannot be seen. ``kept`` is what of
    drawing it need not be done twice: an outline, or resampled pixels.
    """

    __slots__ = ("box", "kept", "look", "mobject")

    def __init__(self, mobject: Mobject, look: object, box: Box | None) -> None:
        self.mobject = mobject
        self.look = look
        self.box = box
        self.kept: Any = None


class Layer:
    """Pixels, uint8, shape (height, width, 4), and the items that they show, lowest first."""

    def __init__(self, pixels: PixelArray) -> None:
        self.pixels = pixels
        self.items: list[Item] = []


class FastCamera(BoxCamera):
    """Draws what stands still and what moves, each where it differs from before.

    The pixels are those of Manim's own camera. ``FastRenderer`` calls it; with another renderer
    it is a ``BoxCamera``.
    """

    def __init__(self, **options: Any) -> None:
        self._view: object = None  # what the layers were drawn for; nothing while there are none
        super().__init__(**options)

    def set_pixel_array(self, *pixels: Any, **options: Any) -> None:
        """Put pixels into the frame, as Manim does before it draws without layers."""
        self._view = None
        super().set_pixel_array(*pixels, **options)

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options: Any) -> None:
        """Draw mobjects over what is there, as Manim does."""
        self._view = None
        super().capture_mobjects(mobjects, **options)

    def stand(self, mobjects: Iterable[Mobject]) -> None:
        """Draw what stands still during the next frames: mobjects with their families."""
        self._look_round()
        shown = (*self._still.items, *self._moving.items)
        self._items = {id(item.mobject): item for item in shown}
        assert self.background is not None
        self._below |= self._draw(self._still, self.background, mobjects, no_tiles(self._frame))

    def show(self, mobjects: Iterable[Mobject]) -> list[Box]:
        """Draw a frame: mobjects with their families, over what stands still.

        Returns:
            Where the frame may differ from the one before, boxes of which no two overlap.
        """
        self._look_round()
        drawn = self._draw(self._moving, self._still.pixels, mobjects, self._below)
        self._below = no_tiles(self._frame)
        return list(boxes_of(drawn, self._frame))

    def _look_round(self) -> None:
        """Begin anew where the view has changed, or something was drawn without layers."""
        view = (
            np.asarray(self.frame_center).tobytes(),
            (self.frame_width, self.frame_height),
            self.pixel_array.shape,
        )
        if view == self._view and self._ground is self.background:
            return
        self._view, self._ground = view, self.background
        self._frame = frame_box(self.pixel_array)
        self._items: dict[int, Item] = {}
        self._still = Layer(np.array(self.background))
        self._moving = Layer(self.pixel_array)
        self._below = ~no_tiles(self._frame)  # what stands still and was drawn since the last frame
        self._scratch = np.empty_like(self.pixel_array)
        self.pixel_array_to_cairo_context.clear()

    def _draw(
        self, layer: Layer, ground: PixelArray, mobjects: Iterable[Mobject], tiles: Tiles
    ) -> Tiles:
        """Bring a layer up to date.

        Args:
            layer: what is drawn in.
            ground: pixels that it lies on, of its own shape.
            mobjects: what it is to show, with their families.
            tiles: where the ground has changed.

        Returns:
            Where it was drawn again.
        """
        family = extract_mobject_family_members(mobjects, self.use_z_index, True)
        items = [item for item in map(self._item, family) if item.box]
        tiles = tiles.copy()
        for item in changes(layer.items, items):
            assert item.box
            mark(tiles, item.box)
        layer.items = items
        self._draw_boxes(layer, ground, list(boxes_of(tiles, self._frame)))
        return tiles

    def _draw_boxes(self, layer: Layer, ground: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw a layer aside, and put some boxes of it in their place.

        Everything that meets them is drawn whole: where it is clipped, Cairo rounds its outline.
        """
        for box in boxes:
            box.of(self._scratch)[:] = box.of(ground)
        for item in layer.items:
            assert item.box
            met = [box for box in boxes if box.meets(item.box)]
            if met:
                self._draw_item(item, met)
        for box in boxes:
            box.of(layer.pixels)[:] = box.of(self._scratch)

    def _draw_item(self, item: Item, boxes: Sequence[Box]) -> None:
        """Draw an item, at least where some boxes are."""
        mobject = item.mobject
        if is_outline(mobject):
            self._draw_outline(item, mobject)
        elif isinstance(mobject, ImageMobject):
            if item.kept is None:
                item.kept = self.raster(mobject) or ()
            for box in boxes if item.kept else ():
                item.kept.composite(self._scratch, box)
        else:
            kind = self.type_or_raise(mobject)
            self.display_funcs[kind]([mobject], self._scratch)

    def _draw_outline(self, item: Item, mobject: VMobject) -> None:
        """Do what Manim's ``display_vectorized`` does, with an outline made only once."""
        context = self.get_cairo_context(self._scratch)
        context.new_path()
        if item.kept is None:
            self.set_cairo_context_path(context, mobject)
            item.kept = context.copy_path()
        else:
            context.append_path(item.kept)
        self.apply_stroke(context, mobject, background=True)
        self.apply_fill(context, mobject)
        self.apply_stroke(context, mobject)

    def _item(self, mobject: Mobject) -> Item:
        """Return a mobject's item: the one that was drawn before, if it looks the same."""
        look = look_of(mobject)
        item = self._items.get(id(mobject))
        if item is None or look is None or item.look != look:
            item = self._items[id(mobject)] = Item(mobject, look, self._box_of(mobject))
        return item

    def _box_of(self, mobject: Mobject) -> Box | None:
        """Return which pixels a mobject can touch: all of them where that is not known."""
        reach: float | None = 1.0
        if is_outline(mobject):
            reach = self._reach(mobject)
        elif not isinstance(mobject, ImageMobject):
            return self._frame
        points = self.points_to_subpixel_coords(mobject, mobject.points)
        if reach is None or not np.isfinite(points).all():
            return None
        (left, top), (right, bottom) = points.min(axis=0) - reach, points.max(axis=0) + reach
        box = Box(floor(left) - 1, floor(top) - 1, ceil(right) + 1, ceil(bottom) + 1)
        return box.within(self._frame) if box.meets(self._frame) else None

    def _reach(self, mobject: VMobject) -> float | None:
        """Return how many pixels beyond its points a mobject paints; nothing if it does not."""
        widths = [
            mobject.get_stroke_width(background)
            for background in (False, True)
            if mobject.get_stroke_rgbas(background)[:, 3].any()
        ]
        width = max(widths, default=0.0)
        if not width:
            return 0.0 if mobject.get_fill_rgbas()[:, 3].any() else None
        half = width / 2 * self.cairo_line_width_multiple * self.pixel_width / self.frame_width
        cornered = mobject.joint_type in MITERED and len(mobject.points) > 4
        return float(half * (SHARPEST if cornered else sqrt(2)))


def is_outline(mobject: Mobject) -> bool:
    """Return whether Cairo draws a mobject from its points."""
    return isinstance(mobject, VMobject) and not mobject.get_background_image()


def look_of(mobject: Mobject) -> object:
    """Return something that is equal as long as a mobject looks the same; nothing if unknown."""
    if is_outline(mobject):
        fill = mobject.get_fill_rgbas()
        stroke = mobject.get_stroke_rgbas()
        behind = mobject.get_stroke_rgbas(background=True)
        graded = max(len(fill), len(stroke), len(behind)) > 1
        return (
            mobject.points.tobytes(),
            fill.tobytes(),
            stroke.tobytes(),
            behind.tobytes(),
            mobject.get_stroke_width(),
            mobject.get_stroke_width(background=True),
            mobject.joint_type,
            mobject.cap_style,
            graded and np.asarray(mobject.get_gradient_start_and_end_points()).tobytes(),
        )
    if isinstance(mobject, ImageMobject):
        pixels = mobject.get_pixel_array()
        points = mobject.points.tobytes()
        return points, pixels.shape, pixels.tobytes(), mobject.resampling_algorithm
    return None


def changes(before: Sequence[Item], now: Sequence[Item]) -> Iterable[Item]:
    """Return the items that make a picture differ: those in one only, or all if the order is new.

    Args:
        before: the items of a picture, lowest first.
        now: those of the next.
    """
    shared = set(before) & set(now)
    if [item for item in before if item in shared] == [item for item in now if item in shared]:
        return set(before) ^ set(now)
    return {*before, *now}
