"""The wall sorted by kind: a block of lights for each kind, with its name and its right answers."""

from collections.abc import Iterator, Sequence

import numpy as np
from manim import Animation, AnimationGroup, Create, FadeIn, FadeOut, Group, VGroup

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Rounded
from scenes.drawing.text import Words, cut
from scenes.drawing.wall import Wall
from scenes.story.specs import WallRoundSpec, WallSpec
from scenes.text.lines import Text

HEAD = 330  # pixels beside the blocks for the large number and its labels
LOW_HEAD = 130  # pixels above the blocks for them, in a frame that is not wide
ROW = 54  # pixels above or below the blocks for names or numbers
MOST_IN_LINE = 6  # kinds in one line of a frame that is not wide
TICK = 0.4  # seconds of a quick round
FRAME = 3.0  # stroke around a block
AROUND = 10  # pixels from a block to its frame


class KindsWall(Group):
    """A sorted wall of one run: its blocks, their names and numbers, and a large number beside.

    Args:
        spec: the wall, with its kinds.
        area: where it is.
        frame: the frame.
        named: whether names stand above the blocks, and numbers below them; else numbers stand
            above them, where the frame is wide.
    """

    def __init__(self, spec: WallSpec, area: Slot, frame: Frame, *, named: bool = True) -> None:
        self.spec, self.frame = spec, frame
        self.named = named or not frame.wide
        self.head_area, blocks = _split(area, frame)
        self.lines = list(self._lines(blocks))
        self.names = VGroup(*self._names()) if self.named else VGroup()
        self.counts, self.head = VGroup(), VGroup()
        self.frames = VGroup()
        super().__init__(*(wall for _, wall in self.lines), self.names, self.counts, self.head)

    def block(self, kind: int) -> Slot:
        """Return the rectangle of a kind's lights."""
        for kinds, wall in self.lines:
            if kind in kinds:
                return wall.block(kinds.index(kind))
        raise ValueError(f"there is no kind {kind}")

    def enter(self) -> Animation:
        """Show the wall, all dark, and the names of its kinds."""
        return FadeIn(Group(*(wall for _, wall in self.lines), self.names), run_time=theme.MOVE)

    def change(self, shown: WallRoundSpec, run_time: float = theme.MOVE) -> Animation:
        """Change lights and numbers to those of another round."""
        first = not len(self.counts)
        self.write(shown)
        lights = (
            wall.change(shown.right[np.isin(self.spec.kinds, kinds)], run_time)
            for kinds, wall in self.lines
        )
        return AnimationGroup(*lights, *([FadeIn(self.counts, self.head)] if first else []))

    def tick(self, shown: WallRoundSpec) -> Animation:
        """Change lights and numbers quickly."""
        return self.change(shown, TICK)

    def write(self, shown: WallRoundSpec) -> None:
        """Write the numbers of a round, in place of the present ones."""
        self.counts.submobjects = list(self._counts(shown.counts))
        self.head.submobjects = list(self._head(shown))

    def set_off(self, kind: int) -> Animation:
        """Draw a frame around a kind's block and its number."""
        gap, row = self.frame.px(AROUND), self.frame.px(ROW)
        slot = self.block(kind)
        low, high = (row, gap) if self.named else (gap, row)
        around = box(slot.left - gap, slot.bottom - low, slot.right + gap, slot.top + high)
        edge = Rounded(
            corner_radius=gap,
            width=around.width,
            height=around.height,
            stroke_color=theme.INK,
            stroke_width=FRAME,
        )
        self.frames.add(edge.move_to(around.center).set_z_index(layers.PACKETS))
        return Create(edge, run_time=theme.SWAP)

    def leave(self) -> Animation:
        """Remove everything."""
        return FadeOut(self, self.frames, run_time=theme.SWAP)

    # --- layout

    def _lines(self, area: Slot) -> Iterator[tuple[list[int], Wall]]:
        """Yield each line's kinds and its wall."""
        count = len(self.spec.names)
        split = not self.frame.wide and count > MOST_IN_LINE
        per_line = -(-count // 2) if split else count
        parts = [list(range(count))[i : i + per_line] for i in range(0, count, per_line)]
        for kinds, slot in zip(parts, area.rows([1.0] * len(parts)), strict=True):
            row = self.frame.px(ROW)
            width = slot.width * len(kinds) / per_line
            inner = Slot(slot.x, slot.y, width, slot.height - 2 * row)
            yield kinds, Wall(self._part(kinds), inner, self.frame, rows=1)

    def _part(self, kinds: Sequence[int]) -> WallSpec:
        """Return the spec of some kinds alone."""
        chosen = np.isin(self.spec.kinds, kinds)
        tiles = None if self.spec.tiles is None else self.spec.tiles[chosen]
        names = [self.spec.names[kind] for kind in kinds]
        return WallSpec(self.spec.kinds[chosen] - kinds[0], names, tiles)

    def _blocks(self) -> Iterator[Slot]:
        for kinds, wall in self.lines:
            yield from (wall.block(i) for i in range(len(kinds)))

    def _names(self) -> Iterator[Words]:
        up = np.array([0.0, self.frame.px(ROW / 2), 0.0])
        for name, block in zip(self.spec.names, self._blocks(), strict=True):
            words = cut(name, self.frame, 1.1 * block.width, color=theme.MUTED)
            yield words.put(block.at(0.5, 1) + up)

    def _counts(self, counts: Sequence[Text]) -> Iterator[Words]:
        away = np.array([0.0, self.frame.px(ROW / 2), 0.0])
        for count, block in zip(counts, self._blocks(), strict=True):
            place = block.at(0.5, 0) - away if self.named else block.at(0.5, 1) + away
            yield Words(count, self.frame).put(place)

    def _head(self, shown: WallRoundSpec) -> Iterator[Words]:
        """Yield the large number and its labels, beside the blocks or above them."""
        px, middle = self.frame.px, self._middle()
        figure = Words(shown.figure, self.frame, pixels=theme.DISPLAY, weight="SEMIBOLD")
        labels = [Words(each, self.frame, color=theme.MUTED) for each in (shown.over, shown.under)]
        if self.frame.wide:
            right = self.head_area.right
            for words, up in zip((labels[0], figure, labels[1]), (74, 0, -74), strict=True):
                yield words.put(np.array([right, middle + px(up), 0.0]), 1)
            return
        start = self.head_area.left
        yield figure.put(np.array([start, middle, 0.0]), -1)
        for words, up in zip(labels, (28, -28), strict=True):
            yield words.put(np.array([start + figure.width + px(30), middle + px(up), 0.0]), -1)

    def _middle(self) -> float:
        return self.lines[0][1].area.y if self.frame.wide else self.head_area.y


def one_over_the_other(
    specs: Sequence[WallSpec], area: Slot, frame: Frame
) -> tuple[KindsWall, KindsWall]:
    """Return two sorted walls, of which the lower one has the names of both where they fit."""
    upper, lower = area.rows([1.0, 1.0])
    return KindsWall(specs[0], upper, frame, named=False), KindsWall(specs[1], lower, frame)


def _split(area: Slot, frame: Frame) -> tuple[Slot, Slot]:
    """Return the slot of the large number, and that of the blocks."""
    px = frame.px
    if frame.wide:
        head, blocks = area.columns([px(HEAD), area.width - px(HEAD + 50)], px(50))
    else:
        head, blocks = area.rows([px(LOW_HEAD), area.height - px(LOW_HEAD)])
    return head, blocks
