"""The climb: the wall of test examples and a gauge, round by round, and who took part."""

from collections.abc import Sequence

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    FadeOut,
    Indicate,
    Mobject,
    VGroup,
    VMobject,
    Wait,
    linear,
)
from manim.typing import Point3D

from scenes import theme
from scenes.charts.gauge import Gauge
from scenes.charts.participation import BESIDE, Participation
from scenes.drawing.growth import Grow
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.drawing.wall import Wall
from scenes.story.specs import ClimbSpec, ClimbStepSpec
from scenes.text.lines import Text

# Pixels of a frame whose shorter side has 1080 of them.
GAUGE = 520  # width of the gauge with its labels
COLUMN = 0.65  # of it, from the column's middle to the right
HEAD = 66  # height of the line of counters over the wall
GRID, TALL_GRID = 132, 210  # height of the rows of participants; in portrait
UNDER = 76  # between the wall and the rows
LINE = 46  # between two lines of text
LOW_GAUGE = 0.36  # height of a gauge under the wall, as a part of the whole; in a square, of ...
LOWER = 0.5  # ... wall and gauge
APART = 56
STOP = 0.9  # seconds


class Climb:
    """A wall, a gauge and rows of participants that follow the rounds; each verb an animation."""

    def __init__(self, spec: ClimbSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame = spec, frame
        above, low, gauge = self._divided(area)
        wall = box(above.left, above.bottom, above.right, above.top - frame.px(HEAD))
        self.wall = Wall(spec.wall, wall, frame)
        drawn = self.wall.area
        across = drawn if frame.wide else above
        self.head = box(across.left, wall.top, across.right, above.top)
        self.gauge = Gauge(spec.gauge, gauge, frame)
        if frame.wide:
            low = box(drawn.left, low.bottom, drawn.right, low.top)
        self.rows = self._rows(low)
        self.heading = Words(spec.history.grid, frame, color=theme.MUTED)
        over = np.array([self.rows.get_left()[0], self.rows.plot.top + frame.px(UNDER / 2), 0.0])
        self.heading.put(over, -1)
        self.counters = VGroup()
        self.drawn = 0

    def at_first(self) -> Sequence[Mobject]:
        """Return the picture after round 0, with the marks of the gauge."""
        start = self.spec.start
        if start.right is not None:
            self.wall.show(start.right)
        self.gauge.set_value(start.value)
        marks = len(self.spec.gauge.marks)
        for number in range(marks):
            self.gauge.mark(number)
        if marks > 1:
            self.gauge.ask(self.spec.question)
        self._count(start)
        return self.wall, self.gauge, self.rows, self.heading, self.rows.marks, self.counters

    def advance(self, step: ClimbStepSpec) -> Animation:
        """Go on to the last round of a step."""
        self._count(step)
        begun, self.drawn = self.drawn, step.round
        parts: list[Animation] = [
            self.gauge.raise_to(step.value, step.seconds),
            Grow(self.rows.marks, begun, step.round).set_run_time(step.seconds),
        ]
        if step.right is not None:
            parts.append(self.wall.change(step.right, step.seconds))
        return AnimationGroup(*parts, run_time=step.seconds, rate_func=linear)

    def stop(self) -> Animation:
        """Point at the mark that was passed."""
        return Indicate(self.gauge.labels[0], 1.06, theme.INK, run_time=STOP)

    def close(self) -> Animation:
        """Remove the question: the gap that is left stays open."""
        if len(self.spec.gauge.marks) < 2:
            return Wait(theme.SWAP)
        *_, asked = self.gauge
        *_, question = asked
        return FadeOut(question, run_time=theme.MOVE)

    # --- parts

    def _divided(self, area: Slot) -> tuple[Slot, Slot, Slot]:
        """Return the slots of the wall with its counters, of the rows, and of the gauge.

        The gauge stands in the middle of its slot.
        """
        px = self.frame.px
        if self.frame.portrait:
            low = area.bottom + LOW_GAUGE * area.height
            gauge = box(area.left, area.bottom, area.right, low - px(APART))
            left = box(area.left, low, area.right, area.top)
            return self._over_rows(left, px(TALL_GRID), px(UNDER + LINE), gauge)
        width = min(px(GAUGE), 0.42 * area.width) if self.frame.wide else px(GAUGE)
        middle = area.right - COLUMN * width / 2
        if self.frame.wide:
            gauge = box(middle - width / 2, area.bottom, middle + width / 2, area.top)
            left = box(area.left, area.bottom, area.right - width - px(APART), area.top)
            return self._over_rows(left, px(GRID), px(UNDER), gauge)
        low = area.bottom + LOWER * area.height
        gauge = box(middle - width / 2, area.bottom, middle + width / 2, low)
        rows = box(area.left, area.bottom, area.right - width - px(APART), low - px(UNDER))
        return box(area.left, low + px(APART / 2), area.right, area.top), rows, gauge

    def _over_rows(
        self, left: Slot, grid: float, under: float, gauge: Slot
    ) -> tuple[Slot, Slot, Slot]:
        """Return the slots of a wall over rows of some height, and that of the gauge."""
        split = left.bottom + grid
        wall = box(left.left, split + under, left.right, left.top)
        return wall, box(left.left, left.bottom, left.right, split), gauge

    def _rows(self, low: Slot) -> Participation:
        rows = self.spec.history.rows
        names = max(Words(rows[i], self.frame).width for i in (0, -1)) + self.frame.px(BESIDE)
        plot = box(low.left + names, low.bottom, low.right, low.top)
        return Participation(self.spec.history, plot, self.frame)

    def _count(self, step: ClimbStepSpec) -> None:
        """Set the counters: they run along without an animation."""
        under, side = self._under()
        places = (
            (step.counter, self.head.at(0, 0.5), -1, False),
            (step.known, self.head.at(1, 0.5), 1, True),
            (step.moved, under, side, False),
        )
        self.counters.submobjects = [self._counter(*place) for place in places if str(place[0])]

    def _under(self) -> tuple[Point3D, int]:
        """Return where the counter under the wall ends or begins, and at which side it is."""
        y = float(self.heading.anchor[1])
        if self.frame.wide:
            return np.array([self.head.right, y, 0.0]), 1
        return np.array([self.rows.get_left()[0], y + self.frame.px(LINE), 0.0]), -1

    def _counter(self, text: Text, place: Point3D, side: int, large: bool) -> VMobject:
        """Return a counter that begins at a place, or ends there; a large one is the result."""
        words = Words(
            text,
            self.frame,
            pixels=theme.TITLE if large else theme.LABEL,
            weight="SEMIBOLD" if large else "NORMAL",
            color=theme.INK if large else theme.MUTED,
        )
        return words.put(place, side)
