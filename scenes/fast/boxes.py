"""Rectangles of pixels, and grids of tiles that mark parts of a frame."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from manim.typing import PixelArray

TILE = 32  # pixels a side
RUN = re.compile(b"\x01+")

Tiles = npt.NDArray[np.bool_]


class Box(NamedTuple):
    """A rectangle of pixels; the right and the bottom edge are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def meets(self, other: "Box") -> bool:
        """Return whether two boxes share a pixel."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: "Box") -> "Box":
        """Return the intersection of two boxes, which must share a pixel."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def grown(self, pixels: int) -> "Box":
        """Return the box with a border of some pixels."""
        left, top, right, bottom = self
        return Box(left - pixels, top - pixels, right + pixels, bottom + pixels)

    def moved(self, across: int, down: int) -> "Box":
        """Return the box moved to the right and down."""
        return Box(self.left + across, self.top + down, self.right + across, self.bottom + down)

    def of(self, pixels: PixelArray) -> PixelArray:
        """Return a view of the pixels, shape (height, width, ...), inside the box."""
        return pixels[self.top : self.bottom, self.left : self.right]


def frame_box(pixels: PixelArray) -> Box:
    """Return the box of a whole array, shape (height, width, ...)."""
    return Box(0, 0, pixels.shape[1], pixels.shape[0])


def no_tiles(frame: Box) -> Tiles:
    """Return an empty grid of tiles for a frame: bool, shape (rows, columns)."""
    return np.zeros((-(-frame.bottom // TILE), -(-frame.right // TILE)), bool)


def mark(tiles: Tiles, box: Box) -> None:
    """Mark the tiles that a box touches."""
    tiles[
        box.top // TILE : -(-box.bottom // TILE),
        box.left // TILE : -(-box.right // TILE),
    ] = True


def boxes_of(tiles: Tiles, frame: Box) -> Iterator[Box]:
    """Yield boxes that cover exactly the marked tiles of a frame and do not overlap."""
    rows, columns = tiles.shape
    marks = tiles.tobytes()
    started: dict[tuple[int, int], int] = {}  # the first row of each run of marked tiles
    for row in range(rows + 1):
        here = row * columns
        found = RUN.finditer(marks, here, here + columns) if row < rows else ()
        runs = {(run.start() - here, run.end() - here) for run in found}
        for left, right in started.keys() - runs:
            top = started.pop((left, right))
            yield Box(left * TILE, top * TILE, right * TILE, row * TILE).within(frame)
        for run in runs:
            started.setdefault(run, row)
