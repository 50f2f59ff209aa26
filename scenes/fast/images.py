"""A camera that composites an image into its own box instead of into a whole frame.

Manim's camera allocates and blends a full frame for every image, even a small one. A stage with
ten workers' photos spends most of its time there. The pixels are the same.

On the film's opening at 1080p60 it saves 45 of stock Manim's 94 seconds of processor time
(``tests/benchmarks --only techniques``).
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from manim import Camera, Mobject
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.typing import PixelArray
from PIL import Image

from scenes.fast.boxes import Box, frame_box

BORDER = 2  # pixels around an image that resampling may touch


class Raster(NamedTuple):
    """An image resampled for the frame: RGBA pixels, and their box in the frame."""

    image: Image.Image
    box: Box

    def composite(self, frame: PixelArray, area: Box) -> None:
        """Blend the image into a part of a frame, uint8, shape (height, width, 4)."""
        if not self.box.meets(area):
            return
        shared = self.box.within(area)
        below = Image.fromarray(np.ascontiguousarray(shared.of(frame)), mode="RGBA")
        above = self.image.crop(shared.moved(-self.box.left, -self.box.top))
        shared.of(frame)[:] = np.asarray(Image.alpha_composite(below, above))


class BoxCamera(Camera):
    """A camera that draws each image mobject only into the box that it covers."""

    def __init__(self, **options: Any) -> None:
        self._resampled: Image.Image | None = None
        self._origin: tuple[int, int] | None = None
        self._frame_size = (0, 0)
        super().__init__(**options)

    def display_image_mobject(
        self, image_mobject: AbstractImageMobject, pixel_array: PixelArray
    ) -> None:
        """Draw one image into a frame."""
        raster = self.raster(image_mobject)
        if raster is not None:
            raster.composite(pixel_array, frame_box(pixel_array))

    def raster(self, image: AbstractImageMobject) -> Raster | None:
        """Return an image resampled for the frame, or None if it is too thin to be visible.

        Manim resamples the image, for a frame that is reduced to the image's box.
        """
        whole = Box(0, 0, self.pixel_width, self.pixel_height)
        corners = self.points_to_subpixel_coords(image, image.points)
        low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
        box = Box(*(int(side) for side in (*low, *high))).grown(BORDER)
        # Manim rounds towards zero: an image beyond the frame's edge needs the whole frame.
        if not box.meets(whole) or box.within(whole) != box:
            box = whole
        self._frame_size = self.pixel_width, self.pixel_height
        self._origin = box.left, box.top
        self.pixel_width, self.pixel_height = box.size
        self._resampled = None
        try:
            super().display_image_mobject(image, np.empty(0, np.uint8))
            resampled = self._resampled
        finally:
            # Manim's cache hashes a camera's attributes: restore them.
            self.pixel_width, self.pixel_height = self._frame_size
            self._origin = self._resampled = None
            self._frame_size = 0, 0
        return None if resampled is None else Raster(resampled, box)

    def overlay_PIL_image(self, pixel_array: PixelArray, image: Image.Image) -> None:  # noqa: N802
        """Keep an image that is being resampled; blend any other into the frame, as Manim does."""
        if self._origin is None:
            super().overlay_PIL_image(pixel_array, image)
        else:
            self._resampled = image

    def points_to_subpixel_coords(
        self, mobject: Mobject, points: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Return pixel coordinates, shape (n, 2), relative to the present image's box, if any."""
        if self._origin is None:
            return np.asarray(super().points_to_subpixel_coords(mobject, points))
        box_size = self.pixel_width, self.pixel_height
        self.pixel_width, self.pixel_height = self._frame_size
        try:
            coords = np.asarray(super().points_to_subpixel_coords(mobject, points))
            local: npt.NDArray[np.float64] = coords - self._origin
            return local
        finally:
            self.pixel_width, self.pixel_height = box_size
