"""The history of a run: the participants of each round, and the measures by round."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, VGroup, linear
from manim.typing import Point3D

from scenes import theme
from scenes.charts import metric_curve as measure
from scenes.charts import participation
from scenes.charts.metric_curve import HEADING, MetricCurve
from scenes.charts.participation import Participation
from scenes.drawing.growth import Grow
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.sound.effects import tone
from scenes.sound.heard import heard
from scenes.story.specs import HistorySpec, LevelSpec
from scenes.text.lines import Text

NARROW = 1200  # pixels of width below which measures are above the rows, not beside them
SHARES = (0.86, 1.0)  # widths of the rows and of the measures
APART = 110  # pixels between the two
ROWS_SHARE = 1.7  # the rows' height in a narrow area, in heights of the first measure
LATER_SHARE = 0.55  # a later measure's height, in heights of the first
TICKS = 48  # pixels under a plot for the numbers of rounds
ROW_ENDS = 30  # pixels right of the rows

Tick = tuple[Text, Point3D]  # the name of a round, and the place above it


class History:
    """A row for each worker, if it is known who took part, and a curve for each measure.

    Each verb is an animation.
    """

    def __init__(self, spec: HistorySpec, area: Slot, frame: Frame) -> None:
        self.spec = spec
        self.frame = frame
        self.num_rounds = max(len(spec.participants), 1)
        self.drawn = 0
        narrow = area.width < frame.px(NARROW)
        rows, plots = _divided(area, spec, frame, narrow=narrow)
        self.rows = None if rows is None else Participation(spec, rows, frame)
        self.measures = [
            MetricCurve(series, plot, self.num_rounds, frame, inside=narrow)
            for series, plot in zip(spec.series, plots, strict=True)
        ]
        below = [] if self.rows is None else self._below_rows(self.rows)
        if rows is None or plots[-1].left > rows.right:
            below += [(spec.first_round, plots[-1].at(0, 0)), (spec.last_round, plots[-1].at(1, 0))]
        self.still = VGroup(*self._heading(rows), *(self._tick(*tick) for tick in below))

    def enter(self) -> Animation:
        """Show the headings, the axes and each curve's first point, but not ``rows``."""
        still = VGroup(self.still, *(measure.still for measure in self.measures))
        curves = VGroup(*(measure.curve for measure in self.measures))
        return AnimationGroup(FadeIn(still), FadeIn(curves), run_time=0.6 * theme.MOVE)

    def advance(self, round_: int, run_time: float) -> Animation:
        """Draw curves and participants up to a round."""
        start, self.drawn = self.drawn, round_
        marks = [] if self.rows is None else [self.rows.marks]
        parts = [*marks, *(measure.curve for measure in self.measures)]
        grow = (Grow(part, start, round_) for part in parts)
        grown = AnimationGroup(*grow, run_time=run_time, rate_func=linear)
        height = self.measures[0].height_at(round_)
        return grown if height is None else heard(grown, tone(height))

    def finish(self) -> Animation:
        """Show the last values."""
        return FadeIn(VGroup(*(measure.last for measure in self.measures)), run_time=theme.SWAP)

    def compare(self, level: LevelSpec) -> Animation:
        """Draw a level to compare the first measure with."""
        return FadeIn(self.measures[0].level(level))

    def _heading(self, rows: Slot | None) -> list[Words]:
        if rows is None:
            return []
        above = rows.at(0, 1) + np.array([0.0, self.frame.px(HEADING / 2), 0.0])
        return [Words(self.spec.grid, self.frame).put(above, -1)]

    def _below_rows(self, rows: Participation) -> list[Tick]:
        """Return the names of the first and the last round with marks, and their places."""
        ticks = [(self.spec.last_round, rows.plot.at(1, 0))]
        if self.num_rounds > 1:
            ticks.append((self.spec.first_marked, np.array([rows.x(1), rows.plot.bottom, 0.0])))
        return ticks

    def _tick(self, name: Text, place: Point3D) -> Words:
        down = np.array([0.0, self.frame.px(TICKS - theme.LABEL / 2), 0.0])
        return Words(name, self.frame, color=theme.MUTED).put(place - down)


def _divided(
    area: Slot, spec: HistorySpec, frame: Frame, *, narrow: bool
) -> tuple[Slot | None, list[Slot]]:
    """Return the slot of the rows, if there are any, and that of each measure."""
    px = frame.px
    shares = [1.0] + [LATER_SHARE] * (len(spec.series) - 1)
    ends_of_rows = spec.rows[:: max(len(spec.rows) - 1, 1)]
    names = _widest(ends_of_rows, frame) + px(participation.BESIDE) if spec.rows else 0.0
    first = _widest([series.first for series in spec.series], frame) + px(measure.BESIDE)
    levels = [] if narrow else [level.name for series in spec.series for level in series.levels]
    ends = [_widest([series.last for series in spec.series], frame, "SEMIBOLD")]
    ends += [_widest(levels, frame)] if levels else []
    last = max(ends) + px(measure.BESIDE)
    if narrow:
        left, right = area.left + max(names, first), area.right - last
        area = box(left, area.bottom + px(TICKS), right, area.top)
        heights = [*shares, ROWS_SHARE] if spec.rows else shares
        plots = [_under_heading(slot, frame) for slot in area.rows(heights, px(14))]
        return (plots.pop() if spec.rows else None), plots
    one, other = area.columns(SHARES, px(APART)) if spec.rows else (None, area)
    beside = box(other.left + first, other.bottom + px(TICKS), other.right - last, other.top)
    plots = [_under_heading(slot, frame) for slot in beside.rows(shares, px(22))]
    if one is None:
        return None, plots
    rows = box(one.left + names, one.bottom + px(TICKS), one.right - px(ROW_ENDS), one.top)
    return _under_heading(rows, frame), plots


def _widest(spec: Sequence[Text], frame: Frame, weight: str = "NORMAL") -> float:
    return max(Words(text, frame, weight=weight).width for text in spec)


def _under_heading(slot: Slot, frame: Frame) -> Slot:
    return box(slot.left, slot.bottom, slot.right, slot.top - frame.px(HEADING))
