"""The wall sorted by kind: a block of lights for each kind, with its name and its right answers."""

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np
from manim import Animation, AnimationGroup, Create, FadeIn, FadeOut, FadeToColor, Group, VGroup
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Rounded
from scenes.drawing.redraw import Redraw
from scenes.drawing.text import Words, cut
from scenes.drawing.wall import Wall
from scenes.sound.effects import tone
from scenes.sound.heard import heard
from scenes.story.specs import WallRoundSpec, WallSpec
from scenes.text.lines import Text

HEAD = 300  # pixels beside the blocks for the large number and its labels
BESIDE = 44  # pixels between it and the blocks
LOW_HEAD = 120  # pixels above the blocks for them, in an area that is not wide
WIDE = 2.3  # width over height from which an area is wide
ROW = 52  # pixels above or below the blocks for names or numbers
CLOSE = 20  # pixels by which a name may stand beside the middle of its block
LIFT = 42  # pixels by which a name is higher that has no room between its neighbours
UP, DOWN = 0.64, 0.54  # parts of it from a block to the middle of a name, and of a number
BETWEEN = 32, 20  # pixels between two names at least, in a wide frame and in any other
APART = 20  # pixels between two walls, in a frame that is not wide
MOST_IN_LINE = 6  # kinds in one line of a frame that is not wide
TICK = 0.3  # seconds of a quick round
CORNER = 12
HALF = 0.5  # of a change
SWEEPS = 40  # over all pairs of names
FRAME = 3.0  # stroke around a block
AROUND = 7  # pixels from a block to its frame


class KindsWall(Group):
    """A sorted wall of one run: its blocks, their names and numbers, and a large number beside.

    Args:
        spec: the wall, with its kinds.
        area: where it is.
        frame: the frame.
        named: whether names stand above the blocks, and numbers below them; else numbers stand
            above them, if all blocks are in one line.
    """

    def __init__(self, spec: WallSpec, area: Slot, frame: Frame, *, named: bool = True) -> None:
        self.spec, self.frame = spec, frame
        self.named = named or self._per_line() < len(spec.names)
        self.beside = area.width > WIDE * area.height
        self.head_area, self.room = self._split(area)
        self.lines = list(self._lines(self.room))
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

    def under(self, kind: int) -> Point3D:
        """Return the point under a kind's block and number."""
        gap = self.frame.px(ROW + AROUND) if self.named else self.frame.px(AROUND)
        return np.asarray(self.block(kind).at(0.5, 0) - np.array([0.0, gap, 0.0]))

    def enter(self) -> Animation:
        """Show the wall, all dark, and the names of its kinds."""
        return FadeIn(Group(*(wall for _, wall in self.lines), self.names), run_time=theme.SWAP)

    def change(self, shown: WallRoundSpec, run_time: float = theme.MOVE) -> Animation:
        """Change lights and numbers to those of another round."""
        lights = (
            wall.change(shown.right[np.isin(self.spec.kinds, kinds)], run_time)
            for kinds, wall in self.lines
        )
        changed = AnimationGroup(*lights, self._numbers(shown, run_time))
        return heard(changed, tone(float(np.mean(shown.right))))

    def _numbers(self, shown: WallRoundSpec, run_time: float) -> Animation:
        """Let the first numbers appear, or others follow the lights."""
        if len(self.counts):
            return Renumber(self, shown, run_time)
        self.write(shown)
        return FadeIn(self.counts, self.head)

    def tick(self, shown: WallRoundSpec) -> Animation:
        """Change lights and numbers quickly."""
        return self.change(shown, TICK)

    def write(self, shown: WallRoundSpec) -> None:
        """Write the numbers of a round, in place of the present ones."""
        groups = (self.counts, self._counts(shown.counts)), (self.head, self._head(shown))
        for group, words in groups:
            if not len(group):
                group.add(*words)
                continue
            for old, new in zip(group, words, strict=True):
                old.rewrite(new.text)
                old.put(new.anchor)

    def set_off(self, kind: int) -> Animation:
        """Draw a frame around a kind's block and its number."""
        gap, row = self.frame.px(AROUND), self.frame.px(ROW)
        slot = self.block(kind)
        low, high = (row, gap) if self.named else (gap, row)
        around = box(slot.left - gap, slot.bottom - low, slot.right + gap, slot.top + high)
        edge = Rounded(
            corner_radius=self.frame.px(CORNER),
            width=around.width,
            height=around.height,
            stroke_color=theme.INK,
            stroke_width=FRAME,
        )
        self.frames.add(edge.move_to(around.center).set_z_index(layers.PACKETS))
        lit = FadeToColor(self.counts[kind], theme.INK)
        return AnimationGroup(lit, Create(edge), run_time=theme.SWAP)

    def leave(self) -> Animation:
        """Remove everything."""
        return FadeOut(self, self.frames, run_time=theme.SWAP / 2)

    # --- layout

    def _lines(self, area: Slot) -> Iterator[tuple[list[int], Wall]]:
        """Yield each line's kinds and its wall."""
        count, per_line = len(self.spec.names), self._per_line()
        parts = [list(range(count))[i : i + per_line] for i in range(0, count, per_line)]
        for kinds, slot in zip(parts, area.rows([1.0] * len(parts)), strict=True):
            row, half = self.frame.px(ROW), slot.width * len(kinds) / per_line / 2
            low = slot.bottom + (row if self.named else 0.0)
            high = slot.top - row - self._lift(kinds, slot.width / per_line)
            inner = box(slot.x - half, low, slot.x + half, high)
            yield kinds, Wall(self._part(kinds), inner, self.frame, rows=1)

    def _lift(self, kinds: Sequence[int], apart: float) -> float:
        """Return the room for names that are lifted, if some are, above blocks at a distance."""
        widths = [Words(self.spec.names[kind], self.frame).width for kind in kinds]
        places = [i * apart for i in range(len(kinds))]
        lifted = self._lifted(places, widths) if self.named else None
        return self.frame.px(LIFT) if lifted and any(lifted) else 0.0

    def _least(self) -> float:
        return self.frame.px(BETWEEN[not self.frame.wide])

    def _lifted(self, xs: Sequence[float], widths: Sequence[float]) -> list[bool] | None:
        """Return which names are lifted so that each stands over its block.

        None where all may stand in one line, a little aside, or where even two lines are too few,
        and in a frame that is not wide, whose blocks stand in two lines.
        """
        if not self.frame.wide:
            return None
        least = self._least()
        aside = beside(xs, widths, least, (-inf, inf))
        if max(abs(one - other) for one, other in zip(xs, aside, strict=True)) < self.frame.px(
            CLOSE
        ):
            return None
        ends = {False: -inf, True: -inf}  # of the last name that is lifted, and of that which isn't
        lifted = []
        for x, width in zip(xs, widths, strict=True):
            free = [level for level, end in ends.items() if end <= x - width / 2 - least]
            if not free:
                return None
            ends[free[0]] = x + width / 2
            lifted.append(free[0])
        return lifted

    def _per_line(self) -> int:
        """Return the number of kinds in a line, of one or two."""
        count = len(self.spec.names)
        return count if self.frame.wide or count <= MOST_IN_LINE else -(-count // 2)

    def _split(self, area: Slot) -> tuple[Slot, Slot]:
        """Return the slot of the large number, and that of the blocks."""
        px = self.frame.px
        if self.beside:
            head, blocks = area.columns([px(HEAD), area.width - px(HEAD + BESIDE)], px(BESIDE))
        else:
            head, blocks = area.rows([px(LOW_HEAD), area.height - px(LOW_HEAD)])
        return head, blocks

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
        """Yield the names, each over its block, or beside that where another would touch it."""
        blocks = list(self._blocks())
        for kinds, _ in self.lines:
            words = [Words(self.spec.names[kind], self.frame) for kind in kinds]
            middles = [blocks[kind].x for kind in kinds]
            lifted = self._lifted(middles, [each.width for each in words])
            if lifted is not None:
                y = blocks[kinds[0]].top + self.frame.px(UP * ROW)
                for each, x, up in zip(words, middles, lifted, strict=True):
                    yield each.put(np.array([x, y + up * self.frame.px(LIFT), 0.0]))
                continue
            least = self._least()
            ends = (
                min(blocks[kinds[0]].left - 2 * least, self.room.left),
                max(blocks[kinds[-1]].right + least / 2, self.room.right),
            )
            if sum(each.width + least for each in words) > ends[1] - ends[0]:
                most = 1.1 * blocks[kinds[0]].width
                words = [
                    cut(self.spec.names[kind], self.frame, most, color=theme.INK) for kind in kinds
                ]
            xs = beside(middles, [w.width for w in words], least, ends)
            y = blocks[kinds[0]].top + self.frame.px(UP * ROW)
            for each, x in zip(words, xs, strict=True):
                yield each.put(np.array([x, y, 0.0]))

    def _counts(self, counts: Sequence[Text]) -> Iterator[Words]:
        away = np.array([0.0, self.frame.px(DOWN * ROW), 0.0])
        for count, block in zip(counts, self._blocks(), strict=True):
            place = block.at(0.5, 0) - away if self.named else block.at(0.5, 1) + away
            yield Words(count, self.frame, color=theme.MUTED).put(place)

    def _head(self, shown: WallRoundSpec) -> Iterator[Words]:
        """Yield the large number and its labels, beside the blocks or above them."""
        px, middle = self.frame.px, self._middle()
        figure = Words(shown.figure, self.frame, pixels=theme.DISPLAY, weight="SEMIBOLD")
        labels = [Words(each, self.frame, color=theme.MUTED) for each in (shown.over, shown.under)]
        if self.beside:
            right = self.head_area.right
            for words, up in zip((labels[0], figure, labels[1]), (74, 0, -74), strict=True):
                yield words.put(np.array([right, middle + px(up), 0.0]), 1)
            return
        start = self.head_area.left
        yield figure.put(np.array([start, middle, 0.0]), -1)
        both = all(str(words.text) for words in labels)
        for words, up in zip(labels, (28, -28) if both else (0, 0), strict=True):
            yield words.put(np.array([start + figure.width + px(30), middle + px(up), 0.0]), -1)

    def _middle(self) -> float:
        """Return the height of the large number: that of the blocks, or over them."""
        if not self.beside:
            return self.head_area.y
        top, bottom = self.lines[0][1].area.top, self.lines[-1][1].area.bottom
        return (top + bottom) / 2


class Renumber(Redraw):
    """The animation of a sorted wall's numbers: they change when half of the lights have."""

    def __init__(self, wall: KindsWall, shown: WallRoundSpec, run_time: float) -> None:
        self.wall, self.shown, self.written = wall, shown, False
        super().__init__(VGroup(wall.counts, wall.head), run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Write the numbers, once."""
        if alpha >= HALF and not self.written:
            self.wall.write(self.shown)
            self.written = True


def one_over_the_other(
    specs: Sequence[WallSpec], area: Slot, frame: Frame
) -> tuple[KindsWall, KindsWall]:
    """Return two sorted walls, of which the lower one has the names of both where they fit."""
    row, apart = frame.px(ROW), 0.0 if frame.wide else frame.px(APART)
    each = (area.height - 3 * row - frame.px(LIFT) - apart) / 2
    shares = [each + row, each + 2 * row + frame.px(LIFT)] if frame.wide else [1.0, 1.0]
    upper, lower = area.rows(shares, apart)
    return KindsWall(specs[0], upper, frame, named=False), KindsWall(specs[1], lower, frame)


def beside(
    xs: Sequence[float], widths: Sequence[float], least: float, ends: tuple[float, float]
) -> list[float]:
    """Move the middles of labels, in order from the left, so that no two are too close.

    Args:
        xs: where they should be.
        widths: of the labels.
        least: the space between two.
        ends: the left and the right end of the space for all.
    """
    placed = list(xs)
    for _ in range(SWEEPS):
        placed[0] = max(placed[0], ends[0] + widths[0] / 2)
        placed[-1] = min(placed[-1], ends[1] - widths[-1] / 2)
        for i in range(len(placed) - 1):
            apart = (widths[i] + widths[i + 1]) / 2 + least
            lack = apart - (placed[i + 1] - placed[i])
            if lack > 0:
                placed[i] -= lack / 2
                placed[i + 1] += lack / 2
    return placed
