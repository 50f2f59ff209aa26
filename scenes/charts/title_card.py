"""The film's title in large letters above the stage."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import Animation, FadeIn, FadeOut, LaggedStart, Succession, VGroup, Wait

from scenes import theme
from scenes.drawing.layout import Frame, Layout, Slot, box
from scenes.drawing.text import LEADING, Words
from scenes.story.specs import PhraseSpec
from scenes.text.lines import Text

SPACE = 27  # pixels between two phrases on a line
UNDER = 38  # pixels between the title and the stage
CLOSE_UNDER = 32  # the same in a frame that is not wide
RISE = 18  # pixels
NEARLY = 0.99  # part of the width that a phrase takes which is made smaller
LEAST_WIRES = 0.65  # part of the wires' height that is left at least


class TitleCard(VGroup):
    """The title's phrases on as few lines as possible, smaller if one is wider than the picture."""

    def __init__(self, phrases: Sequence[PhraseSpec], layout: Layout) -> None:
        self.frame: Frame = layout.frame
        size: float = theme.DISPLAY if self.frame.wide else theme.TITLE
        self.phrases = self._written(phrases, size)
        too_wide = max(words.width for words in self.phrases) / self.frame.safe.width
        if too_wide > 1:
            size *= NEARLY / too_wide
            self.phrases = self._written(phrases, size)
        lines = _lines(self.phrases, layout.frame.safe.width, self.frame.px(SPACE))
        leading = self.frame.px(size * LEADING)
        # An accent may be higher than a capital.
        highest = max(words.get_top()[1] - words.anchor[1] for words in lines[0])
        top = layout.frame.safe.top - highest
        for i, words in enumerate(lines):
            _centre(words, top - i * leading, self.frame.px(SPACE))
        self.bottom = top - (len(lines) - 1) * leading - self.frame.px(size / 2)
        self.beside = _beside(layout, self.under(layout))
        self.counter: Words | None = None
        super().__init__(*self.phrases)

    def _written(self, phrases: Sequence[PhraseSpec], pixels: float) -> list[Words]:
        return [
            Words(p.text, self.frame, pixels=pixels, color=theme.color(p.role), weight="SEMIBOLD")
            for p in phrases
        ]

    def enter(self) -> Animation:
        """Show the phrases one after the other."""
        shift = np.array([0.0, self.frame.px(RISE), 0.0])
        phrases = (FadeIn(words, shift=shift) for words in self.phrases)
        return LaggedStart(*phrases, lag_ratio=0.5)

    def count(self, text: Text) -> Animation:
        """Show the present round beside the coordinator, if there is room."""
        if self.beside is None:
            return Wait(theme.SWAP)
        words = Words(text, self.frame, pixels=theme.DISPLAY, weight="SEMIBOLD")
        old, self.counter = self.counter, words.put(self.beside.center)
        new = FadeIn(self.counter, run_time=theme.SWAP / 2)
        if old is None:
            return new
        return Succession(FadeOut(old, run_time=theme.SWAP / 2), new)

    def under(self, layout: Layout) -> Layout:
        """Return the layout with its stage below the title.

        The wires become shorter first; then all actors become lower by the same part.
        """
        upper = [layout.coordinator, layout.front_end]
        edges = [
            layout.workers.bottom,
            layout.workers.top,
            min(slot.bottom for slot in upper),
            max(slot.top for slot in upper),
        ]
        gap = self.frame.px(UNDER if self.frame.wide else CLOSE_UNDER)
        new = _compressed(edges, self.bottom - gap)

        def moved(slot: Slot) -> Slot:
            low, high = (float(np.interp(y, edges, new)) for y in (slot.bottom, slot.top))
            return box(slot.left, low, slot.right, high)

        return replace(
            layout,
            coordinator=moved(layout.coordinator),
            front_end=moved(layout.front_end),
            workers=moved(layout.workers),
        )


def _compressed(edges: Sequence[float], top: float) -> list[float]:
    """Return the new bottom and top of the workers and of the actors above, from the old ones."""
    bottom, workers, above, whole = edges
    wires = max(above - workers - (whole - top), LEAST_WIRES * (above - workers))
    part = (top - bottom - wires) / (whole - bottom - (above - workers))
    middle = bottom + part * (workers - bottom)
    return [bottom, middle, middle + wires, top]


def _beside(layout: Layout, under: Layout) -> Slot | None:
    """Return the slot opposite to the front end, in a wide frame."""
    if not layout.frame.wide:
        return None
    front = under.front_end
    return Slot(2 * under.coordinator.x - front.x, front.y, front.width, front.height)


def _lines(phrases: Sequence[Words], most: float, space: float) -> list[list[Words]]:
    """Divide phrases into lines with a greatest width."""
    lines: list[list[Words]] = []
    for words in phrases:
        if lines and sum(w.width + space for w in lines[-1]) + words.width <= most:
            lines[-1].append(words)
        else:
            lines.append([words])
    return lines


def _centre(words: Sequence[Words], y: float, space: float) -> None:
    """Place phrases on one line around the middle."""
    left = -(sum(w.width for w in words) + space * (len(words) - 1)) / 2
    for word in words:
        word.put(np.array([left, y, 0.0]), -1)
        left += word.width + space
