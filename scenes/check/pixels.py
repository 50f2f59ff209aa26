"""Pictures of a moment: small without texts, or large with everything."""

from typing import Any

import numpy as np
from manim import ManimColor

from scenes.check.moment import Moment, Pixels
from scenes.check.parts import Part
from scenes.fast.images import BoxCamera

SMALL = 288  # pixels of the shorter side
LARGE = 720
MOST_REDRAWN = 8  # static parts that may be drawn again before they are cached
CELL = 8  # pixels: the sides of small pictures are multiples of it


class Painter:
    """Draws the moments of one scene; parts that do not move are drawn once."""

    def __init__(self) -> None:
        self.camera: BoxCamera | None = None
        self._last: list[Part] = []
        self._cached = 0  # how many of the last parts are drawn in the image below
        self._image: Any = None

    def ground(self, moment: Moment) -> Pixels:
        """Return a picture of a moment without texts, uint8, shape (height, width, 3)."""
        if self.camera is None or not _fits(self.camera, moment):
            self.camera, self._last, self._image = camera_for(moment, SMALL), [], None
        parts = [part for part in moment.parts if id(part) not in moment.glyphs]
        same = _common(self._last, parts)
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
        assert self.camera is not None
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


def camera_for(moment: Moment, short: int) -> BoxCamera:
    """Return a camera with the view of the scene's camera and another resolution."""
    view = moment.view
    scale = short / min(view.width, view.height)
    width, height = (CELL * round(side * scale / CELL) for side in (view.width, view.height))
    x, y = view.center
    own: Any = moment.scene.camera
    return BoxCamera(
        pixel_width=width,
        pixel_height=height,
        frame_width=view.width,
        frame_height=view.height,
        frame_center=np.array([x, y, 0.0]),
        background_color=ManimColor(own.background_color),
        background_opacity=own.background_opacity,
    )


def _fits(camera: BoxCamera, moment: Moment) -> bool:
    view = moment.view
    mine = (camera.frame_width, *camera.frame_center[:2])
    return bool(np.allclose(mine, (view.width, *view.center)))
