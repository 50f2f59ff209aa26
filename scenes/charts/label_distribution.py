"""The label distribution: the label bars of all workers in a row."""

from collections.abc import Sequence

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    LaggedStart,
    Mobject,
    Rectangle,
    Transform,
    VGroup,
    VMobject,
)
from manim import Line as Stroke

from scenes import theme
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import gold
from scenes.drawing.text import Words
from scenes.story.specs import LabelsSpec
from scenes.text.lines import numbers_of

HEADING = 100  # pixels above the bars for the names of the row and of its highest bar
NUMBER = 52  # pixels under the bars for the workers' numbers
BETWEEN = 54  # pixels between two rows
LEADER = 16  # pixels of the line from the highest bar to its name
FILLED = 0.84  # part of a worker's width with bars
LEAST = 2  # pixels of height of an empty bar


class LabelBars(VGroup):
    """One run's label bars: a row of workers, with its name above it."""

    def __init__(self, spec: LabelsSpec, area: Slot, unit: float, frame: Frame) -> None:
        bars = box(
            area.left,
            area.bottom + frame.px(NUMBER),
            area.right,
            area.top - frame.px(HEADING),
        )
        self.cells = bars.columns([1.0] * len(spec.counts))
        self.unit, self.frame = unit, frame
        self.bars = VGroup(*map(self._bars, spec.counts, self.cells))
        self.floors = VGroup(*map(self._floor, self.cells))
        self.numbers = VGroup(*self._numbers(spec))
        name = Words(spec.name, frame, weight="SEMIBOLD")
        if name.width > area.width:
            name = Words(spec.brief, frame, weight="SEMIBOLD")
        half = np.array([0.0, frame.px(theme.LABEL / 2), 0.0])
        self.heading = name.put(area.at(0, 1) - half, -1)
        self.peak = self._peak(spec, area)
        super().__init__(self.floors, self.bars, self.numbers, self.heading, self.peak)

    def _bars(self, counts: Sequence[int], cell: Slot) -> VGroup:
        width = FILLED * cell.width
        step = width / max(len(counts), 1)
        left, least = cell.x - width / 2, self.frame.px(LEAST)
        bars = VGroup()
        for i, count in enumerate(counts):
            height = max(count * self.unit, least)
            bar = gold(Rectangle(width=0.8 * step, height=height))
            place = np.array([left + (i + 0.5) * step, cell.bottom + height / 2, 0.0])
            bars.add(bar.move_to(place))
        return bars

    def _floor(self, cell: Slot) -> Stroke:
        half = FILLED * cell.width / 2
        left, right = (np.array([cell.x + side * half, cell.bottom, 0.0]) for side in (-1, 1))
        return Stroke(left, right, stroke_color=theme.EDGE, stroke_width=2)

    def _numbers(self, spec: LabelsSpec) -> list[Words]:
        """Return the workers' numbers, or only the first and the last without room for all."""
        words = [Words(number, self.frame, color=theme.MUTED) for number in spec.numbers]
        if max(w.width for w in words) > self.cells[0].width:
            words = [
                Words(numbers_of(number)[0], self.frame, color=theme.MUTED)
                for number in spec.numbers
            ]
        down = np.array([0.0, self.frame.px(NUMBER - theme.LABEL / 2), 0.0])
        for number, cell in zip(words, self.cells, strict=True):
            number.put(cell.at(0.5, 0) - down)
        fits = max(w.width for w in words) < 0.9 * self.cells[0].width
        return words if fits else [words[0], words[-1]]

    def _peak(self, spec: LabelsSpec, area: Slot) -> VGroup:
        """Return the name of the highest bar above it, and a line between the two."""
        worker, kind = spec.peak_at
        words = Words(spec.peak, self.frame, color=theme.DATA)
        top, px = self.bars[worker][kind].get_top(), self.frame.px
        half = words.width / 2
        x = min(max(top[0], area.left + half), area.right - half)
        foot = top + np.array([0.0, px(LEADER / 2), 0.0])
        leader = Stroke(foot, foot + np.array([0.0, px(LEADER), 0.0]), stroke_color=theme.DATA)
        words.put(np.array([x, foot[1] + px(LEADER + theme.LABEL), 0.0]))
        return VGroup(leader.set_stroke(width=2), words)


class TwoLabelBars:
    """Two runs' label bars: first one run, then both runs to one scale."""

    def __init__(self, spec: tuple[LabelsSpec, LabelsSpec], area: Slot, frame: Frame) -> None:
        most = [max(max(row) for row in labels.counts) or 1 for labels in spec]
        fixed = frame.px(HEADING + NUMBER)
        alone = (area.height - fixed) / most[0]
        unit = (area.height - 2 * fixed - frame.px(BETWEEN)) / sum(most)
        shares = [fixed + count * unit for count in most]
        slots = area.rows(shares, frame.px(BETWEEN))
        self.first = LabelBars(spec[0], area, alone, frame)
        self.same_scale = LabelBars(spec[0], slots[0], unit, frame)
        self.second = LabelBars(spec[1], slots[1], unit, frame)

    def enter(self) -> Animation:
        """Let the first run's bars grow, worker by worker."""
        return _growth(self.first)

    def compare(self) -> Sequence[Animation]:
        """Move the first run to the common scale, and let the second run's bars grow."""
        smaller = Transform(self.first, self.same_scale, run_time=theme.MOVE)
        return smaller, _growth(self.second)

    def leave(self) -> Animation:
        """Remove everything."""
        return FadeOut(self.first, self.second, run_time=theme.MOVE / 2)


def _growth(labels: LabelBars) -> Animation:
    """Show a run's numbers and name, let its bars grow, and name the highest one."""
    still = VGroup(labels.floors, labels.numbers, labels.heading)
    pairs = zip(labels.bars, labels.cells, strict=True)
    growing = (GrowUp(bars, cell.bottom) for bars, cell in pairs)
    return AnimationGroup(
        FadeIn(still, run_time=theme.SWAP),
        LaggedStart(*growing, lag_ratio=0.2, run_time=2 * theme.MOVE),
        FadeIn(labels.peak, run_time=theme.SWAP),
        lag_ratio=0.5,
    )


class GrowUp(Animation):
    """The animation of bars that grow from a floor."""

    def __init__(self, bars: VMobject, floor: float) -> None:
        self.floor = floor
        super().__init__(bars, introducer=True)

    def interpolate_submobject(
        self, submobject: Mobject, starting_submobject: Mobject, alpha: float
    ) -> Animation:
        """Stretch a bar."""
        points = starting_submobject.points.copy()
        points[:, 1] = self.floor + alpha * (points[:, 1] - self.floor)
        submobject.points = points
        return self
