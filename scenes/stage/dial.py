"""The dial: a ring with a tick for each round, the present one in the middle, its phase beside."""

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, VGroup, VMobject, Wait

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.text import Words, cut
from scenes.story.specs import DialSpec

RADIUS, RING = 84, 9  # pixels; of a smaller slot, parts of its height
TICK, MOST_TICKS = 0.62, 60  # drawn part of each; more rounds share a tick
BESIDE = 30  # pixels between ring and words
LEADING = 44  # pixels between the middles of both lines
NUMBER = 0.63  # height of the number's digits, as a part of the radius
WIDEST = 1.4  # width of the number at most, in radii


class Dial(VGroup):
    """The dial. It is empty before the first round is shown."""

    def __init__(self, slot: Slot, frame: Frame) -> None:
        self.slot, self.frame = slot, frame
        self.radius = min(frame.px(RADIUS), slot.height / 2 - frame.px(RING / 2))
        self.middle = np.array([slot.left + self.radius + frame.px(RING / 2), slot.y, 0.0])
        self.ring, self.words = VGroup(), VGroup()
        super().__init__(self.ring, self.words)

    def turn(self, spec: DialSpec) -> Animation:
        """Show a round and its phase in place of the present ones."""
        first = not len(self.ring)
        old_ring, old_words = self.ring, self.words
        self.ring, self.words = self._ring(spec), self._words(spec)
        self.submobjects = [self.ring, self.words]
        if first:
            return FadeIn(self, run_time=theme.SWAP)
        words = [FadeOut(old_words), FadeIn(self.words)]
        return AnimationGroup(
            AnimationGroup(FadeOut(old_ring), FadeIn(self.ring), run_time=theme.SWAP),
            AnimationGroup(*words, lag_ratio=1, run_time=theme.SWAP),
        )

    def hide(self) -> Animation:
        """Remove the dial."""
        if not len(self.ring):
            return Wait(theme.SWAP)
        old = VGroup(self.ring, self.words)
        self.ring, self.words = VGroup(), VGroup()
        self.submobjects = [self.ring, self.words]
        return FadeOut(old, run_time=theme.SWAP)

    def _ring(self, spec: DialSpec) -> VGroup:
        """Return the ticks: those of past rounds and the present one are lit."""
        round_, rounds = spec.place
        count = min(rounds, MOST_TICKS)
        lit = max(1, round_ * count // max(rounds, 1))
        colors = [theme.INK if i < lit else theme.EDGE for i in range(count)]
        ticks = VGroup()
        for color in dict.fromkeys(colors):
            stroke = VMobject(stroke_color=color, stroke_width=self.frame.stroke(RING))
            for i in (i for i, each in enumerate(colors) if each == color):
                self._add_tick(stroke, i / count, TICK / count)
            ticks.add(stroke.set_z_index(layers.CONTENT))
        return ticks

    def _add_tick(self, stroke: VMobject, start: float, length: float) -> None:
        """Add a tick, from the top clockwise; places are parts of a whole turn."""
        steps = max(2, round(60 * length))
        turns = 2 * np.pi * np.linspace(start, start + length, steps + 1)
        points = self.middle + self.radius * np.c_[np.sin(turns), np.cos(turns), 0 * turns]
        stroke.start_new_path(points[0])
        stroke.add_points_as_corners(points[1:])

    def _words(self, spec: DialSpec) -> VGroup:
        frame, px = self.frame, self.frame.px
        pixels = max(theme.LABEL, NUMBER * self.radius / px(1))
        number = Words(spec.round, frame, pixels=pixels, weight="SEMIBOLD")
        if number.width > WIDEST * self.radius:
            number = Words(spec.round, frame, pixels=theme.LABEL, weight="SEMIBOLD")
        left = self.middle[0] + self.radius + px(BESIDE)
        room = self.slot.right - left
        words = VGroup(number.put(self.middle))
        up = px(LEADING / 2) if str(spec.phase) else 0.0
        name = cut(spec.name, frame, room, color=theme.INK, weight="SEMIBOLD")
        words.add(name.put(np.array([left, self.slot.y + up, 0.0]), -1))
        if str(spec.phase):
            phase = cut(spec.phase, frame, room, color=theme.MUTED)
            words.add(phase.put(np.array([left, self.slot.y - up, 0.0]), -1))
        return words.set_z_index(layers.CONTENT)
