"""The dial: a ring with a tick for each round, the present one in the middle, its phase beside."""

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, VGroup, VMobject, Wait
from manim.typing import Point3D

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


class Dial:
    """The dial. It is empty before the first round is shown."""

    def __init__(self, slot: Slot, frame: Frame) -> None:
        self.slot, self.frame = slot, frame
        self.radius = min(frame.px(RADIUS), slot.height / 2 - frame.px(RING / 2))
        self.middle = np.array([slot.left + self.radius + frame.px(RING / 2), slot.y, 0.0])
        self.ring, self.words, self.phase = VGroup(), VGroup(), VGroup()
        self.spec: DialSpec | None = None

    @property
    def parts(self) -> list[VGroup]:
        """What is on screen of it."""
        return [part for part in (self.ring, self.words, self.phase) if len(part)]

    def turn(self, spec: DialSpec) -> Animation:
        """Show a round and its phase in place of the present ones; what stays is not touched."""
        old, self.spec = self.spec, spec
        changes: list[Animation] = []
        if old is None or old.place != spec.place:
            changes += [self._turn_ring(spec), *self._replace("words", self._round(spec))]
        if old is None or str(old.phase) != str(spec.phase):
            changes += self._replace("phase", self._phase(spec))
        return AnimationGroup(*changes) if changes else Wait(theme.SWAP)

    def _turn_ring(self, spec: DialSpec) -> Animation:
        """Show other ticks; the old ones stay until the new ones hide them."""
        old, self.ring = self.ring, self._ring(spec)
        leaving = [FadeOut(old)] if len(old) else []
        return AnimationGroup(FadeIn(self.ring), *leaving, lag_ratio=1, run_time=theme.SWAP)

    def _replace(self, name: str, new: VGroup) -> list[Animation]:
        """Replace words of the dial; the old ones fade out before the new ones fade in."""
        old = getattr(self, name)
        setattr(self, name, new)
        swaps: list[Animation] = [FadeOut(old)] if len(old) else []
        swaps += [FadeIn(new)] if len(new) else []
        return [AnimationGroup(*swaps, lag_ratio=1, run_time=theme.SWAP)] if swaps else []

    def hide(self) -> Animation:
        """Remove the dial."""
        old = self.parts
        self.ring, self.words, self.phase, self.spec = VGroup(), VGroup(), VGroup(), None
        return FadeOut(*old, run_time=theme.SWAP) if old else Wait(theme.SWAP)

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

    def _round(self, spec: DialSpec) -> VGroup:
        """Return the number in the ring, and the name of the round beside it."""
        frame, px = self.frame, self.frame.px
        pixels = max(theme.LABEL, NUMBER * self.radius / px(1))
        number = Words(spec.round, frame, pixels=pixels, weight="SEMIBOLD")
        if number.width > WIDEST * self.radius:
            number = Words(spec.round, frame, pixels=theme.LABEL, weight="SEMIBOLD")
        name = cut(spec.name, frame, self._room, color=theme.INK, weight="SEMIBOLD")
        words = VGroup(number.put(self.middle), name.put(self._line(1), -1))
        return words.set_z_index(layers.CONTENT)

    def _phase(self, spec: DialSpec) -> VGroup:
        if not str(spec.phase):
            return VGroup()
        words = cut(spec.phase, self.frame, self._room, color=theme.MUTED)
        return VGroup(words.put(self._line(-1), -1)).set_z_index(layers.CONTENT)

    @property
    def _room(self) -> float:
        """The width for the words beside the ring."""
        return float(self.slot.right - self._line(0)[0])

    def _line(self, up: float) -> Point3D:
        """Return the start of a line of words, half a line above or below the ring's middle."""
        left = self.middle[0] + self.radius + self.frame.px(BESIDE)
        return np.array([left, self.slot.y + up * self.frame.px(LEADING / 2), 0.0])
