"""The camera's moves: a push into a part of the scene, and back.

A view is the slot that the camera shows. During a move, all that stands still is a picture: it is
drawn once, larger than it is shown, and each frame takes its part of it as the camera's background.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil, log
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim import Animation, Mobject, Scene, VMobject, config, smooth
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.typing import PixelArray
from manim.utils.family import extract_mobject_family_members

from scenes import theme
from scenes.drawing.layout import Frame, Slot, box
from scenes.fast.boxes import frame_box
from scenes.fast.images import BoxCamera

# A sheet has LEAST to LEAST * STEP of its pixels for one of the frame: with fewer, what it shows
# would be blurred, and with more, thin lines would flicker.
LEAST, STEP = 1.25, 1.7
ROUNDING = 1e-9
SAMPLES = 64  # of a move, to find the part of the scene that a sheet has to show

Pixels = npt.NDArray[np.uint8]


def whole(frame: Frame) -> Slot:
    """Return the view of the whole frame."""
    return Slot(0.0, 0.0, frame.width, frame.height)


def view_onto(slot: Slot, into: Slot, frame: Frame) -> Slot:
    """Return the view in which a slot is seen as large as possible in the middle of another one.

    Args:
        slot: a part of the scene.
        into: where it is to be seen: a part of the whole frame.
        frame: the frame.
    """
    zoom = min(into.width / slot.width, into.height / slot.height)
    x, y = slot.x - into.x / zoom, slot.y - into.y / zoom
    return Slot(x, y, frame.width / zoom, frame.height / zoom)


def between(before: Slot, after: Slot, alpha: float) -> Slot:
    """Return the view at a part of the way; it grows by the same factor in the same time."""
    if alpha in (0, 1):
        return after if alpha else before
    zoom = (after.width / before.width) ** alpha
    grown = after.width - before.width
    way = (zoom - 1) * before.width / grown if abs(grown) > 1e-6 * before.width else alpha
    x, y = before.x + way * (after.x - before.x), before.y + way * (after.y - before.y)
    return Slot(x, y, zoom * before.width, zoom * before.height)


def view_of(camera: Any) -> Slot:
    """Return what a camera shows."""
    x, y, _ = camera.frame_center
    return Slot(float(x), float(y), float(camera.frame_width), float(camera.frame_height))


def point_at(camera: Any, view: Slot) -> None:
    """Let a moving camera show a view, which has the frame's proportions."""
    shown = camera.frame
    if not hasattr(shown, "at_rest"):
        shown.at_rest = shown.points.copy(), shown.width
    points, width = shown.at_rest
    shown.points = points * (view.width / width) + view.center


def pin(mobject: Mobject, camera: Any, frame: Frame) -> Mobject:
    """Fix a mobject that was made for the whole frame on the screen, and return it."""
    part: Any
    for part in mobject.get_family():
        part.at_rest = part.points.copy(), getattr(part, "stroke_width", None)
    follow([mobject], camera, frame)
    return mobject


def is_pinned(mobject: Mobject) -> bool:
    """Whether a mobject or a part of it is fixed on the screen."""
    return any(hasattr(part, "at_rest") for part in mobject.get_family())


def follow(mobjects: Iterable[Mobject], camera: Any, frame: Frame) -> None:
    """Put the pinned ones of some mobjects where the camera shows them in their place."""
    view = view_of(camera)
    share = view.width / frame.width
    part: Any
    for part in (part for mobject in mobjects for part in mobject.get_family()):
        if hasattr(part, "at_rest") and part is not camera.frame:
            points, width = part.at_rest
            part.points = points * share + view.center
            if isinstance(part, VMobject):
                part.stroke_width = width * share


class CameraMove(Animation):
    """The animation of a moving camera to another view, eased at both ends.

    What other animations of the same play change is drawn above all that stands still.
    """

    def __init__(self, camera: Any, after: Slot, run_time: float = theme.PUSH) -> None:
        super().__init__(camera.frame, run_time=run_time, rate_func=smooth, remover=True)
        self.before, self.after = view_of(camera), after
        self.camera = camera
        self.still: Still | None = None

    def _setup_scene(self, scene: Scene) -> None:
        """Begin to draw what stands still as a picture, if anything is drawn."""
        super()._setup_scene(scene)
        drawn = not (scene.renderer.skip_animations or config.dry_run)
        if drawn and self in (scene.animations or ()):
            self.still = Still(scene, self)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the view at a part of the way."""
        view = between(self.before, self.after, self.rate_func(min(alpha, 1.0)))
        point_at(self.camera, view)
        if self.still:
            self.still.show(view)

    def finish(self) -> None:
        """Show the last view, of the scene as it was."""
        if self.still:
            self.still.restore()
            self.still = None
        super().finish()


class Still:
    """All that stands still in a scene while its camera moves, as the camera's background."""

    def __init__(self, scene: Scene, move: CameraMove) -> None:
        self._scene, self._move = scene, move
        self._before = list(scene.mobjects)
        self._ground = move.camera.background
        moving = {id(part) for one in scene.animations or () for part in one.mobject.get_family()}
        self._kept: list[Mobject] = []
        still = {id(part) for one in scene.mobjects for part in self._still_parts(one, moving)}
        drawn = extract_mobject_family_members(
            scene.mobjects, use_z_index=True, only_those_with_points=True
        )
        self._drawn = [mobject for mobject in drawn if id(mobject) in still]
        scene.mobjects = list(self._kept)
        self._narrowest = min(move.before.width, move.after.width)
        self._level = 0

    def _still_parts(self, mobject: Mobject, moving: set[int]) -> Iterator[Mobject]:
        """Yield the parts that stand still, and keep the others in the scene."""
        family = mobject.get_family()
        if any(id(part) in moving or part.updaters or is_pinned(part) for part in family):
            if id(mobject) in moving or mobject.updaters or hasattr(mobject, "at_rest"):
                self._kept.append(mobject)
                return
            yield mobject
            for part in mobject.submobjects:
                yield from self._still_parts(part, moving)
        else:
            yield from family

    def show(self, view: Slot) -> None:
        """Draw what a view shows."""
        level = self._level_of(view)
        if level != self._level:
            self._level, self._sheet = level, self._new_sheet(level)
        frame = self._ground.copy()
        self._sheet.paint(frame, view)
        self._move.camera.background = frame

    def _level_of(self, view: Slot) -> int:
        """Return the number, from 1, of the steps by which a view is wider than the narrowest."""
        return max(1, ceil(log(view.width / self._narrowest, STEP) - ROUNDING))

    def _new_sheet(self, level: int) -> "Sheet":
        """Return a sheet of all that the views of a level show."""
        move = self._move
        views = [between(move.before, move.after, i / SAMPLES) for i in range(SAMPLES + 1)]
        shown = [pair for pair in pairwise(views) if level in map(self._level_of, pair)]
        scale = LEAST * move.camera.pixel_width / (self._narrowest * STEP ** (level - 1))
        return Sheet(self._drawn, around([view for pair in shown for view in pair]), scale)

    def restore(self) -> None:
        """Give the scene its mobjects and the camera its background back."""
        added = [one for one in self._scene.mobjects if one not in (*self._kept, *self._before)]
        self._scene.mobjects = [*self._before, *added]
        self._move.camera.background = self._ground


def around(views: Sequence[Slot]) -> Slot:
    """Return the smallest slot that contains some others."""
    left, bottom = min(view.left for view in views), min(view.bottom for view in views)
    return box(left, bottom, max(view.right for view in views), max(view.top for view in views))


class Sheet:
    """A transparent picture of mobjects.

    Args:
        mobjects: the mobjects without their families, lowest first.
        region: the part of the scene that it shows.
        scale: pixels for one of Manim's units.
    """

    def __init__(self, mobjects: Sequence[Mobject], region: Slot, scale: float) -> None:
        width, height = ceil(region.width * scale), ceil(region.height * scale)
        self.scale, self.left, self.top = scale, region.left, region.top
        camera = ClearCamera(width, height, box(
            region.left, region.top - height / scale, region.left + width / scale, region.top
        ))  # fmt: skip
        camera.capture_mobjects(mobjects, include_submobjects=False)
        self.pixels: PixelArray = camera.pixel_array

    def paint(self, frame: PixelArray, view: Slot) -> None:
        """Paint the part that a view shows over a frame, uint8, shape (height, width, 4)."""
        size = frame_box(frame).size
        across, down = view.width / size[0] * self.scale, view.height / size[1] * self.scale
        left, top = (view.left - self.left) * self.scale, (self.top - view.top) * self.scale
        pattern = cairo.SurfacePattern(surface_of(self.pixels))
        pattern.set_matrix(cairo.Matrix(across, 0, 0, down, left, top))
        pattern.set_filter(cairo.Filter.BILINEAR)
        context = cairo.Context(surface_of(frame))
        context.set_source(pattern)
        context.paint()


def surface_of(pixels: PixelArray) -> cairo.ImageSurface:
    """Return pixels, uint8, shape (height, width, 4), as a surface that shares their memory."""
    width, height = frame_box(pixels).size
    return cairo.ImageSurface.create_for_data(pixels.data, cairo.Format.ARGB32, width, height)


class ClearCamera(BoxCamera):
    """A camera without a background; its pixels have colours multiplied by their opacity."""

    def __init__(self, width: int, height: int, view: Slot) -> None:
        super().__init__(
            pixel_width=width,
            pixel_height=height,
            frame_width=view.width,
            frame_height=view.height,
            frame_center=view.center,
        )
        self.set_background(np.zeros((height, width, 4), np.uint8))
        self.reset()

    def display_image_mobject(
        self, image_mobject: AbstractImageMobject, pixel_array: PixelArray
    ) -> None:
        """Draw one image over the pixels below it."""
        raster, frame = self.raster(image_mobject), frame_box(pixel_array)
        if raster is None or not raster.box.meets(frame):
            return
        shared = raster.box.within(frame)
        above = shared.moved(-raster.box.left, -raster.box.top).of(np.asarray(raster.image))
        below = shared.of(pixel_array)
        if (above[..., 3] == 255).all():
            below[:] = above
            return
        opacity = above[..., 3:].astype(np.uint16)
        opaque = np.concatenate([above[..., :3], np.full_like(above[..., 3:], 255)], axis=2)
        below[:] = (opaque * opacity + below * (255 - opacity) + 127) // 255
