"""The loss of every batch as a thin line, with its smoothed course as a strong one."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

import numpy as np
import numpy.typing as npt
from manim import Dot, VGroup, VMobject

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.plot import scaled

PIECES = 24  # of a line, so that only a short one is drawn anew in each frame
SMOOTH = 36  # the losses over the length of the window of a mean
THIN, STRONG = 1.0, 3.4
FAINT = 0.55  # opacity of the thin line
DOT = 10  # pixels

Points = npt.NDArray[np.float64]


class BatchLosses(VGroup):
    """The losses after each step from the one after ``began``, drawn up to any of them."""

    def __init__(self, losses: Sequence[float], began: int, area: Slot, frame: Frame) -> None:
        self.began = began
        self.each = GrowingLine(_points(losses, losses, area), theme.MUTED, THIN)
        self.each.set_stroke(opacity=FAINT)
        self.course = GrowingLine(_points(smoothed(losses), losses, area), theme.INK, STRONG)
        self.head = Dot(self.course.points_[0], frame.px(DOT), color=theme.INK)
        super().__init__(self.each, self.course, self.head)
        self.set_z_index(layers.CONTENT)
        self.draw_to(began)

    def draw_to(self, step: float) -> None:
        """Draw the lines up to a step, which may be a fraction."""
        last = step - self.began - 1
        self.head.set_opacity(float(last >= 0))
        for line in (self.each, self.course):
            line.draw_to(last)
        self.head.move_to(self.course.end(last))


class GrowingLine(VGroup):
    """A line through points that is drawn up to any place between two of them."""

    def __init__(self, points: Points, color: str, width: float) -> None:
        self.points_ = points
        count = min(PIECES, max(len(points) - 1, 1))
        cuts = np.linspace(0, len(points) - 1, count + 1).round().astype(int).tolist()
        self.ranges = list(pairwise(cuts))
        self.drawn = [-1.0] * count
        pieces = (VMobject(stroke_color=color, stroke_width=width) for _ in range(count))
        super().__init__(*pieces)

    def draw_to(self, last: float) -> None:
        """Draw the line up to the place of a point, which may be a fraction."""
        for i, (piece, (first, end)) in enumerate(zip(self, self.ranges, strict=True)):
            here = min(max(last, first - 1), end)
            if here != self.drawn[i]:
                self.drawn[i] = here
                piece.clear_points()
                if here > first:
                    whole = self.points_[first : ceil(here)]
                    piece.set_points_as_corners(np.vstack([whole, self.end(here)]))

    def end(self, last: float) -> Points:
        """Return the place of a point, or the place between two, shape (3,)."""
        last = min(max(last, 0.0), len(self.points_) - 1)
        low = int(last)
        high = min(low + 1, len(self.points_) - 1)
        place: Points = self.points_[low] + (last - low) * (self.points_[high] - self.points_[low])
        return place


def smoothed(losses: Sequence[float]) -> list[float]:
    """Return the mean of the losses around each, of fewer at both ends."""
    window = np.ones(2 * (len(losses) // SMOOTH // 2) + 1)
    sums = np.convolve(losses, window, "same")
    return list(sums / np.convolve(np.ones(len(losses)), window, "same"))


def _points(values: Sequence[float], losses: Sequence[float], area: Slot) -> Points:
    """Return the places of values on the scale of all losses, shape (values, 3)."""
    xs = scaled(range(len(values)), 0, len(values) - 1, area.left, area.right)
    ys = scaled(values, min(losses), max(losses), area.bottom, area.top)
    return np.array([xs, ys, np.zeros(len(xs))]).T
