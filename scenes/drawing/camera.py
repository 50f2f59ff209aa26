"""A camera that composites an image into its own box instead of into a whole frame.

Manim's own allocates and blends a full frame for every image, however small; a stage with ten
workers' photos spends half of its time there. The pixels are the same.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from manim import Camera, Mobject
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.typing import PixelArray

BORDER = 2  # pixels around the image, for what resampling may touch


class BlindCamera(Camera):
    """Draws nothing: for building a scene only to ask what stands where."""

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: object) -> None:
        """Leave the frame as it is."""


class BoxCamera(Camera):
    """Draws each image mobject into the part of the frame that it covers."""

    _origin: np.ndarray | None = None
    _true_size: tuple[int, int] = (0, 0)

    def display_image_mobject(
        self, image_mobject: AbstractImageMobject, pixel_array: PixelArray
    ) -> None:
        """Draw one image; one that reaches out of the frame goes Manim's own way."""
        corners = self.points_to_subpixel_coords(image_mobject, image_mobject.points)
        low = np.floor(corners.min(axis=0)).astype(int) - BORDER
        high = np.ceil(corners.max(axis=0)).astype(int) + BORDER
        if (low < 0).any() or (high > (self.pixel_width, self.pixel_height)).any():
            super().display_image_mobject(image_mobject, pixel_array)
            return
        self._true_size = self.pixel_width, self.pixel_height
        self._origin = low
        self.pixel_width, self.pixel_height = (int(side) for side in high - low)
        try:
            view = pixel_array[low[1] : high[1], low[0] : high[0]]
            super().display_image_mobject(image_mobject, view)
        finally:
            self._origin = None
            self.pixel_width, self.pixel_height = self._true_size

    def points_to_subpixel_coords(
        self, mobject: Mobject, points: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Return pixel coordinates, shape (n, 2), counted from the box while one is drawn."""
        if self._origin is None:
            return np.asarray(super().points_to_subpixel_coords(mobject, points))
        box = self.pixel_width, self.pixel_height
        self.pixel_width, self.pixel_height = self._true_size
        try:
            coords = np.asarray(super().points_to_subpixel_coords(mobject, points))
            local: npt.NDArray[np.float64] = coords - self._origin
            return local
        finally:
            self.pixel_width, self.pixel_height = box
