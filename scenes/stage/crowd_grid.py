"""Where the marks of a crowd stand: a regular grid, row by row, every worker in exactly one mark.

Lengths are whole pixels of the frame that is drawn, so that all marks look the same.
"""

from dataclasses import dataclass
from math import ceil, floor

from scenes.drawing.layout import Slot, box

# Pixels of a frame whose shorter side has 1080 of them, from one mark to the next.
LARGEST = 132
PHOTO = 40  # from here on a mark shows a photo
SMALLEST = 8  # below, a mark stands for several workers
LEAST_DRAWN = 2  # pixels of the frame that is drawn
SPACE, FINE_SPACE = 0.1, 0.26  # part of the step that stays free, with photos and without
RAGGED = 0.12  # how much an empty last row counts against a grid
STEPS = (1, 2, 5)  # workers a mark, times powers of ten


@dataclass(frozen=True)
class Grid:
    """Equal squares in rows, the last of which may be shorter.

    ``step`` and ``side`` are pixels of the frame that is drawn, ``pixel`` the length of one.
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
        """How many rows there are."""
        return ceil(self.num_marks / self.columns)

    @property
    def area(self) -> Slot:
        """The rectangle that the marks fill."""
        space = self.step - self.side
        width = (self.columns * self.step - space) * self.pixel
        height = (self.rows * self.step - space) * self.pixel
        return box(self.left, self.top - height, self.left + width, self.top)

    def mark_of(self, worker: int) -> int:
        """Return the mark that a worker stands in."""
        return worker // self.per_mark

    def slot(self, mark: int) -> Slot:
        """Return where a mark stands."""
        row, column = divmod(mark, self.columns)
        side, step = self.side * self.pixel, self.step * self.pixel
        left, top = self.left + column * step, self.top - row * step
        return box(left, top - side, left + side, top)


def arrange(area: Slot, num_workers: int, px: float, pixel: float, *, photos: bool) -> Grid:
    """Return the grid whose marks are largest, in the middle of an area.

    Args:
        area: where it has to fit.
        num_workers: how many workers there are.
        px: length of a pixel of a frame whose shorter side has 1080 of them.
        pixel: length of a pixel of the frame that is drawn.
        photos: whether there are photos to show.
    """
    per_mark = next(k for k in _per_marks() if _step(area, ceil(num_workers / k)) >= SMALLEST * px)
    num_marks = ceil(num_workers / per_mark)
    columns = _columns(area, num_marks, LARGEST * px)
    space = SPACE if photos and _shows_photos(area, num_marks, px) else FINE_SPACE
    step = max(LEAST_DRAWN, floor(min(_fitting(area, num_marks, columns), LARGEST * px) / pixel))
    side = step - max(1, round(space * step))
    grid = Grid(0, 0, columns, num_marks, num_workers, per_mark, step, side, pixel)
    left = _snapped(area.x - grid.area.width / 2, pixel)
    top = _snapped(area.y + grid.area.height / 2, pixel)
    return Grid(left, top, columns, num_marks, num_workers, per_mark, step, side, pixel)


def shows_photos(grid: Grid, px: float) -> bool:
    """Whether the marks are large enough for a photo."""
    return grid.side * grid.pixel >= 0.98 * (1 - SPACE) * PHOTO * px


def _shows_photos(area: Slot, num_marks: int, px: float) -> bool:
    return _step(area, num_marks) >= PHOTO * px


def _per_marks() -> list[int]:
    return [step * 10**power for power in range(8) for step in STEPS]


def _step(area: Slot, num_marks: int) -> float:
    """Return the largest step that lets so many marks fit."""
    return _fitting(area, num_marks, _columns(area, num_marks, area.height))


def _fitting(area: Slot, num_marks: int, columns: int) -> float:
    return min(area.width / columns, area.height / ceil(num_marks / columns))


def _columns(area: Slot, num_marks: int, largest: float) -> int:
    """Return in how many columns marks become large, and the last row is nearly full."""

    def worth(columns: int) -> float:
        missing = -num_marks % columns / columns
        return min(_fitting(area, num_marks, columns), largest) * (1 - RAGGED * missing)

    return max(range(1, num_marks + 1), key=worth)


def _snapped(length: float, pixel: float) -> float:
    return round(length / pixel) * pixel
