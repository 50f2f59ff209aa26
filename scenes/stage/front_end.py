"""The front end: the small screen on which a person reads how good the model is."""

import numpy as np
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Group,
    Rectangle,
    VGroup,
    Wait,
    smooth,
)
from manim import Line as Stroke

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel
from scenes.drawing.text import Words
from scenes.text.lines import Number, Text, text

PAD = 20  # pixels
NARROW_PAD = 14  # where there is no room for a gauge
TALL = 240  # of height, from which there is room for a gauge
GAUGE = 12
BETWEEN = 76  # pixels between a value and the one before
MARK = 34  # height of the mark that shows the value before
CLEAR = 9  # pixels between a value and what is over and under it at least
DESCENT = 0.1  # part of a value's height by which a comma hangs, and half of it is made up for


class FrontEnd(Group):
    """The front end's panel and its reading; a percentage has a gauge from none to all."""

    def __init__(self, slot: Slot, frame: Frame) -> None:
        px = frame.px
        self.frame = frame
        self.slot = slot
        self.panel = Panel(slot, frame)
        self.words = Words(text("Front end"), frame, weight="SEMIBOLD")
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
        """Show a value with a note under it in place of what was shown; or nothing."""
        if not str(value):
            return self._swap(VGroup())
        number, note_ = self._value(value), self._note(note)
        if not self._fits(number, note_):
            number = self._value(value, theme.TITLE)
        return self._swap(VGroup(number, note_, *self._gauge(value)))

    def compare(self, old: Text, new: Text, note: Text) -> Animation:
        """Show a new value with the old one on its left, and go from one to the other."""
        before, note_ = Words(old, self.frame, color=theme.MUTED), self._note(note)
        gap = self.frame.px(BETWEEN)
        after = self._value(new)
        if not self._fits(after, note_, before.width + gap):
            after = self._value(new, theme.TITLE)
        width = before.width + gap + after.width
        left = self._middle - np.array([width / 2, 0, 0])
        before.put(left, -1)
        after.put(left + np.array([width, 0, 0]), 1)
        arrow = _arrow(before.get_right()[0], after.get_left()[0], left[1], self.frame)
        gauge = self._gauge(old)
        shown = VGroup(before, arrow, after, note_, *gauge[:1])
        entering = self._swap(shown)
        if not gauge:
            return entering
        # The bar stays through the change of numbers, and then goes from one value to the other.
        mark = self._mark(_share(old))
        filling = Fill(gauge[1], self._bar(_share(new), theme.INK))
        self.reading = VGroup(shown, gauge[1], mark)
        return AnimationGroup(entering, AnimationGroup(filling, FadeIn(mark)), lag_ratio=1)

    @property
    def _middle(self) -> np.ndarray:
        return self.slot.at(0.5, 0.5 if self.track is None else 0.6)

    def _value(self, value: Text, pixels: float = theme.DISPLAY) -> Words:
        number = Words(value, self.frame, pixels=pixels, weight="SEMIBOLD")
        up = 0.0 if self.track else self.frame.px(DESCENT * pixels)
        return number.put(self._middle + np.array([0, up, 0]))

    def _fits(self, number: Words, note: Words, beside: float = 0.0) -> bool:
        """Whether a value is clear of what is over, under and beside it."""
        clear = self.frame.px(CLEAR)
        under = number.get_bottom()[1] - note.get_top()[1]
        over = self.words.get_bottom()[1] - number.get_top()[1]
        return min(under, over) >= clear and number.width + beside <= self.slot.width - 2 * self.pad

    def _note(self, note: Text) -> Words:
        words = Words(note, self.frame, color=theme.MUTED)
        return words.put(self.slot.at(0.5, 0) + np.array([0, self.pad + self.frame.px(13), 0]))

    def _gauge(self, value: Text) -> list[Rectangle]:
        """Return a track that means all, and a bar on it; nothing where there is no room."""
        if self.track is None or not 0 <= _share(value) <= 1:
            return []
        return [self._bar(1.0, theme.EDGE), self._bar(_share(value), theme.INK)]

    def _bar(self, share: float, color: str) -> Rectangle:
        assert self.track is not None
        track = self.track
        area = box(
            track.left, track.bottom, track.left + max(share, 0.002) * track.width, track.top
        )
        bar = Rectangle(width=area.width, height=area.height, stroke_width=0)
        bar.set_fill(color, opacity=1).move_to(area.center)
        return bar.set_z_index(layers.CONTENT)

    def _mark(self, share: float) -> Stroke:
        """Return a mark across the track."""
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


class Fill(Animation):
    """A bar becomes as long as another."""

    def __init__(self, bar: Rectangle, other: Rectangle) -> None:
        self.bar, self.ends = bar, (bar.width, other.width)
        super().__init__(bar, introducer=True, run_time=theme.MOVE)

    def interpolate_mobject(self, alpha: float) -> None:
        """Be between both lengths."""
        start, end = self.ends
        width = start + smooth(min(max(alpha, 0.0), 1.0)) * (end - start)
        self.bar.stretch_to_fit_width(width, about_edge=LEFT)


def _share(value: Text) -> float:
    """Return what part of all a percentage is; not a number where it is none."""
    return value.value if isinstance(value, Number) and "%" in value.text else float("nan")


def _arrow(left: float, right: float, y: float, frame: Frame) -> VGroup:
    """Return a small arrow that fills the gap between two texts."""
    pad, tip = frame.px(20), frame.px(7)
    end = np.array([right - pad, y, 0.0])
    strokes = (
        (np.array([left + pad, y, 0.0]), end),
        (end + np.array([-tip, tip, 0.0]), end),
        (end + np.array([-tip, -tip, 0.0]), end),
    )
    return VGroup(*(Stroke(a, b, stroke_color=theme.MUTED, stroke_width=3) for a, b in strokes))
