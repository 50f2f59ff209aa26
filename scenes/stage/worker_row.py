"""The row of workers: the place and the size of each card, at rest and after some are chosen."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
from manim import VMobject
from manim.typing import Point3D

from scenes.drawing.layout import Frame, Slot, box
from scenes.stage.parcel import HEIGHT as PARCEL
from scenes.stage.pose import BELOW, HEIGHT, WIDTH, Pose
from scenes.stage.wires import wire_points

# Pixels of a frame whose shorter side has 1080 of them.
RESTING, CHOSEN = 1.27, 1.7  # greatest size of a card at rest, and of a chosen one
FORWARD = 50  # by which the others stand higher than the chosen
LEAST_GAP, WIDEST_GAP = 10, 64
ABOVE = 10  # between a card and the parcel above it


class WorkerRow:
    """The places of some workers' cards side by side in an area, under the coordinator."""

    crosses = False  # whether cards pass each other on their way to other poses

    def __init__(self, area: Slot, count: int, frame: Frame) -> None:
        self.area, self.count, self.frame = area, count, frame

    def resting(self) -> list[Pose]:
        """Return the poses of workers of whom none is chosen."""
        size = min(self._size([1.0] * self.count), RESTING, self._tallest)
        return self._placed([size] * self.count, ())

    def chosen(self, picked: Collection[int]) -> list[Pose]:
        """Return the poses of workers of whom some are chosen: these grow, the others recede."""
        largest = min(CHOSEN, self._tallest)
        others = self.count - len(picked)
        small = min(self._size([1.0] * others + [largest] * len(picked)), 1.0)
        room = self._room(self.count) - others * small * self.frame.px(WIDTH)
        large = max(small, min(largest, room / max(len(picked), 1) / self.frame.px(WIDTH)))
        sizes = [large if i in picked else small for i in range(self.count)]
        return self._placed(sizes, picked)

    def aside(self, poses: Sequence[Pose]) -> list[Pose]:
        """Return the poses of cards that make way for the average: all recede."""
        return [pose._replace(dim=1.0) for pose in poses]

    def bench(self, coordinator: Slot, above: float, *, fixed: bool) -> Slot:
        """Return the space between the coordinator and the cards that made way.

        Args:
            coordinator: the coordinator.
            above: free space above the cards.
            fixed: whether the chosen cards stay where they are.
        """
        low = self.area.top + above
        return box(self.area.left, low, self.area.right, coordinator.bottom)

    def parcel_size(self, poses: Sequence[Pose], coordinator: Slot) -> float:
        """Return the largest size of a parcel for which there is room above the chosen cards."""
        top = max(pose.slot(self.frame).top for pose in poses)
        return min(1.0, 0.5 * (coordinator.bottom - top) / self.frame.px(PARCEL))

    def leaving_size(self, wire: VMobject, size: float) -> float:
        """Return the size with which a parcel leaves, that has another one at its dock."""
        return size

    def growing(self, way: VMobject, *, out: bool) -> tuple[float, float]:
        """Return the part of a way, out or back, on which a parcel changes its size."""
        return 0.0, 1.0

    def wires(
        self, ports: Sequence[Point3D], poses: Sequence[Pose], parcel: float
    ) -> list[npt.NDArray[np.float64]]:
        """Return the points of the wires to cards in some poses, above which parcels stop.

        All bend above the highest card, and go straight down from there, beside the others.
        """
        tops = [pose.slot(self.frame).top for pose in poses]
        bend = max(tops) + self.frame.px(ABOVE) + self.frame.px(PARCEL) * parcel / 2
        ends = [np.array([pose.x, top, 0.0]) for pose, top in zip(poses, tops, strict=True)]
        return [
            wire_points(port, end, bend - end[1]) for port, end in zip(ports, ends, strict=True)
        ]

    # --- places

    @property
    def _tallest(self) -> float:
        return (self.area.height - self.frame.px(BELOW)) / self.frame.px(HEIGHT)

    def _room(self, count: int) -> float:
        """Return the width of some cards together at most."""
        return self.area.width - (count - 1) * self.frame.px(LEAST_GAP)

    def _size(self, sizes: Sequence[float]) -> float:
        """Return by how much cards of some sizes have to shrink to fit in a row, or may grow."""
        return self._room(len(sizes)) / (sum(sizes) * self.frame.px(WIDTH))

    def _placed(self, sizes: Sequence[float], picked: Collection[int]) -> list[Pose]:
        """Place cards side by side in the middle of the area; the chosen stand lowest."""
        px, area = self.frame.px, self.area
        widths = [size * px(WIDTH) for size in sizes]
        gaps = max(len(sizes) - 1, 1)
        gap = min((area.width - sum(widths)) / gaps, px(WIDEST_GAP))
        left = area.x - (sum(widths) + gap * (len(sizes) - 1)) / 2
        low = area.bottom + px(BELOW)
        largest = max(sizes)
        poses = []
        for i, (size, width) in enumerate(zip(sizes, widths, strict=True)):
            others = bool(picked) and i not in picked
            up = px(FORWARD) * min(1.0, largest - size) / (CHOSEN - 1) if others else 0.0
            y = low + up + size * px(HEIGHT) / 2
            poses.append(Pose(left + width / 2, y, size, float(i in picked), float(others)))
            left += width + gap
        return poses
