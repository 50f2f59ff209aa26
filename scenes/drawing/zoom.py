"""A large picture that the camera moves over: what is in the frame is resampled once a frame."""

from math import exp, log
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import (
    RESAMPLING_ALGORITHMS,
    Animation,
    Group,
    ImageMobject,
    VMobject,
)
from PIL import Image

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.raster import pixel_of, rgb
from scenes.drawing.redraw import Redraw


class Zoomable(Group):
    """A picture in a slot that may be much larger than the frame, or smaller than its pixels.

    ``image`` has the part in the frame, in the frame's own pixels. ``edge``, if any, is an outline
    around the picture, which is scaled with it. ``veil`` is the opacity of a veil over all but
    ``bright``, a part of the picture given by its place in ``home``.

    Args:
        pixels: uint8, shape (rows, columns, 3).
        slot: where the whole picture is.
        frame: the frame.
        edge: an outline around the picture in that slot.
    """

    def __init__(
        self,
        pixels: npt.NDArray[np.uint8],
        slot: Slot,
        frame: Frame,
        edge: VMobject | None = None,
    ) -> None:
        self.source = Image.fromarray(pixels)
        self.frame, self.home, self.slot = frame, slot, slot
        resampling = RESAMPLING_ALGORITHMS["nearest"]
        self.image = ImageMobject(np.zeros((1, 1, 4), np.uint8), resampling_algorithm=resampling)
        self.edge = VMobject() if edge is None else edge
        self.edge_points = self.edge.points.copy()
        self.veil, self.bright = 0.0, Slot(0.0, 0.0, 0.0, 0.0)
        # Not brighter than the picture: what comes out of it must not flash.
        self.shade = min(255 * rgb(theme.PANEL), pixels.mean(axis=(0, 1)), key=np.sum)
        super().__init__(self.edge, self.image)
        self.move_to_slot(slot)

    def move_to_slot(self, slot: Slot) -> "Zoomable":
        """Show the picture in another slot of the same proportions, and return it."""
        self.slot = slot
        scale = slot.width / self.home.width
        if len(self.edge_points):
            self.edge.points = slot.center + scale * (self.edge_points - self.home.center)
        self._resample()
        return self

    def zoom(self, slot: Slot, run_time: float) -> Animation:
        """Move the camera until the picture is in another slot of the same proportions."""
        return Zoom(self, slot, run_time)

    def _resample(self) -> None:
        """Draw the part of the picture that is in the frame."""
        pixel, slot = pixel_of(self.frame), self.slot
        left = (slot.left + self.frame.width / 2) / pixel
        top = (self.frame.height / 2 - slot.top) / pixel
        size = np.array([slot.width, slot.height]) / pixel
        start = np.array([left, top])
        whole = np.array([self.frame.width, self.frame.height]) / pixel
        low = np.maximum(np.floor(start + 1e-6), 0).astype(int)
        high = np.minimum(np.ceil(start + size - 1e-6), np.round(whole)).astype(int)
        if (high <= low).any():
            self.image.pixel_array = np.zeros((1, 1, 4), np.uint8)
            return
        per_pixel = np.array(self.source.size) / size
        box = np.clip(np.stack([low - start, high - start]) * per_pixel, 0, self.source.size)
        (width, height), (x0, y0, x1, y1) = (high - low).tolist(), box.ravel().tolist()
        bicubic = Image.Resampling.BICUBIC
        part = self.source.resize((width, height), bicubic, (x0, y0, x1, y1), reducing_gap=3.0)
        pixels: Any = np.full((height, width, 4), 255, np.uint8)
        pixels[..., :3] = np.asarray(part)
        if self.veil:
            self._draw_veil(pixels, low)
        self.image.pixel_array = pixels
        self.image.orig_alpha_pixel_array = pixels[..., 3].copy()
        corner = np.array([-self.frame.width / 2, self.frame.height / 2])
        (left, top), (right, bottom) = (
            corner + np.array([1, -1]) * at * pixel for at in (low, high)
        )
        corners = [[left, top, 0], [right, top, 0], [left, bottom, 0], [right, bottom, 0]]
        self.image.points = np.array(corners)

    def _draw_veil(self, pixels: Any, corner: npt.NDArray[np.intp]) -> None:
        """Draw the veil on pixels whose corner is at a pixel of the frame."""
        middle, scale = self.slot.center - self.home.center, self.slot.width / self.home.width
        low, high = (self.bright.at(*at) - self.home.center for at in ((0, 1), (1, 0)))
        places = [self.home.center + middle + scale * each for each in (low, high)]
        half = np.array([self.frame.width, self.frame.height]) / 2
        (left, top), (right, bottom) = (
            np.round((half + np.array([1, -1]) * each[:2]) / pixel_of(self.frame)).astype(int)
            - corner
            for each in places
        )
        inside = slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0))
        bright = pixels[inside].copy()
        pixels[..., :3] = np.round(pixels[..., :3] + self.veil * (self.shade - pixels[..., :3]))
        pixels[inside] = bright


class Zoom(Redraw):
    """The animation of a picture that becomes smaller or larger at an even rate; a veil goes."""

    def __init__(self, picture: Zoomable, slot: Slot, run_time: float) -> None:
        self.picture, self.end = picture, slot
        self.start: Slot | None = None
        self.veil: float | None = None
        super().__init__(picture, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the picture in a slot between both."""
        start = self.start = self.start or self.picture.slot
        part = self.rate_func(min(max(alpha, 0.0), 1.0))
        if self.veil is None:
            self.veil = self.picture.veil
        self.picture.veil = (1 - part) * self.veil
        self.picture.move_to_slot(between(start, self.end, part))


def between(start: Slot, end: Slot, part: float) -> Slot:
    """Return the slot between two, at an even rate of growth around one fixed point."""
    width = exp((1 - part) * log(start.width) + part * log(end.width))
    height = width * end.height / end.width
    grown = end.width - start.width
    moved = part if abs(grown) < 1e-9 * end.width else (width - start.width) / grown
    x, y = (a + moved * (b - a) for a, b in ((start.x, end.x), (start.y, end.y)))
    return Slot(x, y, width, height)
