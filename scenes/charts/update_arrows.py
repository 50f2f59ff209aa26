"""Arrows in space: the directions of a round's updates, from a common start.

All arrows are equally long, and each has its own angle to the middle of them all. The arrows around
the middle look like the ribs of an umbrella around its stick.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import Animation, Dot, LineJointType, Mobject, VGroup, VMobject, smooth
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.plot import spread
from scenes.drawing.text import Words
from scenes.story.specs import ArrowsSpec

TILT = 0.75  # radians between the line of sight and the floor of the umbrella
TIP = (22, 15)  # pixels: length and width of an arrow's tip
STROKE = 4.5
START = 13  # pixels: radius of the dot at the start
OVERLAP = 0.3  # part of an arrow's time after which the next one starts to grow
TURN = np.radians(-68)  # turn of all updates around the middle
MANY = 24  # arrows from which strokes are thinner
AWAY = 20  # pixels from an arrow's tip to its label
BESIDE = 12  # pixels between both parts of a label
LINE = 46  # pixels between the middles of two labels at least

Points = npt.NDArray[np.float64]


def projected(arrows: Points, turned: float = TURN) -> Points:
    """Return the ends on screen, shape (k, 2), of arrows by angle and turn, (k, 2), of length 1."""
    angle, turn = arrows.T
    aside, along = np.sin(angle), np.cos(angle)
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
        self.tip = [frame.px(pixels) * width / STROKE for pixels in TIP]

    def point(self, start: Point3D, vector: Points) -> None:
        """Draw the arrow from a start along a vector of shape (2,)."""
        long, wide = self.tip
        length = float(np.hypot(*vector)) or 1e-9
        ahead = np.array([*vector, 0.0]) / length
        tip = min(long, length / 2)
        end, neck = start + length * ahead, start + (length - tip) * ahead
        half = np.array([-ahead[1], ahead[0], 0.0]) * wide / 2 * tip / long
        self.set_points_as_corners([start, neck, neck + half, end, neck - half, neck])


class UpdateArrows(VGroup):
    """The updates of one run as red arrows from a blue dot, the model."""

    def __init__(self, spec: ArrowsSpec, frame: Frame) -> None:
        self.spec, self.frame = spec, frame
        self.ends = projected(np.array(spec.arrows))
        width = STROKE if len(spec.arrows) < MANY else STROKE / 2
        self.arrows = [Arrow(theme.UPDATE, width, frame) for _ in spec.arrows]
        self.start = Dot(radius=frame.px(START), color=theme.MODEL)
        super().__init__(*self.arrows, self.start)
        self.set_z_index(layers.CONTENT)
        self.start.set_z_index(layers.PACKETS)
        self.unit = 1.0
        self.place(np.zeros(3), 1.0)

    def extent(self) -> Slot:
        """Return the box around all arrows and their start, relative to it, for arrows of 1."""
        across, up = np.concatenate([self.ends, np.zeros((1, 2))]).T
        return box(float(across.min()), float(up.min()), float(across.max()), float(up.max()))

    def place(self, start: Point3D, unit: float) -> None:
        """Set start and length of the arrows, which are not drawn yet."""
        self.start.move_to(start)
        self.unit = unit
        self.draw(0.0)

    def grow(self, run_time: float) -> Animation:
        """Let the arrows grow, one after the other."""
        return GrowArrows(self, run_time)

    def draw(self, part: float) -> None:
        """Draw some part of the arrows' growth, 0 to 1."""
        total = 1 + OVERLAP * (len(self.arrows) - 1)
        for i, (arrow, end) in enumerate(zip(self.arrows, self.ends, strict=True)):
            grown = smooth(min(max(part * total - OVERLAP * i, 0.0), 1.0))
            arrow.point(self.start.get_center(), grown * self.unit * end)

    def labels(self) -> VGroup:
        """Return a label beyond the tip of each arrow: its worker's number and its main kind."""
        labels = VGroup()
        for (worker, kind), end in zip(self.spec.labels, self.ends, strict=False):
            number = Words(worker, self.frame, color=theme.MUTED)
            name = Words(kind, self.frame, color=theme.DATA)
            right = np.array([number.width / 2 + self.frame.px(BESIDE), 0.0, 0.0])
            name.put(number.anchor + right, -1)
            labels.add(self._beyond(VGroup(number, name), end))
        for side in (-1, 1):
            self._keep_apart([each for each in labels if side * self._from_start(each) > 0])
        return labels

    def _from_start(self, label: Mobject) -> float:
        return float(label.get_center()[0] - self.start.get_center()[0])

    def _keep_apart(self, labels: Sequence[Mobject]) -> None:
        """Move labels up or down where two of them would touch."""
        ordered = sorted(labels, key=lambda label: -label.get_center()[1])
        ys = spread([float(label.get_center()[1]) for label in ordered], self.frame.px(LINE))
        for label, y in zip(ordered, ys, strict=True):
            label.set_y(y)

    def _beyond(self, label: VGroup, end: Points) -> VGroup:
        """Move a label beyond the tip of an arrow, in its direction."""
        ahead = end / (np.hypot(*end) or 1.0)
        tip = self.start.get_center() + np.array([*(self.unit * end), 0.0])
        half = np.array([label.width, label.height]) / 2
        away = self.frame.px(AWAY) * ahead + half * ahead
        return label.move_to(tip + np.array([*away, 0.0]))


class GrowArrows(Animation):
    """The animation of arrows that grow one after the other."""

    def __init__(self, arrows: UpdateArrows, run_time: float) -> None:
        self.arrows = arrows
        super().__init__(arrows, run_time=run_time, introducer=True)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw a part of their growth."""
        self.arrows.draw(min(max(alpha, 0.0), 1.0))
