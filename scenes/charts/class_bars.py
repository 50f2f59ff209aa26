"""What a model gives each class as bars, with a mark for where each began."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import Line as Stroke
from manim import VGroup, VMobject

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import gold
from scenes.drawing.panel import Rounded
from scenes.drawing.text import Words, cut
from scenes.story.specs import BarSpec

HIGH = 0.54  # of a bar, in rows
HIGHEST = 28  # pixels of a bar's height
CORNER = 6  # pixels
NAMES = 0.52  # part of the width for the names, at most
GAP = 18  # pixels between a name and its bar
LEAST = 0.012  # of a bar's length, so that it is visible
BEYOND = 0.24  # of a bar's height by which a mark, behind it, is higher


class ClassBars(VGroup):
    """A row for each class: its name, and a bar on a track. The true class is gold."""

    def __init__(self, bars: Sequence[BarSpec], area: Slot, frame: Frame) -> None:
        self.specs, self.frame = bars, frame
        room = NAMES * area.width
        names = [self._name(spec, room) for spec in bars]
        left = area.left + min(max(name.width for name in names), room) + frame.px(GAP)
        rows = area.rows([1.0] * len(bars))
        high = min(HIGH * rows[0].height, frame.px(HIGHEST))
        self.tracks = [box(left, row.y - high / 2, area.right, row.y + high / 2) for row in rows]
        for name, track in zip(names, self.tracks, strict=True):
            name.put(np.array([left - frame.px(GAP), track.y, 0.0]), 1)
        self.names = VGroup(*names)
        self.grounds = VGroup(*(self._bar(track, theme.EDGE) for track in self.tracks))
        pairs = list(zip(bars, self.tracks, strict=True))
        self.bars = [Bar(track, spec.true, frame) for spec, track in pairs]
        self.marks = VGroup(*(self._mark(track, float(spec.shares[0])) for spec, track in pairs))
        super().__init__(self.names, self.grounds, *self.bars, self.marks)
        self.marks.set_stroke(opacity=0)
        self.draw_to(0.0, grown=0.0)

    def draw_to(self, look: float, grown: float = 1.0) -> None:
        """Draw the bars at a look, which may lie between two; ``grown`` is part of their length."""
        i = min(int(look), len(self.specs[0].shares) - 1)
        j = min(i + 1, len(self.specs[0].shares) - 1)
        for spec, bar in zip(self.specs, self.bars, strict=True):
            share = spec.shares[i] + (look - i) * (spec.shares[j] - spec.shares[i])
            bar.grow_to(grown * max(float(share), LEAST))

    def _name(self, spec: BarSpec, room: float) -> Words:
        color, weight = (theme.INK, "SEMIBOLD") if spec.true else (theme.MUTED, "NORMAL")
        return cut(spec.name, self.frame, room, color=color, weight=weight)

    def _bar(self, track: Slot, color: str) -> Rounded:
        corner = min(self.frame.px(CORNER), track.height / 2)
        bar = Rounded(corner_radius=corner, width=track.width, height=track.height)
        bar.set_stroke(width=0).set_fill(color, opacity=0.5)
        return bar.move_to(track.center).set_z_index(layers.PANELS)

    def _mark(self, track: Slot, share: float) -> Stroke:
        up = BEYOND * track.height
        x = track.left + share * track.width
        low, high = (np.array([x, y, 0.0]) for y in (track.bottom - up, track.top + up))
        mark = Stroke(low, high, stroke_color=theme.INK, stroke_width=1.6)
        return mark.set_z_index(layers.RECESSES)


class Bar(VMobject):
    """A bar with round corners on a track, of any length."""

    def __init__(self, track: Slot, true: bool, frame: Frame) -> None:
        self.track = track
        super().__init__(fill_color=theme.MUTED, fill_opacity=1, stroke_width=0)
        if true:
            gold(self)
        self.corner = min(frame.px(CORNER), track.height / 2)
        least = Rounded(
            corner_radius=self.corner, width=2 * self.corner + 1e-6, height=track.height
        )
        self.shape: npt.NDArray[np.float64] = least.points + track.center
        self.set_z_index(layers.CONTENT)

    def grow_to(self, share: float) -> None:
        """Let the bar cover a part of its track, 0 to 1; nothing is drawn at 0."""
        width, least = share * self.track.width, 2 * self.corner
        points = self.shape.copy()
        points[:, 0] -= self.track.x - self.corner  # the left end is at 0
        if width < least:
            points[:, 0] *= width / least
        else:
            points[points[:, 0] > self.corner, 0] += width - least
        points[:, 0] += self.track.left
        self.points = points if share > 0 else np.zeros((0, 3))
