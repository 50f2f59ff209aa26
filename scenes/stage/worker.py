"""A worker: its photos, its label bars, its number, and the copy of the model that it holds."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, FadeIn, FadeOut, Group, Rectangle, VGroup
from manim.typing import Point3D

from scenes import theme
from scenes.stage import layers
from scenes.stage.layout import Frame, Slot, box
from scenes.stage.panel import CORNER, Panel, Recess
from scenes.stage.pictures import grid, mosaic, photo_slots, picture
from scenes.stage.text import Words
from scenes.stage.wires import PACKET_HEIGHT, Packet
from scenes.told import WorkerTold

PAD = 13  # pixels
BARS = 44
GAP = 10
COMPACT = 260  # of height, below which a card has no room for label bars
ATTENTION_SECONDS = 0.6  # for which one photo of a batch is looked at


class Worker(Group):
    """One worker's card."""

    def __init__(self, told: WorkerTold, slot: Slot, frame: Frame) -> None:
        px = frame.px
        inner = box(
            slot.left + px(PAD), slot.bottom + px(PAD), slot.right - px(PAD), slot.top - px(PAD)
        )
        self.slot = slot
        self.packet: Packet | None = None
        self.dimmed = False
        self.panel = Panel(slot, frame)
        self.words = Words(told.label, frame)
        if self.words.width > inner.width + px(PAD):
            self.words = Words(told.number, frame)
        self.words.put(np.array([slot.x, inner.bottom + px(theme.LABEL / 2), 0.0]))
        dock = box(inner.left, inner.top - px(PACKET_HEIGHT), inner.right, inner.top)
        self.dock: Point3D = dock.center
        self.recess = Recess(dock, frame)
        low = inner.bottom + px(theme.LABEL + GAP)
        self.compact = slot.height < px(COMPACT)
        bars_top = low if self.compact else low + px(BARS)
        floor = box(inner.left, low, inner.right, low + px(BARS))
        self.bars = VGroup() if self.compact else label_bars(told.bars, floor)
        self.area = box(inner.left, bars_top + px(GAP), inner.right, dock.bottom - px(GAP))
        self.photos = Group()
        self.photo_slots: tuple[Slot, ...] = ()
        if told.photos is not None and len(told.photos):
            columns, count = grid(self.area.width / self.area.height, len(told.photos))
            image = picture(mosaic(told.photos[:count], columns), self.area)
            covered = Slot(self.area.x, self.area.y, image.width, image.height)
            self.photo_slots = photo_slots(covered, count, columns)
            self.photos = Group(image)
        self.veil = veil(slot, frame)
        for content in (self.photos, self.bars, self.words):
            content.set_z_index(layers.CONTENT)
        super().__init__(self.panel, self.recess, self.photos, self.bars, self.words)

    def step_back(self) -> list[Animation]:
        """Step back: the card's contents darken. Nothing to do where they are dark already."""
        if self.dimmed:
            return []
        self.dimmed = True
        return [FadeIn(self.veil), self.words.animate.set_color(theme.MUTED)]  # type: ignore[list-item]

    def step_forward(self) -> list[Animation]:
        """Come back to full light."""
        if not self.dimmed:
            return []
        self.dimmed = False
        return [FadeOut(self.veil), self.words.animate.set_color(theme.INK)]  # type: ignore[list-item]


def label_bars(heights: Sequence[float], area: Slot) -> VGroup:
    """Return one bar a class on a common floor; heights are 0 to 1."""
    step = area.width / max(len(heights), 1)
    bars = VGroup()
    for i, height in enumerate(heights):
        bar = Rectangle(
            width=0.78 * step,
            height=max(height, 0.02) * area.height,
            fill_color=theme.DATA,
            fill_opacity=1,
            stroke_width=0,
        )
        bar.move_to(np.array([area.left + (i + 0.5) * step, area.bottom + bar.height / 2, 0.0]))
        bars.add(bar)
    return bars


def veil(slot: Slot, frame: Frame) -> Rectangle:
    """Return the shade that lies over a card's photos and bars while it does not take part."""
    bottom = slot.bottom + frame.px(PAD + theme.LABEL + 8)
    edge = frame.px(CORNER / 2)
    area = box(slot.left + edge, bottom, slot.right - edge, slot.top - edge)
    shade = Rectangle(
        width=area.width,
        height=area.height,
        fill_color=theme.PANEL,
        fill_opacity=1 - theme.DIM,
        stroke_width=0,
    )
    return shade.move_to(area.center).set_z_index(layers.VEILS)


class Attend(Animation):
    """A gold frame goes from photo to photo: the batch that is being looked at."""

    def __init__(self, slots: Sequence[Slot], run_time: float) -> None:
        self.mark = mark = Rectangle(width=slots[0].width, height=slots[0].height)
        mark.set_stroke(theme.DATA, 4).set_fill(opacity=0).set_z_index(layers.CONTENT)
        steps = max(1, round(run_time / ATTENTION_SECONDS))
        self.order = [slots[i % len(slots)] for i in range(steps)]
        super().__init__(mark, introducer=True, remover=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Stand on one photo after the other, fading in and out."""
        at = min(int(alpha * len(self.order)), len(self.order) - 1)
        within = alpha * len(self.order) - at
        self.mark.move_to(self.order[at].center)
        self.mark.set_stroke(opacity=float(np.sin(np.pi * min(max(within, 0.0), 1.0))))
