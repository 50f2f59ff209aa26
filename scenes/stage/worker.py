"""A worker as the stage knows it, however it is drawn: a place with a dock for a model."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, FadeIn, FadeOut, Group, Rectangle, Transform, VGroup, VMobject

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import CORNER, Panel, Pulse, Recess
from scenes.drawing.text import Words
from scenes.stage.wires import Packet
from scenes.story.specs import WorkerSpec

PAD = 13  # pixels
ATTENTION_SECONDS = 0.6  # for which one photo of a batch is looked at


class Worker(Group):
    """One worker. A subclass says how it is drawn: it fills in the parts that it has.

    ``dock`` is where a packet comes to rest, ``chart_area`` where a curve is drawn if it has no
    room above the worker.
    """

    def __init__(self, spec: WorkerSpec, slot: Slot, dock: Slot, frame: Frame) -> None:
        self.spec, self.slot, self.frame = spec, slot, frame
        self.dock = dock.center
        self.packet: Packet | None = None
        self.dimmed = False
        self.panel = Panel(slot, frame)
        self.recess = Recess(dock, frame)
        self.veil = veil(slot, frame)
        self.words = Words(spec.number, frame)
        self.photos = Group()
        self.photo_slots: tuple[Slot, ...] = ()
        self.bars = VGroup()
        self.chart_area = slot
        self.compact = False
        self.fill()
        for content in (self.photos, self.bars, self.words):
            content.set_z_index(layers.CONTENT)
        super().__init__(self.panel, *self.contents)

    def fill(self) -> None:
        """Draw what this kind of worker shows."""

    @property
    def contents(self) -> Group:
        """All that there is but the panel."""
        return Group(self.recess, *filter(len, (self.photos, self.bars)), self.words)

    @property
    def standing(self) -> list[Group | Rectangle]:
        """What is on stage of it, lowest first."""
        return [self, *([self.veil] if self.dimmed else [])]

    def light(self, color: str | None = None, run_time: float = theme.MOVE) -> Animation:
        """Light its edge."""
        return Transform(self.panel, self.panel.lit(color), run_time=run_time)

    def rest(self, run_time: float = theme.MOVE) -> Animation:
        """Let its edge go dark."""
        return Transform(self.panel, self.panel.unlit(), run_time=run_time)

    def pulse(self, beats: int = 1) -> Animation:
        """Let its edge swell and settle."""
        return Pulse(self.panel, beats=beats)

    def look(self, run_time: float) -> list[Animation]:
        """Look at its photos one after the other; nothing to do where it shows none."""
        return [Attend(self.photo_slots, run_time)] if self.photo_slots else []

    def step_back(self) -> list[Animation]:
        """Step back: its contents darken. Nothing to do where they are dark already."""
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
    """Return one bar a class on a common floor, all of them one mobject; heights are 0 to 1."""
    step = area.width / max(len(heights), 1)
    bars = VMobject(fill_color=theme.DATA, fill_opacity=1, stroke_width=0)
    for i, height in enumerate(heights):
        middle, half = area.left + (i + 0.5) * step, 0.78 * step / 2
        bar = box(middle - half, area.bottom, middle + half, area.bottom + _tall(height, area))
        first, *others = (bar.at(x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)))
        bars.start_new_path(first)
        bars.add_points_as_corners(others)
    return VGroup(bars)


def _tall(height: float, area: Slot) -> float:
    """Return how tall a bar is: a class without photos has one that can just be seen."""
    return max(height, 0.02) * area.height


def name_of(spec: WorkerSpec, width: float, frame: Frame) -> Words:
    """Return a worker's name, or its number where the name is wider than its room."""
    words = Words(spec.label, frame)
    return words if words.width <= width else Words(spec.number, frame)


def veil(slot: Slot, frame: Frame) -> Rectangle:
    """Return the shade that lies over photos and bars while a worker does not take part."""
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
