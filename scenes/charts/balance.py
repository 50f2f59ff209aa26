"""A beam on which values stand by their size, as heavy as they count, and where it balances."""

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
from scenes.text.lines import Text, text

LARGEST = 30  # pixels; a weight's radius. Its area is its share.
EQUAL = 13  # its radius while no share is told
NUMBER_BELOW = 40  # pixels from a mark's name to its number
LEAST = 4  # its radius however little it counts
FOOT = 34  # height of the triangle under the beam
BETWEEN = 26  # pixels between two labels
STROKE = 3


class Balance:
    """A number line as a balance: what was sent stands on it, the average is under it."""

    def __init__(self, spec: AverageSpec, area: Slot, frame: Frame) -> None:
        self.frame = frame
        self.spec = spec
        ends = [self._quiet(text("smaller")), self._quiet(text("larger"))]
        beside = max(words.width for words in ends) + frame.px(40)
        y = area.y + frame.px(12 if frame.wide else -6)
        self.slot = box(area.left + beside, y, area.right - beside, y)
        ends[0].put(np.array([area.left, y, 0.0]), -1)
        ends[1].put(np.array([area.right, y, 0.0]), 1)
        self.stroke = Stroke(self.slot.at(0, 0), self.slot.at(1, 0))
        self.stroke.set_stroke(theme.MUTED, STROKE)
        self.rest = VGroup(self.stroke, *ends)
        self.values = [term.value[1] for term in spec.terms]
        self.balls = [self._ball(value, frame.px(EQUAL)) for value in self.values]
        self._label(area)

    def enter(self) -> Animation:
        """Draw the beam, and the weight as it was."""
        parts: list[Animation] = [Create(self.rest[0]), FadeIn(self.rest[1:])]
        return AnimationGroup(*parts, *map(FadeIn, self.old))

    def send(self, i: int) -> Animation:
        """Let one worker's value leave the old weight and go to its place."""
        ball, name = self.balls[i], self.names[i]
        start = self.spec.before[1] if self.spec.before else self.values[i]
        goal = ball.copy()
        ball.move_to(self._ball(start, ball.width / 2).get_center())
        arrive = Transform(ball, goal, run_time=theme.MOVE)
        return LaggedStart(FadeIn(ball, run_time=0.3), arrive, FadeIn(name), lag_ratio=0.5)

    def weigh(self, i: int) -> Animation:
        """Make one value as large as its share."""
        heaviest = max(term.share[1] for term in self.spec.terms) or 1.0
        radius = self.frame.px(LARGEST) * (self.spec.terms[i].share[1] / heaviest) ** 0.5
        return Transform(
            self.balls[i], self._ball(self.values[i], max(radius, self.frame.px(LEAST)))
        )

    def balance(self) -> Animation:
        """Put the average under the beam: where it balances."""
        foot = self._foot(self.spec.sum[1])
        foot.set_fill(theme.MODEL, opacity=1).set_stroke(theme.MODEL, STROKE)
        return LaggedStart(GrowFromEdge(foot, UP), FadeIn(self.new), lag_ratio=0.5)

    def level(self, i: int) -> Animation:
        """Make one worker's value as heavy as any other's."""
        workers = [term.workers for term in self.spec.terms]
        one = min(EQUAL, LARGEST / max(workers) ** 0.5)
        radius = self.frame.px(max(one * workers[i] ** 0.5, LEAST))
        return Transform(self.balls[i], self._ball(self.values[i], radius))

    def balance_alike(self) -> list[Animation]:
        """Put the average without shares under the beam, if it is another one."""
        if self.spec.alike is None:
            return []
        foot = self._foot(self.spec.alike[1]).set_stroke(theme.MUTED, STROKE)
        foot.set_fill(theme.GROUND, opacity=1)
        return [LaggedStart(GrowFromEdge(foot, UP), FadeIn(self.alike), lag_ratio=0.5)]

    def _label(self, area: Slot) -> None:
        """Name what stands on the beam over it, and what is under it under it."""
        px, spec = self.frame.px, self.spec
        high = self.slot.y + px(2 * LARGEST + 16 + theme.LABEL / 2)
        low = self.slot.y - px(FOOT + 18 + theme.LABEL / 2)
        self.names = [Words(term.name, self.frame).put(np.zeros(3)) for term in spec.terms]
        gap = px(BETWEEN)
        _in_line(self.names, [self._x(value) for value in self.values], high, area, gap)
        self.old: list[Mobject] = []
        if spec.before:
            place = np.array([self._x(spec.before[1]), self.slot.y, 0])
            self.old.append(Dot(place, px(9), color=theme.MODEL).set_z_index(layers.CONTENT))
        marks = [
            self._mark(text("before"), spec.before, theme.MUTED),
            self._mark(text("equal shares"), spec.alike, theme.MUTED),
            self._mark(text("weighted"), spec.sum, theme.MODEL),
        ]
        values = [mark for mark in (spec.before, spec.alike, spec.sum) if mark]
        _in_line([m for m in marks if len(m)], [self._x(v) for _, v in values], low, area, gap)
        before, self.alike, self.new = marks
        self.old.extend([before] if len(before) else [])

    def _mark(self, name: Text, quantity: Quantity | None, color: str) -> VGroup:
        """Return the name of a mark under the beam, over its number where there is room."""
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

    def _ball(self, value: float, radius: float) -> Circle:
        """Return a weight that stands on the beam."""
        ball = Circle(radius, fill_color=theme.UPDATE, fill_opacity=1)
        ball.set_stroke(theme.GROUND, STROKE).set_z_index(layers.PACKETS)
        up = self.slot.y + radius + self.frame.px(3)
        return ball.move_to(np.array([self._x(value), up, 0.0]))

    def _foot(self, value: float) -> Triangle:
        """Return a triangle whose tip is under the beam."""
        foot = Triangle().stretch_to_fit_height(self.frame.px(FOOT))
        foot.stretch_to_fit_width(self.frame.px(FOOT))
        below = self.slot.y - self.frame.px(FOOT / 2 + 5)
        return foot.move_to(np.array([self._x(value), below, 0.0]))

    def _quiet(self, text: Text) -> Words:
        return Words(text, self.frame, color=theme.MUTED)


def _in_line(
    labels: Sequence[VMobject], xs: Sequence[float], y: float, area: Slot, gap: float
) -> None:
    """Put labels made around y = 0 at a height, as near to their places as they can stand."""
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
