"""The places of workers in a tall area: two rows at rest; the chosen stand large below a strip."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
from manim import VMobject
from manim.typing import Point3D

from scenes.drawing.layout import Frame, Slot, box
from scenes.stage.parcel import HEIGHT as PARCEL
from scenes.stage.pose import HEIGHT, WIDTH, Pose
from scenes.stage.wires import stepped_points
from scenes.stage.worker_row import ABOVE, LEAST_GAP

# Pixels of a frame whose shorter side has 1080 of them.
GAP = 26  # between two cards of a row, in which a wire goes down to the lower row
RESTING, CHOSEN, OTHERS = 2.0, 2.7, 0.8  # greatest size of a card
IN_ONE_ROW = 5  # workers at rest at most, and chosen ones
STRIP_LABEL, LABEL = 54, 70  # of the pile and the number under a card of a strip, of a row
FOOT = 84  # of the pile and the name under a chosen card
DOCK = 128  # between the strip and the chosen, for parcels
PASSING = 0.42  # size of a parcel that passes the strip and its numbers
LATE = 0.35  # part of the way below the strip on which it grows
BEND = 8  # between the strip and the bend of its wires
UNDER_TRAY, TRAY = 40, 140  # a bench in the tray: below the coordinator's edge, and its height
SAME = 1e-6  # difference in size of cards that are of one size


class WorkerSteps:
    """The places of some workers' cards in a tall area, under the coordinator.

    At rest many stand in two rows, by turns above and below, so that each has a column of its own.
    Those who are chosen step forward and down, through a gap that they leave in the others' strip.
    """

    crosses = True  # whether cards pass each other on their way to other poses

    def __init__(self, area: Slot, count: int, frame: Frame) -> None:
        self.area, self.count, self.frame = area, count, frame

    def resting(self) -> list[Pose]:
        """Return the poses of workers of whom none is chosen."""
        if self.count <= IN_ONE_ROW:  # lowest, so that the wires are long
            size = min(RESTING, self._across(self.count), self._tallest(self.area.height))
            y = self.area.bottom + self.frame.px(FOOT + size * HEIGHT / 2)
            return [Pose(x, y, size) for x in self._centers(self.count)]
        return self._two_rows(self.area.height)

    def chosen(self, picked: Collection[int]) -> list[Pose]:
        """Return the poses of workers of whom some are chosen: these grow, the others recede."""
        if not picked:
            return self.resting()
        if len(picked) > IN_ONE_ROW:
            rows = self._two_rows(self.area.height - self.frame.px(DOCK))
            return [
                pose._replace(chosen=float(i in picked), dim=float(i not in picked))
                for i, pose in enumerate(rows)
            ]
        strip = self._strip(self.area.top)
        low = self.area.bottom + self.frame.px(FOOT)
        room = self._top_of_chosen - low
        size = min(CHOSEN, self._across(len(picked)), room / self.frame.px(HEIGHT))
        poses = [pose._replace(dim=1.0) for pose in strip]
        for x, i in zip(self._centers(len(picked)), sorted(picked), strict=True):
            poses[i] = Pose(x, low + size * self.frame.px(HEIGHT) / 2, size, 1.0)
        return poses

    def aside(self, poses: Sequence[Pose]) -> list[Pose]:
        """Return the poses of cards that make way for the average: all in a strip at the foot."""
        return [pose._replace(dim=1.0) for pose in self._strip(self._foot)]

    def bench(self, coordinator: Slot, above: float, *, fixed: bool) -> Slot:
        """Return the space between the coordinator and the cards that made way, or its tray.

        Args:
            coordinator: the coordinator.
            above: free space above the cards.
            fixed: whether the chosen cards stay where they are.
        """
        area = self.area
        if not fixed:
            return box(area.left, self._foot + above, area.right, coordinator.bottom)
        low = coordinator.bottom - self.frame.px(UNDER_TRAY)
        return box(coordinator.left, low, coordinator.right, low + self.frame.px(TRAY))

    def parcel_size(self, poses: Sequence[Pose], coordinator: Slot) -> float:
        """Return the largest size of a parcel for which there is room above the chosen cards."""
        return 1.0  # for which there is room in the dock, with its light

    def leaving_size(self, wire: VMobject, size: float) -> float:
        """Return the size with which a parcel leaves, that has another one at its dock.

        In the gap of a strip it is smaller.
        """
        turns = not np.allclose(wire.points[8], wire.points[11])
        return min(size, PASSING) if turns else size

    def growing(self, way: VMobject, *, out: bool) -> tuple[float, float]:
        """Return the part of a way, out or back, on which a parcel changes its size.

        That is near the dock, if it goes through a strip.
        """
        turn = VMobject().set_points(way.points[8:12] if out else way.points[:4])
        part = LATE * float(turn.get_arc_length() / way.get_arc_length())
        if part < SAME:
            return 0.0, 1.0
        return (1 - part, 1.0) if out else (0.0, part)

    def wires(
        self, ports: Sequence[Point3D], poses: Sequence[Pose], parcel: float
    ) -> list[npt.NDArray[np.float64]]:
        """Return the points of the wires to cards in some poses, above which parcels stop.

        All bend above the highest card, and go straight down in their worker's column; below the
        strip they turn to the chosen cards.
        """
        px = self.frame.px
        slots = [pose.slot(self.frame) for pose in poses]
        dock = px(ABOVE) + px(PARCEL) * parcel / 2
        largest, smallest = max(pose.size for pose in poses), min(pose.size for pose in poses)
        one_size = largest - smallest < SAME
        docked = one_size and any(pose.chosen for pose in poses)
        bend = max(slot.top for slot in slots) + (dock if docked else px(BEND))
        turn = self._top_of_chosen + px(DOCK)
        wires = []
        for port, x, pose, slot in zip(ports, self.columns, poses, slots, strict=True):
            below = not one_size and pose.size > largest - SAME
            knees = (bend, turn, slot.top + dock) if below else (bend, bend, bend)
            wires.append(stepped_points(port, x, np.array([pose.x, slot.top, 0.0]), knees))
        return wires

    # --- places

    @property
    def columns(self) -> Sequence[float]:
        """The x of each worker's column."""
        if self.count <= IN_ONE_ROW:
            return self._centers(self.count)
        half = self._half_size() * self.frame.px(WIDTH) / 2
        ends = self.area.left + half, self.area.right - half
        return [float(x) for x in np.linspace(*ends, self.count)]

    def _centers(self, count: int) -> list[float]:
        """Return the x of some cards that stand side by side over the whole width."""
        return [slot.x for slot in self.area.columns([1.0] * count)]

    def _across(self, count: int) -> float:
        """Return the greatest size of some cards side by side."""
        px = self.frame.px
        return (self.area.width / count - px(GAP)) / px(WIDTH)

    def _tallest(self, height: float) -> float:
        return (height - self.frame.px(FOOT)) / self.frame.px(HEIGHT)

    def _half_size(self, height: float | None = None) -> float:
        """Return the size of cards in two rows in some part of the area's height."""
        px, pairs = self.frame.px, (self.count - 1) / 2
        across = (self.area.width / pairs - px(GAP)) / (1 + 1 / pairs) / px(WIDTH)
        room = (height or self.area.height) - px(LABEL + FOOT)
        return min(RESTING, across, room / 2 / px(HEIGHT))

    def _two_rows(self, height: float) -> list[Pose]:
        """Return poses by turns in an upper and a lower row at the foot of the area."""
        px, size = self.frame.px, self._half_size(height)
        high = size * px(HEIGHT)
        low = self.area.bottom + px(FOOT) + high / 2
        ys = low + high + px(LABEL), low
        return [Pose(x, ys[i % 2], size) for i, x in enumerate(self.columns)]

    def _strip(self, top: float) -> list[Pose]:
        """Return the poses of all workers in a row of small cards."""
        size = self._strip_size()
        y = top - size * self.frame.px(HEIGHT) / 2
        return [Pose(x, y, size) for x in self.columns]

    def _strip_size(self) -> float:
        px, columns = self.frame.px, self.columns
        pitch = columns[1] - columns[0] if self.count > 1 else self.area.width
        return min(OTHERS, (pitch - px(LEAST_GAP)) / px(WIDTH))

    @property
    def _top_of_chosen(self) -> float:
        """The y above which no chosen card of a few reaches."""
        px = self.frame.px
        return self.area.top - self._strip_size() * px(HEIGHT) - px(STRIP_LABEL + DOCK)

    @property
    def _foot(self) -> float:
        """The y of the upper edge of a strip at the foot of the area."""
        px = self.frame.px
        return self.area.bottom + px(FOOT) + self._strip_size() * px(HEIGHT)
