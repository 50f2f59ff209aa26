"""The shares n_k/n in the coordinator's tray, and the animation that merges them."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, ManimColor, Rectangle, VGroup, smooth

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words
from scenes.stage.wires import Packet
from scenes.text.lines import Text

GAP, WIDEST_GAP = 4, 0.2  # between two shares: pixels, and part of a share's width at most
FILLING = 0.92  # part of a share's width for its label at most
MERGED = 0.5  # part of the time in which shares merge; then they rise and fade


class Shares(VGroup):
    """The shares of many updates as one shape; the widest has a label if there is room.

    ``whole`` is the bar without gaps, ``room`` its width.
    """

    def __init__(self, texts: Sequence[Text], areas: Sequence[Slot], frame: Frame) -> None:
        self.whole = _bar(box(areas[0].left, areas[0].bottom, areas[-1].right, areas[0].top))
        self.room = self.whole.width
        self.body = self.whole.copy().clear_points()
        for area in areas:
            self.body.append_points(_bar(_without_gap(area, frame)).points)
        widest = max(range(len(areas)), key=lambda i: areas[i].width)
        super().__init__(self.body, *_label(texts[widest], areas[widest], frame))


def _without_gap(area: Slot, frame: Frame) -> Slot:
    gap = min(frame.px(GAP), WIDEST_GAP * area.width)
    return Slot(area.x, area.y, area.width - gap, area.height)


def _bar(area: Slot) -> Rectangle:
    bar = Rectangle(width=area.width, height=area.height, stroke_width=0)
    bar.set_fill(theme.UPDATE, opacity=1).move_to(np.array(area.center))
    return bar.set_z_index(layers.PACKETS)


def _label(text: Text, area: Slot, frame: Frame) -> list[Words]:
    """Return the label of a share, or nothing without room."""
    words = Words(text, frame, color=theme.ON_BRIGHT, weight="SEMIBOLD").put(area.center)
    words.set_z_index(layers.PACKET_TEXT)
    return [words] if words.width < FILLING * area.width else []


class Merge(Animation):
    """The animation of updates that merge into the new model and rise by ``lift``."""

    def __init__(self, updates: Sequence[Packet | Shares], lift: float) -> None:
        self.updates = updates
        self.starts = [update.copy() for update in updates]
        self.lift = np.array([0.0, lift, 0.0])
        super().__init__(VGroup(*updates), remover=True, run_time=self.seconds())

    @staticmethod
    def seconds() -> float:
        """Return the duration."""
        return 2 * theme.MOVE

    def interpolate_mobject(self, alpha: float) -> None:
        """Close the gaps and remove the labels; then rise and fade."""
        merged = smooth(min(max(alpha, 0.0) / MERGED, 1.0))
        rising = smooth(max(0.0, (min(alpha, 1.0) - MERGED) / (1 - MERGED)))
        color = ManimColor(theme.UPDATE).interpolate(ManimColor(theme.MODEL), merged)
        for update, start in zip(self.updates, self.starts, strict=True):
            update.become(start).shift(rising * self.lift)
            update[1:].set_fill(opacity=max(0.0, 1 - 2 * merged))
            update[0].set_fill(color, opacity=1 - rising)
            width = start[0].width + merged * (start.room - start[0].width)
            update[0].stretch_to_fit_width(width)
