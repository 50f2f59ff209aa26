"""All rounds side by side: curves above a grid of who took part, on one axis of rounds."""

from collections.abc import Sequence

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    DashedLine,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    Square,
    VGroup,
    VMobject,
    Wait,
    linear,
)
from manim import Line as Stroke

from scenes import theme
from scenes.stage.layout import Frame, Slot, box
from scenes.stage.plot import polyline, scaled
from scenes.stage.text import Words
from scenes.told import HistoryTold

NARROW = 1200  # pixels of width below which names stand above their curves, not beside them
BETWEEN = 52  # pixels between two bands
GRID_SHARE = 1.7  # the grid's height, in heights of a curve
STROKE = 4
MARK = 0.78  # a mark's side, in steps of the grid


class Curve(VGroup):
    """A curve that is drawn up to some round, with a dot at its end."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float], radius: float) -> None:
        self.whole = polyline(xs, ys, theme.INK, STROKE)
        self.points_by_round = [np.array([x, y, 0.0]) for x, y in zip(xs, ys, strict=True)]
        self.stroke = VMobject(stroke_color=theme.INK, stroke_width=STROKE)
        self.head = Dot(self.points_by_round[0], radius=radius, color=theme.INK)
        super().__init__(self.stroke, self.head)

    def draw_to(self, round_: float) -> None:
        """Draw the curve up to a round, which may lie between two."""
        last = len(self.points_by_round) - 1
        self.stroke.pointwise_become_partial(self.whole, 0, round_ / last)
        lower = min(int(round_), last - 1)
        start, end = self.points_by_round[lower], self.points_by_round[lower + 1]
        self.head.move_to(start + (round_ - lower) * (end - start))


class Grow(Animation):
    """A curve grows by the step that leads to a round."""

    def __init__(self, curve: Curve, round_: int) -> None:
        self.curve = curve
        self.round_ = round_
        super().__init__(curve)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw the curve up to a point of the step."""
        self.curve.draw_to(self.round_ - 1 + min(alpha, 1.0))


class History:
    """Curves of measures, and under them a row for each worker. Every verb is an animation."""

    def __init__(self, told: HistoryTold, area: Slot, frame: Frame) -> None:
        px = frame.px
        self.told = told
        self.frame = frame
        self.area = area
        self.narrow = area.width < px(NARROW)
        self.num_rounds = len(told.participants)
        names, heading = (px(180), px(44)) if self.narrow else (px(280), 0.0)
        self.plot = box(
            area.left + names, area.bottom + px(48), area.right - px(132), area.top - heading
        )
        self.bands = self._bands(px(BETWEEN) + heading)
        self.floors = VGroup(*(self._floor(band) for band in self.bands[:-1]))
        self.names = VGroup(*self._names())
        self.ticks = VGroup(*self._ticks())
        self.rows = VGroup(*(self._row_line(worker) for worker in range(told.num_workers)))
        self.curves = [self._curve(i) for i in range(len(told.series))]
        self.marks = VGroup()
        self.labels = VGroup()

    @property
    def everything(self) -> Group:
        """All that has been drawn."""
        return Group(
            self.floors, self.names, self.ticks, self.rows, *self.curves, self.marks, self.labels
        )

    def enter(self) -> Animation:
        """Bring in the axes and each curve's first point. The rows come from elsewhere."""
        still = Group(self.floors, self.names, self.ticks)
        parts = FadeIn(still), FadeIn(VGroup(*self.curves))
        return AnimationGroup(*parts, run_time=0.6 * theme.MOVE)

    def advance(self, round_: int, run_time: float) -> Animation:
        """Draw a round: the curves grow by one step, and who took part is marked."""
        marks = VGroup(*(self._mark(w, round_) for w in self.told.participants[round_ - 1]))
        self.marks.add(*marks)
        parts: list[Animation] = [Grow(curve, round_) for curve in self.curves]
        if len(marks):
            parts.append(FadeIn(marks))
        return AnimationGroup(*parts, run_time=run_time, rate_func=linear)

    def finish(self) -> Animation:
        """Label the curves' ends."""
        self.labels.add(*(self._end_label(i) for i in range(len(self.curves))))
        return FadeIn(self.labels)

    def compare(self) -> Animation:
        """Draw the levels that measures are compared with."""
        told = enumerate(self.told.series)
        levels = VGroup(*(self._reference(i) for i, series in told if series.reference))
        self.labels.add(*levels)
        return FadeIn(levels)

    def single_out(self, worker: int) -> Animation:
        """Dim the marks of all workers but one."""
        y = self._row(worker)
        others = [mark for mark in self.marks if abs(mark.get_y() - y) > 1e-6]
        if not others:
            return Wait(theme.SWAP)
        return VGroup(*others).animate.set_opacity(theme.DIM)  # type: ignore[return-value]

    def leave(self) -> Animation:
        """Take everything away."""
        return FadeOut(self.everything)

    def _bands(self, between: float) -> list[Slot]:
        """Return a slot for each measure from the top down, and the grid's under them."""
        weights = [1.0] * len(self.told.series) + [GRID_SHARE]
        unit = (self.plot.height - between * (len(weights) - 1)) / sum(weights)
        bands, top = [], self.plot.top
        for weight in weights:
            bands.append(box(self.plot.left, top - weight * unit, self.plot.right, top))
            top -= weight * unit + between
        return bands

    def _x(self, round_: float) -> float:
        return scaled([round_], 0, self.num_rounds, self.plot.left, self.plot.right)[0]

    def _y(self, series: int, value: float) -> float:
        """Return the y of a value. The band's floor is zero: heights can be compared."""
        told, band = self.told.series[series], self.bands[series]
        levels = [*told.values, *([told.reference[1]] if told.reference else [])]
        return scaled([value], 0, max(levels), band.bottom, band.top)[0]

    def _row(self, worker: int) -> float:
        band = self.bands[-1]
        return band.top - (worker + 0.5) * band.height / self.told.num_workers

    def _curve(self, series: int) -> Curve:
        values = self.told.series[series].values
        xs = [self._x(i) for i in range(len(values))]
        ys = [self._y(series, value) for value in values]
        return Curve(xs, ys, self.frame.px(8))

    def _end_label(self, series: int) -> Words:
        told = self.told.series[series]
        x = self.plot.right + self.frame.px(22)
        place = np.array([x, self._y(series, told.values[-1]), 0.0])
        return Words(told.last, self.frame, weight="SEMIBOLD").put(place, -1)

    def _reference(self, series: int) -> VGroup:
        told, level = self.told.series[series].reference or ("", 0.0)
        y = self._y(series, level)
        start, end = np.array([self.plot.left, y, 0]), np.array([self.plot.right, y, 0])
        stroke = DashedLine(start, end, stroke_color=theme.MUTED, stroke_width=2)
        words = Words(told, self.frame, color=theme.MUTED)
        above = np.array([0, self.frame.px(theme.LABEL + 5), 0])
        return VGroup(stroke, words.put(end + above, 1))

    def _floor(self, band: Slot) -> Stroke:
        return Stroke(band.at(0, 0), band.at(1, 0), stroke_color=theme.EDGE, stroke_width=2)

    def _row_line(self, worker: int) -> Stroke:
        y = self._row(worker)
        over = self.frame.px(14)  # half a mark, at most
        ends = np.array([self.plot.left, y, 0.0]), np.array([self.plot.right + over, y, 0.0])
        return Stroke(*ends, stroke_color=theme.EDGE, stroke_width=1.5)

    def _mark(self, worker: int, round_: int) -> Square:
        high = self.bands[-1].height / self.told.num_workers
        side = MARK * min(high, self.plot.width / self.num_rounds)
        mark = Square(side, fill_color=theme.UPDATE, fill_opacity=1, stroke_width=0)
        return mark.move_to(np.array([self._x(round_), self._row(worker), 0.0]))

    def _names(self) -> list[Words]:
        left = self.plot.left - self.frame.px(26)
        words = []
        for i, (series, band) in enumerate(zip(self.told.series, self.bands, strict=False)):
            start = np.array([left, self._y(i, series.values[0]), 0.0])
            words.append(Words(series.first, self.frame, color=theme.MUTED).put(start, 1))
            height = band.top + self.frame.px(30) if self.narrow else band.y
            place = np.array([self.area.left, height, 0.0])
            words.append(Words(series.name, self.frame).put(place, -1))
        for told, worker in (
            (self.told.first_worker, 0),
            (self.told.last_worker, self.told.num_workers - 1),
        ):
            place = np.array([left, self._row(worker), 0.0])
            words.append(Words(told, self.frame).put(place, 1))
        return words

    def _ticks(self) -> list[Words]:
        y = self.plot.bottom - self.frame.px(32)
        ends = ((self.told.first_round, 0.0), (self.told.last_round, float(self.num_rounds)))
        return [
            Words(told, self.frame, color=theme.MUTED).put(np.array([self._x(round_), y, 0.0]))
            for told, round_ in ends
        ]
