"""One measure by round: a curve above a zero line, with its first and last value."""

import numpy as np
from manim import DashedLine, VGroup
from manim import Line as Stroke

from scenes import theme
from scenes.drawing.growth import Curve, Point
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.plot import scaled, spread
from scenes.drawing.text import Words
from scenes.story.specs import LevelSpec, SeriesSpec
from scenes.text.lines import Text

HEADING = 80  # pixels from a heading's middle down to the plot
BESIDE = 22  # pixels between a curve's end and its label
LINE = 44  # pixels between the middles of two labels at the right end at least
CLEAR = 28  # pixels from a level to its name inside the plot
HIGHER = 26  # pixels of additional height of the heading in that case


class MetricCurve(VGroup):
    """A measure's curve with its ``still`` parts, and levels to compare it with.

    The names of levels are right of the plot, or ``inside`` it.
    """

    def __init__(
        self,
        spec: SeriesSpec,
        plot: Slot,
        num_rounds: int,
        frame: Frame,
        *,
        inside: bool = False,
    ) -> None:
        self.spec = spec
        self.inside = inside
        self.frame = frame
        self.plot = plot
        self.num_rounds = num_rounds
        self.highest = max(*self._known_values, *(level.value for level in spec.levels), 1e-9)
        self.curve = Curve([self._point(i, v) for i, v in enumerate(spec.values)], frame.px(8))
        self.heading = Words(spec.name, frame)
        up = frame.px(HEADING / 2 + HIGHER * inside)
        self.heading.put(plot.at(0, 1) + np.array([0.0, up, 0.0]), -1)
        self.first = self._label(spec.first, self._known[0], 1)
        self.right = self._right_ends()
        self.last = self._label(spec.last, self._known[-1], -1)
        floor = Stroke(plot.at(0, 0), plot.at(1, 0), stroke_color=theme.EDGE, stroke_width=2)
        self.still = VGroup(floor, self.heading, self.first)
        super().__init__(self.still, self.curve)

    def height_at(self, round_: int) -> float | None:
        """Return the height of the curve at a round, 0 to 1, or None where it was not measured."""
        value = self.spec.values[round_]
        return None if value is None else value / self.highest

    def level(self, spec: LevelSpec) -> VGroup:
        """Return a dashed line at a level, and its name right of it or on it."""
        y = self._y(spec.value)
        ends = (np.array([x, y, 0.0]) for x in (self.plot.left, self.plot.right))
        stroke = DashedLine(*ends, stroke_color=theme.MUTED, stroke_width=2)
        words = Words(spec.name, self.frame, color=theme.MUTED)
        if self.inside:
            side = 1 if self._is_clear(y, words.width) else -1
            y += side * self.frame.px(CLEAR)
            return VGroup(stroke, words.put(np.array([self.plot.right, y, 0.0]), 1))
        x = self.plot.right + self.frame.px(BESIDE)
        words.put(np.array([x, self.right.get(spec, y), 0.0]), -1)
        return VGroup(stroke, words)

    def _is_clear(self, y: float, width: float) -> bool:
        """Return whether there is no curve above a y, at a distance from the plot's right end."""
        near = [point for point in self._known if point[0] > self.plot.right - width]
        return not any(0 <= point[1] - y <= 2 * self.frame.px(CLEAR) for point in near)

    @property
    def _known_values(self) -> list[float]:
        return [value for value in self.spec.values if value is not None]

    @property
    def _known(self) -> list[Point]:
        return [point for point in self.curve.points_by_round if point is not None]

    def _point(self, round_: int, value: float | None) -> Point | None:
        if value is None:
            return None
        x = scaled([round_], 0, self.num_rounds, self.plot.left, self.plot.right)[0]
        return np.array([x, self._y(value), 0.0])

    def _y(self, value: float) -> float:
        return scaled([value], 0, self.highest, self.plot.bottom, self.plot.top)[0]

    def _label(self, text: Text, point: Point, side: int) -> Words:
        """Return a value beside an end of the curve: left of it for side 1, right for -1."""
        left = side == 1
        color, weight = (theme.MUTED, "NORMAL") if left else (theme.INK, "SEMIBOLD")
        words = Words(text, self.frame, color=color, weight=weight)
        y = point[1] if left else self.right[None]
        return words.put(np.array([point[0] - side * self.frame.px(BESIDE), y, 0.0]), side)

    def _right_ends(self) -> dict[LevelSpec | None, float]:
        """Return the y of each level's label and of the last value's (None), without overlaps."""
        heights: dict[LevelSpec | None, float] = {None: self._y(self._known_values[-1])}
        if not self.inside:
            heights |= {level: self._y(level.value) for level in self.spec.levels}
        order = sorted(heights, key=lambda end: heights[end], reverse=True)
        places = spread([heights[end] for end in order], self.frame.px(LINE))
        return dict(zip(order, places, strict=True))
