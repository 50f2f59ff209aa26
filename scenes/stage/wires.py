"""Wires between the coordinator and the workers, and the packets that move along them."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from manim import Animation, VGroup, VMobject, smooth
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.panel import Rounded
from scenes.drawing.text import Words
from scenes.sound.effects import click
from scenes.sound.heard import heard
from scenes.text.lines import Text

PACKET_HEIGHT = 42  # pixels
PACKET_PAD = 13
PORTS, PORT_ASIDE = 52, 46  # pixels between two wires, and free at the coordinator's corners
CURVING = 0.52  # part of a wire's height in which it keeps the direction of its ends
ARRIVING = 0.8  # part of the time after which a packet shrinks
LEAVING = 0.2  # part of the time in which a trail fades
THIN = 1.7  # stroke width of a wire
LIT = ((5.2, 1.0), (12.0, 0.12), (21.0, 0.06))  # widths and opacities: the light and its glow
STEPS = 60
FADE = 0.12  # part of the time in which a packet appears or disappears


class Wire(VMobject):
    """A line that leaves its start downwards and reaches its end from above."""

    def __init__(self, start: Point3D, end: Point3D, *, straight: float = 0.0) -> None:
        super().__init__(stroke_color=theme.WIRE, stroke_width=THIN)
        self.set_points(wire_points(start, end, straight))


def wire_points(start: Point3D, end: Point3D, straight: float = 0.0) -> npt.NDArray[np.float64]:
    """Return the points of a wire, shape (4 or 8, 3).

    Args:
        start: the upper end.
        end: the lower end.
        straight: the length of a straight part at the end, beside which other cards may stand.
    """
    bend = end + np.array([0.0, straight, 0.0])
    drop = np.array([0.0, CURVING * (start[1] - bend[1]), 0.0])
    curve = [start, start - drop, bend + drop, bend]
    return np.array([*curve, *np.linspace(bend, end, 4)] if straight else curve)


def stepped_points(
    start: Point3D, x: float, end: Point3D, knees: tuple[float, float, float]
) -> npt.NDArray[np.float64]:
    """Return the points of a wire that goes down through a gap between cards, shape (16, 3).

    Args:
        start: the upper end.
        x: of the gap.
        end: the lower end.
        knees: the y at which the wire enters the gap, leaves it, and is above its end.
    """
    into, out_of, above = (np.array([x, y, 0.0]) for y in knees)
    above[0] = end[0]
    parts = [wire_points(start, into), np.linspace(into, out_of, 4), wire_points(out_of, above)]
    return np.concatenate([*parts, np.linspace(above, end, 4)])


def wire_steps(wire: VMobject) -> npt.NDArray[np.float64]:
    """Return points along a wire, from its upper end, shape (n, 2)."""
    a, b, c, d = (wire.points[i::4, None, :2] for i in range(4))
    t = np.linspace(0, 1, STEPS)[:, None]
    points = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    steps: npt.NDArray[np.float64] = points.reshape(-1, 2)
    return steps


def ports(coordinator: Slot, count: int, frame: Frame) -> list[Point3D]:
    """Return the upper ends of wires along the coordinator's lower edge, from left to right."""
    room = coordinator.width - 2 * frame.px(PORT_ASIDE)
    pitch = min(frame.px(PORTS), room / max(count - 1, 1))
    left = coordinator.x - pitch * (count - 1) / 2
    return [np.array([left + i * pitch, coordinator.bottom, 0.0]) for i in range(count)]


class Packet(VGroup):
    """A labelled packet: blue for the global model, red for an update, white for a score."""

    def __init__(self, text: Text, color: str, frame: Frame) -> None:
        self.kind = color
        self.words = Words(text, frame, color=theme.ON_BRIGHT, weight="SEMIBOLD")
        self.body = Rounded(
            corner_radius=frame.px(9),
            width=self.words.width + 2 * frame.px(PACKET_PAD),
            height=frame.px(PACKET_HEIGHT),
            fill_color=color,
            fill_opacity=1,
            stroke_width=0,
        )
        super().__init__(self.body, self.words.put(self.body.get_center()))
        self.body.set_z_index(layers.PACKETS)
        self.words.set_z_index(layers.PACKET_TEXT)

    @property
    def room(self) -> float:
        """The width that the packet keeps when updates merge."""
        return float(self.body.width)


class Travel(Animation):
    """The animation of a packet that moves along a path.

    A packet that is wider than the ``room`` at the end becomes narrower and loses its label.
    """

    def __init__(
        self,
        packet: Packet,
        path: VMobject,
        *,
        appears: bool = True,
        disappears: bool = False,
        room: float | None = None,
        run_time: float = theme.MOVE,
    ) -> None:
        self.packet = packet
        self.width = packet.body.width
        self.room = room if room is not None and room < self.width else None
        self.place = along(path)
        self.appears = appears
        self.disappears = disappears
        super().__init__(
            packet, introducer=appears, remover=disappears, run_time=run_time, rate_func=smooth
        )
        heard(self, click(packet.kind))

    def interpolate_mobject(self, alpha: float) -> None:
        """Move the packet, and fade it at the ends where it appears or disappears."""
        opacity = 1.0
        if self.appears:
            opacity = min(opacity, alpha / FADE)
        if self.disappears:
            opacity = min(opacity, (1 - alpha) / FADE)
        if self.room is not None:
            arrived = max(0.0, (min(alpha, 1.0) - ARRIVING) / (1 - ARRIVING))
            width = self.width + arrived * (self.room - self.width)
            self.packet.body.stretch_to_fit_width(width)
        self.packet.move_to(self.place(self.rate_func(min(alpha, 1.0))))
        self.packet.set_fill(opacity=opacity)
        if self.room is not None:
            self.packet.words.set_fill(opacity=opacity * (1 - arrived))


class Trail(Animation):
    """The animation of a light that runs along one or more paths at once and then fades."""

    def __init__(self, color: str, run_time: float, *paths: VMobject) -> None:
        self.paths = [in_equal_steps(path) for path in paths]
        self.looks = (LIT[:1] if len(paths) > 1 or not theme.dark() else LIT)[::-1]
        self.trail = VGroup(
            *(VMobject(stroke_color=color, stroke_width=width) for width, _ in self.looks)
        ).set_z_index(layers.WIRES)
        super().__init__(self.trail, introducer=True, remover=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Light up the first part of each path, and fade at the end."""
        alpha = min(max(alpha, 0.0), 1.0)
        points, fading = first_part(self.paths, smooth(alpha)), min(1.0, (1 - alpha) / LEAVING)
        for stroke, (_, opacity) in zip(self.trail, self.looks, strict=True):
            stroke.set_points(points).set_stroke(opacity=fading * opacity)


def in_equal_steps(path: VMobject) -> VMobject:
    """Return a path with equal steps: a part of its points is the same part of its length."""
    return VMobject().set_points_as_corners(list(map(along(path), np.linspace(0, 1, STEPS))))


def first_part(paths: Sequence[VMobject], part: float) -> npt.NDArray[np.float64]:
    """Return the points of the first part of each path, shape (points, 3)."""
    parts = [VMobject().pointwise_become_partial(path, 0, part).points for path in paths]
    return np.concatenate(parts)


def along(path: VMobject) -> Callable[[float], Point3D]:
    """Return a function from a part of a path's length to the point there.

    It equals Manim's ``point_from_proportion``, which measures all curves again for each point.
    """
    curves = tuple(path.get_curve_functions_with_lengths())
    whole = sum(length for _, length in curves)
    last = path.get_last_point().copy()

    def point(part: float) -> Point3D:
        target, done = part * whole, 0.0
        for curve, length in curves if part < 1 else ():
            if done + length >= target:
                return curve((target - done) / length if length else 0.0)
            done += length
        return last

    return point


def path_out(wire: VMobject) -> VMobject:
    """Return the path along a wire as far as the dock above its card."""
    return VMobject().set_points(wire.points[:-4])


def path_back(wire: VMobject) -> VMobject:
    """Return the path from the dock above a wire's card to the coordinator."""
    return path_out(wire).reverse_direction()
