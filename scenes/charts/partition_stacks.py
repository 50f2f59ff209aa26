"""The workers' photos as stacks of tiles, side by side, then as bars by kind."""

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
)
from manim.typing import Point3D

from scenes import theme
from scenes.charts.tiles import FILL, GAP, Piles, Tiles, block, hollow, in_columns
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.pace import brisk
from scenes.drawing.panel import Panel
from scenes.drawing.text import Words
from scenes.story.specs import StacksSpec
from scenes.text.lines import Text, text

PAD = 11  # pixels inside a worker's border at most
BETWEEN = 9  # pixels between two borders at most
INSIDE, APART = 0.1, 0.12  # and parts of a worker's width
HEADER = 64  # pixels of height for the workers' numbers
COUNT = 52  # pixels of height for a count over or under a stack
SPLIT = 20  # pixels between what a worker trains on and what it keeps apart
BESIDE = 22  # pixels between a kind's name and the told worker's count
WRITE = 0.05  # numbers of a row come nearly together
LAG = 0.22  # at most five stacks move at once
BORDER = 2.4
THICK = 0.5  # of a row of kinds
KEY = 32  # pixels from a tile to the middle of what it stands for


class PartitionStacks:
    """All photos: a block at first, then a stack for each worker. Every verb is an animation."""

    def __init__(self, spec: StacksSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame = spec, frame
        px = frame.px
        self.names = [self._quiet(name) for name in spec.kinds]
        self.parts = [self._quiet(text("to train")), self._quiet(text("to test"))]
        self.photos = self._quiet(text("photos"))  # beside how many each holds
        counts = spec.stacks[spec.worker].kinds
        self.kind_counts = [Words(count, frame, weight="SEMIBOLD") for count, _ in counts]
        self.beside = max(words.width for words in self.kind_counts) + px(BESIDE)
        margin = max(w.width for w in (*self.names, *self.parts)) + self.beside + px(2 * PAD)
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
        # The block has the stacks' edges: the column on their left is for names from the start.
        self._lay(box(right.left, area.bottom, right.right, area.top))
        self._write()
        self.key = self._key(area.left)

    def enter(self) -> Animation:
        """Bring in all photos as one block, and what a tile of it stands for."""
        block_ = LaggedStart(*(FadeIn(tiles) for tiles in self.everyone), lag_ratio=LAG)
        return AnimationGroup(FadeIn(self.key), block_)

    def deal(self) -> Animation:
        """Let the block fall into the workers' stacks, and close a border around each.

        What is not shown goes.
        """
        moves = [
            brisk(self._move(tiles, start, end))
            for tiles, start, end in zip(self.tiles, self.block, self._places(), strict=False)
        ]
        # From the right, where there is room: so none moves over another's.
        moves.reverse()
        for panel in self.panels:
            panel.set_stroke(theme.MUTED, BORDER)
        borders = LaggedStart(*map(FadeIn, self.panels), lag_ratio=WRITE)
        heads = LaggedStart(*map(FadeIn, (self.heading, *self.numbers)), lag_ratio=WRITE)
        sizes = [LaggedStart(*map(FadeIn, self.sizes), lag_ratio=WRITE)] if self.sizes else []
        return LaggedStart(
            FadeOut(self.key, *([self.rest] if self.spec.rest else []), run_time=theme.SWAP),
            LaggedStart(*moves, lag_ratio=LAG),
            AnimationGroup(borders, heads, *sizes),
            lag_ratio=0.9,
        )

    def _move(self, tiles: Tiles, start: Sequence[Point3D], end: Sequence[Point3D]) -> Animation:
        """Let tiles become small where they are, and go."""
        small, there = (tiles.moved(points, self.piles.pitch) for points in (start, end))
        return Succession(
            Transform(tiles, small, run_time=0.3 * theme.MOVE),
            Transform(tiles, there, run_time=0.7 * theme.MOVE),
        )

    def split(self) -> Animation:
        """Move what each worker keeps apart out of what it trains on, and count both."""
        down = np.array([0, -self.frame.px(SPLIT), 0])
        apart = VGroup(*(tiles.apart for tiles in self.tiles))
        goal = VGroup(*(hollow(tiles).shift(down) for tiles in apart))
        counts = LaggedStart(*map(FadeIn, (*self.parts, *self.counts)), lag_ratio=0.06)
        return LaggedStart(
            *([FadeOut(VGroup(*self.sizes), run_time=theme.SWAP)] if self.sizes else []),
            Transform(apart, goal, run_time=theme.MOVE),
            AnimationGroup(*(Transform(panel, panel.unlit()) for panel in self.panels)),
            counts,
            lag_ratio=0.5,
        )

    def count_kinds(self) -> Animation:
        """Turn the stacks into bars, a row for each kind; write out one worker's counts."""
        leave = VGroup(*self.parts, *self.counts)
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
            FadeOut(leave, run_time=theme.SWAP),
            LaggedStart(lit, LaggedStart(*turns, lag_ratio=LAG), lag_ratio=0.5),
        )

    def _lay(self, area: Slot) -> None:
        """Lay all tiles into one block, and make each worker's border."""
        stacks = self.spec.stacks
        self.tiles = [Tiles(stack.tiles, stack.photos) for stack in stacks]
        self.rest = Tiles((self.spec.rest, 0), None)
        self.everyone = [*self.tiles, *([self.rest] if self.spec.rest else [])]
        parts, pitch = block([sum(tiles.counts) for tiles in self.everyone], area)
        self.side = (1 - GAP) * pitch
        stacked = [*self._places(), parts[-1]]
        self.block = []
        for tiles, points, goal in zip(self.everyone, parts, stacked, strict=False):
            # Read down the columns, tiles have one order in the block and in the stack.
            order = dict(zip(in_columns(goal), points, strict=True))
            self.block.append([order[i] for i in range(len(points))])
            tiles.lie(self.block[-1], pitch)
        self.panels = [Panel(slot, self.frame) for slot in self.slots]

    def _places(self) -> list[list[Point3D]]:
        """Return where everyone's tiles are stacked."""
        return [
            self.piles.places(stack.tiles, slot.x, self.floor, 0)
            for stack, slot in zip(self.spec.stacks, self.slots, strict=True)
        ]

    def _write(self) -> None:
        """Write numbers, counts and names, and draw the bars."""
        px, stacks = self.frame.px, self.spec.stacks
        head = self.slots[0].top - px(HEADER / 2 + 4)
        side = self.slots[0].left - px(2 * PAD)
        self.heading = self._quiet(text("worker")).put(np.array([side, head, 0]), 1)
        self.numbers = [
            Words(stack.number, self.frame).put(np.array([slot.x, head, 0]))
            for stack, slot in zip(stacks, self.slots, strict=True)
        ]
        sizes = self._row([stack.size for stack in stacks], self._over(0))
        self.sizes = [self.photos, *sizes] if sizes else []
        self._count_parts(side)
        self.photos.put(np.array([side, self._over(0)[self.spec.worker], 0]), 1)
        for words in (self.heading, *self.numbers, *self.sizes, *self.counts):
            words.set_z_index(layers.CONTENT)
        self._chart(side)

    def _count_parts(self, side: float) -> None:
        """Write the counts over and under the stacks, and what they count beside them."""
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
        """Return the heights at which the stacks' counts stand."""
        return [self.floor + high + self.frame.px(COUNT / 2) for high in self._heights(part)]

    def _row(self, spec: Sequence[Text | None], heights: Sequence[float]) -> list[Words]:
        """Return numbers over or under the stacks, if there is room for all of them."""
        words = [
            Words(count, self.frame).put(np.array([slot.x, y, 0]))
            for count, slot, y in zip(spec, self.slots, heights, strict=True)
            if count is not None
        ]
        return words if all(one.width <= self.slots[0].width for one in words) else []

    def _key(self, left: float) -> VGroup:
        """Return a tile beside the block with what it stands for, if there is room."""
        px = self.frame.px
        top = max(point[1] for points in self.block for point in points)
        tile = Square(self.side).set_fill(theme.DATA, opacity=FILL).set_stroke(width=0)
        x = self.slots[0].left - px(2 * PAD)
        tile.move_to(np.array([x - self.side / 2, top, 0]))
        words = self._quiet(self.spec.tile)
        words.put(np.array([x, tile.get_bottom()[1] - px(KEY), 0]), 1)
        return VGroup(tile, words) if words.get_left()[0] >= left else VGroup()

    def _chart(self, side: float) -> None:
        """Lay out a row for each kind, on one scale for all workers."""
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
        """Return a worker's bars, from one edge."""
        inner = slot.inset(self.pad, 0)
        bars = VGroup()
        for share, row in zip(shares, rows, strict=True):
            if not share:
                continue
            width = max(share * inner.width, self.frame.px(2))
            bar = Rectangle(width=width, height=THICK * row.height, stroke_width=0)
            bar.set_fill(theme.DATA, opacity=1)
            bars.add(bar.move_to(np.array([inner.left + width / 2, row.y, 0])))
        return bars.set_z_index(layers.CONTENT)

    def _quiet(self, text: Text) -> Words:
        return Words(text, self.frame, color=theme.MUTED)
