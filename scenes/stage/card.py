"""A worker's card: its photos, label bars and name, and a dock for the model."""

from collections.abc import Sequence

import numpy as np
from manim import (
    Animation,
    FadeIn,
    FadeOut,
    Group,
    Rectangle,
    RoundedRectangle,
    Transform,
    VGroup,
    VMobject,
)
from manim import Line as Stroke

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import gold
from scenes.drawing.panel import CORNER, Panel, Pulse, Recess
from scenes.drawing.pictures import grid, mosaic, photo_slots, picture
from scenes.drawing.text import Words
from scenes.stage.wires import PACKET_HEIGHT, Packet
from scenes.story.specs import WorkerSpec

PAD = 13  # pixels
BARS = 46  # pixels of height of the label bars under photos
LEAST_BAR = 0.02  # height of an empty class's bar, as a part of the highest
GAP = 10
COMPACT = 260  # pixels of height below which a card with photos has no label bars
FINE = 1.6
HIGHLIGHT_SECONDS = 0.6  # for each photo


class Card(Group):
    """One worker. ``dock`` is the place of its packet, ``curve_area`` that of a curve on the card.

    Photos and label bars take the room of whatever the record lacks.
    """

    def __init__(self, spec: WorkerSpec, slot: Slot, frame: Frame) -> None:
        self.spec, self.slot, self.frame = spec, slot, frame
        self.inner = inner = slot.inset(frame.px(PAD))
        dock = box(inner.left, inner.top - frame.px(PACKET_HEIGHT), inner.right, inner.top)
        self.dock = dock.center
        self.packet: Packet | None = None
        self.dimmed = False
        self.panel, self.recess = Panel(slot, frame), Recess(dock, frame)
        self.veil, self.words = self._veil(), self._name()
        self.photos, self.bars = Group(), VGroup()
        self.photo_slots: tuple[Slot, ...] = ()
        self._fill()
        for content in (self.photos, self.bars, self.words):
            content.set_z_index(layers.CONTENT)
        filled = filter(len, (self.photos, self.bars))
        super().__init__(self.panel, self.recess, *filled, self.words)

    @property
    def standing(self) -> list[Group | Rectangle]:
        """The card and its veil, if it has one now; lowest first."""
        return [self, *([self.veil] if self.dimmed else [])]

    def light(self, color: str | None = None) -> Animation:
        """Highlight the edge."""
        return Transform(self.panel, self.panel.lit(color), run_time=theme.MOVE)

    def rest(self) -> Animation:
        """Remove the highlight of the edge."""
        return Transform(self.panel, self.panel.unlit(), run_time=theme.MOVE)

    def pulse(self, beats: int = 1) -> Animation:
        """Let the edge swell and shrink."""
        return Pulse(self.panel, beats=beats)

    def work(self, seconds: float) -> list[Animation]:
        """Let the edge pulse while the photos are highlighted."""
        return [self.pulse(round(seconds)), *self.highlight_photos(seconds)]

    def highlight_photos(self, run_time: float) -> list[Animation]:
        """Highlight one photo after the other, if the card has photos."""
        return [HighlightPhotos(self.photo_slots, run_time)] if self.photo_slots else []

    def turn_to_update(self, run_time: float) -> list[Animation]:
        """Turn the model in the dock into an update, if it is there."""
        if self.packet is None:
            return []
        body = self.packet.body
        return [Transform(body, body.copy().set_fill(theme.UPDATE), run_time=run_time)]

    def take_packet(self) -> list[Packet]:
        """Return the packet in the dock, if there is one; the dock is empty from then on."""
        packet, self.packet = self.packet, None
        return [packet] if packet else []

    def step_back(self) -> list[Animation]:
        """Dim the card, unless it is dimmed already."""
        if self.dimmed:
            return []
        self.dimmed = True
        return [FadeIn(self.veil), self.words.animate.set_color(theme.MUTED)]  # type: ignore[list-item]

    def step_forward(self) -> list[Animation]:
        """Return the card to full brightness, if it is dimmed."""
        if not self.dimmed:
            return []
        self.dimmed = False
        return [FadeOut(self.veil), self.words.animate.set_color(theme.INK)]  # type: ignore[list-item]

    def _name(self) -> Words:
        """Return the worker's name, or its number if the name is too wide."""
        words = Words(self.spec.label, self.frame)
        if words.width > self.inner.width + self.frame.px(PAD):
            words = Words(self.spec.number, self.frame)
        up = self.frame.px(theme.LABEL / 2)
        return words.put(np.array([self.slot.x, self.inner.bottom + up, 0.0]))

    def _veil(self) -> Rectangle:
        """Return the rectangle that dims photos and bars."""
        slot, px = self.slot, self.frame.px
        edge, bottom = px(CORNER / 2), slot.bottom + px(PAD + theme.LABEL + 8)
        area = box(slot.left + edge, bottom, slot.right - edge, slot.top - edge)
        veil = Rectangle(width=area.width, height=area.height, stroke_width=0)
        veil.set_fill(theme.PANEL, opacity=1 - theme.DIM)
        return veil.move_to(area.center).set_z_index(layers.VEILS)

    def _fill(self) -> None:
        """Draw photos and label bars between the dock and the name; without both a plain tile."""
        px, inner, spec = self.frame.px, self.inner, self.spec
        low, high = inner.bottom + px(theme.LABEL + GAP), inner.top - px(PACKET_HEIGHT + GAP)
        photos = spec.photos is not None and len(spec.photos) > 0
        bars = len(spec.bars) > 0 and not (self.slot.height < px(COMPACT) and photos)
        if bars:
            top = low + px(BARS) if photos else high
            self.bars = label_bars(spec.bars, box(inner.left, low, inner.right, top))
            low = top + px(GAP) if photos else low
        self.curve_area = box(inner.left, low, inner.right, high)
        if photos:
            self._draw_photos(self.curve_area)
        elif not bars:
            self.photos = Group(plain_tile(self.curve_area, theme.EDGE, self.frame))

    def _draw_photos(self, area: Slot) -> None:
        photos = self.spec.photos
        assert photos is not None
        columns, count = grid(area.width / area.height, len(photos))
        image = picture(mosaic(photos[:count], columns), area)
        covered = Slot(area.x, area.y, image.width, image.height)
        self.photo_slots = photo_slots(covered, count, columns)
        self.photos = Group(image)


def label_bars(heights: Sequence[float], area: Slot) -> VGroup:
    """Return one bar for each class, as one mobject, and their baseline; heights are 0 to 1."""
    bars = gold(VMobject())
    for height, cell in zip(heights, area.columns([1.0] * len(heights)), strict=True):
        half, top = 0.39 * cell.width, area.bottom + max(height, LEAST_BAR) * area.height
        bar = box(cell.x - half, area.bottom, cell.x + half, top)
        first, *others = (bar.at(x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)))
        bars.start_new_path(first)
        bars.add_points_as_corners(others)
    ends = area.at(0, 0), area.at(1, 0)
    return VGroup(bars, Stroke(*ends, stroke_color=theme.MUTED, stroke_width=FINE))


def plain_tile(area: Slot, color: str, frame: Frame) -> RoundedRectangle:
    """Return a tile in place of an image that the record lacks."""
    tile = RoundedRectangle(
        corner_radius=frame.px(CORNER - 5),
        width=area.width,
        height=area.height,
        fill_color=color,
        fill_opacity=1,
        stroke_width=0,
    )
    return tile.move_to(area.center).set_z_index(layers.CONTENT)


class HighlightPhotos(Animation):
    """The animation of a frame that moves from photo to photo."""

    def __init__(self, slots: Sequence[Slot], run_time: float) -> None:
        self.mark = mark = Rectangle(width=slots[0].width, height=slots[0].height)
        mark.set_stroke(theme.DATA, 4).set_fill(opacity=0).set_z_index(layers.CONTENT)
        steps = max(1, round(run_time / HIGHLIGHT_SECONDS))
        self.order = [slots[i % len(slots)] for i in range(steps)]
        super().__init__(mark, introducer=True, remover=True, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Place the frame around one photo, and fade it in and out."""
        step = min(int(alpha * len(self.order)), len(self.order) - 1)
        within = alpha * len(self.order) - step
        self.mark.move_to(self.order[step].center)
        self.mark.set_stroke(opacity=float(np.sin(np.pi * min(max(within, 0.0), 1.0))))
