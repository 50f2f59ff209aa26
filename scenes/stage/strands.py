"""The wires to a crowd: one trunk from the coordinator, which spreads into strands."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import Animation, VMobject, smooth
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.stage.wires import ARRIVING, TRAIL, TRAIL_STEPS, Wire, along

MOST = 11
TRUNK = 0.42  # part of the way down after which the strands part
FREE = 10  # pixels between a strand's end and the crowd
FAINT = 0.6  # of a lit strand's width, when it is one of many


class Strands(Wire):
    """Wires that share a trunk. ``fork`` is where they part, ``trunk`` the way to it.

    It is one shape, since all of it appears and lights up as one.
    """

    def __init__(self, coordinator: Slot, crowd: Slot, columns: int, frame: Frame) -> None:
        start = coordinator.at(0.5, 0)
        end = crowd.top + frame.px(FREE)
        self.fork: Point3D = np.array([start[0], start[1] + TRUNK * (end - start[1]), 0.0])
        self.trunk = Wire(start, [], self.fork)
        count = min(MOST, columns)
        tops = [crowd.left + (i + 0.5) * crowd.width / count for i in range(count)]
        self.branches = [Wire(self.fork, [], np.array([x, end, 0.0])) for x in tops]
        super().__init__(start, [], self.fork)
        for branch in self.branches:
            self.append_points(branch.points)

    @property
    def ways(self) -> list[VMobject]:
        """The way along each strand, from the coordinator to the crowd."""
        return [self.trunk.copy().append_points(branch.points) for branch in self.branches]

    def toward(self, xs: Sequence[float]) -> list[VMobject]:
        """Return the ways from the fork that lead to some places in the crowd."""
        ends = np.array([branch.get_end()[0] for branch in self.branches])
        nearest = {int(np.argmin(np.abs(ends - x))) for x in xs}
        return [self.branches[i].copy() for i in sorted(nearest)]


class Flood(Animation):
    """Some ways light up together, from their start to their end, and go dark again."""

    def __init__(self, ways: Sequence[VMobject], color: str, run_time: float) -> None:
        self.ways = [_in_equal_steps(way) for way in ways]
        width = TRAIL if len(ways) == 1 else TRAIL * FAINT
        self.trails = VMobject(stroke_color=color, stroke_width=width)
        self.trails.set_z_index(layers.WIRES)
        super().__init__(self.trails, introducer=True, remover=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Reach as far as the light has come, and fade in the end."""
        alpha = min(max(alpha, 0.0), 1.0)
        self.trails.set_points(_partial(self.ways, smooth(alpha)))
        self.trails.set_stroke(opacity=min(1.0, (1 - alpha) / (1 - ARRIVING)))


class Spread(Animation):
    """The strands are drawn together, from the coordinator to the crowd."""

    def __init__(self, strands: Strands, run_time: float = theme.MOVE) -> None:
        self.strands, self.whole = strands, strands.points.copy()
        self.ways = [_in_equal_steps(way) for way in strands.ways]
        super().__init__(strands, introducer=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Reach as far as they are drawn."""
        drawn = self.whole if alpha >= 1 else _partial(self.ways, smooth(max(alpha, 0.0)))
        self.strands.set_points(drawn)


def backwards(ways: Sequence[VMobject]) -> list[VMobject]:
    """Return the same ways, each from its end to its start."""
    return [way.copy().reverse_direction() for way in ways]


def _partial(ways: Sequence[VMobject], share: float) -> npt.NDArray[np.float64]:
    """Return the points of the first part of some ways."""
    parts = [VMobject().pointwise_become_partial(way, 0, share).points for way in ways]
    return np.concatenate(parts)


def _in_equal_steps(way: VMobject) -> VMobject:
    """Return a way of equal steps, so that a part of the points is the same part of the length."""
    steps = list(map(along(way), np.linspace(0, 1, TRAIL_STEPS)))
    return VMobject().set_points_as_corners(steps)
