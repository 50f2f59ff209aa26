"""How a worker's card stands on the stage."""

from typing import NamedTuple

from scenes.drawing.layout import Frame, Slot

# Pixels of a frame whose shorter side has 1080 of them.
WIDTH, HEIGHT = 104, 156  # of a card of size 1
BELOW = 68  # of the pile and the name under a card
DIM = 0.58  # part of its light that a card loses when others are chosen


class Pose(NamedTuple):
    """How a card stands: its middle, its size, and how far it is chosen and dimmed, 0 to 1."""

    x: float
    y: float
    size: float
    chosen: float = 0.0
    dim: float = 0.0

    def towards(self, other: "Pose", part: float) -> "Pose":
        """Return the pose at some part of the way to another."""
        return Pose(*((1 - part) * a + part * b for a, b in zip(self, other, strict=True)))

    def slot(self, frame: Frame) -> Slot:
        """Return the card's rectangle."""
        return Slot(self.x, self.y, self.size * frame.px(WIDTH), self.size * frame.px(HEIGHT))
