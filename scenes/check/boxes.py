"""Boxes, in Manim's units."""

from collections.abc import Iterable
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle by its edges."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From edge to edge."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From edge to edge."""
        return self.top - self.bottom

    @property
    def center(self) -> tuple[float, float]:
        """The middle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def common(self, other: "Box") -> "Box":
        """Return what two boxes share; its width or height is negative where they don't."""
        return Box(
            max(self.left, other.left),
            max(self.bottom, other.bottom),
            min(self.right, other.right),
            min(self.top, other.top),
        )

    def crosses(self, other: "Box", by: float = 0.0) -> bool:
        """Whether two boxes share more than ``by`` in both directions."""
        shared = self.common(other)
        return shared.width > by and shared.height > by

    def grown(self, by: float) -> "Box":
        """Return the box with its edges this much further out."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def beyond(self, outer: "Box") -> float:
        """Return how far the box reaches out of another; not more than 0 where it is inside."""
        return max(
            outer.left - self.left,
            outer.bottom - self.bottom,
            self.right - outer.right,
            self.top - outer.top,
        )


def around(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around some."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return Box(min(lefts), min(bottoms), max(rights), max(tops))
