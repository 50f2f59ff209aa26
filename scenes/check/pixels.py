"""Pictures of a moment: small without texts, or large with everything."""

from copy import copy
from typing import Any

import numpy as np
from manim import Camera, MovingCamera, MultiCamera
from PIL import Image

from scenes.check.moment import Moment, Pixels
from scenes.check.parts import Part
from scenes.check.views import place_of
from scenes.fast.images import BoxCamera

SMALL = 288  # pixels of the shorter side
LARGE = 720
MOST_REDRAWN = 8  # static parts that may be drawn again before they are cached
CELL = 8  # pixels: the sides of small pictures are multiples of it


class Painter:
    """Draws the moments of one scene; parts that do not move are drawn once."""

    def __init__(self) -> None:
        self.camera: Any = None
        self._seen: tuple[Any, ...] = ()  # what the camera was made for
        self._below = np.zeros(0, np.uint8)  # the background that it was made for
        self._last: list[Part] = []
        self._cached = 0  # how many of the last parts are drawn in the image below
        self._image: Any = None

    def ground(self, moment: Moment) -> Pixels:
        """Return a picture of a moment without texts, uint8, shape (height, width, 3)."""
        seen, below = _seen(moment), moment.background
        if seen != self._seen or not np.array_equal(below, self._below):
            self.camera, self._last, self._image = camera_for(moment, SMALL), [], None
            self._seen, self._below = seen, below.copy()
        parts = [part for part in moment.parts if id(part) not in moment.glyphs]
        # A camera that shows what another one sees draws for both.
        same = 0 if isinstance(self.camera, MultiCamera) else _common(self._last, parts)
        if self._image is None or same < self._cached or same > self._cached + MOST_REDRAWN:
            self.camera.reset()
            self._draw(parts[:same])
            self._cached, self._image = same, self.camera.pixel_array.copy()
        else:
            self.camera.set_frame_to_background(self._image)
        self._draw(parts[self._cached :])
        self._last = parts
        return np.array(self.camera.pixel_array[..., :3])

    def _draw(self, parts: list[Part]) -> None:
        self.camera.capture_mobjects([part.mobject for part in parts], include_submobjects=False)


def _common(one: list[Part], other: list[Part]) -> int:
    """Return the number of leading parts that two lists have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a is not b), min(len(one), len(other)))


def full_picture(moment: Moment) -> Pixels:
    """Return a large picture of a moment, uint8, shape (height, width, 3)."""
    camera = camera_for(moment, LARGE)
    mobjects = [part.mobject for part in moment.parts]
    camera.capture_mobjects(mobjects, include_submobjects=False)
    return np.array(camera.pixel_array[..., :3])


def camera_for(moment: Moment, short: int) -> Any:
    """Return a camera with the view of the scene's camera and another resolution.

    It is a copy of the scene's camera, unless a fast one gives the same picture.
    """
    view = moment.view
    scale = short / min(view.width, view.height)
    width, height = (CELL * round(side * scale / CELL) for side in (view.width, view.height))
    x, y = view.center
    own: Any = moment.scene.camera
    if type(own) not in (Camera, MovingCamera) and not isinstance(own, BoxCamera):
        return _resized(own, width, height)
    camera = BoxCamera(
        pixel_width=width,
        pixel_height=height,
        frame_width=view.width,
        frame_height=view.height,
        frame_center=np.array([x, y, 0.0]),
    )
    below = Image.fromarray(moment.background)
    camera.set_background(np.array(below.resize((width, height), Image.Resampling.BOX)))
    return camera.reset()


def _resized(camera: Any, width: int, height: int) -> Any:
    """Return a copy of a camera with another resolution."""
    other = copy(camera)
    other.pixel_array_to_cairo_context = {}
    other.background_colored_vmobject_displayer = None
    other.pixel_width, other.pixel_height = width, height
    other.init_background()
    other.reset()
    return other


def _seen(moment: Moment) -> tuple[Any, ...]:
    """Return what decides how the same parts are drawn, besides the background: the place."""
    return id(moment.scene.camera), place_of(moment.scene)
