"""Wires between the coordinator and the workers, and the packets that travel on them."""

from collections.abc import Callable

import numpy as np
from manim import (
    Animation,
    VGroup,
    VMobject,
    smooth,
)
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.panel import Rounded
from scenes.drawing.text import Words
from scenes.text.lines import Text

PACKET_HEIGHT = 42  # pixels
PACKET_PAD = 13
ROOTS = 0.01  # part of the coordinator's width that stays free of wires on either side
LEAN = 0.62  # part of a wire's drop for which it keeps the direction of its ends
ARRIVING = 0.8  # part of a journey after which a packet makes itself small
TRAIL = 4
TRAIL_STEPS = 60
FADE = 0.12  # part of a journey in which a packet appears or disappears


class Wire(VMobject):
    """A still line from a port of the coordinator to a worker's top edge, in that direction."""

    def __init__(self, start: Point3D, via: list[Point3D], end: Point3D) -> None:
        super().__init__(stroke_color=theme.WIRE, stroke_width=2)
        self.start_new_path(start)
        for point in [*via, end]:
            self._bend(point)

    def _bend(self, end: Point3D) -> None:
        """Leave downwards and arrive from above."""
        start = self.get_last_point()
        drop = np.array([0.0, LEAN * (start[1] - end[1]), 0.0])
        self.add_cubic_bezier_curve_to(start - drop, end + drop, end)


def wires(coordinator: Slot, workers: tuple[Slot, ...]) -> VGroup:
    """Return one wire a worker, in the workers' order; farther rows are reached between cards."""
    count = len(workers)
    order = np.argsort(np.argsort([slot.x for slot in workers], kind="stable"))
    tops = sorted({slot.top for slot in workers}, reverse=True)
    lines = VGroup()
    for slot, place in zip(workers, order, strict=True):
        start = coordinator.at(ROOTS + (1 - 2 * ROOTS) * (place + 0.5) / count, 0)
        via = [
            np.array([_gutter(slot, workers, row), top, 0.0])
            for row, top in enumerate(tops)
            if top > slot.top + 1e-6
        ]
        lines.add(Wire(start, _down(via, workers, tops), slot.at(0.5, 1)))
    return lines


def _gutter(slot: Slot, workers: tuple[Slot, ...], row: int) -> float:
    """Return the x between two cards of a row above ``slot``, on the side of the middle."""
    gap = 0.5 * (workers[1].left - workers[0].right) if len(workers) > 1 else 0.0
    inward = -1 if slot.x > 0 else 1
    return slot.x + inward * (slot.width / 2 + gap) if row >= 0 else slot.x


def _down(via: list[Point3D], workers: tuple[Slot, ...], tops: list[float]) -> list[Point3D]:
    """Pass each row on the way straight, from its top to its bottom."""
    height = workers[0].height
    points = []
    for point in via:
        points += [point, point - np.array([0.0, height, 0.0])]
    return points


class Packet(VGroup):
    """A labelled packet: blue carries the global model, red an update, ink only a measurement."""

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


class Travel(Animation):
    """A packet appears at one end of a path, travels it, and stays or disappears at the other.

    Where there is less ``room`` at the end than the packet is wide, it arrives narrower and
    without its label.
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
        self.way = along(path)
        self.appears = appears
        self.disappears = disappears
        super().__init__(
            packet, introducer=appears, remover=disappears, run_time=run_time, rate_func=smooth
        )

    def interpolate_mobject(self, alpha: float) -> None:
        """Move along the path, fading at the ends that ask for it."""
        opacity = 1.0
        if self.appears:
            opacity = min(opacity, alpha / FADE)
        if self.disappears:
            opacity = min(opacity, (1 - alpha) / FADE)
        if self.room is not None:
            arrived = max(0.0, (min(alpha, 1.0) - ARRIVING) / (1 - ARRIVING))
            width = self.width + arrived * (self.room - self.width)
            self.packet.body.stretch_to_fit_width(width)
        self.packet.move_to(self.way(self.rate_func(min(alpha, 1.0))))
        self.packet.set_fill(opacity=opacity)
        if self.room is not None:
            self.packet.words.set_fill(opacity=opacity * (1 - arrived))


class Trail(Animation):
    """The way behind a packet lights up in its colour, and goes dark once it has arrived."""

    def __init__(self, path: VMobject, color: str, run_time: float) -> None:
        # Equal steps, so that a part of the points is the same part of the length.
        steps = list(map(along(path), np.linspace(0, 1, TRAIL_STEPS)))
        self.whole = VMobject().set_points_as_corners(steps)
        self.trail = VMobject(stroke_color=color, stroke_width=TRAIL)
        self.trail.set_z_index(layers.WIRES)
        super().__init__(self.trail, introducer=True, remover=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Reach as far as the packet, and fade in the end."""
        self.trail.pointwise_become_partial(self.whole, 0, smooth(min(alpha, 1.0)))
        self.trail.set_stroke(opacity=min(1.0, (1 - alpha) / (1 - ARRIVING)))


def along(path: VMobject) -> Callable[[float], Point3D]:
    """Return what gives the point at a share of a path's length, as it is now.

    The same as Manim's ``point_from_proportion``, which measures all curves for every point.
    """
    curves = tuple(path.get_curve_functions_with_lengths())
    whole = sum(length for _, length in curves)
    last = path.get_last_point().copy()

    def point(share: float) -> Point3D:
        target, done = share * whole, 0.0
        for curve, length in curves if share < 1 else ():
            if done + length >= target:
                return curve((target - done) / length if length else 0.0)
            done += length
        return last

    return point


def journey(*points_or_wires: VMobject | Point3D) -> VMobject:
    """Return one path through wires and points, joined by straight lines."""
    path = VMobject()
    for part in points_or_wires:
        if isinstance(part, VMobject):
            if path.has_points() and not np.allclose(path.get_last_point(), part.get_start()):
                path.add_line_to(part.get_start())
            path.append_points(part.points)
        elif not path.has_points():
            path.start_new_path(part)
        else:
            path.add_line_to(part)
    return path


def under_others(start: Point3D, end: Point3D) -> VMobject:
    """Return a way up to a place in the tray that first passes under what lies in it already."""
    corner = np.array([end[0], start[1], 0.0])
    path = VMobject()
    path.start_new_path(start)
    return path.add_cubic_bezier_curve_to(corner, corner, end)
