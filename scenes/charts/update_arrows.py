"""Arrows in space: a round's updates around their average, from a common start.

Each arrow has the length of its update and its angle to the average. The arrows around the average
look like the ribs of an umbrella around its stick.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from manim import Animation, Circle, DashedLine, Dot, LineJointType, VGroup, VMobject, smooth
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.story.specs import ArrowsSpec

TILT = 0.36  # radians between the line of sight and the floor
TIP = (17, 10)  # pixels: length and width of an arrow's tip
LONGEST_TIP = 0.55  # part of an arrow
STROKE, AVERAGE_STROKE = 3.5, 6.0
HALO = 1.5  # radius of the dark ring around the start, in radii of the start
START = 7  # pixels: radius of the dot at the start
OVERLAP = 0.3  # part of an arrow's time after which the next one starts to grow
TURN = np.radians(-68)  # turn of all updates around the average
SMALL = 110, 0.55  # pixels of the longest arrow up to which strokes are thinner; their part
LARGE = 330  # pixels of the longest arrow from which strokes have their full width

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """The start and the scale of arrows on screen, and the drawn part of updates and average."""

    start: Point3D
    unit: float
    updates: float = 0.0
    average: float = 0.0


def projected(arrows: Points, turned: float = TURN) -> Points:
    """Return the ends on screen, shape (k, 2), of arrows by length, angle and turn, (k, 3)."""
    length, angle, turn = arrows.T
    aside, along = length * np.sin(angle), length * np.cos(angle)
    across, away = aside * np.cos(turn + turned), aside * np.sin(turn + turned)
    return np.stack([across, along * np.cos(TILT) + away * np.sin(TILT)], axis=1)


class Arrow(VMobject):
    """A straight arrow with any direction: an outline with a stem of no width."""

    def __init__(self, color: str, width: float, frame: Frame) -> None:
        super().__init__(
            stroke_color=color,
            stroke_width=width,
            fill_color=color,
            fill_opacity=1,
            joint_type=LineJointType.ROUND,
        )
        self.full_width = width
        self.full_tip = [frame.px(pixels) * width / STROKE for pixels in TIP]

    def point(self, start: Point3D, vector: Points, thickness: float) -> None:
        """Draw the arrow from a start along a vector of shape (2,)."""
        self.set_stroke(width=thickness * self.full_width)
        long, wide = (thickness * side for side in self.full_tip)
        length = float(np.hypot(*vector)) or 1e-9
        ahead = np.array([*vector, 0.0]) / length
        tip = min(long, LONGEST_TIP * length)
        end, neck = start + length * ahead, start + (length - tip) * ahead
        half = np.array([-ahead[1], ahead[0], 0.0]) * wide / 2 * tip / long
        self.set_points_as_corners([start, neck, neck + half, end, neck - half, neck])


class UpdateArrows(VGroup):
    """The updates in red, their average in blue, and a circle around their start."""

    def __init__(self, spec: ArrowsSpec, frame: Frame) -> None:
        self.spec = spec
        self.frame = frame
        self.directions = np.array(spec.arrows)
        self.updates = [Arrow(theme.UPDATE, STROKE, frame) for _ in spec.arrows]
        self.average = Arrow(theme.MODEL, AVERAGE_STROKE, frame)
        self.floor = VMobject(stroke_color=theme.WIRE, stroke_width=2)
        self.circle = Circle(radius=1.0).points
        halo = Dot(radius=HALO * frame.px(START), color=theme.GROUND)
        self.start = VGroup(halo, Dot(radius=frame.px(START), color=theme.INK))
        super().__init__(self.floor, *self.updates, self.average, self.start)
        self.floor.set_z_index(layers.RECESSES)
        for arrow in self.updates:
            arrow.set_z_index(layers.CONTENT)
        self.average.set_z_index(layers.PACKETS)
        self.start.set_z_index(layers.PACKET_TEXT)
        self.view = View(np.zeros(3), 1.0)

    @property
    def widest(self) -> float:
        """The largest distance of an update's end from the axis of the average."""
        return float((self.directions[:, 0] * np.sin(self.directions[:, 1])).max())

    def extent(self) -> Slot:
        """Return the box around all arrows, relative to their start, in units of length."""
        ends = projected(self.directions)
        up = np.cos(TILT) * max(self.spec.average, self.spec.mean_length)
        wide, low = self.widest, -self.widest * np.sin(TILT)
        return box(
            min(-wide, ends[:, 0].min()),
            min(low, ends[:, 1].min()),
            max(wide, ends[:, 0].max()),
            max(up, ends[:, 1].max()),
        )

    def draw(self, view: View) -> None:
        """Draw the arrows in a view."""
        self.view = view
        vectors = projected(self.directions) * view.unit
        thickness = self._thickness(view.unit)
        total = 1 + OVERLAP * (len(vectors) - 1)
        for i, (arrow, vector) in enumerate(zip(self.updates, vectors, strict=True)):
            grown = smooth(min(max(view.updates * total - OVERLAP * i, 0.0), 1.0))
            arrow.point(view.start, grown * vector, thickness)
        along = self.spec.average * np.cos(TILT) * view.unit
        self.average.point(view.start, np.array([0.0, view.average * along]), thickness)
        radii = np.array([1.0, np.sin(TILT), 0.0]) * self.widest * view.unit
        self.floor.points = self.circle * radii + view.start
        self.start.move_to(view.start)

    def _thickness(self, unit: float) -> float:
        """Return the part of the full stroke width: short arrows have thinner strokes."""
        longest = unit * float(self.directions[:, 0].max())
        small, thin = SMALL
        part = (longest - self.frame.px(small)) / self.frame.px(LARGE - small)
        return float(thin + (1 - thin) * min(max(part, 0.0), 1.0))

    def tip(self, length: float) -> Point3D:
        """Return the point on the average's axis at a distance from the start."""
        up = length * np.cos(TILT) * self.view.unit
        return np.asarray(self.view.start + np.array([0.0, up, 0.0]))

    def leftmost(self) -> Point3D:
        """Return the leftmost end of an update."""
        return min(self._ends(), key=lambda end: float(end[0]))

    def rightmost(self) -> Point3D:
        """Return the rightmost end of an update."""
        return max(self._ends(), key=lambda end: float(end[0]))

    def crosses(self, area: Slot) -> bool:
        """Return whether an update passes through an area."""
        steps = np.linspace(0, 1, 60)[:, None]
        for end in self._ends():
            x, y, _ = (self.view.start + steps * (end - self.view.start)).T
            inside = (abs(x - area.x) < area.width / 2) & (abs(y - area.y) < area.height / 2)
            if inside.any():
                return True
        return False

    def _ends(self) -> list[Point3D]:
        vectors = projected(self.directions) * self.view.unit
        return [self.view.start + np.array([*vector, 0.0]) for vector in vectors]

    def mean_length(self) -> VGroup:
        """Return a mark of the updates' mean length on the axis, and a line to it."""
        ends = self.tip(self.spec.average), self.tip(self.spec.mean_length)
        half = np.array([self.frame.px(15), 0.0, 0.0])
        level = Stroke(ends[1] - half, ends[1] + half, stroke_color=theme.INK, stroke_width=3.5)
        beyond = DashedLine(*ends, dash_length=self.frame.px(10), stroke_color=theme.INK)
        return VGroup(beyond.set_stroke(width=2.5), level).set_z_index(layers.PACKETS)


class ChangeView(Animation):
    """The animation from the present view of some arrows to a view with changes."""

    def __init__(self, arrows: UpdateArrows, run_time: float, **changes: object) -> None:
        self.arrows = arrows
        self.changes = changes
        super().__init__(VGroup(arrows), run_time=run_time, introducer=True)

    def begin(self) -> None:
        """Take the present view as the start."""
        self.before = self.arrows.view
        self.after = replace(self.before, **self.changes)  # type: ignore[arg-type]
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw a view between both."""
        part = self.rate_func(min(max(alpha, 0.0), 1.0))
        self.arrows.draw(between(self.before, self.after, part))


def between(old: View, new: View, part: float) -> View:
    """Return the view at a part of the way from one view to another."""
    return View(
        start=old.start + part * (new.start - old.start),
        unit=old.unit + part * (new.unit - old.unit),
        updates=old.updates + part * (new.updates - old.updates),
        average=old.average + part * (new.average - old.average),
    )
