"""Test photos with the predictions of a model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, Group, LaggedStart, Rectangle, VGroup
from PIL import Image

from scenes import theme
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import MARK, cross, tick
from scenes.drawing.pictures import Pixels, picture
from scenes.drawing.text import Words, cut
from scenes.story.specs import PredictionSpec, PredictionsSpec
from scenes.text.lines import Text

HEAD_GAP = 40  # pixels between the heads of the lines and the photos
LEADING = 42  # pixels from line to line
FIRST = 36  # pixels from a photo to the middle of the first line under it
APART = (26, 70)  # pixels between two rows of photos: at least, and at most
BESIDE = 20  # pixels from a photo to a line beside it
BETWEEN = 20  # pixels between two photos with their texts in a row, at least
LONGEST = 220  # pixels of a name at most
PIXELS = 256  # of an enlarged photo's side
FRAME = 5  # stroke of the frame around a photo with a right prediction
LAG = 0.25  # part of a prediction's time after which the next one enters


@dataclass(frozen=True)
class _Grid:
    """An arrangement of photos: the side of a photo, and whether its texts are ``beside`` it."""

    columns: int
    beside: bool
    side: float
    holes: int


class Predictions:
    """Photos in rows, each with its true class and a prediction, as large as possible."""

    def __init__(self, spec: PredictionsSpec, area: Slot, frame: Frame) -> None:
        self.spec = spec
        self.frame = frame
        heads = [Words(head, frame, color=theme.MUTED) for head in spec.heads]
        aside = max(head.width for head in heads) + frame.px(HEAD_GAP) if frame.wide else 0.0
        self.room = box(area.left + aside, area.bottom, area.right, area.top)
        self.lines = 2 if frame.wide else 3  # with the tick or cross before or under the name
        self.longest = self._longest()
        self.grid = max(self._grids(), key=lambda grid: (round(grid.side, 3), -grid.holes))
        self.slots = self._places()
        images = (
            picture(_enlarged(photo), slot)
            for photo, slot in zip(spec.photos, self.slots, strict=True)
        )
        self.photos = Group(*images)
        self.true = VGroup(*map(self._line, self.slots, spec.true))
        firsts = self.slots[:: self.grid.columns] if aside else []
        self.heads = VGroup(*self._heads(area.left, firsts))
        self.answers = VGroup()
        self.frames = VGroup()

    def enter(self) -> Animation:
        """Show the photos with their true classes."""
        return FadeIn(Group(self.photos, self.true, self.heads), run_time=theme.MOVE)

    def answer(self, answers: Sequence[PredictionSpec]) -> Animation:
        """Show a model's predictions one after the other, in place of the present ones."""
        old, self.answers = self.answers, VGroup(*map(self._answer, self.slots, answers))
        before, self.frames = self.frames, self._frames(answers)
        entries = [VGroup(*parts) for parts in zip(self.answers, self.frames, strict=True)]
        entering = [FadeIn(entry, run_time=theme.SWAP) for entry in entries]
        leaving = [FadeOut(VGroup(*old, *before), run_time=theme.SWAP)] if len(old) else []
        return AnimationGroup(*leaving, LaggedStart(*entering, lag_ratio=LAG), lag_ratio=0.8)

    def leave(self) -> Animation:
        """Remove everything."""
        everything = Group(self.photos, self.true, self.heads, *self.answers, *self.frames)
        return FadeOut(everything, run_time=theme.MOVE / 2)

    # --- parts

    def _line(self, slot: Slot, name: Text) -> Words:
        words = self._words(name, color=theme.MUTED)
        return words.put(self._start(slot, 0), -1)

    def _answer(self, slot: Slot, answer: PredictionSpec) -> VGroup:
        """Return a predicted class with a tick or a cross."""
        color, weight = (theme.INK, "SEMIBOLD") if answer.right else (theme.MUTED, "NORMAL")
        side = self.frame.px(MARK)
        start = self._start(slot, 1)
        words = self._words(answer.name, color=color, weight=weight)
        words.put(start + np.array([self._indent, 0, 0]), -1)
        middle = self._start(slot, self.lines - 1) + np.array([side / 2, 0, 0])
        return VGroup((tick if answer.right else cross)(middle, self.frame), words)

    def _words(self, text: Text, *, color: str, weight: str = "NORMAL") -> Words:
        return cut(text, self.frame, self.frame.px(LONGEST), color=color, weight=weight)

    def _frames(self, answers: Sequence[PredictionSpec]) -> VGroup:
        """Return a frame for each right prediction, and an empty group for each wrong one."""
        frames = VGroup()
        for slot, answer in zip(self.slots, answers, strict=True):
            framed = Rectangle(width=slot.width, height=slot.height, stroke_width=FRAME)
            framed.set_stroke(theme.INK).move_to(slot.center)
            frames.add(framed if answer.right else VGroup())
        return frames

    def _heads(self, left: float, firsts: Sequence[Slot]) -> Iterator[Words]:
        """Yield the heads of the lines, beside each row of photos."""
        for slot in firsts:
            for i, head in enumerate(self.spec.heads):
                point = np.array([left, self._start(slot, i)[1], 0.0])
                yield Words(head, self.frame, color=theme.MUTED).put(point, -1)

    # --- layout

    @property
    def _indent(self) -> float:
        """The distance from the start of a tick or a cross to its prediction."""
        return self.frame.px(1.5 * MARK) if self.lines == 2 else 0.0

    def _longest(self) -> float:
        """Return the width of the longest line."""
        answers = [answer.name for answer in (*self.spec.first, *self.spec.last)]
        once = {str(name): name for name in (*self.spec.true, *answers)}
        widths = (self._words(n, color=theme.INK, weight="SEMIBOLD").width for n in once.values())
        return max(*widths, self.frame.px(MARK)) + self._indent

    def _grids(self) -> Iterator[_Grid]:
        """Yield every arrangement; without room for its texts a photo has the least size."""
        px, count = self.frame.px, len(self.spec.photos)
        for columns in range(1, count + 1):
            rows = ceil(count / columns)
            holes = rows * columns - count
            wide = (self.room.width + px(BETWEEN)) / columns - px(BETWEEN)
            high = (self.room.height + px(APART[0])) / rows - px(APART[0])
            under = min(high - self._under, wide)
            least = px(1)
            fits = self.longest <= wide
            yield _Grid(columns, False, max(under if fits else least, least), holes)
            side = min(high, wide - px(BESIDE) - self.longest)
            fits = self._beside <= high
            yield _Grid(columns, True, max(side if fits else least, least), holes)

    @property
    def _under(self) -> float:
        """The height of the lines under a photo."""
        return self.frame.px(FIRST + (self.lines - 1) * LEADING + theme.LABEL)

    @property
    def _beside(self) -> float:
        """The height of the lines beside a photo."""
        return self.frame.px((self.lines - 1) * LEADING + 2 * theme.LABEL)

    def _places(self) -> list[Slot]:
        """Return a square for each photo, with the rows in the middle over the whole width."""
        px, grid, count = self.frame.px, self.grid, len(self.spec.photos)
        rows = ceil(count / grid.columns)
        tall = max(grid.side, self._beside) if grid.beside else grid.side + self._under
        raised = (tall - grid.side) / 2 if grid.beside else 0.0
        wide = grid.side + px(BESIDE) + self.longest if grid.beside else grid.side
        free = (self.room.height - rows * tall) / max(rows - 1, 1)
        apart = min(free, px(APART[1])) if rows > 1 else 0.0
        wide = max(wide, self.longest)
        pitch = (self.room.width - wide) / max(grid.columns - 1, 1)
        top = self.room.y + (rows * tall + (rows - 1) * apart) / 2
        slots = []
        for i in range(count):
            row, column = divmod(i, grid.columns)
            left, upper = self.room.left + column * pitch, top - row * (tall + apart) - raised
            slots.append(box(left, upper - grid.side, left + grid.side, upper))
        return slots

    def _start(self, slot: Slot, line: int) -> np.ndarray:
        """Return the start of a line of a photo's text."""
        px = self.frame.px
        if self.grid.beside:
            up = ((self.lines - 1) / 2 - line) * LEADING
            return np.asarray(slot.at(1, 0.5) + np.array([px(BESIDE), px(up), 0.0]))
        return np.asarray(slot.at(0, 0) - np.array([0.0, px(FIRST + line * LEADING), 0.0]))


def _enlarged(photo: Pixels) -> Pixels:
    """Return an enlarged photo, uint8, shape (height, width, 3)."""
    return np.asarray(Image.fromarray(photo).resize((PIXELS,) * 2, Image.Resampling.BICUBIC))
