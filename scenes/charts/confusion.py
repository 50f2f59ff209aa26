"""The confusion matrix, with the accuracy of each class as a bar beside its row."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Group,
    ImageMobject,
    ManimColor,
    Rectangle,
    Succession,
    VGroup,
    Wait,
    linear,
)
from manim import Line as Stroke

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words, cut
from scenes.story.specs import ConfusionSpec
from scenes.text.lines import Text

PIXELS = 720  # of the matrix's side in the image, about
HEAD = 56  # pixels above the matrix for the heads of its columns
LONGEST = 240  # pixels of a row's name at most
GAP = 24  # pixels between its parts
AFTER = 16  # pixels from a bar's end to its number
LEAST_BARS = 280  # pixels of width of the bars; with less there are none
LEAST_ROW = 40  # pixels of height of a row with its own name
TALLEST = 1.5  # a row's height at most, in widths of a column
BAR = 0.46  # a bar's height, in rows
GUIDE = 2.5
TINY = 1e-9

Shares = npt.NDArray[np.float64]


class Matrix(ImageMobject):
    """An image of shares: the brighter, the larger, from 0 to 1."""

    def __init__(self, shares: Shares, slot: Slot) -> None:
        count = len(shares)
        self.cell = max(4, round(PIXELS / count))
        self.gap = max(1, self.cell // 24)
        super().__init__(self._pixels(shares))
        self.height = slot.height
        self.stretch_to_fit_width(slot.width)
        self.move_to(slot.center).set_z_index(layers.RECESSES)

    def draw(self, shares: Shares) -> None:
        """Draw other shares."""
        self.pixel_array[..., :3] = self._pixels(shares)

    def _pixels(self, shares: Shares) -> npt.NDArray[np.uint8]:
        dark, bright = (np.array(ManimColor(c).to_rgb()) for c in (theme.PANEL, theme.INK))
        cells = _eight_bits(dark + shares[..., None] * (bright - dark))
        pixels = cells.repeat(self.cell, axis=0).repeat(self.cell, axis=1)
        lines = np.arange(len(pixels)) % self.cell >= self.cell - self.gap
        pixels[lines] = pixels[:, lines] = _eight_bits(np.array(ManimColor(theme.GROUND).to_rgb()))
        return pixels[: -self.gap, : -self.gap]


def _eight_bits(color: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    return np.round(255 * color).astype(np.uint8)


class Confusion:
    """The matrix, the names of its rows, and a bar for each class's accuracy."""

    def __init__(self, spec: ConfusionSpec, area: Slot, frame: Frame) -> None:
        px = frame.px
        self.spec = spec
        self.frame = frame
        self.area = area
        names, number, heads = self._widest_name() + px(GAP), self._widest_number(), px(HEAD)
        side = min(area.height - heads, area.width - names - px(GAP) - number)
        wide = area.width - names - side - px(2 * GAP + AFTER) - number
        self.has_bars = wide >= px(LEAST_BARS)
        used = area.width if self.has_bars else names + side + px(GAP) + number
        # Without bars the rows may be higher than the columns are wide, with room for all names.
        high = max(TALLEST * side, px(LEAST_ROW) * len(spec.names))
        high = min(area.height - heads, side if self.has_bars else high)
        left, top = area.x - used / 2 + names, area.y + (high + heads) / 2 - heads
        self.slot = box(left, top - high, left + side, top)
        self.start = self.slot.right + px(2 * GAP if self.has_bars else GAP)
        self.bar_room = wide if self.has_bars else 0.0
        self.pitch = high / len(spec.names)
        self.all_named = self.pitch >= px(LEAST_ROW) - TINY
        self.matrix = Matrix(spec.shares[0], self.slot)
        classes = range(len(spec.names))
        self.bars = VGroup(*(self._bar(k) for k in classes)) if self.has_bars else VGroup()
        self.heads = VGroup(*self._heads())
        self.names = self._labels(list(classes) if self.all_named else [])
        self.numbers = VGroup()
        self.pointers = VGroup()
        self.show(spec.shares[0])

    def enter(self) -> Animation:
        """Show the matrix of the first step, with the names of its rows."""
        texts = [words for words in (self.bars, self.heads, self.names) if len(words)]
        return FadeIn(Group(self.matrix, *texts), run_time=theme.MOVE)

    def advance(self, step: int, run_time: float) -> Animation:
        """Change the matrix and the bars to the next step."""
        return ChangeShares(self, step, run_time)

    def show(self, shares: Shares) -> None:
        """Draw the shares of a step, or shares between two steps."""
        self.matrix.draw(shares)
        for bar, share in zip(self.bars, np.diag(shares), strict=False):
            length = max(float(share) * self.bar_room, self.frame.px(2))
            bar.stretch_to_fit_width(length, about_edge=LEFT)

    def finish(self) -> Animation:
        """Show each class's accuracy at the end of its row."""
        if not self.all_named:
            return Wait(theme.SWAP)
        self.numbers = self._numbers(range(len(self.spec.names)))
        return FadeIn(self.numbers)

    def highlight_best(self) -> Animation:
        """Highlight the class with the best accuracy."""
        steps: list[Animation] = [self._light([self.spec.best])]
        if not self.all_named:
            rows = sorted({self.spec.best, *(self.spec.mistake or ())[:1]})
            self.names, self.numbers = self._labels(rows), self._numbers(rows)
            steps.append(FadeIn(self.names, self.numbers))
        return AnimationGroup(*steps, run_time=theme.MOVE)

    def highlight_mistake(self) -> Animation:
        """Highlight the most frequent mistake with the names of both classes, if there is any."""
        if self.spec.mistake is None:
            return Wait(theme.SWAP)
        row, column = self.spec.mistake
        self.pointers = self._pointers(row, column)
        return Succession(
            AnimationGroup(
                self._light([self.spec.best, row]), FadeOut(self.heads[1]), run_time=theme.SWAP
            ),
            FadeIn(self.pointers, run_time=theme.SWAP),
        )

    # --- parts

    def _light(self, rows: Sequence[int]) -> Animation:
        """Highlight some rows, and mute the others."""
        steps: list[Animation] = []
        for i, bar in enumerate(self.bars):
            steps.append(bar.animate.set_fill(theme.INK if i in rows else theme.EDGE))  # type: ignore[arg-type]
        for texts in (self.names, self.numbers) if self.all_named else ():
            for i, words in enumerate(texts):  # one for each row
                ink = theme.INK if i in rows else theme.MUTED
                steps.append(words.animate.set_color(ink))  # type: ignore[arg-type]
        return AnimationGroup(*steps) if steps else Wait(theme.SWAP)

    def _y(self, row: int) -> float:
        return self.slot.top - (row + 0.5) * self.pitch

    def _cell(self, row: int, column: int) -> Slot:
        wide = self.slot.width / len(self.spec.names)
        x = self.slot.left + (column + 0.5) * wide
        return Slot(x, self._y(row), wide, self.pitch)

    def _bar(self, row: int) -> Rectangle:
        bar = Rectangle(width=1.0, height=BAR * self.pitch, stroke_width=0)
        bar.set_fill(theme.MUTED, opacity=1)
        return bar.move_to(np.array([self.start, self._y(row), 0.0]), aligned_edge=LEFT)

    def _heads(self) -> list[Words]:
        """Return the heads of rows, columns and bars, on one line above the matrix."""
        y = self.slot.top + self.frame.px(HEAD - 0.7 * theme.LABEL)
        rows, columns, right = self.spec.heads
        places: list[tuple[Text, float, float]] = [
            (rows, self.slot.left - self.frame.px(GAP), 1),
            (columns, self.slot.left, -1),
        ]
        if self.has_bars:
            places.append((right, self.start, -1))
        return [
            Words(spec, self.frame, color=theme.MUTED).put(np.array([x, y, 0.0]), side)
            for spec, x, side in places
        ]

    def _labels(self, rows: Sequence[int]) -> VGroup:
        x = self.slot.left - self.frame.px(GAP)
        ys = self._apart(rows)
        return VGroup(*(self._name(k).put(np.array([x, ys[k], 0.0]), 1) for k in rows))

    def _name(self, row: int) -> Words:
        return cut(self.spec.names[row], self.frame, self.frame.px(LONGEST), color=theme.INK)

    def _widest_name(self) -> float:
        rows, *_ = self.spec.heads
        classes = range(len(self.spec.names))
        return max(Words(rows, self.frame).width, *(self._name(k).width for k in classes))

    def _widest_number(self) -> float:
        return max(Words(spec, self.frame).width for spec in self.spec.right)

    def _numbers(self, rows: Sequence[int]) -> VGroup:
        """Return the accuracy of some classes, each at the end of its row."""
        ys = self._apart(rows)
        last = np.diag(self.spec.shares[-1])
        gap = self.frame.px(AFTER if self.has_bars else 0)
        xs = self.start + last * self.bar_room + gap
        places = {k: np.array([xs[k], ys[k], 0.0]) for k in rows}
        words = (Words(self.spec.right[k], self.frame).put(places[k], -1) for k in rows)
        return VGroup(*words)

    def _apart(self, rows: Sequence[int]) -> dict[int, float]:
        """Return the y of each row's text: the middle of the row, moved if two would touch."""
        least, ys = self.frame.px(LEAST_ROW), {row: self._y(row) for row in rows}
        upper = None
        for row in sorted(ys):
            if upper is not None and ys[upper] - ys[row] < least:
                ys[row] = ys[upper] - least
            upper = row
        # Move texts below the matrix up again, and the texts above them.
        floor = self.slot.bottom + least / 2
        for row in sorted(ys, reverse=True):
            if ys[row] >= floor:
                break
            ys[row], floor = floor, floor + least
        return ys

    def _pointers(self, row: int, column: int) -> VGroup:
        """Return a frame around a cell, lines to both names, and the name of the column."""
        cell = self._cell(row, column)
        around = Rectangle(width=cell.width, height=cell.height, stroke_width=2 * GUIDE)
        around.set_stroke(theme.INK).move_to(cell.center)
        top = np.array([cell.x, self.slot.top + self.frame.px(8), 0.0])
        side = np.array([self.slot.left - self.frame.px(8), cell.y, 0.0])
        guides = [
            Stroke(start, end, stroke_color=theme.INK, stroke_width=GUIDE)
            for start, end in ((top, cell.at(0.5, 1)), (side, cell.at(0, 0.5)))
        ]
        return VGroup(around, *guides, self._column_label(cell.x)).set_z_index(layers.CONTENT)

    def _column_label(self, x: float) -> Words:
        words = Words(self.spec.mistake_text, self.frame, weight="SEMIBOLD")
        half = words.width / 2
        rows, *_, last = self.heads
        left = rows.get_right()[0] + self.frame.px(GAP)
        right = last.get_left()[0] - self.frame.px(GAP) if self.has_bars else self.area.right
        x = min(max(x, left + half), right - half)
        y = self.slot.top + self.frame.px(HEAD - 0.7 * theme.LABEL)
        return words.put(np.array([x, y, 0.0]))


class ChangeShares(Animation):
    """The animation of the matrix and the bars from one step to the next."""

    def __init__(self, confusion: Confusion, step: int, run_time: float) -> None:
        self.confusion = confusion
        self.before, self.after = confusion.spec.shares[step - 1 : step + 1]
        moved = Group(confusion.matrix, *confusion.bars)
        super().__init__(moved, run_time=run_time, rate_func=linear)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw shares between both."""
        part = min(alpha, 1.0)
        self.confusion.show((1 - part) * self.before + part * self.after)
