"""The front end: the screen on which a person reads the model's quality."""

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
from manim import Line as Stroke

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel
from scenes.drawing.text import Words
from scenes.text.lines import Text
from scenes.text.numbers import Number

PAD = 20  # pixels
NARROW_PAD = 14  # without room for a gauge
TALL = 240  # pixels of height from which there is room for a gauge
GAUGE = 12
LEAST_BAR = 0.002  # part of the track
BETWEEN = 76  # pixels between the old and the new value
MARK = 34  # pixels of height of the old value's mark on the gauge
CLEAR = 9  # pixels of free space above and below a value at least
DESCENT = 0.1  # part of its height by which a value is raised, since commas hang down


class FrontEnd(Group):
    """The front end's panel and its reading; a percentage has a gauge from 0% to 100%."""

    def __init__(self, slot: Slot, frame: Frame, name: Text) -> None:
        px = frame.px
        self.frame = frame
        self.slot = slot
        self.panel = Panel(slot, frame)
        self.words = Words(name, frame, weight="SEMIBOLD")
        gauged = slot.height > px(TALL)
        self.pad = px(PAD if gauged else NARROW_PAD)
        self.words.put(np.array([slot.x, slot.top - self.pad - px(theme.LABEL / 2), 0.0]))
        self.words.set_z_index(layers.CONTENT)
        self.reading = VGroup()
        self.track: Slot | None = None
        if gauged:
            y = slot.bottom + px(PAD + theme.LABEL + 34)
            left, right = slot.left + px(2 * PAD), slot.right - px(2 * PAD)
            self.track = box(left, y - px(GAUGE / 2), right, y + px(GAUGE / 2))
        super().__init__(self.panel, self.words)

    def read(self, value: Text, note: Text) -> Animation:
        """Show a value and its note in place of the old reading; an empty value only removes it."""
        if not str(value):
            return self._swap(VGroup())
        note_ = self._note(note)
        return self._swap(VGroup(self._fitting(value, note_), note_, *self._gauge(value)))

    def compare(self, old: Text, new: Text, note: Text) -> Animation:
        """Show a new value to the right of the old one, and move the gauge from old to new."""
        before, note_ = Words(old, self.frame, color=theme.MUTED), self._note(note)
        gap = self.frame.px(BETWEEN)
        after = self._fitting(new, note_, before.width + gap)
        width = before.width + gap + after.width
        left = self._middle - np.array([width / 2, 0, 0])
        before.put(left, -1)
        after.put(left + np.array([width, 0, 0]), 1)
        arrow = _arrow(before.get_right()[0], after.get_left()[0], left[1], self.frame)
        gauge = self._gauge(old)
        still = VGroup(before, arrow, after, note_, *gauge[:1])
        entering = self._swap(still)
        if not gauge:
            return entering
        # The bar changes after the numbers.
        mark = self._mark(_share(old))
        longer = self._bar(_share(new), theme.INK)
        filling = Transform(gauge[1], longer, introducer=True, run_time=theme.MOVE)
        self.reading = VGroup(still, gauge[1], mark)
        return AnimationGroup(entering, AnimationGroup(filling, FadeIn(mark)), lag_ratio=1)

    @property
    def _middle(self) -> np.ndarray:
        return self.slot.at(0.5, 0.5 if self.track is None else 0.6)

    def _value(self, value: Text, pixels: float) -> Words:
        number = Words(value, self.frame, pixels=pixels, weight="SEMIBOLD")
        up = 0.0 if self.track else self.frame.px(DESCENT * pixels)
        return number.put(self._middle + np.array([0, up, 0]))

    def _fitting(self, value: Text, note: Words, beside: float = 0.0) -> Words:
        """Return a value, in smaller letters without free space above, below and beside it."""
        number = self._value(value, theme.DISPLAY)
        under = number.get_bottom()[1] - note.get_top()[1]
        over = self.words.get_bottom()[1] - number.get_top()[1]
        clear = min(under, over) >= self.frame.px(CLEAR)
        fits = clear and number.width + beside <= self.slot.width - 2 * self.pad
        return number if fits else self._value(value, theme.TITLE)

    def _note(self, note: Text) -> Words:
        words = Words(note, self.frame, color=theme.MUTED)
        return words.put(self.slot.at(0.5, 0) + np.array([0, self.pad + self.frame.px(13), 0]))

    def _gauge(self, value: Text) -> list[Rectangle]:
        """Return a track and a bar on it, for a percentage and if there is room."""
        if self.track is None or not 0 <= _share(value) <= 1:
            return []
        return [self._bar(1.0, theme.EDGE), self._bar(_share(value), theme.INK)]

    def _bar(self, share: float, color: str) -> Rectangle:
        assert self.track is not None
        length = max(share, LEAST_BAR) * self.track.width
        bar = Rectangle(width=length, height=self.track.height, stroke_width=0)
        bar.set_fill(color, opacity=1).move_to(self.track.at(0, 0.5), aligned_edge=LEFT)
        return bar.set_z_index(layers.CONTENT)

    def _mark(self, share: float) -> Stroke:
        """Return the mark of a value across the track."""
        assert self.track is not None
        middle, half = self.track.at(share, 0.5), np.array([0, self.frame.px(MARK / 2), 0])
        mark = Stroke(middle - half, middle + half, stroke_color=theme.MUTED, stroke_width=4)
        return mark.set_z_index(layers.CONTENT)

    def _swap(self, reading: VGroup) -> Animation:
        old, self.reading = self.reading, reading.set_z_index(layers.CONTENT)
        changes = ([FadeOut(old)] if len(old) else []) + ([FadeIn(reading)] if len(reading) else [])
        if not changes:
            return Wait(theme.SETTLE)
        return AnimationGroup(*changes, lag_ratio=1, run_time=1.6 * theme.SWAP)


def _share(value: Text) -> float:
    """Return a percentage as a part of one, or NaN for any other text."""
    return value.value if isinstance(value, Number) and "%" in value.text else float("nan")


def _arrow(left: float, right: float, y: float, frame: Frame) -> VGroup:
    """Return a small arrow between two texts."""
    pad, tip = frame.px(20), frame.px(7)
    end = np.array([right - pad, y, 0.0])
    strokes = (
        (np.array([left + pad, y, 0.0]), end),
        (end + np.array([-tip, tip, 0.0]), end),
        (end + np.array([-tip, -tip, 0.0]), end),
    )
    return VGroup(*(Stroke(a, b, stroke_color=theme.MUTED, stroke_width=3) for a, b in strokes))
