"""Charts: a small loss curve beside a worker, and the rounds' history on one common axis.

Axes are range frames: they carry only values that the record holds, at the ends of what is drawn.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    DashedLine,
    Dot,
    FadeIn,
    Group,
    Rectangle,
    Square,
    VGroup,
    VMobject,
    linear,
)
from manim import Line as Stroke

from scenes import theme
from scenes.figures import Told
from scenes.stage import layers
from scenes.stage.layout import Frame, Slot, box
from scenes.stage.text import Words
from scenes.told import CurveTold, HistoryTold, LabelChartTold

COUNT = 110  # pixels of width for a count at a bar's end
NARROW = 1200  # pixels of width below which names stand above their curves, not beside them


def polyline(xs: Sequence[float], ys: Sequence[float], color: str, width: float) -> VMobject:
    """Return straight strokes through points given in Manim's units."""
    curve = VMobject(stroke_color=color, stroke_width=width)
    curve.set_points_as_corners([np.array([x, y, 0.0]) for x, y in zip(xs, ys, strict=True)])
    return curve


def scaled(
    values: Sequence[float], low: float, high: float, start: float, end: float
) -> list[float]:
    """Map values from [low, high] to [start, end]."""
    span = (high - low) or 1.0
    return [start + (value - low) / span * (end - start) for value in values]


class LossCurve(VGroup):
    """A loss curve with its first and last value; without these on a ground of its own.

    ``before`` is there when the curve begins to be drawn, ``after`` comes when it is done.
    """

    def __init__(
        self,
        told: CurveTold,
        area: Slot,
        span: tuple[float, float],
        frame: Frame,
        *,
        labelled: bool = True,
    ) -> None:
        edge = frame.px(theme.LABEL + 12 if labelled else 6)
        plot = box(area.left, area.bottom + edge, area.right, area.top - edge)
        count = max(len(told.values) - 1, 1)
        xs = scaled(range(len(told.values)), 0, count, plot.left, plot.right)
        ys = scaled(told.values, *span, plot.bottom, plot.top)
        self.curve = polyline(xs, ys, theme.INK, 1.6).set_z_index(layers.PACKETS)
        self.before, self.after = VGroup(), VGroup()
        if labelled:
            self._label(told, area, frame)
        else:
            ground = Rectangle(width=area.width, height=area.height, stroke_width=0)
            ground.set_fill(theme.PANEL, opacity=0.9).move_to(area.center)
            self.before.add(ground.set_z_index(layers.VEILS))
        super().__init__(self.before, self.curve, self.after)

    def _label(self, told: CurveTold, area: Slot, frame: Frame) -> None:
        half = frame.px(theme.LABEL / 2)
        first = Words(told.first, frame, color=theme.MUTED)
        self.before.add(first.put(np.array([area.left, area.top - half, 0]), -1))
        last = Words(told.last, frame, weight="SEMIBOLD")
        self.after.add(last.put(np.array([area.right, area.bottom + half, 0]), 1))


class LabelChart(VGroup):
    """A worker's examples by class: name, bar and count, in columns read downwards."""

    def __init__(self, told: LabelChartTold, area: Slot, frame: Frame) -> None:
        super().__init__()
        columns = 2 if area.width > 1.5 * area.height else 1
        per_column = ceil(len(told.rows) / columns)
        step = min(area.height / per_column, frame.px(58))
        width = area.width / columns
        most = max(*told.counts, 1)
        names = [Words(name, frame, color=theme.MUTED) for name, _ in told.rows]
        reserved = max(words.width for words in names) + frame.px(16)
        for i, (words, (_, count), value) in enumerate(
            zip(names, told.rows, told.counts, strict=True)
        ):
            column, row = divmod(i, per_column)
            y = area.y + (per_column / 2 - 0.5 - row) * step
            left = area.left + column * width
            slot = box(left + reserved, y - step / 2, left + 0.94 * width, y + step / 2)
            self.add(self._row(words, count, value / most, slot, frame))

    @staticmethod
    def _row(name: Words, count: Told, share: float, slot: Slot, frame: Frame) -> VGroup:
        """Put a name left of a slot; in it, a bar and its count."""
        gap = frame.px(16)
        number = Words(count, frame)
        length = max(share * (slot.width - gap - frame.px(COUNT)), frame.px(2))
        bar = Rectangle(
            width=length,
            height=frame.px(theme.LABEL),
            fill_color=theme.DATA,
            fill_opacity=1,
            stroke_width=0,
        ).move_to(np.array([slot.left + length / 2, slot.y, 0.0]))
        name.put(np.array([slot.left - gap, slot.y, 0.0]), 1)
        number.put(np.array([slot.left + length + gap, slot.y, 0.0]), -1)
        return VGroup(name, bar, number)


class Curve(VGroup):
    """A curve that is drawn up to some round, with a dot at its end."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float], radius: float) -> None:
        self.whole = polyline(xs, ys, theme.INK, 4)
        self.points_by_round = [np.array([x, y, 0.0]) for x, y in zip(xs, ys, strict=True)]
        self.stroke = VMobject(stroke_color=theme.INK, stroke_width=4)
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
    """Curves above a grid of who took part, all on one axis of rounds."""

    def __init__(self, told: HistoryTold, area: Slot, frame: Frame) -> None:
        self.told = told
        self.frame = frame
        self.area = area
        px = frame.px
        self.num_rounds = len(told.participants)
        self.narrow = area.width < px(NARROW)
        names, heading = (px(180), px(44)) if self.narrow else (px(280), 0.0)
        self.plot = box(
            area.left + names, area.bottom + px(48), area.right - px(132), area.top - heading
        )
        between = px(40) + heading
        weights = [1.0] * len(told.series) + [1.15]
        gaps = between * (len(weights) - 1)
        unit = (self.plot.height - gaps) / sum(weights)
        self.bands: list[Slot] = []
        top = self.plot.top
        for weight in weights:
            self.bands.append(box(self.plot.left, top - weight * unit, self.plot.right, top))
            top -= weight * unit + between
        self.floors = VGroup(*(self._floor(band) for band in self.bands[:-1]))
        self.names = VGroup(*self._names())
        self.grid = VGroup(*self._empty_marks())
        self.ticks = VGroup(*self._ticks())
        self.marks = VGroup()
        self.curves = [self._curve(i) for i in range(len(told.series))]

    def x(self, round_: float) -> float:
        """Return the x at which a round stands."""
        return scaled([round_], 0, self.num_rounds, self.plot.left, self.plot.right)[0]

    def y(self, series: int, value: float) -> float:
        """Return the y of a value of a measure."""
        told, band = self.told.series[series], self.bands[series]
        levels = list(told.values) + ([told.reference[1]] if told.reference else [])
        return scaled([value], min(levels), max(levels), band.bottom, band.top)[0]

    def enter(self) -> Animation:
        """Bring in the axes, the empty grid and each curve's first point."""
        still = Group(self.floors, self.grid, self.names, self.ticks)
        return AnimationGroup(FadeIn(still), FadeIn(VGroup(*self.curves)))

    def advance(self, round_: int, run_time: float) -> Animation:
        """Draw a round: the curves grow by one step, and who took part is marked."""
        marks = VGroup(*(self._mark(w, round_, True) for w in self.told.participants[round_ - 1]))
        self.marks.add(*marks)
        parts: list[Animation] = [Grow(curve, round_) for curve in self.curves]
        if len(marks):
            parts.append(FadeIn(marks))
        return AnimationGroup(*parts, run_time=run_time, rate_func=linear)

    def finish(self) -> Animation:
        """Label the curves' ends."""
        labels = (FadeIn(self._end_label(i)) for i in range(len(self.curves)))
        return AnimationGroup(*labels)

    def single_out(self, worker: int) -> Animation:
        """Dim the marks of all workers but one."""
        y = self._row(worker)
        others = [mark for mark in self.marks if abs(mark.get_y() - y) > 1e-6]
        return AnimationGroup(*(mark.animate.set_opacity(theme.DIM) for mark in others))  # type: ignore[arg-type]

    def even_out(self) -> Animation:
        """Bring all marks back."""
        return AnimationGroup(*(mark.animate.set_opacity(1) for mark in self.marks))  # type: ignore[arg-type]

    def compare(self) -> Animation:
        """Draw the levels that measures are compared with."""
        told = enumerate(self.told.series)
        return AnimationGroup(*(FadeIn(self._reference(i)) for i, s in told if s.reference))

    def _curve(self, series: int) -> "Curve":
        values = self.told.series[series].values
        xs = [self.x(i) for i in range(len(values))]
        ys = [self.y(series, value) for value in values]
        return Curve(xs, ys, self.frame.px(8))

    def _end_label(self, series: int) -> Words:
        """Return the label of a curve's last value, at its end."""
        told = self.told.series[series]
        point = np.array(
            [self.plot.right + self.frame.px(22), self.y(series, told.values[-1]), 0.0]
        )
        return Words(told.last, self.frame, weight="SEMIBOLD").put(point, -1)

    def _reference(self, series: int) -> VGroup:
        """Return the level that a measure is compared with, dashed and labelled."""
        told, level = self.told.series[series].reference or ("", 0.0)
        y = self.y(series, level)
        start, end = np.array([self.plot.left, y, 0]), np.array([self.plot.right, y, 0])
        stroke = DashedLine(start, end, stroke_color=theme.MUTED, stroke_width=2)
        words = Words(told, self.frame, color=theme.MUTED)
        above = np.array([0, self.frame.px(theme.LABEL), 0])
        return VGroup(stroke, words.put(end + above, 1))

    def _floor(self, band: Slot) -> Stroke:
        return Stroke(band.at(0, 0), band.at(1, 0), stroke_color=theme.EDGE, stroke_width=2)

    def _names(self) -> list[Words]:
        left = self.plot.left - self.frame.px(26)
        words = []
        for i, (series, band) in enumerate(zip(self.told.series, self.bands, strict=False)):
            start = np.array([left, self.y(i, series.values[0]), 0.0])
            words.append(Words(series.first, self.frame, color=theme.MUTED).put(start, 1))
            height = band.top + self.frame.px(30) if self.narrow else band.y
            place = np.array([self.area.left, height, 0.0])
            words.append(Words(series.name, self.frame).put(place, -1))
        for told, worker in ((self.told.first_worker, 0), (self.told.last_worker, -1)):
            y = self._row(worker % self.told.num_workers)
            words.append(Words(told, self.frame).put(np.array([left, y, 0.0]), 1))
        return words

    def _ticks(self) -> list[Words]:
        y = self.plot.bottom - self.frame.px(32)
        ends = ((self.told.first_round, 0.0), (self.told.last_round, float(self.num_rounds)))
        return [
            Words(told, self.frame, color=theme.MUTED).put(np.array([self.x(round_), y, 0.0]))
            for told, round_ in ends
        ]

    def _row(self, worker: int) -> float:
        band = self.bands[-1]
        return band.top - (worker + 0.5) * band.height / self.told.num_workers

    def _empty_marks(self) -> list[Square]:
        rounds, workers = range(1, self.num_rounds + 1), range(self.told.num_workers)
        return [self._mark(worker, round_, False) for round_ in rounds for worker in workers]

    def _mark(self, worker: int, round_: int, took_part: bool) -> Square:
        step = min(self.bands[-1].height / self.told.num_workers, self.plot.width / self.num_rounds)
        side = step * (0.78 if took_part else 0.22)
        color = theme.UPDATE if took_part else theme.EDGE
        mark = Square(side, fill_color=color, fill_opacity=1, stroke_width=0)
        return mark.move_to(np.array([self.x(round_), self._row(worker), 0.0]))
