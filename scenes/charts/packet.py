"""An update as a packet with a plate of its changes, which opens to bare numbers."""

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, Group, LaggedStart, Transform, VGroup

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.glow import glow
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.panel import Panel
from scenes.drawing.plates import PAD, FilterPlate, tiles_of
from scenes.drawing.text import Words, paragraph
from scenes.story.specs import LeakSpec

CLOSED = (400, 276)  # pixels of the packet, ...
OPEN = (1240, 520)  # ... and of the opened one
COLUMN = 160  # least pixels of a column of numbers
ENDS = 0.9  # part of a column at which its numbers end
ABOVE, BELOW = 62, 54  # pixels from the opened packet to the middle of a text
LAG = 0.3


class Packet:
    """The packet, at first as ``closed``. Its methods return animations."""

    def __init__(self, spec: LeakSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame = spec, frame
        self.opened = _slot(OPEN, area, frame)
        closed = _slot(CLOSED, area, frame)
        filters, limit = spec.plate
        self.panel = Panel(closed, frame).lit(theme.UPDATE)
        self.closed = Group(glow(closed, frame, theme.UPDATE), self.panel)
        if filters is not None:
            self.closed = FilterPlate(tiles_of(filters, limit), closed, frame, "update")
            self.panel = self.closed.panel
        self.light = glow(self.opened, frame, theme.UPDATE)
        self.rows = self._rows()
        over = self.opened.at(0.5, 1) + np.array([0, frame.px(ABOVE), 0])
        under = self.opened.at(0.5, 0) - np.array([0, frame.px(BELOW), 0])
        head = Words(spec.counted, frame, pixels=theme.TITLE, color=theme.UPDATE, weight="SEMIBOLD")
        self.texts = VGroup(head.put(over))
        if str(spec.numbers_note):
            note = paragraph(spec.numbers_note, frame, area.width, color=theme.MUTED)
            self.texts.add(*note.shift(under - note[0].anchor))

    def open(self) -> Animation:
        """Let the plate give way to numbers."""
        wide = Panel(self.opened, self.frame).lit(theme.UPDATE)
        opening = Transform(self.panel, wide, run_time=theme.MOVE)
        closed = [each for each in self.closed if each is not self.panel]
        gone = FadeOut(Group(*closed), run_time=theme.SWAP)
        rows = [FadeIn(row, run_time=theme.SWAP) for row in self.rows]
        numbers = [LaggedStart(*rows, lag_ratio=LAG)] if rows else []
        shown = FadeIn(Group(self.texts, self.light), run_time=theme.SWAP)
        return AnimationGroup(AnimationGroup(opening, gone), *numbers, shown, lag_ratio=1)

    def shrink(self, slot: Slot) -> Animation:
        """Let the packet close on its way to a place."""
        small = Panel(slot, self.frame).lit(theme.UPDATE)
        gone = FadeOut(Group(*self.rows, self.texts, self.light), run_time=theme.SWAP)
        return AnimationGroup(gone, Transform(self.panel, small, run_time=theme.MOVE))

    def leave(self) -> Animation:
        """Remove the small packet."""
        return FadeOut(self.panel, run_time=theme.SWAP)

    def _rows(self) -> list[VGroup]:
        """Return the rows of numbers, with as many columns as the opened packet has room for."""
        inner = self.opened.inset(self.frame.px(2 * PAD))
        across = max(1, int(inner.width / self.frame.px(COLUMN)))
        shown = [row[:across] for row in self.spec.numbers]
        across = max(map(len, shown), default=1)
        rows = []
        for i, row in enumerate(shown):
            up = 1 - (i + 0.5) / len(shown)
            ends = [inner.at((j + ENDS) / across, up) for j in range(across)]
            words = [Words(each, self.frame, color=theme.MUTED) for each in row]
            placed = [each.put(end, 1) for each, end in zip(words, ends, strict=False)]
            rows.append(VGroup(*placed).set_z_index(layers.CONTENT))
        return rows


def _slot(pixels: tuple[int, int], area: Slot, frame: Frame) -> Slot:
    width, height = (frame.px(each) for each in pixels)
    return Slot(area.x, area.y, min(width, area.width), height)
