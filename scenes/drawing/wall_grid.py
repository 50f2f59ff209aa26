"""The places of a wall's marks: one block of squares, or a block for each kind of example.

Lengths are whole pixels of the rendered frame, so that all marks look the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np
import numpy.typing as npt

from scenes.drawing.layout import Slot, box, snapped

Integers = npt.NDArray[np.integer]

PER_MARK = (1, 2, 5)  # examples of a mark, times powers of ten
SPACE, APART = 0.1, 4  # part of the step between two marks, and the least step with a space
BLOCK_SPACE = 0.16  # part of a block's width between two blocks


@dataclass(frozen=True)
class WallGrid:
    """Equal squares in equal blocks; each example belongs to exactly one mark.

    ``kinds`` are the blocks of the examples, ``step`` is the number of pixels from one mark to the
    next, ``columns`` and ``lines`` are those of a block, ``rows`` and ``per_row`` those of blocks.
    """

    kinds: Integers
    left: float
    top: float
    pixel: float
    step: int
    columns: int
    lines: int
    rows: int
    per_row: int
    per_mark: int

    @property
    def space(self) -> int:
        """The pixels between two marks: none between small ones, which would be darker."""
        return max(1, round(SPACE * self.step)) if self.step >= APART else 0

    @property
    def side(self) -> int:
        """The pixels of a mark's side."""
        return self.step - self.space

    @property
    def block_space(self) -> int:
        """The pixels between two blocks."""
        return round(BLOCK_SPACE * self.columns * self.step)

    @property
    def block_size(self) -> tuple[int, int]:
        """The width and the height of a block, in pixels."""
        return self.columns * self.step - self.space, self.lines * self.step - self.space

    @property
    def size(self) -> tuple[int, int]:
        """The width and the height of the whole, in pixels."""
        width, height = self.block_size
        across, down = (self.block_space * (count - 1) for count in (self.per_row, self.rows))
        return self.per_row * width + across, self.rows * height + down

    @property
    def area(self) -> Slot:
        """The rectangle around all marks."""
        return self._slot(0, 0, *self.size)

    def block(self, kind: int) -> Slot:
        """Return the rectangle of a block."""
        return self._slot(*self._corner(kind), *self.block_size)

    def slot(self, mark: int) -> Slot:
        """Return the rectangle of a mark."""
        row, column = self.corners[mark]
        return self._slot(column, row, self.side, self.side)

    @cached_property
    def members(self) -> npt.NDArray[np.intp]:
        """The examples of each mark, shape (marks, per_mark), -1 where there are fewer."""
        return np.concatenate([part for part, _ in self._blocks()])

    @cached_property
    def mark_of(self) -> npt.NDArray[np.intp]:
        """The mark of each example, shape (examples,)."""
        marks = np.empty(len(self.kinds), np.intp)
        numbers = np.broadcast_to(np.arange(len(self.members))[:, None], self.members.shape)
        filled = self.members >= 0
        marks[self.members[filled]] = numbers[filled]
        return marks

    @cached_property
    def corners(self) -> npt.NDArray[np.intp]:
        """The top left pixel of each mark, as row and column, shape (marks, 2)."""
        return np.concatenate([corners for _, corners in self._blocks()])

    def _blocks(self) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
        """Yield the members and the corners of each block's marks."""
        for kind in range(self.rows * self.per_row):
            examples = np.flatnonzero(self.kinds == kind)
            count = ceil(len(examples) / self.per_mark)
            members = np.full(count * self.per_mark, -1)
            members[: len(examples)] = examples
            row, column = np.divmod(np.arange(count), self.columns)
            left, top = self._corner(kind)
            corners = np.stack([top + self.step * row, left + self.step * column], axis=1)
            yield members.reshape(count, self.per_mark), corners

    def _corner(self, kind: int) -> tuple[int, int]:
        row, column = divmod(kind, self.per_row)
        width, height = self.block_size
        return column * (width + self.block_space), row * (height + self.block_space)

    def _slot(self, left: int, top: int, width: int, height: int) -> Slot:
        x, y = self.left + left * self.pixel, self.top - top * self.pixel
        return box(x, y - height * self.pixel, x + width * self.pixel, y)


def arrange(
    kinds: Integers, area: Slot, pixel: float, steps: tuple[int, int], rows: int, per_row: int
) -> WallGrid:
    """Return the grid with the largest marks, in the middle of an area.

    Args:
        kinds: the block of each example.
        area: the available space.
        pixel: the side of a pixel of the rendered frame, in Manim's units.
        steps: the least and the most pixels from one mark to the next; with less than the least,
            a mark stands for several examples.
        rows: the rows of blocks.
        per_row: the blocks of a row.
    """
    width, height = (int(length / pixel + 1e-6) for length in (area.width, area.height))
    across = int(width / (per_row + BLOCK_SPACE * (per_row - 1)))
    down = int((height - BLOCK_SPACE * across * (rows - 1)) / rows)
    largest = int(np.bincount(kinds).max())
    sizes = (k * 10**power for power in range(9) for k in PER_MARK)
    per_mark = next(k for k in sizes if _step(across, down, ceil(largest / k)) >= steps[0])
    count = ceil(largest / per_mark)
    step = min(_step(across, down, count), steps[1])
    columns = _columns(across // step, down // step, count)
    shape = step, columns, ceil(count / columns), rows, per_row, per_mark
    size = WallGrid(kinds, 0, 0, pixel, *shape).size
    left = snapped(area.x - size[0] * pixel / 2, pixel)
    top = snapped(area.y + size[1] * pixel / 2, pixel)
    return WallGrid(kinds, left, top, pixel, *shape)


def _step(width: int, height: int, count: int) -> int:
    """Return the largest step with which so many squares fit."""
    step = max(min(width, height), 0)
    while step and (width // step) * (height // step) < count:
        step -= 1
    return step


def _columns(most: int, lines: int, count: int) -> int:
    """Return the number of columns with the fullest last line, and most of these."""
    fitting = range(ceil(count / lines), most + 1)
    return min(fitting, key=lambda columns: (-count % columns, -columns))
