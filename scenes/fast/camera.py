"""A camera that draws again only where something differs from the frame before.

Manim's draws whatever lies above the lowest mobject that moves, in every frame, whole. On the
film's opening at 1080p60 this saves 16 seconds of processor time, besides the 45 of 94 that images
in their own boxes save (``tests/benchmarks --only techniques``).
"""

from collections.abc import Iterable, Sequence
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim import Mobject, VMobject
from manim.typing import PixelArray
from manim.utils.family import extract_mobject_family_members

from scenes.fast.boxes import Box, Tiles, boxes_of, frame_box, mark, no_tiles
from scenes.fast.images import BoxCamera
from scenes.fast.items import ONE_CURVE, Item, Items

# Points nearer than the one are the same to Manim wherever they are, those farther than the other
# are not: units of the scene.
SAME, APART = 1e-6, 1e-2


class FastCamera(BoxCamera):
    """Draws what stands still and what moves, each where it differs from before.

    The pixels are those of Manim's own camera. ``FastRenderer`` calls it; with another renderer
    it is a ``BoxCamera``.
    """

    def __init__(self, **options: Any) -> None:
        self._held = Held()
        super().__init__(**options)

    def set_pixel_array(self, *pixels: Any, **options: Any) -> None:
        """Put pixels into the frame, as Manim does before it draws without layers."""
        self._held.canvas = None
        super().set_pixel_array(*pixels, **options)

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options: Any) -> None:
        """Draw mobjects over what is there, as Manim does."""
        self._held.canvas = None
        super().capture_mobjects(mobjects, **options)

    def stand(self, mobjects: Iterable[Mobject]) -> None:
        """Draw what stands still during the next frames: mobjects with their families."""
        self._canvas_now().stand(list(mobjects))

    def show(self, mobjects: Iterable[Mobject]) -> list[Box]:
        """Draw a frame: mobjects with their families, over what stands still.

        Returns:
            Where the frame may differ from the one before, boxes of which no two overlap.
        """
        return self._canvas_now().show(list(mobjects))

    def _canvas_now(self) -> "Canvas":
        """Return the canvas; a new one where the view or the ground has changed."""
        canvas = self._held.canvas
        if canvas is None or not canvas.fits():
            self.pixel_array_to_cairo_context.clear()
            canvas = self._held.canvas = Canvas(self)
        return canvas

    def set_cairo_context_path(self, ctx: "cairo.Context[Any]", vmobject: VMobject) -> "FastCamera":
        """Make an outline; quickly where it is plain which curves go on from each other."""
        points = vmobject.points[:, :2]
        pieces = pieces_of(points)
        if pieces is None:
            return super().set_cairo_context_path(ctx, vmobject)
        ctx.new_path()
        curves = points.reshape(-1, 8)[:, 2:].tolist()
        for first, end, closed in pieces:
            ctx.new_sub_path()
            ctx.move_to(*points[first * ONE_CURVE].tolist())
            for curve in curves[first:end]:
                ctx.curve_to(*curve)
            if closed:
                ctx.close_path()
        return self


def pieces_of(points: npt.NDArray[np.float64]) -> list[tuple[int, int, bool]] | None:
    """Return the pieces of an outline: first curve, the one after the last, and whether it closes.

    Nothing is returned where Manim has to tell, whose tolerance depends on where points are.

    Args:
        points: cubic curves, four points each, shape (n, 2).
    """
    if not len(points) or len(points) % ONE_CURVE or not np.isfinite(points).all():
        return None
    jumps = np.abs(points[ONE_CURVE::ONE_CURVE] - points[ONE_CURVE - 1 : -1 : ONE_CURVE])
    begins = np.flatnonzero((jumps > SAME).any(axis=1)) + 1
    starts, ends = np.concatenate([[0], begins]), np.append(begins, len(points) // ONE_CURVE)
    gaps = np.abs(points[starts * ONE_CURVE] - points[ends * ONE_CURVE - 1])
    farthest = np.concatenate([jumps.max(axis=1, initial=0.0), gaps.max(axis=1)])
    if ((farthest > SAME) & (farthest < APART)).any():
        return None
    closed = (gaps <= SAME).all(axis=1)
    return list(zip(starts.tolist(), ends.tolist(), closed.tolist(), strict=True))


class Layer:
    """Pixels, uint8, shape (height, width, 4), and the items that they show, lowest first."""

    def __init__(self, pixels: PixelArray) -> None:
        self.pixels = pixels
        self.items: list[Item] = []


class Canvas:
    """A camera's frame in two layers, and what they show."""

    def __init__(self, camera: FastCamera) -> None:
        assert camera.background is not None
        self._camera = camera
        self._ground: PixelArray = camera.background
        self._view = _view_of(camera)
        self._frame = frame_box(camera.pixel_array)
        self._items = Items(camera)
        self._families: tuple[tuple[list[Any], ...] | None, list[Mobject]] = (None, [])
        self._still = Layer(np.array(self._ground))
        self._moving = Layer(camera.pixel_array)
        # Where what stands still was drawn since the last frame. What the frame shows is not known.
        self._below: Tiles = ~no_tiles(self._frame)
        self._scratch = np.empty_like(camera.pixel_array)

    def fits(self) -> bool:
        """Return whether the camera still sees the same part of the scene over the same ground."""
        return self._view == _view_of(self._camera) and self._ground is self._camera.background

    def stand(self, mobjects: list[Mobject]) -> None:
        """Draw what stands still."""
        self._items.forget_all_but([*self._still.items, *self._moving.items])
        unchanged = no_tiles(self._frame)
        self._below |= self._draw(self._still, self._ground, self._family(mobjects), unchanged)

    def show(self, mobjects: list[Mobject]) -> list[Box]:
        """Draw what moves, and return where the frame may have changed."""
        family = self._family(mobjects)
        drawn = self._draw(self._moving, self._still.pixels, family, self._below)
        self._below = no_tiles(self._frame)
        return list(boxes_of(drawn, self._frame))

    def _family(self, mobjects: list[Mobject]) -> list[Mobject]:
        """Return what is drawn, in Manim's order.

        It is found again only where a family or the order has changed: Manim hands on families
        already, and to take each of them apart anew takes longer than to draw them.
        """
        known, family = self._families
        members = [mobject.submobjects for mobject in mobjects]
        levels = [mobject.z_index for mobject in mobjects]
        if known != (mobjects, members, levels):
            family = extract_mobject_family_members(mobjects, self._camera.use_z_index)
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
                item.draw(self._camera, self._scratch, met)
        for box in boxes:
            box.of(layer.pixels)[:] = box.of(self._scratch)


class Held:
    """Holds a camera's canvas, if there is one.

    It has slots, since Manim's cache takes all attributes into account that it finds from a camera
    on; but a frame is the same whatever was drawn before it.
    """

    __slots__ = ("canvas",)

    def __init__(self) -> None:
        self.canvas: Canvas | None = None


def _view_of(camera: FastCamera) -> tuple[object, ...]:
    size = camera.frame_width, camera.frame_height
    return tuple(camera.frame_center), size, camera.pixel_array.shape


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
