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
from scenes.text.lines import Text

PACKET_HEIGHT = 42  # pixels
PACKET_PAD = 13
ENDS = 0.01  # part of the coordinator's width without wires, on each side
CURVING = 0.62  # part of a wire's height in which it keeps the direction of its ends
ARRIVING = 0.8  # part of the time after which a packet shrinks and its trail fades
TRAIL, TRAIL_OF_MANY = 4, 2.4  # stroke widths
STEPS = 60
FADE = 0.12  # part of the time in which a packet appears or disappears


class Wire(VMobject):
    """A line that leaves its start downwards and reaches each of its points from above."""

    def __init__(self, start: Point3D, *points: Point3D) -> None:
        super().__init__(stroke_color=theme.WIRE, stroke_width=2)
        self.start_new_path(start)
        for end in points:
            start = self.get_last_point()
            drop = np.array([0.0, CURVING * (start[1] - end[1]), 0.0])
            self.add_cubic_bezier_curve_to(start - drop, end + drop, end)


def wires(coordinator: Slot, workers: tuple[Slot, ...]) -> VGroup:
    """Return one wire for each worker; wires to lower rows pass between the cards above."""
    count = len(workers)
    order = np.argsort(np.argsort([slot.x for slot in workers], kind="stable"))
    tops = sorted({slot.top for slot in workers}, reverse=True)
    lines = VGroup()
    for slot, place in zip(workers, order, strict=True):
        start = coordinator.at(ENDS + (1 - 2 * ENDS) * (place + 0.5) / count, 0)
        gap = _gap_beside(slot, workers)
        above = [np.array([gap, top, 0.0]) for top in tops if top > slot.top + 1e-6]
        down = np.array([0.0, slot.height, 0.0])
        points = [point for top in above for point in (top, top - down)]
        lines.add(Wire(start, *points, slot.at(0.5, 1)))
    return lines


def _gap_beside(slot: Slot, workers: tuple[Slot, ...]) -> float:
    """Return the x of the gap between a card and its neighbour towards the middle."""
    gap = 0.5 * (workers[1].left - workers[0].right) if len(workers) > 1 else 0.0
    return slot.x + (-1 if slot.x > 0 else 1) * (slot.width / 2 + gap)


class Packet(VGroup):
    """A labelled packet: blue for the global model, red for an update, white for a score."""

    def __init__(self, text: Text, color: str, frame: Frame) -> None:
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
        width = TRAIL if len(paths) == 1 else TRAIL_OF_MANY
        self.trail = VMobject(stroke_color=color, stroke_width=width).set_z_index(layers.WIRES)
        super().__init__(self.trail, introducer=True, remover=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Light up the first part of each path, and fade at the end."""
        alpha = min(max(alpha, 0.0), 1.0)
        self.trail.set_points(first_part(self.paths, smooth(alpha)))
        self.trail.set_stroke(opacity=min(1.0, (1 - alpha) / (1 - ARRIVING)))


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


def path_out(wire: VMobject, dock: Point3D) -> VMobject:
    """Return the path along a wire and on to a dock."""
    return wire.copy().add_line_to(dock)


def path_back(dock: Point3D, wire: VMobject) -> VMobject:
    """Return the path from a dock to a wire and back along it."""
    back, path = wire.copy().reverse_direction(), VMobject()
    path.start_new_path(dock)
    return path.add_line_to(back.get_start()).append_points(back.points)
