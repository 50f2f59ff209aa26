"""A camera that draws again only where something differs from the frame before.

Manim's draws whatever lies above the lowest mobject that moves, in every frame, whole.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import cairo
import numpy as np
from manim import Mobject, VMobject
from manim.typing import PixelArray
from manim.utils.family import extract_mobject_family_members

from scenes.fast.boxes import Box, Tiles, boxes_of, frame_box, mark, no_tiles
from scenes.fast.images import BoxCamera
from scenes.fast.items import Item, Items


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
        self._ground: PixelArray | None = None
        self._frame: Box
        self._items: Items
        self._families: tuple[tuple[list[Any], ...] | None, list[Mobject]]
        self._still: Layer
        self._moving: Layer
        self._below: Tiles  # where what stands still was drawn since the last frame
        self._scratch: PixelArray
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
        self._items.forget_all_but([*self._still.items, *self._moving.items])
        assert self.background is not None
        unchanged = no_tiles(self._frame)
        self._below |= self._draw(self._still, self.background, self._family(mobjects), unchanged)

    def show(self, mobjects: Iterable[Mobject]) -> list[Box]:
        """Draw a frame: mobjects with their families, over what stands still.

        Returns:
            Where the frame may differ from the one before, boxes of which no two overlap.
        """
        self._look_round()
        still = self._still.pixels
        drawn = self._draw(self._moving, still, self._family(mobjects), self._below)
        self._below = no_tiles(self._frame)
        return list(boxes_of(drawn, self._frame))

    def _look_round(self) -> None:
        """Begin anew where the view has changed, or something was drawn without layers."""
        view = (
            tuple(self.frame_center),
            (self.frame_width, self.frame_height),
            self.pixel_array.shape,
        )
        if view == self._view and self._ground is self.background:
            return
        self._view, self._ground = view, self.background
        self._frame = frame_box(self.pixel_array)
        self._items = Items(self)
        self._families = None, []
        self._still = Layer(np.array(self.background))
        self._moving = Layer(self.pixel_array)
        self._below = ~no_tiles(self._frame)
        self._scratch = np.empty_like(self.pixel_array)
        self.pixel_array_to_cairo_context.clear()

    def _family(self, mobjects: Iterable[Mobject]) -> list[Mobject]:
        """Return what is drawn, in Manim's order.

        It is found again only where a family or the order has changed: Manim hands on families
        already, and to take each of them apart anew takes longer than to draw them.
        """
        mobjects = list(mobjects)
        known, family = self._families
        members = [mobject.submobjects for mobject in mobjects]
        levels = [mobject.z_index for mobject in mobjects]
        if known != (mobjects, members, levels):
            family = extract_mobject_family_members(mobjects, self.use_z_index)
            whole = set(family) <= set(mobjects)
            copied = [[*those] for those in members]
            self._families = ((mobjects, copied, levels) if whole else None), family
        return [mobject for mobject in family if len(mobject.points)]

    def _draw(
        self, layer: Layer, ground: PixelArray, family: Sequence[Mobject], tiles: Tiles
    ) -> Tiles:
        """Bring a layer up to date.

        Args:
            layer: what is drawn in.
            ground: pixels that it lies on, of its own shape.
            family: what it is to show, lowest first.
            tiles: where the ground has changed.

        Returns:
            Where it was drawn again.
        """
        items = self._items.seen(family)
        tiles = tiles.copy()
        for item in changes(layer.items, items):
            assert item.box
            mark(tiles, item.box)
        layer.items = items
        self._draw_boxes(layer, ground, list(boxes_of(tiles, self._frame)))
        return tiles

    def _draw_boxes(self, layer: Layer, ground: PixelArray, boxes: Sequence[Box]) -> None:
        """Draw a layer aside, and put some boxes of it in their place."""
        for box in boxes:
            box.of(self._scratch)[:] = box.of(ground)
        for item in layer.items if boxes else ():
            assert item.box
            met = [box for box in boxes if box.meets(item.box)]
            if met:
                item.draw(self, self._scratch, met)
        for box in boxes:
            box.of(layer.pixels)[:] = box.of(self._scratch)

    def set_cairo_context_path(self, ctx: "cairo.Context[Any]", vmobject: VMobject) -> "FastCamera":
        """Make an outline; quickly where it is in one piece, whose curves meet exactly."""
        points = vmobject.points[:, :2]
        if len(points) < 4 or len(points) % 4 or (points[3:-1:4] != points[4::4]).any():
            return super().set_cairo_context_path(ctx, vmobject)
        if not np.isfinite(points).all() or not (points[0] == points[-1]).all():
            return super().set_cairo_context_path(ctx, vmobject)
        ctx.new_path()
        ctx.new_sub_path()
        ctx.move_to(*points[0].tolist())
        for curve in points.reshape(-1, 8)[:, 2:].tolist():
            ctx.curve_to(*curve)
        ctx.close_path()
        return self


def changes(before: Sequence[Item], now: Sequence[Item]) -> Iterable[Item]:
    """Return the items that make a picture differ: those in one only, or all if the order is new.

    Args:
        before: the items of a picture, lowest first.
        now: those of the next.
    """
    if before == now:
        return ()
    earlier, later = set(before), set(now)
    if [item for item in before if item in later] == [item for item in now if item in earlier]:
        return earlier ^ later
    return earlier | later
