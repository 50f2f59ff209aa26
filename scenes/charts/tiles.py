"""Tiles that stand for photos, and their places in a block or in stacks."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import numpy.typing as npt
from manim import Group, ImageMobject, Square, VMobject
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Slot
from scenes.drawing.pictures import mosaic, picture

FILL = 0.8  # opacity of a tile without a photo
APART = 0.14  # opacity of a tile of the validation part, which has an outline
EDGE = 1.3
GAP = 0.14  # part of the pitch between two tiles


class Tiles(Group):
    """One worker's tiles: the training part, with some photos, and the validation part.

    The plain tiles of each part are one path, since Manim moves one path faster than hundreds.
    """

    def __init__(self, counts: tuple[int, int], photos: npt.NDArray[np.uint8] | None) -> None:
        self.counts = counts
        some = [] if photos is None else list(photos[: counts[0]])
        self.photos = {
            int((i + 0.5) * counts[0] / len(some)): _photo(photo) for i, photo in enumerate(some)
        }
        self.train, self.apart = _plain(), _plain()
        super().__init__(self.train, self.apart, *self.photos.values())

    def place(self, points: Sequence[Point3D], pitch: float) -> "Tiles":
        """Place each tile, with the size for a pitch."""
        side = (1 - GAP) * pitch
        train = [i for i in range(self.counts[0]) if i not in self.photos]
        self.train.set_points(_squares([points[i] for i in train], side))
        self.apart.set_points(_squares(points[self.counts[0] :], side))
        for i, photo in self.photos.items():
            photo.scale_to_fit_height(side).move_to(points[i])
        return self

    def moved(self, points: Sequence[Point3D], pitch: float) -> "Tiles":
        """Return a copy of the tiles in other places."""
        copy = Tiles(self.counts, None)
        copy.photos = {i: photo.copy() for i, photo in self.photos.items()}
        copy.add(*copy.photos.values())
        return copy.place(points, pitch)


def _photo(pixels: npt.NDArray[np.uint8]) -> ImageMobject:
    image = picture(mosaic(pixels[None], 1), Slot(0, 0, 1, 1))
    image.set_z_index(layers.CONTENT)
    return image


def _plain() -> VMobject:
    path = VMobject(fill_color=theme.DATA, fill_opacity=FILL, stroke_width=0)
    return path.set_z_index(layers.CONTENT)


def _squares(centers: Sequence[Point3D], side: float) -> npt.NDArray[np.float64]:
    """Return the points of many squares as one path, shape (points, 3)."""
    if not len(centers):
        return np.zeros((0, 3))
    return np.concatenate([Square(side).points + center for center in centers])


def block(counts: Sequence[int], area: Slot) -> tuple[list[list[Point3D]], float]:
    """Return the places of each worker's tiles in one block, column by column, and the pitch."""
    every = sum(counts)
    rows = max(
        range(1, every + 1), key=lambda r: min(area.height / r, area.width / ceil(every / r))
    )
    columns = ceil(every / rows)
    pitch = min(area.height / rows, area.width / columns)
    left, top = area.x - columns * pitch / 2, area.y + rows * pitch / 2
    places = [
        np.array([left + (i // rows + 0.5) * pitch, top - (i % rows + 0.5) * pitch, 0.0])
        for i in range(every)
    ]
    parts, start = [], 0
    for count in counts:
        parts.append(places[start : start + count])
        start += count
    return parts, pitch


class Piles:
    """The sizes of all workers' piles above and below a common floor."""

    def __init__(self, counts: Sequence[tuple[int, int]], width: float, height: float) -> None:
        self.most = tuple(max(count[part] for count in counts) for part in range(2))
        columns = range(1, max(self.most) + 1)
        self.columns = max(columns, key=lambda c: min(width / c, height / self._rows(c)))
        self.pitch = min(width / self.columns, height / self._rows(self.columns))

    def _rows(self, columns: int) -> int:
        return sum(ceil(count / columns) for count in self.most)

    @property
    def above(self) -> float:
        """The height of the highest pile above the floor."""
        return self.height(self.most[0])

    @property
    def below(self) -> float:
        """The height of the highest pile below the floor."""
        return self.height(self.most[1])

    def height(self, count: int) -> float:
        """Return the height of a pile."""
        return ceil(count / self.columns) * self.pitch

    def places(self, counts: tuple[int, int], x: float, floor: float, gap: float) -> list[Point3D]:
        """Return the places of a worker's tiles: above the floor, and below it."""
        over, under = (self._pile(count, x - self.width / 2) for count in counts)
        return [
            *(np.array([left, floor + height, 0.0]) for left, height in over),
            *(np.array([left, floor - gap - height, 0.0]) for left, height in under),
        ]

    @property
    def width(self) -> float:
        """The width of each pile."""
        return self.columns * self.pitch

    def _pile(self, count: int, left: float) -> list[tuple[float, float]]:
        """Return the x and the height of each tile, row by row from the floor."""
        cells = (divmod(i, self.columns) for i in range(count))
        pitch = self.pitch
        return [(left + (column + 0.5) * pitch, (row + 0.5) * pitch) for row, column in cells]


def hollow(tiles: VMobject) -> VMobject:
    """Return a copy of tiles with outlines, for the validation part."""
    edges = tiles.copy().set_fill(theme.DATA, opacity=APART)
    return edges.set_stroke(theme.DATA, EDGE, opacity=1)


def in_columns(points: Sequence[Point3D]) -> list[int]:
    """Return the order of places read down the columns from the left."""
    return sorted(range(len(points)), key=lambda i: (round(points[i][0], 6), -points[i][1]))
