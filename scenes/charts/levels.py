"""Levels: columns side by side on one scale, each with its number on top and its name below."""

import numpy as np
from manim import Animation, AnimationGroup, Create, DashedLine, FadeIn, Rectangle, VGroup

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.redraw import Redraw
from scenes.drawing.text import Block, Words, paragraph
from scenes.sound.effects import tone
from scenes.sound.heard import heard
from scenes.story.specs import GaugeMarkSpec, GaugeSpec

# Pixels.
COLUMN = 150  # width
ENDS = 96  # left of the columns, for the names of both ends
NAMES = 112  # under the columns
GAP = 14  # between a text and what it belongs to
TRACK = 0.5  # opacity of a column's track
LEAST = 1e-6  # Manim units of a column that is drawn


class Levels(VGroup):
    """A column for each mark of a gauge, from the lowest to the highest value. Verbs animate.

    Args:
        spec: the values at both ends, and what the columns fill up to.
        area: where the columns are, with all their texts.
        frame: the frame.
    """

    def __init__(self, spec: GaugeSpec, area: Slot, frame: Frame) -> None:
        px = frame.px
        self.spec, self.frame = spec, frame
        top = area.top - px(theme.LABEL + GAP)
        inner = box(area.left + px(ENDS), area.bottom + px(NAMES), area.right, top)
        rooms = inner.columns([1.0] * len(spec.marks))
        width = min(px(COLUMN), 0.7 * rooms[0].width)
        self.slots = [Slot(room.x, room.y, width, room.height) for room in rooms]
        self.tracks = VGroup(*(self._track(slot) for slot in self.slots))
        self.names = [self._name(mark, room) for mark, room in zip(spec.marks, rooms, strict=True)]
        self.ends = self._ends()
        self.columns = [
            Column(mark, slot, self._part(mark.value), frame)
            for mark, slot in zip(spec.marks, self.slots, strict=True)
        ]
        super().__init__(self.ends, self.tracks, *self.names, *self.columns)
        self.set_z_index(layers.CONTENT)

    def enter(self) -> Animation:
        """Show the scale, and the first column, empty."""
        return FadeIn(VGroup(self.ends, self.tracks[0], self.names[0]), run_time=theme.SWAP)

    def fill(self, number: int) -> Animation:
        """Fill a column, with its number on top; a line leads from the first one to the others."""
        column = self.columns[number]
        filled = Fill(column)
        if number == 0:
            return heard(filled, tone(column.part))
        shown = FadeIn(self.tracks[number], self.names[number], run_time=theme.SWAP)
        return AnimationGroup(
            AnimationGroup(shown, Create(self._across(number), run_time=theme.SWAP)),
            heard(filled, tone(column.part)),
            lag_ratio=0.6,
        )

    # --- parts

    def _part(self, value: float) -> float:
        low, high = self.spec.ends
        return (value - low) / (high - low)

    def _track(self, slot: Slot) -> Rectangle:
        track = Rectangle(width=slot.width, height=slot.height, stroke_width=0)
        return track.set_fill(theme.EDGE, opacity=TRACK).move_to(slot.center)

    def _name(self, mark: GaugeMarkSpec, room: Slot) -> Block:
        name = paragraph(mark.name, self.frame, room.width, color=theme.INK)
        down = np.array([0.0, self.frame.px(GAP) + name.height / 2, 0.0])
        return name.move_to(room.at(0.5, 0) - down)

    def _ends(self) -> VGroup:
        """Return the names of both ends, left of the first column."""
        slot, px = self.slots[0], self.frame.px
        ends = (
            (self.spec.high, slot.top - px(theme.LABEL / 2)),
            (
                self.spec.low,
                slot.bottom + px(theme.LABEL / 2),
            ),
        )
        return VGroup(
            *(
                Words(end, self.frame, color=theme.MUTED).put(
                    np.array([slot.left - px(GAP), y, 0.0]), 1
                )
                for end, y in ends
            )
        )

    def _across(self, number: int) -> DashedLine:
        """Return a line at the height of the first column, up to another one."""
        y = self.columns[0].top
        before, slot = self.slots[number - 1], self.slots[number]
        gap = self.frame.px(GAP)
        ends = (np.array([x, y, 0.0]) for x in (before.right + gap, slot.left - gap))
        line = DashedLine(*ends, stroke_color=theme.MUTED, stroke_width=3)
        return line.set_z_index(layers.PACKETS)


class Column(VGroup):
    """One column's filling, and its number on top of it."""

    def __init__(self, mark: GaugeMarkSpec, slot: Slot, part: float, frame: Frame) -> None:
        self.slot, self.part, self.frame = slot, part, frame
        self.filling = Rectangle(width=slot.width, height=LEAST, stroke_width=0)
        self.filling.set_fill(theme.INK, opacity=1)
        self.number = Words(mark.number, frame, pixels=theme.TITLE, weight="SEMIBOLD")
        super().__init__(self.filling, self.number)
        self.draw(0.0)

    @property
    def top(self) -> float:
        """The height of the filled column, as a coordinate."""
        return self.slot.bottom + self.part * self.slot.height

    def draw(self, grown: float) -> None:
        """Fill the column up to a part of its height, with the number on top."""
        height = max(grown * self.part * self.slot.height, LEAST)
        bottom = self.slot.bottom
        self.filling.stretch_to_fit_height(height)
        self.filling.move_to(np.array([self.slot.x, bottom + height / 2, 0.0]))
        up = self.frame.px(GAP + theme.TITLE / 2)
        self.number.put(np.array([self.slot.x, bottom + height + up, 0.0]))
        self.number.set_opacity(grown)


class Fill(Redraw):
    """The animation of a column that fills; its number appears as it rises."""

    def __init__(self, column: Column) -> None:
        self.column = column
        super().__init__(column, run_time=theme.MOVE, introducer=True)

    def interpolate_mobject(self, alpha: float) -> None:
        """Fill a part of the column."""
        self.column.draw(float(self.rate_func(min(max(alpha, 0.0), 1.0))))
