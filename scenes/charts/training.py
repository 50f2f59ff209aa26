"""One worker's training: its photo, the model's weights, what it says, and the loss."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    Arrow,
    FadeIn,
    FadeOut,
    Group,
    GrowArrow,
    ImageMobject,
    LaggedStart,
    Mobject,
    Succession,
    VGroup,
    rate_functions,
    smooth,
)
from PIL import Image, ImageDraw

from scenes import theme
from scenes.charts.batch_losses import BatchLosses
from scenes.charts.class_bars import ClassBars
from scenes.charts.weight_dots import DARK, WeightDots
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel, Pulse
from scenes.drawing.pictures import picture
from scenes.drawing.redraw import Redraw
from scenes.drawing.text import Words, cut
from scenes.story.specs import TrainingSpec
from scenes.text.lines import Text

EDGE = 14  # pixels from a case to what lies in it
PHOTO = 512  # pixels of the side of an enlarged photo
ROUND = 0.024  # radius of its corners, in sides
FEW = 5  # looks at most until the first nudge is shown
UNSEEN = 0.5  # opacity of the photo before the model looks at it
LAG = 0.3
ALL_STEPS = 8.0  # seconds for many steps, and ...
EACH_STEP = 0.12  # ... for one of a few
HEAD = 20  # pixels of an arrow's head


@dataclass(frozen=True)
class Slots:
    """The places of the parts. Texts stand at points: a slot of no width or height."""

    case: Slot
    others: Slot
    plate: Slot
    bars: Slot
    losses: Slot
    worker: Slot
    weights: Slot
    scale: Slot
    sure: Slot
    error: Slot


class Training:
    """The picture of one worker's training. Its methods return animations."""

    def __init__(self, spec: TrainingSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame = spec, frame
        self.slots = slots = divided(area, frame)
        self.case = Panel(slots.case, frame).lit(theme.DATA)
        self.plate = Panel(slots.plate, frame).lit(theme.UPDATE).set_fill(DARK)
        self.photo = self._photo()
        self.others = Group(*self._others())
        px = frame.px
        self.dots = WeightDots(spec.moved, spec.moved_at, slots.plate.inset(px(EDGE)), frame)
        self.bars = ClassBars(spec.bars, slots.bars, frame)
        self.losses = self._losses()
        self.counter, self.sure = self._counters()
        self.texts = self._texts()
        self.at_first = self._at_first()
        self.arrow = self._arrow()
        self.look_ = 0

    # --- verbs

    @property
    def held(self) -> list[Mobject]:
        """The worker's photos in their case, and its name."""
        return [self.case, self.photo, *self.others, self.texts["worker"]]

    def enter(self) -> Animation:
        """Show the worker's model and the classes, before the first step."""
        model = Group(self.plate, self.dots, self.texts["weights"])
        classes = VGroup(self.bars.names, self.bars.grounds)
        error = [self.texts["error"]] if "error" in self.texts else []
        parts = (model, classes, VGroup(*error, self.counter))
        return LaggedStart(*map(FadeIn, parts), lag_ratio=LAG)

    def look(self) -> Animation:
        """Let the photo light up, and an arrow lead from it to the weights."""
        lit = self.photo.animate.set_opacity(1)
        looked = AnimationGroup(lit, Pulse(self.case, theme.DATA))  # type: ignore[arg-type]
        return LaggedStart(looked, GrowArrow(self.arrow), lag_ratio=0.6)

    def guess(self) -> Animation:
        """Let the bars grow to what the model says before any training."""
        grow = Grow(self.bars)
        marks = self.bars.marks.animate.set_stroke(opacity=1)
        return AnimationGroup(grow, AnimationGroup(marks, FadeIn(self.sure)), lag_ratio=0.8)  # type: ignore[arg-type]

    def nudge(self) -> Animation:
        """Take the first steps: the weights that move flash, if it is known which do."""
        first, then = self.spec.looks[0], self.nudged
        flashes = then in self.spec.moved_at
        step = Steps(self, first, then, 1.5 * theme.MOVE, flashes=flashes)
        said = FadeIn(VGroup(self.texts["scale"], self.at_first))
        return AnimationGroup(step, Pulse(self.plate, theme.UPDATE), said)

    def train(self) -> Animation:
        """Take all other steps, the first ones slowly."""
        first, last = self.nudged, self.spec.looks[-1]
        seconds = min(ALL_STEPS, theme.MOVE + EACH_STEP * (last - first))
        return Steps(self, first, last, seconds)

    def leave(self, slot: Slot) -> Animation:
        """Let all but the photo in its case fade; then it becomes small at a slot."""
        rest = [self.others, self.plate, self.dots, self.bars, self.losses, self.counter]
        rest += [self.sure, self.at_first, self.arrow, *self.texts.values()]
        held = Group(self.case, self.photo)
        small = held.animate.scale(slot.width / self.case.width).move_to(slot.center)
        faded = FadeOut(Group(*(part for part in rest if part.has_points() or len(part))))
        return Succession(faded.set_run_time(theme.SWAP), small)  # type: ignore[arg-type]

    # --- what changes

    @property
    def nudged(self) -> int:
        """The step of the first nudge: the first one with measured weights, unless it is late."""
        looks = self.spec.looks[1 : FEW + 1]
        return next((look for look in looks if look in self.spec.moved_at), looks[0])

    @property
    def changing(self) -> list[Mobject]:
        """What a step changes."""
        return [self.dots, self.bars, self.losses, self.counter, self.sure]

    def draw_to(self, step: float, flash: float = 0.0) -> None:
        """Show the state after a step, which may be a fraction."""
        looks = self.spec.looks
        look = float(np.interp(step, looks, range(len(looks))))
        self.dots.draw_to(step, flash)
        self.bars.draw_to(look)
        if len(self.losses):
            self.losses.draw_to(step)
        self._read(int(look))

    def _read(self, look: int) -> None:
        """Write the numbers of a look that was taken."""
        if look != self.look_:
            self.look_ = look
            self.sure.rewrite(self.spec.sure[look], 1)
            self.counter.rewrite(self.spec.counters[look], 1)

    # --- parts

    def _counters(self) -> tuple[Words, Words]:
        """Return the numbers that change: the step, and the share of the true class."""
        spec, slots, frame = self.spec, self.slots, self.frame
        sure = Words(spec.sure[0], frame, pixels=theme.DISPLAY, color=theme.DATA, weight="SEMIBOLD")
        counter = Words(spec.counters[0], frame, color=theme.MUTED)
        for words, slot in ((counter, slots.error), (sure, slots.sure)):
            words.put(slot.at(1, 0.5), 1).set_z_index(layers.CONTENT)
        return counter, sure

    def _photo(self) -> ImageMobject | Words:
        """Return the photo, enlarged; without one, the name of its class."""
        inner = self.slots.case.inset(self.frame.px(EDGE))
        if self.spec.photo is None:
            words = cut(self.spec.example, self.frame, inner.width, color=theme.INK)
            return words.put(inner.center).set_opacity(UNSEEN).set_z_index(layers.CONTENT)
        image = picture(rounded(self.spec.photo), inner).set_z_index(layers.CONTENT)
        return image.set_opacity(UNSEEN)

    def _others(self) -> Iterator[ImageMobject]:
        room = self.slots.others
        count = len(self.spec.others) if room.height else 0
        gap = (room.width - 5 * room.height) / 4
        for i in range(count):
            left = room.left + i * (room.height + gap)
            slot = box(left, room.bottom, left + room.height, room.top)
            yield picture(rounded(self.spec.others[i]), slot).set_z_index(layers.CONTENT)

    def _losses(self) -> BatchLosses | VGroup:
        spec = self.spec
        if not spec.losses:
            return VGroup()
        return BatchLosses(spec.losses, spec.began, self.slots.losses, self.frame)

    def _texts(self) -> dict[str, Words]:
        spec, slots = self.spec, self.slots
        texts = {
            "worker": self._words(spec.worker, slots.worker, -1, strong=True),
            "weights": self._words(spec.weights, slots.weights, -1, strong=True),
            "scale": self._words(spec.scale, slots.scale, 0),
        }
        if spec.losses:
            texts["error"] = self._words(spec.error, slots.error, -1)
        return texts

    def _words(self, text: Text, slot: Slot, side: float, *, strong: bool = False) -> Words:
        color, weight = (theme.INK, "SEMIBOLD") if strong else (theme.MUTED, "NORMAL")
        words = cut(text, self.frame, slot.width, color=color, weight=weight)
        words.put(slot.at((1 + side) / 2, 0.5), side)
        return words.set_z_index(layers.CONTENT)

    def _at_first(self) -> Words:
        """Return what the model said at first, before what it says now."""
        slot = self.slots.sure
        widest = max(
            Words(text, self.frame, pixels=theme.DISPLAY, weight="SEMIBOLD").width
            for text in {str(text): text for text in self.spec.sure}.values()
        )
        room = slot.width - widest - self.frame.px(24)
        words = cut(self.spec.at_first, self.frame, room, color=theme.MUTED)
        end = np.array([slot.left + room, slot.y, 0.0])
        return words.put(end, 1).set_z_index(layers.CONTENT)

    def _arrow(self) -> Arrow:
        start, end = self.slots.case.right, self.slots.plate.left
        gap = 0.16 * (end - start)
        y = self.slots.case.y
        ends = (np.array([x, y, 0.0]) for x in (start + gap, end - gap))
        arrow = Arrow(
            *ends,
            buff=0,
            stroke_width=4,
            color=theme.INK,
            tip_length=self.frame.px(HEAD),
            max_tip_length_to_length_ratio=1,
        )
        return arrow.set_z_index(layers.WIRES)


class Steps(Redraw):
    """The animation of some steps of a training, slow at both ends."""

    def __init__(
        self,
        training: Training,
        first: float,
        last: float,
        run_time: float,
        *,
        flashes: bool = False,
    ) -> None:
        self.training, self.span, self.flashes = training, (first, last), flashes
        self.changing = Group(*training.changing)
        super().__init__(self.changing, run_time=run_time)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the state between two steps."""
        alpha = min(max(alpha, 0.0), 1.0)
        first, last = self.span
        eased = rate_functions.ease_in_out_sine(alpha)
        flash = float(np.sin(np.pi * alpha)) if self.flashes else 0.0
        self.training.draw_to(first + eased * (last - first), flash)


class Grow(Redraw):
    """The animation of bars that grow to what a model says at first."""

    def __init__(self, bars: ClassBars) -> None:
        self.bars = bars
        self.group = VGroup(*bars.bars)
        super().__init__(self.group, run_time=theme.MOVE)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw the bars at a part of their length."""
        self.bars.draw_to(0.0, grown=smooth(min(max(alpha, 0.0), 1.0)))


def rounded(photo: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return a photo enlarged pixel by pixel, with round corners, uint8, shape (n, n, 4)."""
    large = Image.fromarray(photo).resize((PHOTO, PHOTO), Image.Resampling.NEAREST)
    mask = Image.new("L", large.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, PHOTO - 1, PHOTO - 1), ROUND * PHOTO, 255)
    return np.dstack([np.asarray(large), np.asarray(mask)])


def divided(area: Slot, frame: Frame) -> Slots:
    """Return the places of all parts in an area."""
    arrange = _wide if frame.wide else _portrait if frame.portrait else _square
    return Slots(*(_placed(area, frame, *edges) for edges in arrange()))


def _placed(area: Slot, frame: Frame, left: float, top: float, width: float, height: float) -> Slot:
    """Return a slot given in pixels from the top left corner of the area."""
    px = frame.px
    x, y = area.left + px(left), area.top - px(top)
    return box(x, y - px(height), x + px(width), y)


Edges = tuple[float, float, float, float]  # left, top, width, height, pixels


def _wide() -> tuple[Edges, ...]:
    return (
        (0, 72, 458, 458),
        (14, 552, 430, 74),
        (544, 72, 528, 528),
        (1110, 82, 618, 518),
        (0, 712, 1728, 100),
        (0, 0, 458, 60),
        (544, 0, 528, 60),
        (500, 610, 616, 40),
        (1100, 0, 628, 60),
        (0, 660, 1728, 40),
    )


def _square() -> tuple[Edges, ...]:
    return (
        (0, 64, 280, 280),
        (14, 364, 252, 42),
        (322, 64, 280, 280),
        (624, 64, 348, 500),
        (0, 652, 972, 104),
        (0, 0, 280, 60),
        (322, 0, 400, 60),
        (0, 426, 602, 40),
        (0, 494, 602, 70),
        (0, 600, 972, 40),
    )


def _portrait() -> tuple[Edges, ...]:
    return (
        (0, 60, 400, 400),
        (14, 478, 372, 62),
        (464, 60, 400, 400),
        (0, 686, 864, 420),
        (0, 1146, 864, 66),
        (0, 0, 400, 50),
        (464, 0, 400, 50),
        (0, 556, 864, 40),
        (0, 606, 864, 70),
        (0, 1104, 864, 36),
    )
