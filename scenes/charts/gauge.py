"""The gauge: a column from the lowest to the highest value, with marks that stay."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, AnimationGroup, Create, FadeIn, Rectangle, VGroup, VMobject
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words, wrapped
from scenes.story.specs import GaugeMarkSpec, GaugeSpec
from scenes.text.lines import Text, split

# Pixels.
COLUMN = 64  # width
TICK = 26  # length of a mark beyond the column
GAP = 14  # between a mark and its label
LINE = 42  # from the number of a label to its name, and between the lines of a name
APART = 58  # between the numbers of two labels on one side, at least
BRACKET, CLEAR = 20, 30  # length of a bracket's ends; between the column and a bracket
NAME = 19  # characters of a line of a mark's name
QUESTION = 84  # height of the question mark
TRACK = 0.5  # opacity of the track
GLOWING = 0.3  # opacity of the gap's filling


class Gauge(VGroup):
    """A column that fills up to a value; labels of marks stand at its sides.

    Args:
        spec: the values at both ends, and the marks.
        area: where the column and its labels are; the column is in the middle.
        frame: the frame.
        sides: at which side the label of each mark stands: -1 left, 1 right.
    """

    def __init__(
        self, spec: GaugeSpec, area: Slot, frame: Frame, sides: Sequence[int] = (-1, 1)
    ) -> None:
        self.spec, self.frame, self.sides = spec, frame, sides
        half = frame.px(COLUMN) / 2
        under = frame.px(theme.LABEL / 2)
        self.column = box(area.x - half, area.bottom + under, area.x + half, area.top - under)
        self.value = spec.ends[0]
        self.track = Rectangle(width=self.column.width, height=self.column.height, stroke_width=0)
        self.track.set_fill(theme.EDGE, opacity=TRACK).move_to(self.column.center)
        self.fill = VMobject(stroke_width=0, fill_color=theme.INK, fill_opacity=1)
        self.labels = [self._label(mark, side) for mark, side in self._sided()]
        self._spread_labels()
        self.question = VGroup()
        ends = (spec.low, self.column.bottom), (spec.high, self.column.top)
        self.ends = VGroup(*(self._end(text, y) for text, y in ends))
        super().__init__(self.track, self.fill, self.ends)
        self.set_z_index(layers.CONTENT)

    def y(self, value: float) -> float:
        """Return the height of a value on the column, as a coordinate."""
        low, high = self.spec.ends
        return self.column.bottom + self.column.height * (value - low) / (high - low)

    def enter(self) -> Animation:
        """Show the empty column."""
        return FadeIn(VGroup(self.track, self.ends), run_time=theme.SWAP)

    def raise_to(self, value: float, run_time: float = theme.MOVE) -> Animation:
        """Fill the column up to a value, from where it is."""
        return Raise(self, value, run_time)

    def empty(self, run_time: float = theme.MOVE) -> Animation:
        """Let the column run empty; the marks stay."""
        return Raise(self, self.spec.ends[0], run_time)

    def mark(self, number: int) -> Animation:
        """Show one of the marks and its label."""
        tick, label = self._tick(number), self.labels[number]
        self.add(tick, label)
        return AnimationGroup(Create(tick), FadeIn(label), run_time=theme.SWAP)

    def ask(self, question: Text) -> Animation:
        """Show the gap between the first and the second mark as a bracket with a question."""
        low, high = (self.y(mark.value) for mark in self.spec.marks[:2])
        side = -self.sides[0]
        edge = self.column.x + side * (self.column.width / 2 + self.frame.px(CLEAR))
        far = edge + side * self.frame.px(BRACKET)
        corners = (edge, high), (far, high), (far, low), (edge, low)
        bracket = VMobject(stroke_color=theme.INK, stroke_width=5)
        bracket.set_points_as_corners([np.array([x, y, 0.0]) for x, y in corners])
        gap = Rectangle(width=self.column.width, height=max(high - low, 1e-3), stroke_width=0)
        gap.set_fill(theme.INK, GLOWING).move_to(np.array([self.column.x, (low + high) / 2, 0.0]))
        words = Words(question, self.frame, pixels=QUESTION, weight="SEMIBOLD")
        half, room = self.frame.px(QUESTION / 2), self.frame.px(APART)
        y = min((low + high) / 2, high - room - half) if self.sides[1] == side else (low + high) / 2
        words.put(np.array([far + side * self.frame.px(BRACKET), y, 0.0]), -side)
        self.question = VGroup(gap, bracket, words).set_z_index(layers.CONTENT)
        self.add(self.question)
        return AnimationGroup(
            FadeIn(gap), Create(bracket), FadeIn(words), lag_ratio=0.4, run_time=1.5 * theme.MOVE
        )

    def set_value(self, value: float) -> None:
        """Fill the column up to a value at once."""
        self.value = value
        top = self.y(value)
        corners = np.array([[x, y, 0.0] for x, y in (
            (self.column.left, self.column.bottom), (self.column.right, self.column.bottom),
            (self.column.right, top), (self.column.left, top),
        )])  # fmt: skip
        if top - self.column.bottom < 1e-9:
            self.fill.clear_points()
        else:
            self.fill.set_points_as_corners([*corners, corners[0]])

    def _sided(self) -> list[tuple[GaugeMarkSpec, int]]:
        return list(zip(self.spec.marks, self.sides, strict=False))

    def _tick(self, number: int) -> VMobject:
        """Return the line of a mark across the column, to its label."""
        side, y = self.sides[number], self.y(self.spec.marks[number].value)
        near = np.array([self.column.x - side * self.column.width / 2, y, 0.0])
        far = np.array([self._label_edge(side) - side * self.frame.px(GAP), y, 0.0])
        bend = np.array([self.column.x + side * self.column.width / 2, y, 0.0])
        end = np.array([far[0], self.labels[number].number.anchor[1], 0.0])
        line = VMobject(stroke_color=theme.INK, stroke_width=4)
        line.set_points_as_corners(
            [near, bend, far, end] if abs(end[1] - y) > 1e-9 else [near, far]
        )
        return line.set_z_index(layers.CONTENT)

    def _label_edge(self, side: int) -> float:
        beyond = self.column.width / 2 + self.frame.px(TICK + GAP)
        return self.column.x + side * beyond

    def _label(self, mark: GaugeMarkSpec, side: int) -> "Label":
        at = np.array([self._label_edge(side), self.y(mark.value), 0.0])
        return Label(mark, at, side, self.frame, below=mark is self.spec.marks[0])

    def _spread_labels(self) -> None:
        """Keep the labels of one side apart."""
        if len(self.labels) < 2 or self.sides[0] != self.sides[1]:
            return
        low, high = (label.number.anchor[1] for label in self.labels[:2])
        lack = max(self.frame.px(APART) - (high - low), 0.0)
        for label, way in zip(self.labels, (-1, 1), strict=False):
            label.shift(np.array([0.0, way * lack / 2, 0.0]))

    def _end(self, text: Text, y: float) -> Words:
        words = Words(text, self.frame, color=theme.MUTED)
        x = self.column.left - self.frame.px(GAP)
        return words.put(np.array([x, y, 0.0]), 1)


class Label(VGroup):
    """The number of a mark at a point, and its name in lines below or above it."""

    def __init__(
        self, mark: GaugeMarkSpec, at: Point3D, side: int, frame: Frame, *, below: bool
    ) -> None:
        self.number = Words(mark.number, frame, pixels=theme.TITLE, weight="SEMIBOLD")
        super().__init__(self.number.put(at, -side))
        lines = split(mark.name, wrapped(str(mark.name), NAME))
        for i, line in enumerate(lines if below else reversed(lines), start=1):
            words = Words(line, frame, color=theme.MUTED)
            down = frame.px(LINE * i + (theme.TITLE - theme.LABEL) / 2) * (1 if below else -1)
            self.add(words.put(at - np.array([0.0, down, 0.0]), -side))
        self.set_z_index(layers.CONTENT)


class Raise(Animation):
    """The animation of a gauge that fills, or empties, to a value."""

    def __init__(self, gauge: Gauge, value: float, run_time: float) -> None:
        self.gauge, self.target = gauge, value
        self.start: float | None = None
        super().__init__(gauge.fill, run_time=run_time, introducer=True)

    def interpolate_mobject(self, alpha: float) -> None:
        """Fill the column up to a value between both."""
        if self.start is None:
            self.start = self.gauge.value
        part = self.rate_func(min(max(alpha, 0.0), 1.0))
        self.gauge.set_value(self.start + part * (self.target - self.start))
