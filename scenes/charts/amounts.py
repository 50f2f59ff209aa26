"""Amounts as bars to one scale."""

from collections.abc import Sequence

import numpy as np
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    GrowFromEdge,
    LaggedStart,
    Rectangle,
    VGroup,
)
from manim import Line as Stroke

from scenes import theme
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import gold
from scenes.drawing.text import Words
from scenes.story.specs import EntrySpec

BAR = 72, 120  # pixels of height; in portrait
BESIDE = 22  # pixels between a bar and its amount, and between names and the axis
NOTE = 42  # pixels from the middle of a name to that of its note
NAMED = 52  # pixels from the middle of a name to its bar under it
APART = 26  # pixels between a bar and the next name under it at least
PASSED = 0.8  # part of a move after which bars have passed the place of a name, in portrait
NARROW = 1200  # pixels of width below which names are above their bars, not beside them


class Entry:
    """One entry: its name and note, its bar, and its amount at the end of the bar."""

    def __init__(
        self, spec: EntrySpec, slot: Slot, size: tuple[float, float], frame: Frame
    ) -> None:
        """Draw the entry in a slot for the longest bar; ``size`` is its length and height."""
        length, height = size
        self.spec = spec
        self.slot = slot
        self.length = length
        self.frame = frame
        self.bar = Rectangle(
            width=max(length, 1e-6),
            height=height,
            fill_color=theme.color(spec.role),
            fill_opacity=1,
            stroke_width=0,
        )
        if spec.role == "data":
            gold(self.bar)
        self.bar.move_to(slot.at(0, 0.5), aligned_edge=LEFT)
        self.amount = Words(spec.amount, frame, pixels=theme.TITLE, weight="SEMIBOLD")
        self.amount.put(slot.at(0, 0.5) + np.array([length + frame.px(BESIDE), 0.0, 0.0]), -1)
        self.name = Words(spec.name, frame)
        self.note = Words(spec.note, frame, color=theme.MUTED)

    @property
    def everything(self) -> VGroup:
        """All parts of the entry; without a length it has no bar."""
        return VGroup(self.name, self.note, self.amount, *([self.bar] if self.length else []))

    @property
    def names(self) -> VGroup:
        """The name and the note."""
        return VGroup(self.name, self.note)

    def enter(self, *, named: bool = False) -> Animation:
        """Show the name and the note, unless these are there; let the bar grow; show the amount."""
        grow = [GrowFromEdge(self.bar, LEFT, run_time=theme.MOVE)] if self.length else []
        return AnimationGroup(
            *([] if named else [FadeIn(self.names, run_time=theme.SWAP)]),
            *grow,
            FadeIn(self.amount, run_time=theme.SWAP),
            lag_ratio=0.6,
        )


class Amounts:
    """Entries in a column, to the scale of ``most``. Each verb is an animation."""

    def __init__(self, entries: Sequence[EntrySpec], most: float, area: Slot, frame: Frame) -> None:
        self.frame = frame
        self.narrow = area.width < frame.px(NARROW)
        self.spec = list(entries)
        self._reserved = self._longest_amount() + frame.px(BESIDE)
        self.over = 0.0 if self._one_line(area) else frame.px(NOTE)
        # The middle of a row is that of a bar with its name above it.
        drop = (frame.px(NAMED) + self.over) / 2 if self.narrow else 0.0
        self.area = area = Slot(area.x, area.y - drop, area.width, area.height)
        self.slots = area.rows([1.0] * len(entries))
        names = frame.px(NAMED + APART) + self.over if self.narrow else 0.0
        self.thick = min(frame.px(BAR[frame.portrait]), self.slots[0].height - names)
        named = 0.0 if self.narrow else self._widest() + 2 * frame.px(BESIDE)
        self.bars = box(area.left + named, area.bottom, area.right - self._reserved, area.top)
        self.entries: list[Entry] = []
        self.scale = self.bars.width / (most or 1.0)
        low, high = (self.bars.at(0, up) for up in (0.04, 0.96))
        self.axis = Stroke(low, high, stroke_color=theme.EDGE, stroke_width=2)

    def at_first(self, spec: Sequence[EntrySpec]) -> VGroup:
        """Return the axis, and the names of some entries that are to come."""
        self.entries += [self._entry(each, self.slots[self.spec.index(each)].y) for each in spec]
        return VGroup(self.axis, *(entry.names for entry in self.entries))

    def enter(self, spec: Sequence[EntrySpec]) -> Animation:
        """Show some entries one after the other; those whose names are there, without these."""
        named = [entry for entry in self.entries if entry.spec in spec]
        known = [entry.spec for entry in named]
        rest = [each for each in spec if each not in known]
        new = [self._entry(each, self.slots[self.spec.index(each)].y) for each in rest]
        self.entries += new
        entering = [entry.enter(named=entry in named) for entry in (*named, *new)]
        return LaggedStart(*entering, lag_ratio=0.7)

    def add_up(self, spec: Sequence[EntrySpec], whole: EntrySpec) -> Animation:
        """Join the bars of some entries to one entry above all others.

        The other entries move; entries without a bar are among them.
        """
        parts = [entry for entry in self.entries if entry.spec in spec and entry.length]
        others = [entry for entry in self.entries if entry not in parts]
        first, *rows = (slot.y for slot in self.area.rows([1.0] * (1 + len(others))))
        entry = self._entry(whole, first)
        texts = VGroup(*(words for p in parts for words in (p.name, p.note, p.amount)))
        left, moves = self.bars.left, []
        for part in parts:
            target = np.array([left + part.bar.width / 2, first, 0.0])
            moves.append(part.bar.animate.move_to(target))
            left += part.bar.width
        for other, y in zip(others, rows, strict=True):
            shift = np.array([0.0, y - other.slot.y, 0.0])
            moves.append(other.everything.animate.shift(shift))  # type: ignore[arg-type]
        return AnimationGroup(
            FadeOut(texts, run_time=theme.SWAP),
            AnimationGroup(
                AnimationGroup(*moves, run_time=theme.MOVE),  # type: ignore[arg-type]
                FadeIn(VGroup(entry.name, entry.note, entry.amount), run_time=theme.SWAP),
                lag_ratio=PASSED if self.frame.portrait else 0.0,
            ),
            lag_ratio=0.9,
        )

    def _longest_amount(self) -> float:
        amounts = (spec.amount for spec in self.spec)
        words = (Words(t, self.frame, pixels=theme.TITLE, weight="SEMIBOLD") for t in amounts)
        return max(word.width for word in words)

    def _widest(self) -> float:
        texts = (words for spec in self.spec for words in (spec.name, spec.note))
        return max(Words(words, self.frame).width for words in texts)

    def _entry(self, spec: EntrySpec, y: float) -> Entry:
        slot = Slot(self.bars.x, y, self.bars.width, self.slots[0].height)
        entry = Entry(spec, slot, (spec.value * self.scale, self.thick), self.frame)
        self._name(entry, y)
        return entry

    def _one_line(self, area: Slot) -> bool:
        """Return whether every name has room beside its note."""
        pairs = [(Words(t.name, self.frame), Words(t.note, self.frame)) for t in self.spec]
        gap = 3 * self.frame.px(BESIDE)
        return all(name.width + gap + note.width <= area.width for name, note in pairs)

    def _name(self, entry: Entry, y: float) -> None:
        """Place name and note left of the axis, or above the bar in a narrow area."""
        px = self.frame.px
        if self.narrow:
            up = self.thick / 2 + px(NAMED - theme.LABEL / 2)
            start = self.bars.left + px(BESIDE)
            end = start if self.over else self.bars.right + self._reserved
            entry.name.put(np.array([start, y + up + self.over, 0.0]), -1)
            entry.note.put(np.array([end, y + up, 0.0]), -1 if self.over else 1)
            return
        right = self.bars.left - px(BESIDE)
        entry.name.put(np.array([right, y + px(NOTE / 2), 0.0]), 1)
        entry.note.put(np.array([right, y - px(NOTE / 2), 0.0]), 1)
