"""A worker drawn as a card: its photos, its label bars, its name, and a dock for a model."""

import numpy as np
from manim import Group, RoundedRectangle, VGroup
from manim import Line as Stroke

from scenes import theme
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import CORNER
from scenes.drawing.pictures import grid, mosaic, photo_slots, picture
from scenes.stage.wires import PACKET_HEIGHT
from scenes.stage.worker import PAD, Worker, label_bars, name_of
from scenes.story.specs import WorkerSpec

BARS = 46  # pixels of height of the label bars under photos
GAP = 10
COMPACT = 260  # of height, below which a card has no room for label bars
FINE = 1.6


class Card(Worker):
    """One worker's card. What the record lacks leaves its room to the rest."""

    def __init__(self, spec: WorkerSpec, slot: Slot, frame: Frame) -> None:
        inner = slot.inset(frame.px(PAD))
        self.inner = inner
        dock = box(inner.left, inner.top - frame.px(PACKET_HEIGHT), inner.right, inner.top)
        super().__init__(spec, slot, dock, frame)

    def fill(self) -> None:
        """Draw photos and label bars between the dock and the name; a plain tile without both."""
        px, inner, spec = self.frame.px, self.inner, self.spec
        self.words = name_of(spec, inner.width + px(PAD), self.frame)
        self.words.put(np.array([self.slot.x, inner.bottom + px(theme.LABEL / 2), 0.0]))
        self.compact = self.slot.height < px(COMPACT)
        gap = px(GAP)
        low, high = inner.bottom + px(theme.LABEL + GAP), inner.top - px(PACKET_HEIGHT + GAP)
        photos = spec.photos is not None and len(spec.photos) > 0
        bars = len(spec.bars) > 0 and not (self.compact and photos)
        if bars:
            top = low + px(BARS) if photos else high
            self.bars = self._bars(box(inner.left, low, inner.right, top))
            low = top + gap if photos else low
        self.chart_area = box(inner.left, low, inner.right, high)
        if photos:
            self._show_photos(self.chart_area)
        elif not bars:
            self.photos = Group(self._tile(self.chart_area))

    def _bars(self, area: Slot) -> VGroup:
        """Return the label bars on their floor."""
        bars = label_bars(self.spec.bars, area)
        floor = Stroke(
            area.at(0, 0), area.at(1, 0), stroke_color=theme.MUTED, stroke_width=FINE
        ).set_z_index(bars.z_index)
        bars.add(floor)
        return bars

    def _show_photos(self, area: Slot) -> None:
        photos = self.spec.photos
        assert photos is not None
        columns, count = grid(area.width / area.height, len(photos))
        image = picture(mosaic(photos[:count], columns), area)
        covered = Slot(area.x, area.y, image.width, image.height)
        self.photo_slots = photo_slots(covered, count, columns)
        self.photos = Group(image)

    def _tile(self, area: Slot) -> RoundedRectangle:
        """Return a plain tile, which stands for data of which the record shows nothing."""
        tile = RoundedRectangle(
            corner_radius=self.frame.px(CORNER - 5),
            width=area.width,
            height=area.height,
            fill_color=theme.EDGE,
            fill_opacity=1,
            stroke_width=0,
        )
        return tile.move_to(area.center)
