"""The row of workers: the place and the size of each card, at rest and after some are chosen."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from scenes.drawing.layout import Frame, Slot
from scenes.story.crowds import crowded

# Pixels of a frame whose shorter side has 1080 of them.
WIDTH, HEIGHT = 104, 156  # of a card of size 1
RESTING, CHOSEN = 1.27, 1.7  # greatest size of a card at rest, and of a chosen one
FORWARD = 50  # by which the others stand higher than the chosen
LEAST_GAP, WIDEST_GAP = 10, 64
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
        return Pose(*(a + part * (b - a) for a, b in zip(self, other, strict=True)))

    def slot(self, frame: Frame) -> Slot:
        """Return the card's rectangle."""
        return Slot(self.x, self.y, self.size * frame.px(WIDTH), self.size * frame.px(HEIGHT))


def resting(area: Slot, count: int, frame: Frame) -> list[Pose]:
    """Return the poses of workers of whom none is chosen."""
    size = min(_size(area, [1.0] * count, frame), RESTING, _tallest(area, frame))
    return _placed(area, [size] * count, (), frame)


def place_of(worker: int, area: Slot, count: int, frame: Frame) -> Slot:
    """Return the place of a worker's card at rest; of a crowd, a square in the middle."""
    if crowded(count):
        return Slot(area.x, area.y, frame.px(WIDTH), frame.px(WIDTH))
    return resting(area, count, frame)[worker].slot(frame)


def chosen(area: Slot, count: int, picked: Collection[int], frame: Frame) -> list[Pose]:
    """Return the poses of workers of whom some are chosen: these grow, the others recede."""
    largest = min(CHOSEN, _tallest(area, frame))
    others = count - len(picked)
    small = min(_size(area, [1.0] * others + [largest] * len(picked), frame), 1.0)
    room = _room(area, count, frame) - others * small * frame.px(WIDTH)
    large = max(small, min(largest, room / max(len(picked), 1) / frame.px(WIDTH)))
    sizes = [large if i in picked else small for i in range(count)]
    return _placed(area, sizes, picked, frame)


def _tallest(area: Slot, frame: Frame) -> float:
    return (area.height - frame.px(BELOW)) / frame.px(HEIGHT)


def _room(area: Slot, count: int, frame: Frame) -> float:
    """Return the width of all cards together at most."""
    return area.width - (count - 1) * frame.px(LEAST_GAP)


def _size(area: Slot, sizes: Sequence[float], frame: Frame) -> float:
    """Return by how much cards of some sizes have to shrink to fit in a row, or may grow."""
    return _room(area, len(sizes), frame) / (sum(sizes) * frame.px(WIDTH))


def _placed(
    area: Slot, sizes: Sequence[float], picked: Collection[int], frame: Frame
) -> list[Pose]:
    """Place cards side by side in the middle of an area; the chosen stand lowest."""
    widths = [size * frame.px(WIDTH) for size in sizes]
    gaps = max(len(sizes) - 1, 1)
    gap = min((area.width - sum(widths)) / gaps, frame.px(WIDEST_GAP))
    left = area.x - (sum(widths) + gap * (len(sizes) - 1)) / 2
    low = area.bottom + frame.px(BELOW)
    largest = max(sizes)
    poses = []
    for i, (size, width) in enumerate(zip(sizes, widths, strict=True)):
        others = bool(picked) and i not in picked
        up = frame.px(FORWARD) * min(1.0, largest - size) / (CHOSEN - 1) if others else 0.0
        y = low + up + size * frame.px(HEIGHT) / 2
        poses.append(Pose(left + width / 2, y, size, float(i in picked), float(others)))
        left += width + gap
    return poses
