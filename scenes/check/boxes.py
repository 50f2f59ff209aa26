"""Rectangles in Manim's units."""

from collections.abc import Iterable
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle, given by its four edges."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """The distance between the left and the right edge."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """The distance between the bottom and the top edge."""
        return self.top - self.bottom

    @property
    def center(self) -> tuple[float, float]:
        """The coordinates of the center."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def common(self, other: "Box") -> "Box":
        """Return the intersection of two boxes; width or height is negative if there is none."""
        return Box(
            max(self.left, other.left),
            max(self.bottom, other.bottom),
            min(self.right, other.right),
            min(self.top, other.top),
        )

    def crosses(self, other: "Box", by: float = 0.0) -> bool:
        """Whether two boxes overlap by more than ``by`` in both directions."""
        shared = self.common(other)
        return shared.width > by and shared.height > by

    def grown(self, by: float) -> "Box":
        """Return the box with every edge moved out by ``by``."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def beyond(self, outer: "Box") -> float:
        """Return how far the box extends beyond another one; 0 or less if it is inside."""
        return max(
            outer.left - self.left,
            outer.bottom - self.bottom,
            self.right - outer.right,
            self.top - outer.top,
        )


def around(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that contains all given boxes."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return Box(min(lefts), min(bottoms), max(rights), max(tops))
