"""A round's updates as arrows in space, from their common start, around their average.

Each arrow has its true length and its true angle to the average. They stand around it like the
ribs of an umbrella around its stick.
"""

from collections.abc import Sequence
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

TILT = 0.36  # radians by which the umbrella is looked at from above
TIP = (17, 10)  # pixels: length and width of an arrow's point
LEAST_STEM = 0.55  # part of an arrow that its point takes at most
STROKE, AVERAGE_STROKE = 3.5, 6.0
HALO = 1.5  # of the start's size: the ring that sets it off from the arrows
START = 7  # pixels: radius of the dot from which all arrows start
OVERLAP = 0.3  # an arrow begins to grow when the one before has grown this much
TURNED = np.radians(-68)  # how far a fan is turned: its strongest pull comes a little forward
SMALL = 110, 0.55  # pixels to which a fan's longest arrow is drawn with thin strokes; how thin
LARGE = 330  # pixels from which on its strokes are whole

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """How a fan is seen: from where, how large, and how much of it has grown."""

    start: Point3D
    unit: float
    updates: float = 0.0
    average: float = 0.0


def seen(arrows: Points, turned: float = TURNED) -> Points:
    """Return where arrows given by length, angle and turn, (k, 3), point to on screen, (k, 2)."""
    length, angle, turn = arrows.T
    aside, along = length * np.sin(angle), length * np.cos(angle)
    across, away = aside * np.cos(turn + turned), aside * np.sin(turn + turned)
    return np.stack([across, along * np.cos(TILT) + away * np.sin(TILT)], axis=1)


class Arrow(VMobject):
    """A straight arrow that can be pointed anywhere: one outline around a stem without width."""

    def __init__(self, color: str, width: float, frame: Frame) -> None:
        super().__init__(
            stroke_color=color,
            stroke_width=width,
            fill_color=color,
            fill_opacity=1,
            joint_type=LineJointType.ROUND,
        )
        self.width_whole = width
        self.whole = [frame.px(pixels) * width / STROKE for pixels in TIP]

    def point(self, start: Point3D, way: Points, thickness: float) -> None:
        """Draw it from a start along a way, (2,), in Manim's units."""
        self.set_stroke(width=thickness * self.width_whole)
        long, wide = (thickness * side for side in self.whole)
        length = float(np.hypot(*way)) or 1e-9
        ahead = np.array([*way, 0.0]) / length
        tip = min(long, LEAST_STEM * length)
        end, neck = start + length * ahead, start + (length - tip) * ahead
        half = np.array([-ahead[1], ahead[0], 0.0]) * wide / 2 * tip / long
        self.set_points_as_corners([start, neck, neck + half, end, neck - half, neck])


class UpdateArrows(VGroup):
    """The updates in red, their average in blue, and the floor they stand on."""

    def __init__(self, spec: ArrowsSpec, frame: Frame) -> None:
        self.spec = spec
        self.frame = frame
        self.directions = np.array(spec.arrows)
        self.updates = [Arrow(theme.UPDATE, STROKE, frame) for _ in spec.arrows]
        self.average = Arrow(theme.MODEL, AVERAGE_STROKE, frame)
        self.floor = VMobject(stroke_color=theme.WIRE, stroke_width=2)
        self.circle = Circle(radius=1.0).points
        # The arrows' ends meet under it, however many there are.
        halo = Dot(radius=HALO * frame.px(START), color=theme.GROUND)
        self.start = VGroup(halo, Dot(radius=frame.px(START), color=theme.INK))
        super().__init__(self.floor, *self.updates, self.average, self.start)
        self.floor.set_z_index(layers.RECESSES)
        for arrow in self.updates:
            arrow.set_z_index(layers.CONTENT)
        self.average.set_z_index(layers.PACKETS)
        self.start.set_z_index(layers.PACKET_TEXT)
        self.pose = Pose(np.zeros(3), 1.0)

    @property
    def widest(self) -> float:
        """The largest length beside the average."""
        return float((self.directions[:, 0] * np.sin(self.directions[:, 1])).max())

    def extent(self) -> Slot:
        """Return what the fan covers from its start, in units of length."""
        ends = seen(self.directions)
        up = np.cos(TILT) * max(self.spec.average, self.spec.mean_length)
        wide, low = self.widest, -self.widest * np.sin(TILT)
        return box(
            min(-wide, ends[:, 0].min()),
            min(low, ends[:, 1].min()),
            max(wide, ends[:, 0].max()),
            max(up, ends[:, 1].max()),
        )

    def see(self, pose: Pose) -> None:
        """Draw the fan as it is seen in a pose."""
        self.pose = pose
        ways = seen(self.directions) * pose.unit
        count = len(ways)
        thickness = self._thickness(pose.unit)
        reach = 1 + OVERLAP * (count - 1)
        for i, (arrow, way) in enumerate(zip(self.updates, ways, strict=True)):
            grown = smooth(min(max(pose.updates * reach - OVERLAP * i, 0.0), 1.0))
            arrow.point(pose.start, grown * way, thickness)
        along = self.spec.average * np.cos(TILT) * pose.unit
        self.average.point(pose.start, np.array([0.0, pose.average * along]), thickness)
        radii = np.array([1.0, np.sin(TILT), 0.0]) * self.widest * pose.unit
        self.floor.points = self.circle * radii + pose.start
        self.start.move_to(pose.start)

    def _thickness(self, unit: float) -> float:
        """Return how thick the strokes are: thinner in a small fan, whose arrows lie close."""
        longest = unit * float(self.directions[:, 0].max())
        small, thin = SMALL
        part = (longest - self.frame.px(small)) / self.frame.px(LARGE - small)
        return float(thin + (1 - thin) * min(max(part, 0.0), 1.0))

    def tip(self, length: float) -> Point3D:
        """Return the point on the average's axis that is this far from the start."""
        up = length * np.cos(TILT) * self.pose.unit
        return np.asarray(self.pose.start + np.array([0.0, up, 0.0]))

    def leftmost(self) -> Point3D:
        """Return the end of the update that reaches farthest to the left."""
        return min(self._ends(), key=lambda end: float(end[0]))

    def rightmost(self) -> Point3D:
        """Return the end of the update that reaches farthest to the right."""
        return max(self._ends(), key=lambda end: float(end[0]))

    def crosses(self, area: Slot) -> bool:
        """Whether an update passes through some area."""
        steps = np.linspace(0, 1, 60)[:, None]
        for end in self._ends():
            x, y, _ = (self.pose.start + steps * (end - self.pose.start)).T
            inside = (abs(x - area.x) < area.width / 2) & (abs(y - area.y) < area.height / 2)
            if inside.any():
                return True
        return False

    def _ends(self) -> list[Point3D]:
        ways = seen(self.directions) * self.pose.unit
        return [self.pose.start + np.array([*way, 0.0]) for way in ways]

    def yardstick(self) -> VGroup:
        """Return the updates' mean length, drawn on the axis beyond the average."""
        ends = self.tip(self.spec.average), self.tip(self.spec.mean_length)
        half = np.array([self.frame.px(15), 0.0, 0.0])
        level = Stroke(ends[1] - half, ends[1] + half, stroke_color=theme.INK, stroke_width=3.5)
        beyond = DashedLine(*ends, dash_length=self.frame.px(10), stroke_color=theme.INK)
        return VGroup(beyond.set_stroke(width=2.5), level).set_z_index(layers.PACKETS)


class Look(Animation):
    """Fans change their poses: they grow or come closer. Each ends in the pose given."""

    def __init__(self, fans: Sequence[UpdateArrows], run_time: float, **changes: object) -> None:
        self.fans = fans
        self.changes = changes
        super().__init__(VGroup(*fans), run_time=run_time, introducer=True)

    def begin(self) -> None:
        """Start from how the fans stand now."""
        self.before = [fan.pose for fan in self.fans]
        self.after = [replace(pose, **self.changes) for pose in self.before]  # type: ignore[arg-type]
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Show every fan between its two poses."""
        part = self.rate_func(min(max(alpha, 0.0), 1.0))
        for fan, old, new in zip(self.fans, self.before, self.after, strict=True):
            fan.see(between(old, new, part))


def between(old: Pose, new: Pose, part: float) -> Pose:
    """Return the pose that is some part of the way from one to another."""
    return Pose(
        start=old.start + part * (new.start - old.start),
        unit=old.unit + part * (new.unit - old.unit),
        updates=old.updates + part * (new.updates - old.updates),
        average=old.average + part * (new.average - old.average),
    )
