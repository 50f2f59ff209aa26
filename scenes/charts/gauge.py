"""The gauge: a column from the lowest to the highest value, with marks that stay."""

from itertools import pairwise

import numpy as np
from manim import Animation, AnimationGroup, Create, FadeIn, Rectangle, Scene, VGroup, VMobject
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words, wrapped
from scenes.sound.effects import Effect, tone
from scenes.sound.heard import heard
from scenes.story.specs import GaugeMarkSpec, GaugeSpec
from scenes.text.lines import Text, split

# Pixels.
COLUMN = 92  # width
TICK = 26  # length of a mark beyond the column
GAP = 14  # between a mark and its label
NUMBER = 50  # height of a mark's number
LINE = 41  # between the lines of a name
ACCENT = 6  # more between a number and a name below it, whose letters may have accents
APART = 74  # between the numbers of two labels, at least
OWN = 26  # more between a name and the number above it, which is another's
BRACKET, CLEAR = 20, 30  # length of a bracket's ends; between the column and a bracket
QUESTION = 92  # height of the question mark
NAME = 19  # characters of a line of a mark's name
LEAST = 1e-6  # Manim units of a column that is drawn
TRACK = 0.5  # opacity of the track
GLOWING = 0.3  # opacity of the gap's filling


class Gauge(VGroup):
    """A column that fills up to a value; the labels of its marks stand at one side.

    Args:
        spec: the values at both ends, and the marks.
        area: where the column and its labels are; the column is in the middle.
        frame: the frame.
        side: at which side the labels stand: -1 left, 1 right.
    """

    def __init__(self, spec: GaugeSpec, area: Slot, frame: Frame, side: int = -1) -> None:
        self.spec, self.frame, self.side = spec, frame, side
        half = frame.px(COLUMN) / 2
        self.column = box(area.x - half, area.bottom, area.x + half, self.top_in(area, frame))
        self.value = spec.ends[0]
        self.track = Rectangle(width=self.column.width, height=self.column.height, stroke_width=0)
        self.track.set_fill(theme.EDGE, opacity=TRACK).move_to(self.column.center)
        self.filling = VMobject(stroke_width=0, fill_color=theme.INK, fill_opacity=1)
        self.labels = self._labels()
        self.ends = self._ends()
        super().__init__(self.track, self.filling, self.ends)
        self.set_z_index(layers.CONTENT)

    @staticmethod
    def top_in(area: Slot, frame: Frame) -> float:
        """Return the height of the column's upper end in an area: a text stands over it."""
        return area.top - frame.px(theme.LABEL + GAP)

    def y(self, value: float) -> float:
        """Return the height of a value on the column, as a coordinate."""
        low, high = self.spec.ends
        return self.column.bottom + self.column.height * (value - low) / (high - low)

    # --- verbs

    def enter(self) -> Animation:
        """Show the empty column."""
        return FadeIn(VGroup(self.track, self.ends), run_time=theme.SWAP)

    def raise_to(self, value: float, run_time: float = theme.MOVE) -> Animation:
        """Fill the column up to a value, from where it is."""
        return heard(Raise(self, value, run_time), self._tone(value))

    def empty(self, run_time: float = theme.MOVE) -> Animation:
        """Let the column run empty; the marks stay."""
        return Raise(self, self.spec.ends[0], run_time)

    def mark(self, number: int) -> Animation:
        """Show one of the marks and its label."""
        tick, label = self._tick(number), self.labels[number]
        self.add(tick, label)
        mark = AnimationGroup(Create(tick), FadeIn(label), run_time=theme.SWAP)
        return heard(mark, self._tone(self.spec.marks[number].value))

    def ask(self, question: Text) -> Animation:
        """Show the gap between the first and the second mark as a bracket with a question."""
        low, high = sorted(self.y(mark.value) for mark in self.spec.marks[:2])
        column, px, beyond = self.column, self.frame.px, -self.side
        edge = column.x + beyond * (column.width / 2 + px(CLEAR))
        far = edge + beyond * px(BRACKET)
        bracket = VMobject(stroke_color=theme.INK, stroke_width=5)
        bracket.set_points_as_corners(_points((edge, high), (far, high), (far, low), (edge, low)))
        gap = _area(box(column.left, low, column.right, high)).set_fill(theme.INK, GLOWING)
        words = Words(question, self.frame, pixels=QUESTION, weight="SEMIBOLD")
        words.put(np.array([far + beyond * px(BRACKET), (low + high) / 2, 0.0]), self.side)
        asked = VGroup(gap, bracket, words).set_z_index(layers.CONTENT)
        self.add(asked)
        parts = FadeIn(gap), Create(bracket), FadeIn(words)
        return AnimationGroup(*parts, lag_ratio=0.4, run_time=1.5 * theme.MOVE)

    def set_value(self, value: float) -> None:
        """Fill the column up to a value at once."""
        self.value = value
        self.filling.clear_points()
        filled = box(self.column.left, self.column.bottom, self.column.right, self.y(value))
        if filled.height > LEAST:
            self.filling.points = _area(filled).points

    # --- parts

    def _tone(self, value: float) -> Effect:
        low, high = self.spec.ends
        return tone((value - low) / (high - low))

    def _labels(self) -> "list[Label]":
        """Return the labels of all marks, from the lowest up as far apart as they need."""
        x = self.column.x + self.side * (self.column.width / 2 + self.frame.px(TICK + GAP))
        lowest = min((mark.value for mark in self.spec.marks), default=0.0)
        labels = []
        for mark in self.spec.marks:
            at = np.array([x, self.y(mark.value), 0.0])
            labels.append(Label(mark, at, self.side, self.frame, below=mark.value == lowest))
        ranked = sorted(labels, key=lambda label: float(label.number.anchor[1]))
        for lower, upper in pairwise(ranked):
            upper.shift(np.array([0.0, self._lack(lower, upper), 0.0]))
        if ranked:
            beyond = max(ranked[-1].get_top()[1] - self.column.top, 0.0)
            ranked[-1].shift(np.array([0.0, -beyond, 0.0]))
        for upper, lower in pairwise(reversed(ranked)):
            lower.shift(np.array([0.0, -self._lack(lower, upper), 0.0]))
        return labels

    def _lack(self, lower: "Label", upper: "Label") -> float:
        """Return how much is missing between a number and the label below it.

        A name between two numbers is nearer to its own.
        """
        name_above = lower.get_top()[1] - lower.number.get_top()[1]
        if name_above > self.frame.px(LINE / 2):
            name_above += self.frame.px(OWN)
        between = float(upper.number.anchor[1] - lower.number.anchor[1] - name_above)
        return max(self.frame.px(APART) - between, 0.0)

    def _tick(self, number: int) -> VMobject:
        """Return the line of a mark across the column, and on to its label."""
        side, y = self.side, self.y(self.spec.marks[number].value)
        half = self.column.width / 2
        end = self.column.x + side * (half + self.frame.px(TICK))
        at_label = float(self.labels[number].number.anchor[1])
        line = VMobject(stroke_color=theme.INK, stroke_width=4)
        ends = (self.column.x - side * half, y), (self.column.x + side * half, y), (end, at_label)
        return line.set_points_as_corners(_points(*ends)).set_z_index(layers.CONTENT)

    def _ends(self) -> VGroup:
        """Return the texts over the column, and beside its foot, where no label is."""
        beyond, gap, half = -self.side, self.frame.px(GAP), self.frame.px(theme.LABEL / 2)
        high = Words(self.spec.high, self.frame, color=theme.MUTED)
        low = Words(self.spec.low, self.frame, color=theme.MUTED)
        foot = self.column.at((1 + beyond) / 2, 0) + np.array([beyond * gap, half, 0.0])
        over = self.column.at(0.5, 1) + np.array([0.0, gap + half, 0.0])
        return VGroup(high.put(over), low.put(foot, self.side))


class Label(VGroup):
    """The number of a mark at a point, and its name in lines below or above it."""

    def __init__(
        self, mark: GaugeMarkSpec, at: Point3D, side: int, frame: Frame, *, below: bool
    ) -> None:
        self.number = Words(mark.number, frame, pixels=NUMBER, weight="SEMIBOLD")
        super().__init__(self.number.put(at, -side))
        lines = split(mark.name, wrapped(str(mark.name), NAME))
        for i, line in enumerate(lines if below else reversed(lines), start=1):
            words = Words(line, frame, color=theme.MUTED)
            far = LINE * i + (NUMBER - theme.LABEL) / 2 + ACCENT * below
            down = frame.px(far) * (1 if below else -1)
            self.add(words.put(at - np.array([0.0, down, 0.0]), -side))
        self.set_z_index(layers.CONTENT)


class Raise(Animation):
    """The animation of a gauge that fills, or empties, to a value."""

    def __init__(self, gauge: Gauge, value: float, run_time: float) -> None:
        self.gauge, self.target = gauge, value
        self.start: float | None = None
        super().__init__(gauge.filling, run_time=run_time, introducer=True)

    def interpolate_mobject(self, alpha: float) -> None:
        """Fill the column up to a value between both."""
        if self.start is None:
            self.start = self.gauge.value
        part = self.rate_func(min(max(alpha, 0.0), 1.0))
        self.gauge.set_value(self.start + part * (self.target - self.start))

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave nothing of a column that has run empty."""
        super().clean_up_from_scene(scene)
        if not len(self.gauge.filling.points):
            scene.remove(self.gauge.filling)


def _points(*corners: tuple[float, float]) -> list[Point3D]:
    return [np.array([x, y, 0.0]) for x, y in corners]


def _area(slot: Slot) -> Rectangle:
    area = Rectangle(width=slot.width, height=max(slot.height, LEAST), stroke_width=0)
    return area.move_to(slot.center)
