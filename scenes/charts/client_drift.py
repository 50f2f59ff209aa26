"""Client drift: the directions of the updates of two runs, side by side or one under the other."""

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, LaggedStart, VGroup

from scenes import theme
from scenes.charts.update_arrows import UpdateArrows
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.story.specs import ArrowsSpec
from scenes.text.lines import Text

FOOT = 120  # pixels under the arrows for their name and a note
UNDER = 50  # pixels from the name to the note
START = 54  # pixels under the first arrows for the name of their start
LABELS = 160, 44  # pixels of width and height for labels around the second ones


class ClientDrift:
    """The arrows of two runs, with their names."""

    def __init__(self, spec: tuple[ArrowsSpec, ArrowsSpec], area: Slot, frame: Frame) -> None:
        self.frame = frame
        self.both = tuple(UpdateArrows(each, frame) for each in spec)
        halves = area.columns([1.0, 1.0]) if frame.wide else area.rows(self._heights(area))
        self.slots = [self._first(halves[0]), self._second(halves[1])]
        unit = min(map(self._unit, self.both, self.slots))
        for arrows, slot in zip(self.both, self.slots, strict=True):
            arrows.place(slot.center - unit * arrows.extent().center, unit)
        self.texts = [self._under(each, half) for each, half in zip(spec, halves, strict=True)]
        self.labels = self.both[1].labels()
        self.start = VGroup()

    def enter(self, start: Text) -> Animation:
        """Show the model that all start from where the first arrows begin, with its name."""
        first = self.both[0].start
        down = np.array([0.0, self.frame.px(50), 0.0])
        words = Words(start, self.frame, color=theme.MODEL).put(first.get_center() - down)
        self.start = VGroup(words)
        return FadeIn(first, self.start)

    def grow_alike(self) -> Animation:
        """Let the arrows of the first run grow, and name them."""
        return self._grow(0)

    def grow_uneven(self) -> Animation:
        """Let the arrows of the second run grow from the same model, each named by its worker."""
        start = FadeIn(self.both[1].start, run_time=theme.SWAP)
        labels = LaggedStart(*map(FadeIn, self.labels), lag_ratio=0.2)
        named = [labels] if len(self.labels) else []
        return AnimationGroup(start, self._grow(1), *named, lag_ratio=0.6)

    def leave(self) -> Animation:
        """Remove everything."""
        parts = (*self.both, *self.texts, self.labels, self.start)
        return FadeOut(*(part for part in parts if len(part)), run_time=theme.SWAP / 2)

    def _grow(self, run: int) -> Animation:
        grown = self.both[run].grow(1.6 * theme.MOVE)
        return AnimationGroup(grown, FadeIn(self.texts[run]), lag_ratio=0.6)

    def _first(self, half: Slot) -> Slot:
        """Return the place of the first arrows in their half, without their texts."""
        return box(half.left, half.bottom + self.frame.px(FOOT + START), half.right, half.top)

    def _second(self, half: Slot) -> Slot:
        """Return the place of the second arrows in their half, without labels and texts."""
        above = box(half.left, half.bottom + self.frame.px(FOOT), half.right, half.top)
        return above.inset(*map(self.frame.px, LABELS))

    def _heights(self, area: Slot) -> list[float]:
        """Return the heights of both halves with which their arrows are equally long."""
        fixed = self.frame.px(FOOT + START), self.frame.px(FOOT + 2 * LABELS[1])
        extents = [arrows.extent().height for arrows in self.both]
        unit = (area.height - sum(fixed)) / sum(extents)
        return [part + unit * extent for part, extent in zip(fixed, extents, strict=True)]

    def _unit(self, arrows: UpdateArrows, slot: Slot) -> float:
        """Return the largest length of arrows in a slot."""
        extent = arrows.extent()
        return min(slot.width / extent.width, slot.height / extent.height)

    def _under(self, spec: ArrowsSpec, half: Slot) -> VGroup:
        """Return the name of a run, and a note, under its arrows."""
        px = self.frame.px
        top = half.at(0.5, 0) + np.array([0.0, px(FOOT - theme.TITLE), 0.0])
        name = Words(spec.name, self.frame, weight="SEMIBOLD").put(top)
        note = Words(spec.note, self.frame, color=theme.MUTED)
        return VGroup(name, note.put(top - np.array([0.0, px(UNDER), 0.0])))
