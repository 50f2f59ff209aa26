"""Client drift: the updates of a round in two runs, first one run, then both to one scale."""

from collections.abc import Iterator, Sequence

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, Group, VGroup
from manim import Line as Stroke

from scenes import theme
from scenes.charts.update_arrows import ChangeView, UpdateArrows, View
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.story.specs import ArrowsSpec, VersusSpec
from scenes.text.lines import Text

NAME = 62  # pixels for a run's name under its arrows
FOOT = 148  # pixels under the arrows of one run, for the name of their start and two notes
UNDER = 42  # pixels from the floor to the text under it, and from line to line
ROW, LOW_ROWS = 118, (104, 72)  # pixels of a row between the arrows, and under them
ROWS = 3
OVER = 24  # pixels between the arrows and the measures under them
TABLE = 590  # pixels of width for the measures
NARROWEST = 180  # pixels of width for a run's arrows; its name may need more
GAP = 24  # pixels between the columns
NAMED = 34  # pixels between an arrow and a label beside it
LEAST_BESIDE = 1500  # pixels of width from which the measures are between the arrows


class ClientDrift:
    """The arrows of two runs' updates, and a table of measures of both."""

    def __init__(self, spec: tuple[ArrowsSpec, ArrowsSpec], area: Slot, frame: Frame) -> None:
        self.frame = frame
        self.area = area
        self.one, self.other = (UpdateArrows(arrows, frame) for arrows in spec)
        names = (Words(arrows.name, frame, weight="SEMIBOLD").width for arrows in spec)
        self.narrowest = max(frame.px(NARROWEST), *names)
        self.slots, self.table = self._slots()
        self.unit = self._common_unit()
        self.views = self._on_one_floor()
        self.headings = VGroup(*self._headings(spec))
        self.notes = VGroup()
        self.rows = VGroup()
        self.marks = VGroup()

    # --- the first run

    def enter(self, start: Text) -> Animation:
        """Let the first run's updates grow from their common start, and name the start."""
        area = self.area.rows([self.area.height - self.frame.px(FOOT), self.frame.px(FOOT)])[0]
        self.one.draw(_view(self.one, area, _unit(self.one, area)))
        under = self.one.floor.get_bottom() - np.array([0, self.frame.px(UNDER), 0])
        self.notes.add(Words(start, self.frame, color=theme.MUTED).put(under))
        named = FadeIn(self.notes[0], run_time=theme.SWAP)
        return AnimationGroup(named, ChangeView(self.one, 1.7 * theme.MOVE, updates=1.0))

    def average(self) -> Animation:
        """Let the average of the first run's updates grow."""
        return ChangeView(self.one, 0.7 * theme.MOVE, average=1.0)

    def label(self, update: Text, average: Text, notes: Sequence[Text]) -> Animation:
        """Label one update and the average if there is room, and add notes under the arrows."""
        side = np.array([self.frame.px(NAMED), 0.0, 0.0])
        right = Words(update, self.frame, color=theme.UPDATE).put(self.one.rightmost() + side, -1)
        tip = self.one.tip(0.94 * self.one.spec.average)
        edge = np.array([self.one.leftmost()[0], tip[1], 0.0]) - side
        left = Words(average, self.frame, color=theme.MODEL).put(edge, 1)
        leader = Stroke(edge + 0.3 * side, tip, stroke_color=theme.MODEL, stroke_width=1.5)
        new = VGroup()
        for i, note in enumerate(notes, 1):
            under = self.notes[0].anchor - np.array([0, i * self.frame.px(UNDER), 0])
            new.add(Words(note, self.frame, color=theme.MUTED).put(under))
        if left.get_left()[0] >= self.area.left:
            new.add(leader.set_z_index(layers.PANELS), left)
        if right.get_right()[0] <= self.area.right:
            new.add(right)
        self.notes.add(*new)
        return FadeIn(new, run_time=theme.SWAP)

    # --- both runs

    def compare(self) -> Sequence[Animation]:
        """Move the first run aside to the common scale, and let the second run's arrows grow."""
        first, second = self.views
        self.other.draw(second)
        old, self.notes = self.notes, VGroup()
        away = ChangeView(self.one, 0.8 * theme.MOVE, start=first.start, unit=first.unit)
        return (
            AnimationGroup(
                FadeOut(old, run_time=theme.SWAP / 2),
                away,
                FadeIn(self.headings[0], run_time=theme.SWAP),
                lag_ratio=0.8,
            ),
            AnimationGroup(
                FadeIn(self.headings[1], run_time=theme.SWAP),
                ChangeView(self.other, 1.4 * theme.MOVE, updates=1.0),
            ),
            ChangeView(self.other, 0.5 * theme.MOVE, average=1.0),
        )

    def show_measures(self, *spec: VersusSpec) -> Animation:
        """Add rows to the table of measures."""
        new = VGroup(*(self._row(versus, len(self.rows) + i) for i, versus in enumerate(spec)))
        self.rows.add(*new)
        return FadeIn(new, run_time=theme.SWAP)

    def show_mean_lengths(self, name: Text) -> Animation:
        """Mark the mean length of each run's updates, and label one mark."""
        self.marks = VGroup(self.one.mean_length(), self.other.mean_length())
        self.marks.add(*self._beside_mark(Words(name, self.frame, color=theme.MUTED)))
        return FadeIn(self.marks)

    def _beside_mark(self, words: Words) -> list[Words]:
        """Put a label beside the second run's mark, on a side without updates if there is one."""
        place = self.other.tip(self.other.spec.mean_length)
        gap = self.frame.px(NAMED)
        for side in (-1, 1):
            start = place + np.array([side * gap, 0.0, 0.0])
            words.put(start, -side)
            x, y, _ = words.get_center()
            area = Slot(x, y, words.width + gap, words.height + gap)
            inside = (
                self.slots[1].left < words.get_left()[0],
                words.get_right()[0] < self.area.right,
            )
            if all(inside) and not self.other.crosses(area):
                return [words]
        return []

    def leave(self) -> Animation:
        """Remove everything."""
        everything = (self.one, self.other, self.headings, self.rows, self.marks, self.notes)
        return FadeOut(Group(*everything), run_time=theme.MOVE / 2)

    # --- layout

    def _slots(self) -> tuple[tuple[Slot, Slot], Slot]:
        """Return a slot for each run, and the table's slot between or under them."""
        px, area = self.frame.px, self.area
        if area.width > px(LEAST_BESIDE):
            widths = _shared(area.width - px(TABLE + 2 * GAP), self._widths(), self.narrowest)
            left, table, right = area.columns([widths[0], px(TABLE), widths[1]], px(GAP))
            right = box(right.left, right.bottom, right.right, self.frame.safe.top)
        else:
            low = px(ROWS * LOW_ROWS[not self.frame.portrait])
            top, table = area.rows([area.height - low - px(OVER), low], px(OVER))
            left, right = top.columns(_shared(top.width, self._widths(), self.narrowest))
        return (_above(left, px(NAME)), _above(right, px(NAME))), table

    def _common_unit(self) -> float:
        """Return the largest scale for both runs with their starts at one height."""
        extents = [arrows.extent() for arrows in (self.one, self.other)]
        lowest = min(extent.bottom for extent in extents)
        return min(
            min(slot.width / extent.width, slot.height / (extent.top - lowest))
            for slot, extent in zip(self.slots, extents, strict=True)
        )

    def _on_one_floor(self) -> tuple[View, View]:
        """Return both views, each in the middle of its slot, with the starts at one height."""
        views = [
            _view(arrows, slot, self.unit)
            for arrows, slot in zip((self.one, self.other), self.slots, strict=True)
        ]
        lowest = max(-self.unit * arrows.extent().bottom for arrows in (self.one, self.other))
        height = self.slots[0].bottom + lowest
        one, other = (View(np.array([view.start[0], height, 0.0]), view.unit) for view in views)
        return one, other

    def _widths(self) -> list[float]:
        return [arrows.extent().width for arrows in (self.one, self.other)]

    def _headings(self, spec: tuple[ArrowsSpec, ArrowsSpec]) -> Iterator[Words]:
        """Yield each run's name, under its arrows."""
        both = self.one, self.other
        for arrows, drawn, slot, view in zip(spec, both, self.slots, self.views, strict=True):
            low = float(view.start[1]) + view.unit * drawn.extent().bottom
            y = low - self.frame.px(NAME - theme.LABEL / 2)
            words = Words(arrows.name, self.frame, weight="SEMIBOLD")
            half = words.width / 2
            x = min(max(float(view.start[0]), slot.left + half), slot.right - half)
            yield words.put(np.array([x, y, 0.0]))

    def _row(self, spec: VersusSpec, row: int) -> VGroup:
        """Return a row of the table: a measure's name, and a value on each side."""
        pitch = min(self.table.height / ROWS, self.frame.px(ROW))
        y = self.table.y + ((ROWS - 1) / 2 - row) * pitch
        name = Words(spec.name, self.frame, color=theme.MUTED)
        name.put(np.array([self.table.x, y, 0.0]))
        entry = VGroup(name)
        for value, x, side in ((spec.left, self.table.left, -1), (spec.right, self.table.right, 1)):
            words = Words(
                value,
                self.frame,
                pixels=theme.TITLE,
                color=theme.color(spec.role),
                weight="SEMIBOLD",
            )
            entry.add(words.put(np.array([x, y, 0.0]), side))
        return entry


def _above(slot: Slot, height: float) -> Slot:
    """Return the part of a slot above a strip of some height."""
    return box(slot.left, slot.bottom + height, slot.right, slot.top)


def _unit(arrows: UpdateArrows, slot: Slot) -> float:
    """Return the largest scale for arrows in a slot."""
    extent = arrows.extent()
    return min(slot.width / extent.width, slot.height / extent.height)


def _view(arrows: UpdateArrows, slot: Slot, unit: float) -> View:
    """Return the view of arrows in the middle of a slot."""
    return View(slot.center - unit * arrows.extent().center, unit)


def _shared(width: float, wanted: Sequence[float], least: float) -> list[float]:
    """Divide a width in proportion to two wanted widths, with a least width for each."""
    parts = [width * part / sum(wanted) for part in wanted]
    small = min(parts)
    if small >= least:
        return parts
    return [least if part == small else width - least for part in parts]
