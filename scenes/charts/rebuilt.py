"""A photo in its case, and beside it what was rebuilt of it from updates of more and more."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
from manim import (
    DOWN,
    Animation,
    AnimationGroup,
    Arrow,
    FadeIn,
    FadeOut,
    Group,
    GrowArrow,
    GrowFromEdge,
    ImageMobject,
    LaggedStart,
    Rectangle,
    VGroup,
    linear,
)
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.glow import glow
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel
from scenes.drawing.pictures import picture
from scenes.drawing.plates import rounded
from scenes.drawing.redraw import Redraw
from scenes.drawing.text import Block, Words, paragraph, within
from scenes.story.specs import LeakSpec, Quantity
from scenes.text.lines import Text

Pixels = npt.NDArray[np.uint8]

# Pixels of a frame whose shorter side has 1080 of them.
PACKET = (128, 92)
LARGE = 416  # most of the side of both first pictures
BETWEEN = (360, 190)  # between these, in a wide frame and in any other
EDGE = 14  # between a photo and its case
NOTES = 30  # free below the notes on one photo
PATH = 26  # free at both ends of an arrow
RISE = 100  # by which the first pictures are above the middle
TEXT = 48  # from the edge of a case to the middle of the text beside it
LINE = 44  # from line to line
SMALL = {"wide": 256, "square": 150, "portrait": 186}  # the side of a smaller picture
BESIDE = {"wide": 480, "square": 224, "portrait": 0}  # from the left edge to the first column
HEADS = 116  # above the columns, for the heading and their heads
NOTE = 76  # below their pictures
FEET = 46  # from the floor of the bars to the middle of the text below it
BAR = 60  # width of a bar
LEVEL = 420  # width for the name of the level
COLUMN = 320  # width for a text below the bar of a column
OVER_BAR = 34  # from a bar's top to the middle of its number
MOST_APART = 90  # between two smaller pictures
MOST_BARS = 300, 400  # height of the bars; in portrait

SHARP = 256  # pixels of a picture, as it is drawn
CORNER = 8  # of these
SECONDS = 3.4  # for the pictures of an attempt


@dataclass(frozen=True)
class Places:
    """The slots of the parts: of both large pictures, and of the row that follows them."""

    case: Slot
    result: Slot
    small: Slot
    columns: Sequence[Slot]
    bars: Slot


class Rebuilt:
    """The picture. Its methods return animations."""

    def __init__(self, spec: LeakSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame, self.area = spec, frame, area
        self.places = _places(area, frame, len(spec.attempts))
        self.case = self._case(self.places.case)
        self.result = _photo(spec.history[0], self.places.result)
        self.arrow = self._arrow(self.places.case, self.places.result)
        self.texts = self._texts()

    # --- from one photo

    @property
    def between(self) -> Slot:
        """The place of a packet on its way from the case to what is rebuilt."""
        middle = self.arrow[0].get_center()
        return Slot(middle[0], middle[1], *(self.frame.px(side) for side in PACKET))

    def enter(self) -> Animation:
        """Show the photo in its case, and the first guess beside it."""
        arrow, words = self.arrow
        numbers = AnimationGroup(GrowArrow(arrow), FadeIn(words))
        parts = [FadeIn(Group(self.case, self.texts)), numbers, FadeIn(self.result)]
        return AnimationGroup(*parts, lag_ratio=0.5)

    def rebuild(self) -> Animation:
        """Show the pictures of the attempt, from the first guess to the last."""
        return ShowHistory(self.result, self.spec.history, SECONDS * theme.MOVE)

    # --- from more

    def make_room(self) -> Animation:
        """Move both pictures to the row in which others follow."""
        places = self.places
        gone = FadeOut(Group(self.texts, *self.arrow), run_time=theme.SWAP)
        smaller = places.small.width / places.case.width
        moving = [
            self.case.animate.scale(smaller).move_to(places.small.center),
            self.result.animate.scale(smaller).move_to(places.columns[0].center),
        ]
        come = VGroup(*self._around_small(), *self._heads(1))
        if self.frame.wide:
            come.add(*self._arrow(places.small, places.columns[0]))
        shown = FadeIn(come, run_time=theme.SWAP)
        return AnimationGroup(gone, AnimationGroup(*moving), shown, lag_ratio=1)  # type: ignore[arg-type]

    def show_more(self) -> Animation:
        """Show the pictures that were rebuilt from more photos, one after the other."""
        each = []
        for i, attempt in enumerate(self.spec.attempts[1:], 1):
            photo = _photo(attempt.picture, self.places.columns[i])
            each.append(FadeIn(Group(photo, *self._heads_of(i)), run_time=theme.SWAP))
        return LaggedStart(*each, lag_ratio=1)

    def compare(self) -> Animation:
        """Let a bar grow for each picture, as high as it is like the photo, and for chance."""
        floor = Stroke(*self._floor(), stroke_color=theme.WIRE, stroke_width=2)
        bars = [_grown(bar) for bar in (*self._levels(), *self._bars())]
        drawn = FadeIn(floor, run_time=theme.SWAP)
        return AnimationGroup(drawn, LaggedStart(*bars, lag_ratio=0.3), lag_ratio=1)

    def mark_last(self) -> Animation:
        """Draw a frame around the picture that was rebuilt from the most photos."""
        slot = self.places.columns[-1].inset(-self.frame.px(EDGE))
        return FadeIn(Panel(slot, self.frame).lit(), run_time=theme.SWAP)

    # --- parts

    def _case(self, slot: Slot) -> Group:
        px = self.frame.px
        around = slot.inset(-px(EDGE))
        panel = Panel(around, self.frame).lit(theme.DATA)
        return Group(glow(around, self.frame, theme.DATA), panel, _photo(self.spec.photo, slot))

    def _arrow(self, start: Slot, end: Slot) -> tuple[Arrow, VGroup]:
        """Return the arrow from the case to what is rebuilt, with the number of numbers on it."""
        px, color = self.frame.px, theme.UPDATE
        left = np.array([start.right + px(EDGE + PATH), start.y, 0])
        right = np.array([end.left - px(PATH), start.y, 0])
        drawn = Arrow(left, right, buff=0, color=color, stroke_width=7, tip_length=px(32))
        up = np.array([0, px(LINE), 0])
        middle = (left + right) / 2 + 0.9 * up
        noun = Words(self.spec.noun, self.frame, color=color).put(middle)
        words = [noun]
        if str(self.spec.count):
            count = Words(self.spec.count, self.frame, color=color, weight="SEMIBOLD")
            words.append(count.put(middle + up))
        return drawn, VGroup(*words)

    def _texts(self) -> VGroup:
        """Return the texts around both large pictures, and two notes."""
        case, result, px = self.places.case, self.places.result, self.frame.px
        notes = VGroup()
        bottom = self.area.bottom + px(NOTES)
        for text in (self.spec.knows, self.spec.rule):
            block = paragraph(text, self.frame, self.area.width, color=theme.MUTED)
            block.move_to(np.array([self.area.x, bottom + block.height / 2, 0]))
            bottom = block.get_top()[1] + px(LINE / 2)
            notes.add(*block)
        room = (result.right - case.left) / 2
        heads = [
            self._over(self.spec.owner, case, room),
            self._over(self.spec.result, result, room),
        ]
        return VGroup(*heads[0], *heads[1], self._stays(case), *notes)

    def _over(self, text: Text, slot: Slot, room: float) -> Block:
        """Return a text above a case, in lines of a width, inside the area."""
        block = paragraph(text, self.frame, room, color=theme.INK, weight="SEMIBOLD")
        up = np.array([0, self.frame.px(EDGE + TEXT), 0])
        return within(block.shift(slot.at(0.5, 1) + up - block[-1].anchor), self.area)

    def _stays(self, case: Slot) -> Words:
        down = np.array([0, self.frame.px(EDGE + TEXT), 0])
        stays = Words(self.spec.stays, self.frame, color=theme.DATA)
        return within(stays.put(case.at(0.5, 0) - down), self.area)

    def _around_small(self) -> VGroup:
        """Return the texts of the smaller case: around it, or in a portrait frame right of it."""
        small, px = self.places.small, self.frame.px
        stays = self._stays(small)
        if not self.frame.portrait:
            room = self.places.columns[0].left - self.area.left
            return VGroup(*self._over(self.spec.owner, small, room), stays)
        left = small.at(1, 0.5) + np.array([px(EDGE + PATH), 0, 0])
        up = np.array([0, px(LINE / 2), 0])
        owner = Words(self.spec.owner, self.frame, weight="SEMIBOLD")
        return VGroup(owner.put(left + up, -1), stays.put(left - up, -1))

    def _heads(self, count: int) -> list[Words]:
        """Return the heading over all columns, and the heads of the first ones."""
        up = np.array([0, self.frame.px(EDGE + TEXT + LINE), 0])
        heading = Words(self.spec.heading, self.frame, color=theme.MUTED)
        heading.put(self.places.columns[0].at(0, 1) + up, -1)
        return [heading, *(words for i in range(count) for words in self._heads_of(i))]

    def _heads_of(self, column: int) -> list[Words]:
        """Return the number of photos above a column's picture, and the note below it."""
        slot, attempt = self.places.columns[column], self.spec.attempts[column]
        away = np.array([0, self.frame.px(EDGE + TEXT), 0])
        head = attempt.photos if self.frame.wide else attempt.brief
        words = [Words(head, self.frame, weight="SEMIBOLD").put(slot.at(0.5, 1) + away)]
        if str(attempt.note):
            note = Words(attempt.note, self.frame).put(slot.at(0.5, 0) - away)
            words.append(within(note, self.area))
        return words

    # --- likeness

    def _floor(self) -> tuple[Point3D, Point3D]:
        """Return the ends of the line on which bars stand."""
        bars = self.places.bars
        left = self.area.left if self.frame.wide else bars.left
        return np.array([left, bars.bottom, 0]), np.array([bars.right, bars.bottom, 0])

    def _bar(self, quantity: Quantity, x: float, color: str, room: float, *names: Text) -> VGroup:
        """Return a bar from the floor up with its number above it, and texts below the floor."""
        px, (text, value) = self.frame.px, quantity
        floor = np.array([x, self.places.bars.bottom, 0])
        height = max(value, 0.0) / self._most() * self.places.bars.height
        bar = Rectangle(
            width=px(BAR), height=height, fill_color=color, fill_opacity=1, stroke_width=0
        )
        words = VGroup(Words(text, self.frame, weight="SEMIBOLD"))
        words[0].put(floor + np.array([0, height + px(OVER_BAR), 0]))
        for name in filter(str, names):
            block = paragraph(name, self.frame, px(room), color=theme.MUTED)
            words.add(*block.shift(floor - np.array([0, px(FEET), 0]) - block[0].anchor))
        return VGroup(bar.move_to(floor, DOWN), words).set_z_index(layers.CONTENT)

    def _most(self) -> float:
        _, (_, level) = self.spec.level
        return max(level, *(each.likeness[1] for each in self.spec.attempts)) or 1.0

    def _bars(self) -> list[VGroup]:
        """Return the bars of all columns."""
        columns = zip(self.spec.attempts, self.places.columns, strict=True)
        return [self._bar(each.likeness, slot.x, theme.UPDATE, COLUMN) for each, slot in columns]

    def _levels(self) -> list[VGroup]:
        """Return the bar of chance, below the case, and notes; in a narrow frame its number."""
        spec, px = self.spec, self.frame.px
        name, likeness = spec.level
        if not self.frame.wide:
            return [self._entry(name, likeness)]
        middle = (self.area.left + self.places.columns[0].left) / 2
        end = np.array([self.places.columns[-1].right, self.places.bars.bottom - px(FEET), 0])
        notes = VGroup()
        for note in filter(str, (spec.measure, spec.tried)):
            notes.add(Words(note, self.frame, color=theme.MUTED).put(end, 1))
            end[1] -= px(LINE)
        return [self._bar(likeness, middle, theme.MUTED, LEVEL, name), notes]

    def _entry(self, name: Text, likeness: Quantity) -> VGroup:
        """Return the level as a line of text below the bars."""
        words = Words(name, self.frame, color=theme.MUTED)
        number = Words(likeness[0], self.frame, weight="SEMIBOLD")
        gap = self.frame.px(PATH)
        left = self.places.bars.at(0.5, 0) - np.array([0, self.frame.px(FEET), 0])
        left[0] -= (words.width + gap + number.width) / 2
        words.put(left, -1)
        return VGroup(words, number.put(left + np.array([words.width + gap, 0, 0]), -1))


class ShowHistory(Redraw):
    """The animation of an image that shows recorded pictures, one after the other, as they are."""

    def __init__(self, image: ImageMobject, history: Pixels, run_time: float) -> None:
        self.image, self.history = image, history
        self.fingerprint = sha256(history.tobytes()).hexdigest()
        super().__init__(image, run_time=run_time, rate_func=linear)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the picture of a moment."""
        last = len(self.history) - 1
        shown = self.history[min(int(min(alpha, 1.0) * (last + 1)), last)]
        self.image.pixel_array[..., :3] = rounded(shown, SHARP, CORNER)[..., :3]


def _grown(bar: VGroup) -> Animation:
    """Let a bar grow from its floor, and show its numbers; a text alone appears."""
    if not isinstance(bar[0], Rectangle):
        return FadeIn(bar)
    return AnimationGroup(GrowFromEdge(bar[0], DOWN), FadeIn(bar[1]), lag_ratio=0.6)


def _photo(pixels: Pixels, slot: Slot) -> ImageMobject:
    return picture(rounded(pixels, SHARP, CORNER), slot).set_z_index(layers.CONTENT)


def _places(area: Slot, frame: Frame, count: int) -> Places:
    """Return the slots for a number of attempts."""
    px, wide = frame.px, frame.wide
    shape = "wide" if wide else "portrait" if frame.portrait else "square"
    gap = px(BETWEEN[not wide])
    side = min(px(LARGE), (area.width - gap - 2 * px(EDGE)) / 2)
    away, y = (side + gap) / 2, area.y + px(RISE)
    case, result = (Slot(area.x + x, y, side, side) for x in (-away, away))
    small, left = px(SMALL[shape]), area.left + px(BESIDE[shape])
    above = px(EDGE if frame.portrait else HEADS)
    start = Slot(area.left + px(EDGE) + small / 2, area.top - above - small / 2, small, small)
    top = start.bottom - px(LINE + HEADS) if frame.portrait else start.top
    most = (area.right - px(EDGE) - left - small) / max(count - 1, 1)
    step = min(most, small + px(MOST_APART))
    xs = [left + small / 2 + i * step for i in range(count)]
    columns = [Slot(x, top - small / 2, small, small) for x in xs]
    high = top - small - px(NOTE + OVER_BAR + LINE / 2)
    low = max(area.bottom + px(FEET + 1.5 * LINE), high - px(MOST_BARS[frame.portrait]))
    return Places(case, result, start, columns, box(left, low, area.right, high))
