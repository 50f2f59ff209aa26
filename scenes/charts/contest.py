"""The contest: every worker's own model as a column over its case, and a gauge beside them."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, VGroup, Wait

from scenes import theme
from scenes.charts.contest_zones import NAMES, Zones
from scenes.charts.gauge import Gauge
from scenes.charts.known_and_new import KnownAndNew
from scenes.charts.race import WIDTH, Race
from scenes.charts.small_cases import SmallCases
from scenes.drawing import layers
from scenes.drawing.flight import Places, Swarm
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.drawing.wall import Bools, Wall
from scenes.story.crowds import crowded
from scenes.story.specs import GaugeSpec, RaceSpec
from scenes.text.lines import Text

MOST = 120  # columns; of more workers, each is the mean of several
FALL, RACE, POUR, BACK = 1.9, 2.4, 1.6, 0.6  # seconds
LATE = 0.75  # part of the fall after which the others come, ...
LATE_IN_A_CROWD = 0.4  # ... where cases are too small to fill the picture
STRAY = 0.15  # part of the time by which lights fall out of their order


class Contest:
    """Columns over cases, a gauge with marks, and a pile; each verb is an animation."""

    def __init__(self, race: RaceSpec, gauge: GaugeSpec, area: Slot, frame: Frame) -> None:
        self.frame = frame
        groups = _groups(race)
        self.best = next(i for i, group in enumerate(groups) if race.best in group)
        self.values = np.stack([race.values[:, each].mean(axis=1) for each in groups], axis=1)
        self.highest = float(race.values[1:].max(initial=0.0))
        self.zones = Zones.of(area, len(groups), frame)
        self.gauge = Gauge(gauge, self.zones.gauge, frame)
        self.gauge.ends.set_z_index(layers.PACKET_TEXT)  # lights pass behind it
        workers = [race.workers[group[0]] for group in groups]
        self.cases = SmallCases(workers, self.zones.cases, self.zones.pile, frame)
        self.names = VGroup()
        if not crowded(len(race.workers)):
            self.names.add(*(self._name(i, worker.number) for i, worker in enumerate(workers)))
        self.race = self._race(range(len(groups)))
        self.fallen: Swarm | None = None

    # --- columns

    def enter(self) -> Animation:
        """Show the cases."""
        named = [FadeIn(self.names, run_time=theme.SWAP)] if len(self.names) else []
        return AnimationGroup(self.cases.enter(), *named)

    def take(self, known: KnownAndNew, right: Bools) -> Sequence[Animation]:
        """Let a case become one of the small ones, and the lights of its wall fall on it.

        The other cases and the gauge come when most of them have fallen.
        """
        others = [i for i in range(len(self.zones.cases)) if i != self.best]
        self.race = self._race(others)
        self.fallen, fall = self._fall(known.wall, right)
        slot, case = self.zones.cases[self.best], known.case
        scale = min(slot.width / case.slot.width, slot.height / case.slot.height)
        small = Slot(slot.x, slot.y, scale * case.slot.width, scale * case.slot.height)
        come = AnimationGroup(self.enter(), self.gauge.enter())
        wait = LATE if len(self.names) else LATE_IN_A_CROWD
        late = AnimationGroup(Wait(wait * FALL), come, lag_ratio=1)
        gone = FadeOut(known.wall, run_time=theme.SWAP)
        return case.zoom(small, FALL), gone, fall, late

    def run(self) -> Animation:
        """Let all columns follow their values by round; a line stays at the highest."""
        return self.race.run(RACE)

    def compare(self) -> Animation:
        """Mark the highest value on the gauge."""
        return self.gauge.mark(0)

    def clear(self) -> Animation:
        """Remove the columns; cases and gauge stay."""
        fallen = [] if self.fallen is None else [self.fallen]
        gone = (self.race, *fallen)
        return AnimationGroup(*(FadeOut(each) for each in gone), run_time=theme.SWAP)

    # --- all in one place

    def pour(self, value: float) -> Animation:
        """Pour all cases into one pile, while the gauge jumps."""
        jump = self.gauge.raise_to(value, theme.MOVE)
        together = AnimationGroup(*self.cases.pour(POUR))
        return AnimationGroup(together, jump, lag_ratio=0.6)

    def snap_back(self) -> Animation:
        """Let everything return into its own case; the mark on the gauge stays."""
        return AnimationGroup(*self.cases.snap_back(BACK), self.gauge.empty(BACK))

    def note(self, note: Text) -> Animation:
        """Show a note where the pile was."""
        words = Words(note, self.frame, color=theme.MUTED).put(self.zones.pile.center)
        return FadeIn(words, run_time=theme.SWAP)

    # --- parts

    def _race(self, shown: Sequence[int]) -> Race:
        return Race(self.values, self.zones.columns, self.frame, shown, self.highest)

    def _name(self, place: int, number: Text) -> Words:
        """Return a worker's number under its case."""
        color = theme.INK if place == self.best else theme.MUTED
        slot = self.zones.cases[place]
        at = np.array([slot.x, slot.bottom - self.frame.px(NAMES / 2), 0.0])
        words = Words(number, self.frame, color=color).put(at)
        return words.set_z_index(layers.PACKET_TEXT)  # lights pass behind it

    def _fall(self, wall: Wall, right: Bools) -> tuple[Swarm, Animation]:
        """Return the lit tiles of a wall, and the animation of their fall into a column."""
        lit = np.flatnonzero(right)
        rows = wall.grid.corners[wall.grid.mark_of[lit], 0]
        lit = lit[np.argsort(-rows, kind="stable")]  # the lowest first
        start = Places.of([wall.slot(int(example)) for example in lit])
        pictures = np.round(255 * wall.lit[lit]).astype(np.uint8)
        column = self.zones.columns[self.best]
        area = box(
            min(wall.area.left, column.left), min(wall.area.bottom, column.bottom),
            max(wall.area.right, column.right), max(wall.area.top, column.top),
        )  # fmt: skip
        swarm = Swarm(pictures, start, area, self.frame)
        chance = np.random.default_rng(0).random(len(lit))
        order = (1 - STRAY) * np.arange(len(lit)) / max(len(lit), 1) + STRAY * chance
        places = _filled(column, len(lit), len(right))
        return swarm, swarm.fly(places, order.astype(np.float32), FALL)


def _groups(race: RaceSpec) -> list[list[int]]:
    """Return the workers of each column: one, or, of very many, several that end alike."""
    count = len(race.workers)
    if count <= MOST:
        return [[worker] for worker in range(count)]
    ranked = [int(i) for i in np.argsort(race.values[-1], kind="stable") if i != race.best]
    return [*([int(i) for i in each] for each in np.array_split(ranked, MOST - 1)), [race.best]]


def _filled(column: Slot, count: int, of: int) -> Places:
    """Return places for some of all lights, that fill a column from its floor to their share."""
    width = WIDTH * column.width
    side = (width * column.height / of) ** 0.5
    across = max(1, round(width / side))
    high = column.height * across / of  # of one row
    row, place = np.divmod(np.arange(count), across)
    left = column.x - width / 2 + place * width / across
    top = column.bottom + (row + 1) * high
    return Places(np.stack([left, top], axis=1), min(high, width / across))
