"""What noise costs: a dot for each run at each level of noise, for few workers and for many."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

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
from scenes.drawing.plot import scaled, spread
from scenes.drawing.text import Words, paragraph
from scenes.story.specs import CostLineSpec, CostSpec
from scenes.text.lines import Text

# Pixels of a frame whose shorter side has 1080 of them.
TOP = 140  # above the plot, for what is measured
LINE = 46  # from line to line
LEVELS = 56  # from the floor to the middle of the names of levels
BOUND = 42  # from there to the middle of the bounds
NOTE = 62  # from there to the middle of the note
PAD = (200, 164)  # left of the first level, in a wide frame and in any other
GAP = 36  # right of the last level
APART = 104  # between the names of two lines
FIRST = 44  # from the first level to the number left of it
DOT = 9  # radius
SEED = 15  # between the dots of one level, across
REACH = 30  # half of the stroke at a mean
STROKE = 5


class NoiseCost:
    """The chart. Its methods return animations."""

    def __init__(self, spec: CostSpec, area: Slot, frame: Frame) -> None:
        px = frame.px
        self.spec, self.frame, self.area = spec, frame, area
        names = [Words(line.name, frame) for line in spec.lines]
        room = max(words.width for words in names) + px(GAP)
        self.note = paragraph(spec.note, frame, area.width, color=theme.INK)
        self.bound = px(BOUND) if any(str(level.bound) for level in spec.levels) else 0.0
        below = px(LEVELS + NOTE) + self.bound + self.note.height
        left = area.left + px(PAD[not frame.wide])
        self.plot = box(left, area.bottom + below, area.right - room, area.top - px(TOP))
        values = [value for line in spec.lines for level in line.values for value in level]
        guessing = [spec.guessing.value] if spec.guessing else []
        self.most = max([*values, *guessing]) or 1.0
        self.xs = scaled(
            range(len(spec.levels)), 0, len(spec.levels) - 1, self.plot.left, self.plot.right
        )
        firsts, lasts = ([_mean(line.values[i]) for line in spec.lines] for i in (0, -1))
        self.starts = self._apart(firsts, LINE)
        self.ends = self._apart(lasts, APART)
        self.lines = [self._line(i, line) for i, line in enumerate(spec.lines)]

    @property
    def axes(self) -> VGroup:
        """What is measured, the levels of noise and the level of guessing."""
        spec, px = self.spec, self.frame.px
        name = Words(spec.name, self.frame, weight="SEMIBOLD")
        measured = Words(spec.measured, self.frame, color=theme.MUTED)
        down = np.array([0, px(LINE), 0])
        head = VGroup(
            name.put(self.area.at(0, 1) - down / 2, -1),
            measured.put(self.area.at(0, 1) - 1.5 * down, -1),
        )
        floor = Stroke(*self._across(self.plot.bottom), stroke_color=theme.WIRE, stroke_width=2)
        under = self.plot.bottom - px(LEVELS)
        levels = [
            Words(name, self.frame).put(np.array([x, under, 0]))
            for x, name in zip(self.xs, self._names(), strict=True)
        ]
        lower = px(NOTE - 20) + self.bound + self.note.height / 2
        self.note.move_to(np.array([self.area.x, under - lower, 0]))
        parts = VGroup(head, floor, *levels, *self._bounds(under - self.bound), self.note)
        if spec.guessing:
            ends = self._across(self._y(spec.guessing.value))
            parts.add(DashedLine(*ends, stroke_color=theme.MUTED, stroke_width=2))
            words = Words(spec.guessing.name, self.frame, color=theme.MUTED)
            side = 1 if ends[0][1] - self.plot.bottom < px(LINE) else -1
            parts.add(words.put(ends[0] + np.array([0, side * px(LINE) / 2, 0]), -1))
        return parts

    def _names(self) -> list[Text]:
        """Return the names of the levels, brief ones where the others have no room."""
        full = [level.name for level in self.spec.levels]
        widest = max(Words(name, self.frame).width for name in full)
        room = min((b - a for a, b in pairwise(self.xs)), default=self.area.width)
        brief = widest + self.frame.px(GAP) > room
        return [level.brief for level in self.spec.levels] if brief else full

    def _bounds(self, y: float) -> Iterator[Words]:
        """Yield the bounds of the levels that have one, under their names."""
        for x, level in zip(self.xs, self.spec.levels, strict=True):
            if str(level.bound):
                yield Words(level.bound, self.frame, color=theme.MUTED).put(np.array([x, y, 0]))

    def draw(self, line: int) -> Animation:
        """Draw one line from level to level; those before it become muted."""
        before = [FadeToColor(VGroup(*parts), theme.MUTED) for parts in self.lines[:line]]
        steps = [
            FadeIn(part) if i % 2 == 0 else Create(part) for i, part in enumerate(self.lines[line])
        ]
        drawn = LaggedStart(*steps, lag_ratio=0.7, run_time=2.4 * theme.MOVE)
        return AnimationGroup(*before, drawn, lag_ratio=0.3)

    # --- parts

    def _y(self, value: float) -> float:
        return scaled([value], 0, self.most, self.plot.bottom, self.plot.top)[0]

    def _apart(self, values: Sequence[float], apart: float) -> list[float]:
        """Return the heights of texts beside some values, so far apart at least."""
        order = sorted(range(len(values)), key=lambda i: -values[i])
        moved = spread([self._y(values[i]) for i in order], self.frame.px(apart))
        return [height for _, height in sorted(zip(order, moved, strict=True))]

    def _across(self, y: float) -> tuple[Point3D, Point3D]:
        return np.array([self.area.left, y, 0]), np.array([self.plot.right, y, 0])

    def _line(self, rank: int, line: CostLineSpec) -> list[VGroup]:
        """Return the parts of a line in the order of drawing: dots, a stroke, dots, ..."""
        means = [
            np.array([x, self._y(_mean(v)), 0]) for x, v in zip(self.xs, line.values, strict=True)
        ]
        levels = [self._level(*each) for each in zip(means, line.values, strict=True)]
        start = np.array([self.plot.left - self.frame.px(FIRST), self.starts[rank], 0])
        levels[0].add(Words(line.first, self.frame, weight="SEMIBOLD").put(start, 1))
        levels[-1].add(*self._end(rank, line))
        strokes = [
            VGroup(Stroke(*pair, stroke_color=theme.INK, stroke_width=STROKE))
            for pair in pairwise(means)
        ]
        parts = [levels[0]]
        for stroke, level in zip(strokes, levels[1:], strict=True):
            parts += [stroke, level]
        return parts

    def _level(self, mean: Point3D, values: Sequence[float]) -> VGroup:
        """Return the dots of all runs at a level, beside each other."""
        px = self.frame.px
        dots = VGroup()
        for i, value in enumerate(values):
            x = mean[0] + (i - (len(values) - 1) / 2) * px(SEED)
            dots.add(Dot(np.array([x, self._y(value), 0]), px(DOT), color=theme.INK))
        return dots.set_z_index(layers.CONTENT)

    def _end(self, rank: int, line: CostLineSpec) -> list[Words]:
        """Return a line's last mean and its name, at its end."""
        px = self.frame.px
        at = np.array([self.plot.right + px(GAP), self.ends[rank], 0])
        value = Words(line.last, self.frame, pixels=theme.TITLE, weight="SEMIBOLD")
        up = np.array([0, px(LINE / 2), 0])
        return [value.put(at + up, -1), Words(line.name, self.frame).put(at - up, -1)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
