"""The grid of a crowd's marks, row by row; each worker belongs to exactly one mark.

Lengths are whole pixels of the rendered frame, so that all marks look the same.
"""

from dataclasses import dataclass
from math import ceil, floor

from scenes.drawing.layout import Slot, box, snapped

# Pixels of a frame whose shorter side has 1080 of them, from one mark to the next.
LARGEST = 132
PHOTO = 40  # with at least this step a mark shows a photo
SMALLEST = 8  # with a smaller step a mark stands for several workers
LEAST_RENDERED = 2  # pixels of the rendered frame
SPACE, WIDE_SPACE = 0.1, 0.26  # part of the step between marks with photos, and without
RAGGED = 0.12  # penalty for an empty last row
PER_MARK = (1, 2, 5)  # workers of a mark, times powers of ten


@dataclass(frozen=True)
class Grid:
    """Equal squares in rows; the last row may be shorter.

    ``step`` and ``side`` are pixels of the rendered frame, ``pixel`` is the length of one.
    """

    left: float
    top: float
    columns: int
    num_marks: int
    num_workers: int
    per_mark: int
    step: int
    side: int
    pixel: float

    @property
    def rows(self) -> int:
        """The number of rows."""
        return ceil(self.num_marks / self.columns)

    @property
    def area(self) -> Slot:
        """The rectangle around all marks."""
        space = self.step - self.side
        width = (self.columns * self.step - space) * self.pixel
        height = (self.rows * self.step - space) * self.pixel
        return box(self.left, self.top - height, self.left + width, self.top)

    def mark_of(self, worker: int) -> int:
        """Return the mark of a worker."""
        return worker // self.per_mark

    def slot(self, mark: int) -> Slot:
        """Return the slot of a mark."""
        row, column = divmod(mark, self.columns)
        side, step = self.side * self.pixel, self.step * self.pixel
        left, top = self.left + column * step, self.top - row * step
        return box(left, top - side, left + side, top)


def arrange(area: Slot, num_workers: int, px: float, pixel: float, *, photos: bool) -> Grid:
    """Return the grid with the largest marks, in the middle of an area.

    Args:
        area: the available space.
        num_workers: the number of workers.
        px: the length of a pixel of a frame with a shorter side of 1080 pixels.
        pixel: the length of a pixel of the rendered frame.
        photos: whether there are photos to show.
    """
    sizes = (step * 10**power for power in range(8) for step in PER_MARK)
    per_mark = next(k for k in sizes if _step(area, ceil(num_workers / k)) >= SMALLEST * px)
    num_marks = ceil(num_workers / per_mark)
    columns = _columns(area, num_marks, LARGEST * px)
    with_photos = photos and _step(area, num_marks) >= PHOTO * px
    space = SPACE if with_photos else WIDE_SPACE
    step = max(LEAST_RENDERED, floor(min(_fitting(area, num_marks, columns), LARGEST * px) / pixel))
    side = step - max(1, round(space * step))
    grid = Grid(0, 0, columns, num_marks, num_workers, per_mark, step, side, pixel)
    left = snapped(area.x - grid.area.width / 2, pixel)
    top = snapped(area.y + grid.area.height / 2, pixel)
    return Grid(left, top, columns, num_marks, num_workers, per_mark, step, side, pixel)


def shows_photos(grid: Grid, px: float) -> bool:
    """Return whether the marks are large enough for photos."""
    return grid.side * grid.pixel >= 0.98 * (1 - SPACE) * PHOTO * px


def _step(area: Slot, num_marks: int) -> float:
    """Return the largest step with which all marks fit."""
    return _fitting(area, num_marks, _columns(area, num_marks, area.height))


def _fitting(area: Slot, num_marks: int, columns: int) -> float:
    return min(area.width / columns, area.height / ceil(num_marks / columns))


def _columns(area: Slot, num_marks: int, largest: float) -> int:
    """Return the number of columns with large marks and a nearly full last row."""

    def score(columns: int) -> float:
        missing = -num_marks % columns / columns
        return min(_fitting(area, num_marks, columns), largest) * (1 - RAGGED * missing)

    return max(range(1, num_marks + 1), key=score)
