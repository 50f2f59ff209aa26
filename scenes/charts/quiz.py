"""Test photos with what a model calls them."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, Group, LaggedStart, Rectangle, VGroup
from PIL import Image

from scenes import theme
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.marks import MARK, cross, tick
from scenes.drawing.pictures import Pixels, picture
from scenes.drawing.text import Words
from scenes.told import AnswerTold, QuizTold

HEADS = 172  # pixels left of the photos for what the lines under them are called
LEADING = 44  # pixels from one line under a photo to the next
FIRST = 40  # pixels from a photo to the middle of the first line
APART = 30  # pixels between two photos, one above the other
BESIDE = 20  # pixels from a photo to a line beside it
BETWEEN = 26  # pixels between two photos side by side, at least
BELOW = 20  # pixels kept clear under the last line
PIXELS = 256  # of a photo's side once it is enlarged
FRAME = 5  # stroke of the frame around a photo that was called right
LAG = 0.25  # an answer comes when the one before is this far in


class Quiz:
    """Photos in rows, under each of them what it shows and what a model calls it."""

    def __init__(self, told: QuizTold, area: Slot, frame: Frame) -> None:
        self.told = told
        self.frame = frame
        columns = min(2 if frame.portrait else 6 if frame.wide else 4, len(told.photos))
        heads = frame.px(HEADS) if frame.wide else 0.0
        room = box(area.left + heads, area.bottom, area.right, area.top)
        self.slots = _places(room, len(told.photos), columns, frame)
        images = (
            picture(_enlarged(photo), slot)
            for photo, slot in zip(told.photos, self.slots, strict=True)
        )
        self.photos = Group(*images)
        self.true = VGroup(*(self._line(i, name) for i, name in enumerate(told.true)))
        self.heads = self._heads(area.left, self.slots[::columns]) if heads else VGroup()
        self.answers = VGroup()
        self.frames = VGroup()

    def enter(self) -> Animation:
        """Bring in the photos with what they show."""
        return FadeIn(Group(self.photos, self.true, self.heads), run_time=theme.MOVE)

    def answer(self, answers: Sequence[AnswerTold]) -> Animation:
        """Show what a model calls the photos, one after the other, in place of what was shown."""
        old, self.answers = self.answers, VGroup(*map(self._answer, self.slots, answers))
        before, self.frames = self.frames, self._frames(answers)
        entries = [VGroup(*parts) for parts in zip(self.answers, self.frames, strict=True)]
        entering = [FadeIn(entry, run_time=theme.SWAP) for entry in entries]
        leaving = [FadeOut(VGroup(*old, *before), run_time=theme.SWAP)] if len(old) else []
        return AnimationGroup(*leaving, LaggedStart(*entering, lag_ratio=LAG), lag_ratio=0.8)

    def leave(self) -> Animation:
        """Take everything away."""
        everything = Group(self.photos, self.true, self.heads, *self.answers, *self.frames)
        return FadeOut(everything, run_time=theme.MOVE / 2)

    def _line(self, photo: int, name: object) -> Words:
        slot = self.slots[photo]
        words = Words(name, self.frame, color=theme.MUTED)  # type: ignore[arg-type]
        return words.put(_text_start(slot, 0, self.frame), -1)

    def _answer(self, slot: Slot, answer: AnswerTold) -> VGroup:
        """Return a name with a tick before it, or a cross; both start at the photo's edge."""
        color, weight = (theme.INK, "SEMIBOLD") if answer.right else (theme.MUTED, "NORMAL")
        start = _text_start(slot, 1, self.frame)
        side = self.frame.px(MARK)
        mark = (tick if answer.right else cross)(start + np.array([side / 2, 0, 0]), self.frame)
        words = Words(answer.name, self.frame, color=color, weight=weight)
        return VGroup(mark, words.put(start + np.array([1.5 * side, 0, 0]), -1))

    def _frames(self, answers: Sequence[AnswerTold]) -> VGroup:
        """Return a frame for each photo that was called right, and an empty group for the rest."""
        frames = VGroup()
        for slot, answer in zip(self.slots, answers, strict=True):
            framed = Rectangle(width=slot.width, height=slot.height, stroke_width=FRAME)
            framed.set_stroke(theme.INK).move_to(slot.center)
            frames.add(framed if answer.right else VGroup())
        return frames

    def _heads(self, left: float, firsts: Sequence[Slot]) -> VGroup:
        """Return what the lines are called, beside each row of photos."""
        heads = VGroup()
        for slot in firsts:
            for i, head in enumerate(self.told.heads):
                point = _text_start(slot, i, self.frame)
                heads.add(
                    Words(head, self.frame, color=theme.MUTED).put(
                        np.array([left, point[1], 0.0]), -1
                    )
                )
        return heads


def _enlarged(photo: Pixels) -> Pixels:
    """Return a photo, uint8, (height, width, 3), as a larger one that is smooth between pixels."""
    return np.asarray(Image.fromarray(photo).resize((PIXELS,) * 2, Image.Resampling.BICUBIC))


def _places(room: Slot, count: int, columns: int, frame: Frame) -> list[Slot]:
    """Return a square for each photo, with room for two lines under it, or beside it."""
    rows = ceil(count / columns)
    apart = frame.px(APART)
    below = 0.0 if frame.portrait else frame.px(FIRST + LEADING + theme.LABEL / 2)
    high = (room.height - (rows - 1) * apart - frame.px(BELOW)) / rows - below
    side = min((room.width + frame.px(BETWEEN)) / columns - frame.px(BETWEEN), high)
    pitch = (room.width - side) / max(columns - 1, 1)
    if frame.portrait:
        pitch = room.width / columns
    tall = rows * (side + below) + (rows - 1) * apart
    top = room.y + (tall + frame.px(BELOW)) / 2
    slots = []
    for i in range(count):
        row, column = divmod(i, columns)
        left = room.left + column * pitch
        upper = top - row * (side + below + apart)
        slots.append(box(left, upper - side, left + side, upper))
    return slots


def _text_start(slot: Slot, line: int, frame: Frame) -> np.ndarray:
    """Return where a line about a photo starts: under it, or beside it in a tall frame."""
    if frame.portrait:
        shift = np.array([frame.px(BESIDE), frame.px((0.5 - line) * LEADING), 0.0])
        return np.asarray(slot.at(1, 0.5) + shift)
    down = np.array([0.0, frame.px(FIRST + line * LEADING), 0.0])
    return np.asarray(slot.at(0, 0) - down)
