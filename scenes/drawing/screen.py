"""Screens: which part of a frame is free for text, and how long the lines of a caption may be."""

from typing import NamedTuple

MARGIN = 0.05  # part of the frame's width and height without text
# A phone's controls cover so much of a portrait frame, pixels of 1920: top, bottom, right.
PORTRAIT_COVER = (160, 330, 108)


class Shape(NamedTuple):
    """The shape of a frame of some width and height, in Manim's units."""

    width: float
    height: float

    @property
    def portrait(self) -> bool:
        """Whether it is clearly taller than wide."""
        return self.height > 1.2 * self.width

    @property
    def wide(self) -> bool:
        """Whether it is clearly wider than tall."""
        return self.width > 1.2 * self.height

    @property
    def safe(self) -> tuple[float, float, float, float]:
        """The left, bottom, right and top of the area in which text may stand."""
        right, top = self.width / 2 * (1 - 2 * MARGIN), self.height / 2 * (1 - 2 * MARGIN)
        if not self.portrait:
            return -right, -top, right, top
        over, under, beside = (pixels * self.height / 1920 for pixels in PORTRAIT_COVER)
        half = self.width / 2 - beside
        return -half, -self.height / 2 + under, half, self.height / 2 - over

    @property
    def caption(self) -> tuple[int, int]:
        """The most characters in a line of a caption, and the most lines."""
        return (42, 2) if self.wide else (32, 3) if self.portrait else (36, 3)
