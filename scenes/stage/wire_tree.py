"""The wires to a crowd: one trunk from the coordinator, and branches to the workers."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, VMobject, smooth
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.stage.wires import Wire, first_part, in_equal_steps

MOST = 11  # branches
TRUNK = 0.42  # part of the way down to the fork
GAP = 10  # pixels between the branches and the crowd


class WireTree(VMobject):
    """Wires with a common ``trunk`` down to the ``fork``, as one shape."""

    def __init__(self, coordinator: Slot, crowd: Slot, columns: int, frame: Frame) -> None:
        super().__init__(stroke_color=theme.WIRE, stroke_width=2)
        start, end = coordinator.at(0.5, 0), crowd.top + frame.px(GAP)
        self.fork: Point3D = np.array([start[0], start[1] + TRUNK * (end - start[1]), 0.0])
        self.trunk = Wire(start, self.fork)
        count = min(MOST, columns)
        xs = [crowd.left + (i + 0.5) * crowd.width / count for i in range(count)]
        self.branches = [Wire(self.fork, np.array([x, end, 0.0])) for x in xs]
        for wire in (self.trunk, *self.branches):
            self.append_points(wire.points)

    @property
    def paths(self) -> list[VMobject]:
        """The path along each branch, from the coordinator to the crowd."""
        return [self.trunk.copy().append_points(branch.points) for branch in self.branches]

    def branches_to(self, xs: Sequence[float]) -> list[VMobject]:
        """Return copies of the branches nearest to some places in the crowd."""
        ends = np.array([branch.get_end()[0] for branch in self.branches])
        nearest = {int(np.argmin(np.abs(ends - x))) for x in xs}
        return [self.branches[i].copy() for i in sorted(nearest)]


class DrawTree(Animation):
    """The animation that draws all branches at once, from the coordinator to the crowd."""

    def __init__(self, tree: WireTree, run_time: float = theme.MOVE) -> None:
        self.tree, self.whole = tree, tree.points.copy()
        self.paths = [in_equal_steps(path) for path in tree.paths]
        super().__init__(tree, introducer=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw the first part of each branch."""
        drawn = self.whole if alpha >= 1 else first_part(self.paths, smooth(max(alpha, 0.0)))
        self.tree.set_points(drawn)
