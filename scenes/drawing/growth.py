"""Curves and marks by round, which can be drawn up to any point between two rounds."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt
from manim import RIGHT, Animation, Dot, Group, ImageMobject, Mobject, VGroup, VMobject

from scenes import theme
from scenes.drawing import layers

STROKE = 4
MOST_STRIPES = 24

Point = npt.NDArray[np.float64]


class Curve(VGroup):
    """A curve with a dot at its end and gaps for unknown values.

    A single known value between two gaps is a dot.
    """

    def __init__(self, points: Sequence[Point | None], radius: float) -> None:
        self.points_by_round = points
        self.radius = radius
        self.stretches = _stretches(points)
        self.stroke = VMobject(stroke_color=theme.INK, stroke_width=STROKE)
        self.dots = VGroup(*(self._dot(s[0][1]) for s in self.stretches if len(s) == 1))
        self.starts = [float(s[0][0]) for s in self.stretches if len(s) == 1]
        self.head = self._dot(self.stretches[0][0][1])
        super().__init__(self.stroke, self.dots, self.head)
        self.set_z_index(layers.CONTENT)
        self.draw_to(0)

    def draw_to(self, round_: float) -> None:
        """Draw the curve up to a round, which may be a fraction."""
        drawn = [part for s in self.stretches if len(part := _until(s, round_))]
        self.stroke.clear_points()
        for part in (part for part in drawn if len(part) > 1):
            self.stroke.start_new_path(part[0])
            self.stroke.add_points_as_corners(part[1:])
        for dot, start in zip(self.dots, self.starts, strict=True):
            dot.set_fill(opacity=float(round_ >= start))
        self.head.set_fill(opacity=float(bool(drawn)))
        if drawn:
            self.head.move_to(drawn[-1][-1])

    def _dot(self, point: Point) -> Dot:
        return Dot(point, radius=self.radius, color=theme.INK)


def _stretches(points: Sequence[Point | None]) -> list[list[tuple[int, Point]]]:
    """Return the parts of a curve between gaps, each a list of rounds and points."""
    known = groupby(enumerate(points), key=lambda pair: pair[1] is not None)
    return [[(i, p) for i, p in part if p is not None] for there, part in known if there]


def _until(stretch: Sequence[tuple[int, Point]], round_: float) -> list[Point]:
    """Return the points of a part up to a round; the last one may be interpolated."""
    done = [point for i, point in stretch if i <= round_]
    if done and len(done) < len(stretch):
        at, start = stretch[len(done) - 1]
        done.append(start + (round_ - at) * (stretch[len(done)][1] - start))
    return done


class Marks(Group):
    """Marks in rows and columns, drawn as a few images.

    Each image has the columns of some rounds, so that only one image changes at a time.
    ``column_of`` has the round of each pixel column; ``opacity`` is that of all marks together,
    uint8, shape (pixels up, pixels across).
    """

    def __init__(
        self,
        opacity: npt.NDArray[np.uint8],
        column_of: npt.NDArray[np.float64],
        color: tuple[int, int, int],
    ) -> None:
        self.stripes = [
            (opacity[:, stripe], column_of[stripe]) for stripe in _stripes(opacity, column_of)
        ]
        self.pictures = [_picture(marks, color) for marks, _ in self.stripes]
        super().__init__(*self.pictures)
        self.arrange(RIGHT, buff=0).set_z_index(layers.CONTENT)
        self.draw_to(0)

    def draw_to(self, round_: float) -> None:
        """Show the marks up to a round; those of the present round fade in."""
        for picture, (opacity, column_of) in zip(self.pictures, self.stripes, strict=True):
            alpha = picture.pixel_array[..., 3]
            if round_ >= column_of.max():  # complete
                alpha[:] = opacity
            elif round_ <= column_of.min() - 1:  # not started
                alpha[:] = 0
            else:
                alpha[:] = opacity * np.clip(round_ - (column_of - 1), 0, 1)


def _stripes(opacity: npt.NDArray[np.uint8], column_of: npt.NDArray[np.float64]) -> Iterator[slice]:
    """Yield stripes with about equal numbers of rounds, cut between marks."""
    begins = np.flatnonzero(np.diff(column_of, prepend=column_of[0]))
    clear = [i for i in begins if not opacity[:, i - 1 : i + 1].any()]
    cuts = clear[:: len(clear) // MOST_STRIPES + 1]
    yield from (slice(*ends) for ends in pairwise((0, *cuts, len(column_of))))


def _picture(opacity: npt.NDArray[np.uint8], color: tuple[int, int, int]) -> ImageMobject:
    """Return an image of marks in one colour, with one unit for each pixel."""
    pixels = np.zeros((*opacity.shape, 4), np.uint8)
    pixels[..., :3] = color
    pixels[..., 3] = opacity
    picture = ImageMobject(pixels)
    return picture.stretch_to_fit_width(opacity.shape[1]).stretch_to_fit_height(opacity.shape[0])


class Grow(Animation):
    """The animation of a curve or marks from one round to another."""

    def __init__(self, part: Mobject, start: float, end: float) -> None:
        self.part = part
        self.span = start, end
        super().__init__(part)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw up to a point between both rounds."""
        start, end = self.span
        self.part.draw_to(start + min(alpha, 1.0) * (end - start))
