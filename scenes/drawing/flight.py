"""Small pictures that fly from one place to another, drawn as one image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Animation, Group, ImageMobject

from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, snapped
from scenes.drawing.raster import Floats, blank, eased, pixel_of, resized
from scenes.drawing.redraw import Redraw

SPREAD = 0.5  # part of the time between the first start and the last


@dataclass(frozen=True)
class Places:
    """Squares in the frame: their top left corners, shape (n, 2), and their side, Manim's units."""

    corners: npt.NDArray[np.float64]
    side: float

    @classmethod
    def of(cls, slots: Sequence[Slot]) -> "Places":
        """Return the places of equal square slots."""
        corners = np.array([(slot.left, slot.top) for slot in slots]).reshape(-1, 2)
        return cls(corners, slots[0].width if slots else 0.0)


class Swarm(Group):
    """Small pictures in places of their own, in one image over an area with the frame's pixels.

    Args:
        pictures: uint8, shape (n, side, side, 3), all opaque.
        places: where they are.
        area: the area in which they may move.
        frame: the frame.
    """

    def __init__(
        self, pictures: npt.NDArray[np.uint8], places: Places, area: Slot, frame: Frame
    ) -> None:
        self.pictures, self.places = pictures, places
        self.pixel = pixel_of(frame)
        self.left, self.top = (snapped(edge, self.pixel) for edge in (area.left, area.top))
        rows, columns = (int(length / self.pixel) + 1 for length in (area.height, area.width))
        self.size = rows, columns
        self.image: ImageMobject = blank(rows, columns, self.left, self.top, self.pixel)
        self._sizes: dict[int, npt.NDArray[np.uint8]] = {}
        self.draw(places.corners, np.full(len(pictures), places.side))
        self.settle()
        super().__init__(self.image.set_z_index(layers.PACKETS))

    def fly(self, places: Places, order: Floats, run_time: float) -> Animation:
        """Move all pictures to other places.

        Args:
            places: where they go.
            order: when each of them starts, 0 to 1.
            run_time: seconds of the whole.
        """
        return Fly(self, places, order, run_time)

    def draw(self, corners: npt.NDArray[np.float64], sides: npt.NDArray[np.float64]) -> None:
        """Draw all pictures at some places, in some sizes, the last one on top."""
        image: npt.NDArray[np.uint8] = np.zeros((*self.size, 4), np.uint8)
        left = np.round((corners[:, 0] - self.left) / self.pixel).astype(int)
        top = np.round((self.top - corners[:, 1]) / self.pixel).astype(int)
        whole = np.maximum(np.round(sides / self.pixel).astype(int), 1)
        for side in np.unique(whole):
            chosen = np.flatnonzero(whole == side)
            inner = np.arange(side)
            rows = np.clip(top[chosen, None, None] + inner[:, None], 0, image.shape[0] - 1)
            columns = np.clip(left[chosen, None, None] + inner, 0, image.shape[1] - 1)
            image[rows, columns, :3] = self._of_size(int(side))[chosen]
            image[rows, columns, 3] = 255
        self._show(image, 0, 0)

    def settle(self) -> None:
        """Cut the image down to what is drawn on it."""
        drawn = self.image.pixel_array[..., 3] > 0
        rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
        if len(rows):
            top, left = int(rows[0]), int(columns[0])
            part = self.image.pixel_array[top : rows[-1] + 1, left : columns[-1] + 1]
            self._show(part.copy(), top, left)

    def _show(self, pixels: Any, top: int, left: int) -> None:
        """Show pixels whose corner is so far from that of the area."""
        self.image.pixel_array = pixels
        self.image.orig_alpha_pixel_array = pixels[..., 3].copy()
        x, y = self.left + left * self.pixel, self.top - top * self.pixel
        right, bottom = x + pixels.shape[1] * self.pixel, y - pixels.shape[0] * self.pixel
        self.image.points = np.array([[x, y, 0], [right, y, 0], [x, bottom, 0], [right, bottom, 0]])

    def _of_size(self, side: int) -> npt.NDArray[np.uint8]:
        """Return all pictures in a size, made once."""
        if side not in self._sizes:
            pictures = resized(self.pictures, side)
            self._sizes[side] = np.round(255 * np.clip(pictures, 0, 1)).astype(np.uint8)
        return self._sizes[side]


class Fly(Redraw):
    """The animation of pictures to other places, each on a straight way."""

    def __init__(self, swarm: Swarm, places: Places, order: Floats, run_time: float) -> None:
        self.swarm, self.places, self.order = swarm, places, order
        self.start: Places | None = None
        super().__init__(swarm, run_time=run_time, introducer=True)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw all pictures on their ways."""
        start = self.start = self.start or self.swarm.places
        begun = min(max(alpha, 0.0), 1.0) - SPREAD * self.order
        part = eased(np.clip(begun / (1 - SPREAD), 0, 1)).astype(float)
        corners = start.corners + part[:, None] * (self.places.corners - start.corners)
        self.swarm.draw(corners, start.side + part * (self.places.side - start.side))
        if alpha >= 1:
            self.swarm.places = self.places
            self.swarm.settle()
