"""A dot plot of strategies: a row for each, with a dot for each run and a line at their mean."""

from collections.abc import Sequence

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    Create,
    DashedLine,
    Dot,
    FadeIn,
    FadeToColor,
    LaggedStart,
    VGroup,
)
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.plot import scaled
from scenes.drawing.text import Words
from scenes.story.specs import DotPlotSpec, DotRowSpec, LevelSpec

BESIDE = 1400  # pixels of width from which names are beside the dots, not above them
NAMES = 56  # pixels between the names and the plot
HEADING = 100  # pixels above the rows for the names of the measure and the levels
SECOND = 66  # pixels more, if the name of the measure is above those of the levels
NOTE = 40  # pixels from the name of the measure to its note
UNDER_NAME = 42  # pixels from a strategy's name to its note
HIGHEST_ROW = (150, 190)  # pixels, with names beside the dots and above them
HIGH_ROW = 124  # pixels from which the number of a mean is above its line, not beside the dots
DOT = 10  # pixels: radius
APART = 1.4  # radii between the middles of two dots on one line, at least
LANE = 2.2  # radii between the lines of closer dots
MEAN = (30, 18)  # pixels of a mean's line above and below the dots, in high and low rows
REACH = 28  # pixels of a level's line above and below the dots, if names are above them
GAP = 30  # pixels between a row's last dot and the number of its mean
CLEAR = 14  # pixels between a line and a number beside it


class DotPlot:
    """The plot, from the low level to the high one. Each verb is an animation."""

    def __init__(self, spec: DotPlotSpec, area: Slot, frame: Frame) -> None:
        px = frame.px
        self.spec = spec
        self.frame = frame
        self.area = area
        self.beside = area.width > px(BESIDE)
        count = len(spec.rows)
        heading = px(HEADING) + (0.0 if self.beside else px(SECOND))
        height = min((area.height - heading) / count, px(HIGHEST_ROW[not self.beside]))
        self.above = self.beside and height >= px(HIGH_ROW)
        top = area.top - (area.height - heading - count * height) / 2
        names = [self._name(row) for row in spec.rows]
        self.heading = self._heading()
        width = max(part.width for part in (*names, self.heading)) + px(NAMES)
        left = area.left + (width if self.beside else px(DOT))
        bottom = top - heading - count * height
        self.plot = box(left, bottom, area.right - self._reserved(), top)
        self.slots = box(left, bottom, self.plot.right, top - heading).rows([1.0] * count)
        values = [value for row in spec.rows for value in row.values]
        levels = [level.value for level in (spec.low, spec.high) if level]
        self.least = min([spec.low.value, *values]) if spec.low else 0.0
        self.most = max([*levels, *values])
        self.names = VGroup(*(self._named(name, row) for row, name in enumerate(names)))
        self.heading.shift(np.array([area.left, top, 0.0]))
        self.low = self._level(spec.low) if spec.low else VGroup(self._zero())
        self.high = self._level(spec.high, theme.INK) if spec.high else VGroup()
        self.base = self._base()
        self.rows = [self._row(row) for row in range(count)]

    def enter(self) -> Animation:
        """Show the name of the measure, the low level, and the muted names of all rows."""
        return FadeIn(VGroup(self.heading, self.low, self.names))

    def enter_first(self) -> Animation:
        """Show the first row."""
        return self.rows[0]

    def enter_others(self) -> Animation:
        """Show the other rows, one after the other."""
        return LaggedStart(*self.rows[1:], lag_ratio=0.75)

    def show_first_mean(self) -> Animation:
        """Draw the first row's mean through all rows, with its name if there is room."""
        line, *name = self.base
        return AnimationGroup(Create(line), *map(FadeIn, name))

    def show_high_level(self) -> Animation:
        """Draw the high level."""
        return FadeIn(self.high)

    # --- layout

    def _x(self, value: float) -> float:
        return scaled([value], self.least, self.most, self.plot.left, self.plot.right)[0]

    def _reserved(self) -> float:
        """Return the width right of the rightmost dot."""
        if self.above:
            return self.frame.px(DOT)
        words = [Words(row.mean_text, self.frame, weight="SEMIBOLD") for row in self.spec.rows]
        return max(mean.width for mean in words) + self.frame.px(GAP)

    def _middle(self, slot: Slot) -> float:
        return slot.y if self.beside else slot.y - self.frame.px(UNDER_NAME / 2)

    def _place(self, value: float, slot: Slot, up: float = 0.0) -> Point3D:
        return np.array([self._x(value), self._middle(slot) + up, 0.0])

    def _level_names_y(self) -> float:
        down = theme.LABEL / 2 + (0 if self.beside else NOTE + SECOND)
        return self.plot.top - self.frame.px(down)

    # --- around the rows

    def _heading(self) -> VGroup:
        """Return the name of the measure above its note, below the origin."""
        lines = VGroup()
        for i, spec in enumerate((self.spec.name, self.spec.note)):
            down = self.frame.px(theme.LABEL / 2 + i * NOTE)
            words = Words(spec, self.frame, color=theme.MUTED)
            lines.add(words.put(np.array([0.0, -down, 0.0]), -1))
        return lines

    def _zero(self) -> Stroke:
        top = np.array([self.plot.left, self.slots[0].top, 0.0])
        return Stroke(self.plot.at(0, 0), top, stroke_color=theme.WIRE, stroke_width=2)

    def _through(self, value: float, color: str, slots: Sequence[Slot]) -> VGroup:
        """Return a dashed line through rows, with gaps for names above the dots."""
        x = self._x(value)
        reach = self.frame.px(REACH)
        spans = [(slots[0].top, slots[-1].bottom)]
        if not self.beside:
            spans = [(self._middle(slot) + reach, self._middle(slot) - reach) for slot in slots]
        ends = ([np.array([x, y, 0.0]) for y in span] for span in spans)
        return VGroup(*(DashedLine(*pair).set_stroke(color, 2) for pair in ends))

    def _level(self, spec: LevelSpec, color: str | None = None) -> VGroup:
        """Return a level through all rows, with its name above them."""
        color = color or theme.MUTED
        words = Words(spec.name, self.frame, color=color)
        half = words.width / 2
        left = self.plot.left if self.beside else self.area.left
        x = min(max(self._x(spec.value), left + half), self.area.right - half)
        words.put(np.array([x, self._level_names_y(), 0.0]))
        return VGroup(self._through(spec.value, color, self.slots), words)

    def _base(self) -> VGroup:
        """Return the first row's mean through the other rows, with its name if there is room."""
        mean = self.spec.rows[0].mean
        base = VGroup(self._through(mean, theme.INK, self.slots[1:] or self.slots))
        if not str(self.spec.base):
            return base
        words = Words(self.spec.base, self.frame)
        words.put(np.array([self._x(mean), self._level_names_y(), 0.0]))
        gap = self.frame.px(GAP)
        texts = [part for level in (self.low, self.high) for part in level[1:]]
        near = (abs(w.get_x() - words.get_x()) < (w.width + words.width) / 2 + gap for w in texts)
        inside = self.plot.left <= words.get_left()[0] and words.get_right()[0] <= self.area.right
        return base.add(words) if inside and not any(near) else base

    # --- a row

    def _name(self, spec: DotRowSpec) -> VGroup:
        """Return a strategy's name and note, around the origin."""
        name = Words(spec.name, self.frame, color=theme.MUTED, weight="SEMIBOLD")
        name.put(np.zeros(3), -1)
        note = Words(spec.note, self.frame, color=theme.MUTED) if str(spec.note) else VGroup()
        if isinstance(note, Words) and self.beside:
            up = self.frame.px(UNDER_NAME / 2)
            note.put(np.array([0.0, -up, 0.0]), -1)
            name.put(np.array([0.0, up, 0.0]), -1)
        elif isinstance(note, Words):
            note.put(np.array([name.width + self.frame.px(GAP), 0.0, 0.0]), -1)
        return VGroup(name, note)

    def _named(self, name: VGroup, row: int) -> VGroup:
        slot = self.slots[row]
        y = slot.y if self.beside else slot.top - self.frame.px(theme.LABEL)
        return name.shift(np.array([self.area.left, y, 0.0]))

    def _row(self, row: int) -> Animation:
        """Return the animation of a row: its name, its dots one by one, and their mean."""
        spec, slot = self.spec.rows[row], self.slots[row]
        dots = self._dots(spec, slot)
        mean = FadeIn(self._mean(spec, slot, first=row == 0), run_time=theme.SWAP)
        appearing = LaggedStart(*(FadeIn(dot, scale=0.4) for dot in dots), lag_ratio=0.4)
        appearing.run_time = theme.MOVE
        named = FadeToColor(self.names[row][0], theme.INK, run_time=theme.SWAP)
        return AnimationGroup(named, appearing, mean, lag_ratio=0.6)

    def _dots(self, spec: DotRowSpec, slot: Slot) -> VGroup:
        """Return a dot for each run on one line, or on several lines if they are too close."""
        radius = self.frame.px(DOT)
        ups = stacked([self._x(value) for value in spec.values], APART * radius, LANE * radius)
        dots = VGroup()
        for value, up in zip(spec.values, ups, strict=True):
            dot = Dot(self._place(value, slot, up), radius=radius, color=theme.INK)
            dots.add(dot.set_stroke(theme.GROUND, 2).set_z_index(layers.PACKETS))
        return dots

    def _mean(self, spec: DotRowSpec, slot: Slot, *, first: bool) -> VGroup:
        """Return the line and the number of the mean; the number is above it or beside the dots."""
        reach = self.frame.px(MEAN[0] if self.above else MEAN[1])
        low, high = (self._place(spec.mean, slot, side * reach) for side in (-1, 1))
        stroke = Stroke(low, high, stroke_color=theme.INK, stroke_width=5)
        words = Words(spec.mean_text, self.frame, weight="SEMIBOLD")
        if self.above:
            place = high + np.array([0.0, self.frame.px(theme.LABEL), 0.0])
        else:
            side = self.frame.px(GAP) + words.width / 2
            place = self._place(max(spec.values), slot) + np.array([side, 0.0, 0.0])
        place[0] = self._beside_lines(place[0], words.width, first=first)
        return VGroup(stroke, words.put(place))

    def _beside_lines(self, x: float, width: float, *, first: bool) -> float:
        """Return the x of a number, moved if it would be on a line through the rows."""
        base = [] if first else [self.spec.rows[0].mean]
        values = [level.value for level in (self.spec.low, self.spec.high) if level] + base
        lines = sorted(map(self._x, values))
        away = width / 2 + self.frame.px(CLEAR)
        most = self.area.right - width / 2
        right = _beside(x, lines, away)
        return right if right <= most else _beside(min(x, most), lines[::-1], -away)


def _beside(x: float, lines: Sequence[float], away: float) -> float:
    """Return an x at least ``away`` from all lines, in the order and the direction of a search."""
    for line in lines:
        if abs(x - line) < abs(away):
            x = line + away
    return x


def stacked(xs: Sequence[float], apart: float, lane: float) -> list[float]:
    """Return the y of dots at some x: too close ones are on different lines."""
    ups = [0.0] * len(xs)
    group: list[int] = []
    for i in sorted(range(len(xs)), key=lambda i: xs[i]):
        if group and xs[i] - xs[group[-1]] >= apart:
            group = []
        group.append(i)
        for rank, member in enumerate(group):
            ups[member] = ((len(group) - 1) / 2 - rank) * lane
    return ups
