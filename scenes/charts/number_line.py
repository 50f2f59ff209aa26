"""A number line with the workers' values as circles, and their averages as triangles."""

from collections.abc import Sequence

import numpy as np
from manim import (
    UP,
    Animation,
    AnimationGroup,
    Circle,
    Create,
    Dot,
    FadeIn,
    GrowFromEdge,
    LaggedStart,
    Mobject,
    Transform,
    Triangle,
    VGroup,
    VMobject,
)
from manim import Line as Stroke

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.plot import scaled
from scenes.drawing.text import Words
from scenes.story.specs import AverageSpec, Quantity
from scenes.text.lines import Text

LARGEST = 30  # pixels of a circle's radius; its area is proportional to its share
EQUAL = 13  # radius before the shares are shown
LEAST = 4  # radius of a small share at least
NUMBER_BELOW = 40  # pixels from a mark's name to its number
TRIANGLE = 34  # pixels of height of a triangle under the line
BETWEEN = 26  # pixels between two labels
STROKE = 3


class NumberLine:
    """The workers' values above the line, the weight before the round and averages below it."""

    def __init__(self, spec: AverageSpec, area: Slot, frame: Frame) -> None:
        self.frame = frame
        self.spec = spec
        names = (spec.words.smaller, spec.words.larger)
        ends = [Words(name, frame, color=theme.MUTED) for name in names]
        beside = max(words.width for words in ends) + frame.px(40)
        y = area.y + frame.px(12 if frame.wide else -6)
        self.slot = box(area.left + beside, y, area.right - beside, y)
        ends[0].put(np.array([area.left, y, 0.0]), -1)
        ends[1].put(np.array([area.right, y, 0.0]), 1)
        self.stroke = Stroke(self.slot.at(0, 0), self.slot.at(1, 0))
        self.stroke.set_stroke(theme.MUTED, STROKE)
        self.ends = VGroup(*ends)
        self.values = [term.value[1] for term in spec.terms]
        self.circles = [self._circle(value, frame.px(EQUAL)) for value in self.values]
        self._label(area)

    def enter(self) -> Animation:
        """Draw the line, and the weight before the round."""
        return AnimationGroup(Create(self.stroke), FadeIn(self.ends), *map(FadeIn, self.old))

    def send(self, i: int) -> Animation:
        """Move one worker's value from the weight before the round to its place."""
        circle, name = self.circles[i], self.names[i]
        start = self.spec.before[1] if self.spec.before else self.values[i]
        target = circle.copy()
        circle.move_to(self._circle(start, circle.width / 2).get_center())
        arrive = Transform(circle, target, run_time=theme.MOVE)
        return LaggedStart(FadeIn(circle, run_time=0.3), arrive, FadeIn(name), lag_ratio=0.5)

    def size_by_share(self, i: int) -> Animation:
        """Make the area of one circle proportional to its share."""
        largest = max(term.share[1] for term in self.spec.terms) or 1.0
        return self._resize(i, LARGEST * (self.spec.terms[i].share[1] / largest) ** 0.5)

    def size_equally(self, i: int) -> Animation:
        """Make the area of one circle proportional to its number of workers."""
        workers = [term.workers for term in self.spec.terms]
        return self._resize(i, min(EQUAL, LARGEST / max(workers) ** 0.5) * workers[i] ** 0.5)

    def show_average(self) -> Animation:
        """Show the weighted average under the line."""
        return self._point_to(self.spec.sum[1], theme.MODEL, theme.MODEL, self.new)

    def show_equal_average(self) -> list[Animation]:
        """Show the average with equal shares under the line, if it differs."""
        if self.spec.alike is None:
            return []
        return [self._point_to(self.spec.alike[1], theme.GROUND, theme.MUTED, self.equal)]

    def _resize(self, i: int, pixels: float) -> Animation:
        radius = self.frame.px(max(pixels, LEAST))
        return Transform(self.circles[i], self._circle(self.values[i], radius))

    def _point_to(self, value: float, fill: str, stroke: str, label: VGroup) -> Animation:
        """Let a triangle grow under a value, and show its label."""
        triangle = Triangle().stretch_to_fit_height(self.frame.px(TRIANGLE))
        triangle.stretch_to_fit_width(self.frame.px(TRIANGLE))
        below = self.slot.y - self.frame.px(TRIANGLE / 2 + 5)
        triangle.move_to(np.array([self._x(value), below, 0.0]))
        triangle.set_fill(fill, opacity=1).set_stroke(stroke, STROKE)
        return LaggedStart(GrowFromEdge(triangle, UP), FadeIn(label), lag_ratio=0.5)

    def _label(self, area: Slot) -> None:
        """Label the circles above the line, and the marks below it."""
        px, spec = self.frame.px, self.spec
        high = self.slot.y + px(2 * LARGEST + 16 + theme.LABEL / 2)
        low = self.slot.y - px(TRIANGLE + 18 + theme.LABEL / 2)
        self.names = [Words(term.name, self.frame).put(np.zeros(3)) for term in spec.terms]
        gap = px(BETWEEN)
        _in_line(self.names, [self._x(value) for value in self.values], high, area, gap)
        self.old: list[Mobject] = []
        if spec.before:
            place = np.array([self._x(spec.before[1]), self.slot.y, 0])
            self.old.append(Dot(place, px(9), color=theme.MODEL).set_z_index(layers.CONTENT))
        marks = [
            self._mark(spec.words.before, spec.before, theme.MUTED),
            self._mark(spec.words.equal_shares, spec.alike, theme.MUTED),
            self._mark(spec.words.weighted, spec.sum, theme.MODEL),
        ]
        values = [mark for mark in (spec.before, spec.alike, spec.sum) if mark]
        _in_line([m for m in marks if len(m)], [self._x(v) for _, v in values], low, area, gap)
        before, self.equal, self.new = marks
        self.old.extend([before] if len(before) else [])

    def _mark(self, name: Text, quantity: Quantity | None, color: str) -> VGroup:
        """Return the label of a mark under the line: its name, and its number if there is room."""
        if quantity is None:
            return VGroup()
        words = Words(name, self.frame, color=color).put(np.zeros(3))
        if not self.frame.wide:
            return VGroup(words)
        number = Words(quantity[0], self.frame, color=color, weight="SEMIBOLD")
        return VGroup(words, number.put(np.array([0, -self.frame.px(NUMBER_BELOW), 0])))

    def _x(self, value: float) -> float:
        spec = self.spec
        marks = [quantity[1] for quantity in (spec.before, spec.alike, spec.sum) if quantity]
        every = [*self.values, *marks]
        inset = self.frame.px(LARGEST)
        left, right = self.slot.left + inset, self.slot.right - inset
        return scaled([value], min(every), max(every), left, right)[0]

    def _circle(self, value: float, radius: float) -> Circle:
        """Return a circle on the line at a value."""
        circle = Circle(radius, fill_color=theme.UPDATE, fill_opacity=1)
        circle.set_stroke(theme.GROUND, STROKE).set_z_index(layers.PACKETS)
        up = self.slot.y + radius + self.frame.px(3)
        return circle.move_to(np.array([self._x(value), up, 0.0]))


def _in_line(
    labels: Sequence[VMobject], xs: Sequence[float], y: float, area: Slot, gap: float
) -> None:
    """Move labels from y = 0 to a height, as close to their places as possible side by side."""
    order = sorted(range(len(labels)), key=lambda i: xs[i])
    places = list(xs)
    edge = area.left
    for i in order:
        places[i] = max(places[i], edge + labels[i].width / 2)
        edge = places[i] + labels[i].width / 2 + gap
    edge = area.right
    for i in reversed(order):
        places[i] = min(places[i], edge - labels[i].width / 2)
        edge = places[i] - labels[i].width / 2 - gap
    for label, x in zip(labels, places, strict=True):
        label.shift(np.array([x - label.get_x(), y, 0.0]))
