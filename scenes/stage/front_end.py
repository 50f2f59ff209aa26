"""The front end: the screen on which a person reads how good the model is."""

import numpy as np
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Group,
    Rectangle,
    Transform,
    VGroup,
    Wait,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.glow import glow
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel, Pulse
from scenes.drawing.text import Words, cut
from scenes.drawing.wall import Wall
from scenes.sound.effects import tone
from scenes.sound.heard import heard
from scenes.story.specs import Reading, WallSpec
from scenes.text.lines import Text
from scenes.text.numbers import Number

# Pixels.
PAD, UPPER = 20, 18  # at the sides; above the wall
FOOT = 92  # of height of the name and the number
TALL = 200  # of height from which there is room for a wall or a gauge
LEADING = 40  # from the name to the note under it
NUMBER = 44  # of height of a digit
CORNER, GAUGE = 20, 16
LEAST_BAR = 0.002  # part of the track
APART = 24  # between name and number at least
SLOWLY = 0.8  # part of the wall's change after which the number follows
MOST_SORTED, ONE_ROW = 20, 5  # kinds of a wall with a block for each; of one row of blocks


class FrontEnd(Group):
    """The front end's panel: the wall of test examples, and the number that it amounts to.

    Without a wall, a percentage has a gauge from 0% to 100% in its place.
    """

    def __init__(self, slot: Slot, frame: Frame, name: Text, wall: WallSpec | None = None) -> None:
        px = frame.px
        self.frame, self.slot = frame, slot
        self.light = glow(slot, frame, theme.INK, CORNER).set_z_index(layers.PANELS - 0.1)
        self.light.set_opacity(0 if theme.dark() else 1)
        self.panel = Panel(slot, frame, CORNER)
        self.words = Words(name, frame, weight="SEMIBOLD")
        self.tall = slot.height > px(TALL)
        self.screen = box(
            slot.left + px(PAD), slot.bottom + px(FOOT), slot.right - px(PAD), slot.top - px(UPPER)
        )
        self.wall: Wall | None = None
        if wall is not None and self.tall:
            self.wall = Wall(wall, self.screen, frame, _rows(len(wall.names)))
        self.foot = slot.bottom + (px(FOOT) if self.tall else slot.height) / 2
        self.words.put(np.array([slot.left + px(PAD), self.foot, 0.0]), -1)
        self.words.set_z_index(layers.CONTENT)
        self.reading = VGroup()
        self.gauge = VGroup()
        shown = [] if self.wall is None else [self.wall]
        # Manim takes a group apart when it changes a part of it: the light stays with the panel.
        super().__init__(Group(self.light, self.panel, self.words), *shown)

    def pulse(self) -> Animation:
        """Let the panel's edge and its light swell and fade."""
        return Pulse(self.panel, light=self.light, actor=self)

    def read(self, reading: Reading) -> Animation:
        """Show a reading in place of the old one; an empty value only removes it."""
        return self._swap(reading)

    def read_slowly(self, reading: Reading) -> Animation:
        """Let the wall light up anew; then show the number."""
        return self._swap(reading, SLOWLY)

    def _swap(self, reading: Reading, lag: float = 0.0) -> Animation:
        """Change the wall or the gauge, and the number."""
        new = self._numbers(reading) if str(reading.value) else VGroup()
        old, self.reading = self.reading, new.set_z_index(layers.CONTENT)
        pictures = self._light_up(reading) if self.wall else self._fill(reading.value)
        name = self._name(bool(len(new)))
        changes = ([FadeOut(old)] if len(old) else []) + ([FadeIn(new)] if len(new) else [])
        steps = [*pictures]
        if changes:
            steps.append(AnimationGroup(*changes, lag_ratio=1, run_time=1.6 * theme.SWAP))
        share = _share(reading.value)
        if len(new) and 0 <= share <= 1:
            heard(steps[-1], tone(share))
        return AnimationGroup(*steps, *name, lag_ratio=lag) if steps else Wait(theme.SETTLE)

    def _light_up(self, reading: Reading) -> list[Animation]:
        if self.wall is None or reading.right is None:
            return []
        return [self.wall.change(reading.right, 1.6 * theme.MOVE)]

    def _name(self, measured: bool) -> list[Animation]:
        """Return the move of the name up to make room for a note, or back down."""
        up = self.frame.px(LEADING / 2) if measured else 0.0
        place = np.array([self.slot.left + self.frame.px(PAD), self.foot + up, 0.0])
        if np.allclose(self.words.anchor[1], place[1]):
            return []
        moved = self.words.copy().put(place, -1)
        return [Transform(self.words, moved, run_time=theme.SWAP)]

    def _numbers(self, reading: Reading) -> VGroup:
        """Return the value at the right, and its name under that of the front end."""
        px, slot = self.frame.px, self.slot
        room = slot.width - 2 * px(PAD)
        note = cut(reading.note, self.frame, 0.6 * room, color=theme.MUTED)
        note.put(np.array([slot.left + px(PAD), self.foot - px(LEADING / 2), 0.0]), -1)
        beside = max(note.width, self.words.width) + px(APART)
        value = Words(reading.value, self.frame, pixels=NUMBER, weight="SEMIBOLD")
        if value.width > room - beside:
            pixels = max(theme.LABEL, NUMBER * (room - beside) / value.width)
            value = Words(reading.value, self.frame, pixels=pixels, weight="SEMIBOLD")
        value.put(np.array([slot.right - px(PAD), self.foot, 0.0]), 1)
        return VGroup(value, note)

    def _fill(self, value: Number) -> list[Animation]:
        """Return the change of the gauge to a percentage, if there is room for one."""
        share = _share(value)
        if not self.tall or not 0 <= share <= 1:
            old, self.gauge = self.gauge, VGroup()
            return [FadeOut(old)] if len(old) else []
        if len(self.gauge):
            return [Transform(self.gauge[1], self._bar(share, theme.INK), run_time=theme.MOVE)]
        self.gauge = VGroup(self._bar(1.0, theme.EDGE), self._bar(share, theme.INK))
        return [FadeIn(self.gauge)]

    def _bar(self, share: float, color: str) -> Rectangle:
        track = Slot(self.screen.x, self.screen.y, self.screen.width, self.frame.px(GAUGE))
        length = max(share, LEAST_BAR) * track.width
        bar = Rectangle(width=length, height=track.height, stroke_width=0)
        bar.set_fill(color, opacity=1).move_to(track.at(0, 0.5), aligned_edge=LEFT)
        return bar.set_z_index(layers.CONTENT)


def _rows(kinds: int) -> int:
    """Return the rows of a wall's blocks, or 0 for one block of all."""
    if kinds > MOST_SORTED:
        return 0
    return 1 if kinds <= ONE_ROW else 2


def _share(value: Number) -> float:
    """Return a percentage as a part of one, or NaN for any other value."""
    return value.value if "%" in value.text else float("nan")
