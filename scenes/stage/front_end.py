"""The front end: the small screen on which a person reads how good the model is."""

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, Group, VGroup
from manim import Line as Stroke

from scenes import theme
from scenes.figures import Told, text
from scenes.stage import layers
from scenes.stage.layout import Frame, Slot
from scenes.stage.panel import Panel
from scenes.stage.text import Words

PAD = 20  # pixels


class FrontEnd(Group):
    """The front end's panel and its reading."""

    def __init__(self, slot: Slot, frame: Frame) -> None:
        px = frame.px
        self.frame = frame
        self.slot = slot
        self.panel = Panel(slot, frame)
        self.words = Words(text("Front end"), frame, weight="SEMIBOLD")
        self.words.put(np.array([slot.x, slot.top - px(PAD + theme.LABEL / 2), 0.0]))
        self.words.set_z_index(layers.CONTENT)
        self.reading = VGroup()
        super().__init__(self.panel, self.words)

    def _note(self, note: Told) -> Words:
        words = Words(note, self.frame, color=theme.MUTED)
        return words.put(self.slot.at(0.5, 0) + np.array([0, self.frame.px(PAD + 13), 0]))

    def read(self, value: Told, note: Told) -> Animation:
        """Show a value with a note under it in place of what was shown."""
        number = Words(value, self.frame, pixels=theme.DISPLAY, weight="SEMIBOLD")
        number.put(self._middle(0.5))
        return self._swap(VGroup(number, self._note(note)))

    def compare(self, old: Told, new: Told, note: Told) -> Animation:
        """Show a new value with the old one on its left."""
        before = Words(old, self.frame, color=theme.MUTED)
        after = Words(new, self.frame, pixels=theme.DISPLAY, weight="SEMIBOLD")
        gap = self.frame.px(82)
        width = before.width + gap + after.width
        left = self._middle(0.5) - np.array([width / 2, 0, 0])
        before.put(left, -1)
        after.put(left + np.array([width, 0, 0]), 1)
        arrow = _arrow(before.get_right()[0], after.get_left()[0], left[1], self.frame)
        return self._swap(VGroup(before, arrow, after, self._note(note)))

    def _middle(self, across: float) -> np.ndarray:
        return self.slot.at(across, 0.49)

    def _swap(self, reading: VGroup) -> Animation:
        old, self.reading = self.reading, reading.set_z_index(layers.CONTENT)
        if not len(old):
            return FadeIn(reading)
        return AnimationGroup(FadeOut(old), FadeIn(reading), lag_ratio=0.6)


def _arrow(left: float, right: float, y: float, frame: Frame) -> VGroup:
    """Return a small arrow that fills the gap between two texts."""
    pad, tip = frame.px(12), frame.px(7)
    end = np.array([right - pad, y, 0.0])
    strokes = (
        (np.array([left + pad, y, 0.0]), end),
        (end + np.array([-tip, tip, 0.0]), end),
        (end + np.array([-tip, -tip, 0.0]), end),
    )
    return VGroup(*(Stroke(a, b, stroke_color=theme.MUTED, stroke_width=3) for a, b in strokes))
