"""The partitions: a stack of tiles for each worker, then bars by class."""

from collections.abc import Sequence

import numpy as np
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    GrowFromEdge,
    LaggedStart,
    Rectangle,
    Square,
    Succession,
    Transform,
    VGroup,
    Wait,
)
from manim.typing import Point3D

from scenes import theme
from scenes.charts.tiles import FILL, GAP, Piles, Tiles, block, hollow, in_columns
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import gold
from scenes.drawing.pace import brisk
from scenes.drawing.panel import Panel
from scenes.drawing.text import Words
from scenes.story.specs import StacksSpec
from scenes.text.lines import Text

PAD = 11  # pixels inside a worker's border at most
BETWEEN = 9  # pixels between two borders at most
INSIDE, APART = 0.1, 0.12  # the same as parts of a worker's width
HEADER = 64  # pixels of height for the workers' numbers
COUNT = 52  # pixels of height for a count above or below a stack
SPLIT = 20  # pixels between the training part and the validation part
BESIDE = 22  # pixels between a class's name and the count of the highlighted worker
WRITE = 0.05  # lag between the numbers of a row
LAG = 0.22  # lag between stacks: at most five move at once
BORDER = 2.4
THICK = 0.5  # height of a bar, in rows
KEY = 32  # pixels from the key's tile to the middle of its text


class PartitionStacks:
    """All photos: a block at first, then a stack for each worker. Each verb is an animation."""

    beside_stacks: list[Words]  # that stand where the parts' names and counts will

    def __init__(self, spec: StacksSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame = spec, frame
        px = frame.px
        self.names = [self._muted(name) for name in spec.kinds]
        self.parts = [self._muted(spec.to_train), self._muted(spec.to_test)]
        self.photos = self._muted(spec.photos)  # the name of the row of counts
        counts = spec.stacks[spec.worker].kinds
        self.kind_counts = [Words(count, frame, weight="SEMIBOLD") for count, _ in counts]
        self.beside = max(words.width for words in self.kind_counts) + px(BESIDE)
        words = (*self.names, *self.parts, self.photos)
        margin = max(each.width for each in words) + self.beside + px(2 * PAD)
        right = box(area.left + margin, area.bottom, area.right, area.top)
        each = right.width / len(spec.stacks)
        self.pad, between = min(px(PAD), INSIDE * each), min(px(BETWEEN), APART * each)
        inner = right.columns([1.0] * len(spec.stacks), between)[0].inset(self.pad, 0)
        around = px(HEADER + 2 * COUNT + SPLIT + PAD)
        tiles = [stack.tiles for stack in spec.stacks]
        self.piles = Piles(tiles, inner.width, area.height - around)
        high = min(around + self.piles.above + self.piles.below, area.height)
        right = box(right.left, area.y - high / 2, right.right, area.y + high / 2)
        self.slots = right.columns([1.0] * len(spec.stacks), between)
        self.floor = right.bottom + px(COUNT + PAD + SPLIT) + self.piles.below
        self.chart = box(right.left, right.bottom + px(PAD), right.right, right.top - px(HEADER))
        self._lay_block(box(right.left, area.bottom, right.right, area.top))
        self.beside_stacks: list[Words] = []
        self._write()
        self.key = self._key(area.left)

    def enter(self) -> Animation:
        """Show all photos as one block, and the meaning of a tile."""
        block_ = LaggedStart(*(FadeIn(tiles) for tiles in self.everyone), lag_ratio=LAG)
        return AnimationGroup(*map(FadeIn, self.key), block_)

    def stack(self) -> Animation:
        """Move the tiles from the block to the workers' stacks, and draw a border around each.

        The tiles of all other workers disappear.
        """
        ends = self._places()
        moves = [*map(brisk, map(self._move, self.tiles, self.block, ends))]
        moves.reverse()  # from the right, so that no stack passes another
        for panel in self.panels:
            panel.set_stroke(theme.MUTED, BORDER)
        borders = LaggedStart(*map(FadeIn, self.panels), lag_ratio=WRITE)
        heads = LaggedStart(*map(FadeIn, (self.heading, *self.numbers)), lag_ratio=WRITE)
        sizes = [LaggedStart(*map(FadeIn, self.sizes), lag_ratio=WRITE)] if self.sizes else []
        gone = [*self.key, *([self.rest] if self.spec.rest else [])]
        return LaggedStart(
            FadeOut(*gone, run_time=theme.SWAP) if gone else Wait(theme.SWAP),
            LaggedStart(*moves, lag_ratio=LAG),
            AnimationGroup(borders, heads, *sizes),
            lag_ratio=0.9,
        )

    def _move(self, tiles: Tiles, start: Sequence[Point3D], end: Sequence[Point3D]) -> Animation:
        """Shrink tiles in their places, and move them."""
        small, there = (tiles.moved(points, self.piles.pitch) for points in (start, end))
        return Succession(
            Transform(tiles, small, run_time=0.3 * theme.MOVE),
            Transform(tiles, there, run_time=0.7 * theme.MOVE),
        )

    def split(self) -> Animation:
        """Move each worker's validation part down, and show the counts of both parts."""
        down = np.array([0, -self.frame.px(SPLIT), 0])
        apart = VGroup(*(tiles.apart for tiles in self.tiles))
        target = VGroup(*(hollow(tiles).shift(down) for tiles in apart))
        gone, self.beside_stacks = self.beside_stacks, [*self.parts, *self.counts]
        counts = LaggedStart(*map(FadeIn, self.beside_stacks), lag_ratio=0.06)
        return LaggedStart(
            *([FadeOut(VGroup(*gone), run_time=theme.SWAP)] if gone else []),
            Transform(apart, target, run_time=theme.MOVE),
            AnimationGroup(*(Transform(panel, panel.unlit()) for panel in self.panels)),
            counts,
            lag_ratio=0.5,
        )

    def count_classes(self) -> Animation:
        """Turn the stacks into bars, with a row for each class, and show one worker's counts."""
        leave = VGroup(*self.beside_stacks)
        turns = (
            LaggedStart(
                FadeOut(tiles), GrowFromEdge(bars, LEFT), lag_ratio=0.5, run_time=theme.MOVE
            )
            for tiles, bars in zip(self.tiles, self.bars, strict=True)
        )
        pairs = zip(self.names, self.kind_counts, strict=True)
        rows = LaggedStart(*(FadeIn(VGroup(*pair)) for pair in pairs), lag_ratio=WRITE)
        panel = self.panels[self.spec.worker]
        lit = AnimationGroup(rows, Transform(panel, panel.lit(theme.INK)))
        return Succession(
            FadeOut(leave, run_time=theme.SWAP) if len(leave) else Wait(theme.SWAP),
            LaggedStart(lit, LaggedStart(*turns, lag_ratio=LAG), lag_ratio=0.5),
        )

    def _lay_block(self, area: Slot) -> None:
        """Place all tiles in one block, and create each worker's border."""
        stacks = self.spec.stacks
        self.tiles = [Tiles(stack.tiles, stack.photos) for stack in stacks]
        self.rest = Tiles((self.spec.rest, 0), None)
        self.everyone = [*self.tiles, *([self.rest] if self.spec.rest else [])]
        parts, pitch = block([sum(tiles.counts) for tiles in self.everyone], area)
        self.side = (1 - GAP) * pitch
        stacked = [*self._places(), parts[-1]]
        self.block = []
        for tiles, points, target in zip(self.everyone, parts, stacked, strict=False):
            # Tiles keep their order down the columns of the block and of the stack.
            order = dict(zip(in_columns(target), points, strict=True))
            self.block.append([order[i] for i in range(len(points))])
            tiles.place(self.block[-1], pitch)
        self.panels = [Panel(slot, self.frame) for slot in self.slots]

    def _places(self) -> list[list[Point3D]]:
        """Return the places of each worker's tiles in its stack."""
        return [
            self.piles.places(stack.tiles, slot.x, self.floor, 0)
            for stack, slot in zip(self.spec.stacks, self.slots, strict=True)
        ]

    def _write(self) -> None:
        """Create the numbers, counts and names, and the bars."""
        px, stacks = self.frame.px, self.spec.stacks
        head = self.slots[0].top - px(HEADER / 2 + 4)
        side = self.slots[0].left - px(2 * PAD)
        self.heading = self._muted(self.spec.head).put(np.array([side, head, 0]), 1)
        self.numbers = [
            Words(stack.number, self.frame).put(np.array([slot.x, head, 0]))
            for stack, slot in zip(stacks, self.slots, strict=True)
        ]
        sizes = self._row([stack.size for stack in stacks], self._over(0))
        self.sizes = [self.photos, *sizes] if sizes else []
        self.beside_stacks = self.sizes
        self._count_parts(side)
        self.photos.put(np.array([side, self._over(0)[self.spec.worker], 0]), 1)
        for words in (self.heading, *self.numbers, *self.sizes, *self.counts):
            words.set_z_index(layers.CONTENT)
        self._chart(side)

    def _count_parts(self, side: float) -> None:
        """Create the counts above and below the stacks, and the names of both rows."""
        px, stacks = self.frame.px, self.spec.stacks
        under = [self.floor - px(SPLIT + COUNT / 2) - h for h in self._heights(1)]
        self.counts = [
            *self._row([stack.train for stack in stacks], self._over(0)),
            *self._row([stack.validation for stack in stacks], under),
        ]
        k = self.spec.worker
        middle = self.floor + self._heights(0)[k] / 2
        lower = self.floor - px(SPLIT) - self._heights(1)[k] / 2
        for words, y in zip(self.parts, (middle, lower), strict=True):
            words.put(np.array([side, y, 0]), 1)

    def _heights(self, part: int) -> list[float]:
        return [self.piles.height(stack.tiles[part]) for stack in self.spec.stacks]

    def _over(self, part: int) -> list[float]:
        """Return the y of the count above each stack."""
        return [self.floor + high + self.frame.px(COUNT / 2) for high in self._heights(part)]

    def _row(self, spec: Sequence[Text | None], heights: Sequence[float]) -> list[Words]:
        """Return numbers above or below the stacks, if there is room for all of them."""
        words = [
            Words(count, self.frame).put(np.array([slot.x, y, 0]))
            for count, slot, y in zip(spec, self.slots, heights, strict=True)
            if count is not None
        ]
        return words if all(one.width <= self.slots[0].width for one in words) else []

    def _key(self, left: float) -> list[VGroup]:
        """Return a tile beside the block with its meaning, or nothing without room."""
        px = self.frame.px
        top = max(point[1] for points in self.block for point in points)
        tile = Square(self.side).set_fill(theme.DATA, opacity=FILL).set_stroke(width=0)
        x = self.slots[0].left - px(2 * PAD)
        tile.move_to(np.array([x - self.side / 2, top, 0]))
        words = self._muted(self.spec.tile)
        words.put(np.array([x, tile.get_bottom()[1] - px(KEY), 0]), 1)
        return [VGroup(tile, words)] if words.get_left()[0] >= left else []

    def _chart(self, side: float) -> None:
        """Create a row for each class, to one scale for all workers."""
        stacks = self.spec.stacks
        rows = self.chart.rows([1.0] * len(self.names))
        most = max((value for stack in stacks for _, value in stack.kinds), default=1) or 1
        for name, number, row in zip(self.names, self.kind_counts, rows, strict=True):
            number.put(np.array([side, row.y, 0]), 1)
            name.put(np.array([side - self.beside, row.y, 0]), 1)
        self.bars = [
            self._bars([value / most for _, value in stack.kinds], slot, rows)
            for stack, slot in zip(stacks, self.slots, strict=True)
        ]

    def _bars(self, shares: Sequence[float], slot: Slot, rows: Sequence[Slot]) -> VGroup:
        """Return a worker's bars from its left edge."""
        inner = slot.inset(self.pad, 0)
        bars = VGroup()
        for share, row in zip(shares, rows, strict=True):
            if not share:
                continue
            width = max(share * inner.width, self.frame.px(2))
            bar = gold(Rectangle(width=width, height=THICK * row.height))
            bars.add(bar.move_to(np.array([inner.left + width / 2, row.y, 0])))
        return bars.set_z_index(layers.CONTENT)

    def _muted(self, text: Text) -> Words:
        return Words(text, self.frame, color=theme.MUTED)
