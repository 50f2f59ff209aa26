"""Many updates' parts of the average, side by side in the tray, however many there are."""

from collections.abc import Sequence

import numpy as np
from manim import Rectangle, VGroup

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.stage.coordinator import BETWEEN, FILLING, MOST_BETWEEN, Share
from scenes.text.lines import Text


class Slices(Share):
    """Bars as wide as each n_k/n, drawn as one body; the widest has its share in it if it fits.

    ``whole`` is the bar before it is cut.
    """

    def __init__(self, spec: Sequence[Text], slots: Sequence[Slot], frame: Frame) -> None:
        self.whole = _bar(box(slots[0].left, slots[0].bottom, slots[-1].right, slots[0].top))
        self.room = self.whole.width
        self.body = self.whole.copy().clear_points()
        for slot in slots:
            self.body.append_points(_cut(slot, frame).points)
        widest = max(range(len(slots)), key=lambda i: slots[i].width)
        words = Words(spec[widest], frame, color=theme.ON_BRIGHT, weight="SEMIBOLD")
        words.put(slots[widest].center)
        fits = words.width < FILLING * slots[widest].width
        VGroup.__init__(self, self.body, *([words] if fits else []))
        for bar in (self.body, self.whole):
            bar.set_z_index(layers.PACKETS)
        words.set_z_index(layers.PACKET_TEXT)


def _cut(slot: Slot, frame: Frame) -> Rectangle:
    """Return a slice, a little narrower than its slot."""
    space = min(frame.px(BETWEEN), MOST_BETWEEN * slot.width)
    return _bar(Slot(slot.x, slot.y, slot.width - space, slot.height))


def _bar(area: Slot) -> Rectangle:
    bar = Rectangle(width=area.width, height=area.height, stroke_width=0)
    bar.set_fill(theme.UPDATE, opacity=1).move_to(np.array(area.center))
    return bar
