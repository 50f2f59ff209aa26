"""The replies by round: sampled workers, updates, and the accuracy."""

from collections.abc import Sequence

import numpy as np
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    FadeIn,
    LaggedStart,
    Rectangle,
    Succession,
    VGroup,
    linear,
)
from manim import Line as Stroke

from scenes import theme
from scenes.charts.metric_curve import BESIDE, HEADING, MetricCurve
from scenes.drawing.growth import Grow
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.plot import scaled
from scenes.drawing.text import Words
from scenes.story.specs import LevelSpec, RepliesSpec
from scenes.text.lines import Text

SECONDS = 2.4  # for all rounds
TICKS = 52  # pixels under the columns for the numbers of rounds
LEAST_BESIDE = 60  # pixels left and right of the charts at least
APART = 34  # pixels between the two charts
SHARES = (1.0, 1.0)  # heights of the two charts
MARK = 0.78  # a mark's side, as a part of the step
LARGEST = 36, 60  # pixels of a mark's side; in portrait
SMALLEST = 12  # pixels of a mark's side; smaller marks become bars
HOLLOW = 2
WIDEST = 90  # pixels of a bar
KEY = 26  # pixels of a mark's side in the key
KEY_LEADING = 44  # pixels between two entries of the key in a column
KEY_GAP = (14, 56)  # pixels from a mark to its text, and from there to the next mark


class Replies:
    """A column of marks for each round: filled for an update, hollow for a missing one."""

    def __init__(self, spec: RepliesSpec, area: Slot, frame: Frame) -> None:
        self.spec = spec
        self.frame = frame
        px = frame.px
        beside = self._beside()
        inner = box(area.left + beside, area.bottom + px(TICKS), area.right - beside, area.top)
        halves = inner.rows(SHARES, px(APART)) if spec.measure else (inner,)
        plots = [box(half.left, half.bottom, half.right, half.top - px(HEADING)) for half in halves]
        self.plot = plots[-1]
        self.left, self.right = area.left, area.right
        self.num_rounds = max(len(spec.rounds), 1)
        self.most = max(1, *(asked for asked, _ in spec.rounds))
        self.measure = (
            MetricCurve(spec.measure, plots[0], self.num_rounds, frame, inside=True)
            if spec.measure
            else None
        )
        self.columns = VGroup(*(self._column(i) for i in range(len(spec.rounds))))
        self.still = VGroup(self._floor(), *self._key(), *self._ticks())

    def enter(self) -> Animation:
        """Show the key, the axes and the first value."""
        parts = [self.measure.still, self.measure.curve] if self.measure else []
        return FadeIn(VGroup(self.still, *parts))

    def run(self) -> Animation:
        """Show the columns round by round, while the curve grows."""
        step = SECONDS / len(self.columns)
        entering = [FadeIn(column, run_time=2 * step) for column in self.columns]
        parts: list[Animation] = [LaggedStart(*entering, lag_ratio=0.5)]
        if self.measure:
            grow = Grow(self.measure.curve, 0, self.num_rounds)
            parts.append(Succession(grow.set_run_time(SECONDS).set_rate_func(linear)))
        run = AnimationGroup(*parts)
        if not self.measure:
            return run
        return Succession(run, FadeIn(self.measure.last, run_time=theme.SWAP))

    def compare(self, level: LevelSpec) -> Animation:
        """Draw a level to compare the measure with."""
        assert self.measure is not None
        return FadeIn(self.measure.level(level))

    def highlight_empty_rounds(self) -> Animation:
        """Dim all rounds with an update."""
        pairs = zip(self.columns, self.spec.rounds, strict=True)
        others = VGroup(*(column for column, (_, came) in pairs if came))
        return others.animate.fade(1 - theme.DIM)  # type: ignore[return-value]

    # --- parts

    def _beside(self) -> float:
        """Return the width on each side for the first and the last value."""
        px, spec = self.frame.px, self.spec
        rounds = (spec.first_round, spec.last_round)
        widths = [Words(words, self.frame).width / 2 for words in rounds]
        if spec.measure:
            ends = (spec.measure.first, spec.measure.last)
            words = (Words(end, self.frame, weight="SEMIBOLD") for end in ends)
            widths += [word.width + px(BESIDE) for word in words]
        return max(px(LEAST_BESIDE), *widths)

    @property
    def _pitch(self) -> float:
        return self.plot.width / self.num_rounds

    def _x(self, round_: float) -> float:
        return scaled([round_], 0, self.num_rounds, self.plot.left, self.plot.right)[0]

    def _column(self, index: int) -> VGroup:
        asked, came = self.spec.rounds[index]
        x = self._x(index + 1)
        step = min(self.plot.height / self.most, self.frame.px(LARGEST[self.frame.portrait]) / MARK)
        side = MARK * min(step, self._pitch)
        if side < self.frame.px(SMALLEST):
            return self._bars(x, asked, came)
        marks = VGroup()
        for i in range(asked):
            y = self.plot.bottom + (i + 0.6) * step
            marks.add(_mark(Slot(x, y, side, side), filled=i < came))
        return marks

    def _bars(self, x: float, asked: int, came: int) -> VGroup:
        """Return bars in place of marks, for many workers or many rounds."""
        width = min(MARK * self._pitch, self.frame.px(WIDEST))
        unit = self.plot.height / self.most
        floor = self.plot.bottom
        left, right = x - width / 2, x + width / 2
        spans = [span for span in ((0, came, True), (came, asked, False)) if span[1] > span[0]]
        areas = ((box(left, floor + a * unit, right, floor + b * unit), c) for a, b, c in spans)
        return VGroup(*(_mark(area, filled=filled) for area, filled in areas))

    def _floor(self) -> Stroke:
        ends = self.plot.at(0, 0), self.plot.at(1, 0)
        return Stroke(*ends, stroke_color=theme.EDGE, stroke_width=2)

    def _key(self) -> list[VGroup]:
        """Return the key of both marks above the columns, in a row if there is room."""
        px = self.frame.px
        start = left = self.plot.left
        y = self.plot.top + px(HEADING / 2)
        entries = []
        for spec, filled in ((self.spec.came, True), (self.spec.missing, False)):
            mark = _mark(Slot(left + px(KEY / 2), y, px(KEY), px(KEY)), filled=filled)
            words = Words(spec, self.frame)
            words.put(np.array([left + px(KEY + KEY_GAP[0]), y, 0.0]), -1)
            entries.append(VGroup(mark, words))
            left += px(KEY + sum(KEY_GAP)) + words.width
        left -= px(KEY_GAP[1])
        if left - start > self.right - self.left:
            first, second = entries
            first.shift(np.array([0.0, px(KEY_LEADING / 2), 0.0]))
            second.align_to(first, LEFT).shift(np.array([0.0, -px(KEY_LEADING / 2), 0.0]))
            left = max(entry.get_right()[0] for entry in entries)
        over = max(0.0, left - self.right)
        back = np.array([-min(over, start - self.left), 0.0, 0.0])
        return [entry.shift(back) for entry in entries]

    def _ticks(self) -> list[Words]:
        y = self.plot.bottom - self.frame.px(32)
        ends: Sequence[tuple[Text, float]] = (
            (self.spec.first_round, 0.0),
            (self.spec.last_round, float(self.num_rounds)),
        )
        return [
            Words(spec, self.frame, color=theme.MUTED).put(np.array([self._x(round_), y, 0.0]))
            for spec, round_ in ends
        ]


def _mark(area: Slot, *, filled: bool) -> Rectangle:
    """Return a filled mark in the colour of updates, or a hollow one."""
    mark = Rectangle(width=area.width, height=area.height).move_to(area.center)
    if filled:
        return mark.set_fill(theme.UPDATE, opacity=1).set_stroke(width=0)
    return mark.set_fill(opacity=0).set_stroke(theme.MUTED, HOLLOW)
