"""A line chart: one measure by round of several runs, from a zero line, with names at the ends."""

from collections.abc import Sequence

import numpy as np
from manim import (
    Animation,
    DashedLine,
    DashedVMobject,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    VGroup,
    VMobject,
    linear,
)
from manim import Line as Stroke

from scenes import theme
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.plot import polyline, scaled, spread
from scenes.drawing.text import Words
from scenes.story.specs import LineChartSpec, RunLineSpec

NAME, OVER_ENDS = 58, 92  # pixels above the lines for the measure's name, and above their ends
TICKS = 50  # pixels under the lines for the numbers of rounds
GAP = 28  # pixels between a line's end and its name
VALUE_OVER_NAME = 48  # pixels from a value to its name under it
APART = 112  # pixels between two names at least
STROKE = 5
DASHES = 60


class ChartLine(VGroup):
    """One run's line with a dot at its end, drawn up to a part of the rounds."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float], rank: int, frame: Frame) -> None:
        color = theme.INK if rank == 0 else theme.MUTED
        self.ends = [np.array([x, y, 0.0]) for x, y in zip(xs, ys, strict=True)]
        whole = polyline(xs, ys, color, STROKE)
        self.whole = DashedVMobject(whole, DASHES, dashed_ratio=0.6) if rank > 1 else whole
        self.stroke = VMobject(stroke_color=color, stroke_width=STROKE)
        self.head = Dot(self.ends[0], radius=frame.px(9), color=color)
        super().__init__(self.stroke, self.head)

    def draw_to(self, part: float) -> None:
        """Draw the line up to a part of the rounds, 0 to 1."""
        self.stroke.pointwise_become_partial(self.whole, 0, part)
        steps = len(self.ends) - 1
        lower = min(int(part * steps), steps - 1)
        start, end = self.ends[lower], self.ends[lower + 1]
        self.head.move_to(start + (part * steps - lower) * (end - start))


class Draw(Animation):
    """The animation of lines that grow round by round."""

    def __init__(self, lines: Sequence[ChartLine], run_time: float) -> None:
        self.lines = lines
        super().__init__(VGroup(*lines), run_time=run_time, rate_func=linear, introducer=True)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw all lines up to one round."""
        for line in self.lines:
            line.draw_to(min(max(alpha, 0.0), 1.0))


class LineChart:
    """The chart. Each verb is an animation."""

    def __init__(self, spec: LineChartSpec, area: Slot, frame: Frame) -> None:
        self.spec = spec
        self.frame = frame
        self.area = area
        self.ends = [self._end(series, rank) for rank, series in enumerate(spec.series)]
        room = max(end.width for end in self.ends) + frame.px(GAP)
        over = Words(spec.name, frame).width > area.width - room
        self.plot = box(
            area.left,
            area.bottom + frame.px(TICKS),
            area.right - room,
            area.top - frame.px(OVER_ENDS if over else NAME),
        )
        levels = [spec.level.value] if spec.level else []
        self.most = max([*levels, *(value for series in spec.series for value in series.values)])
        self.axes = VGroup(self._floor(), *self._ticks(), self._name())
        self.lines = [self._line(series, rank) for rank, series in enumerate(spec.series)]
        self.level = self._level() if spec.level else VGroup()
        self._place_ends()

    def enter(self) -> Animation:
        """Show the axes, and the level to compare with."""
        return FadeIn(VGroup(self.axes, self.level), run_time=theme.SWAP)

    def draw(self) -> Animation:
        """Let all lines grow round by round."""
        return Draw(self.lines, 2.5 * theme.MOVE)

    def name_ends(self) -> Animation:
        """Show the names and the last values of the lines."""
        return FadeIn(VGroup(*self.ends), run_time=theme.SWAP)

    def leave(self) -> Animation:
        """Remove everything."""
        return FadeOut(Group(self.axes, self.level, *self.lines, *self.ends))

    def _y(self, value: float) -> float:
        return scaled([value], 0, self.most, self.plot.bottom, self.plot.top)[0]

    def _line(self, series: RunLineSpec, rank: int) -> ChartLine:
        last = len(series.values) - 1
        xs = scaled(range(last + 1), 0, last, self.plot.left, self.plot.right)
        return ChartLine(xs, [self._y(value) for value in series.values], rank, self.frame)

    def _floor(self) -> Stroke:
        ends = self.plot.at(0, 0), self.plot.at(1, 0)
        return Stroke(*ends, stroke_color=theme.WIRE, stroke_width=2)

    def _ticks(self) -> list[Words]:
        down = np.array([0.0, self.frame.px(TICKS - theme.LABEL / 2), 0.0])
        first = Words(self.spec.first_round, self.frame, color=theme.MUTED)
        last = Words(self.spec.last_round, self.frame, color=theme.MUTED)
        return [first.put(self.plot.at(0, 0) - down, -1), last.put(self.plot.at(1, 0) - down, 1)]

    def _name(self) -> Words:
        half = np.array([0.0, self.frame.px(theme.LABEL / 2), 0.0])
        words = Words(self.spec.name, self.frame, color=theme.MUTED)
        return words.put(self.area.at(0, 1) - half, -1)

    def _level(self) -> VGroup:
        """Return the level with its name under its right end."""
        assert self.spec.level is not None
        y = self._y(self.spec.level.value)
        start, end = np.array([self.plot.left, y, 0.0]), np.array([self.plot.right, y, 0.0])
        stroke = DashedLine(start, end, stroke_color=theme.MUTED, stroke_width=2)
        under = np.array([0.0, self.frame.px(theme.LABEL + 6), 0.0])
        words = Words(self.spec.level.name, self.frame, color=theme.MUTED)
        return VGroup(stroke, words.put(end - under, 1))

    def _end(self, series: RunLineSpec, rank: int) -> VGroup:
        """Return the last value above the run's name, with the value at the origin."""
        color = theme.INK if rank == 0 else theme.MUTED
        value = Words(series.last, self.frame, pixels=theme.TITLE, color=color, weight="SEMIBOLD")
        name = Words(series.name, self.frame, color=color)
        name.put(np.array([0.0, -self.frame.px(VALUE_OVER_NAME), 0.0]), -1)
        return VGroup(value.put(np.zeros(3), -1), name)

    def _place_ends(self) -> None:
        """Place each name at the end of its line, without overlaps."""
        wanted = [self._y(series.values[-1]) for series in self.spec.series]
        order = sorted(range(len(wanted)), key=lambda i: -wanted[i])
        ys = spread([wanted[i] for i in order], self.frame.px(APART))
        x = self.plot.right + self.frame.px(GAP)
        for i, y in zip(order, ys, strict=True):
            self.ends[i].shift(np.array([x, y + self.frame.px(VALUE_OVER_NAME / 4), 0.0]))
