"""The common part of both stages: coordinator, front end, and the verbs that need no workers."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    Mobject,
    Succession,
    VGroup,
    Wait,
)
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.layout import Layout, Slot, box
from scenes.drawing.pace import paced
from scenes.stage.close_view import CloseView
from scenes.stage.coordinator import Coordinator
from scenes.stage.curve_bundle import CurveBundle
from scenes.stage.dial import Dial
from scenes.stage.front_end import FrontEnd
from scenes.stage.loss_curve import LossCurve
from scenes.stage.stage import Stage
from scenes.stage.wires import THIN, Trail
from scenes.story.specs import (
    NO_CHANGES,
    CurveSpec,
    Plate,
    QuickRoundSpec,
    Reading,
    StageSpec,
    UpdatesSpec,
)

STAGGER = 0.45  # part of a packet's time after which the next one leaves
CLEAR = 24  # pixels of a close view over the caption


class BaseStage(Stage):
    """The coordinator and the front end. A subclass adds the workers and their wires."""

    def __init__(self, layout: Layout, spec: StageSpec) -> None:
        self.layout, self.frame, self.spec = layout, layout.frame, spec
        self.coordinator = Coordinator(layout.coordinator, self.frame, spec.coordinator)
        self.front_end = FrontEnd(layout.front_end, self.frame, spec.front_end, spec.wall)
        self.dial = Dial(layout.dial, self.frame)
        ends = _line_between(layout.coordinator, layout.front_end)
        self.link = Stroke(*ends, stroke_color=theme.WIRE, stroke_width=THIN)
        self.wires = VGroup()
        self.broken: set[int] = set()  # wires that are not shown again
        self.curves: Sequence[LossCurve | CurveBundle] = ()

    # --- for a subclass

    @property
    @abstractmethod
    def standing(self) -> Sequence[Mobject]:
        """All parts of the workers, lowest first."""

    @property
    @abstractmethod
    def holders(self) -> Sequence[int]:
        """The workers with a copy of the model."""

    @abstractmethod
    def _train_with_curves(
        self, curves: Mapping[int, CurveSpec], changes: Mapping[int, Plate]
    ) -> Animation:
        """Set ``curves``, and let workers train while these are drawn."""

    def _set_aside(self, opacity: float) -> Sequence[Animation]:
        """Return the animation that hides what is in the place of the curves, or shows it again."""
        return ()

    @abstractmethod
    def _quick_training(self, spec: QuickRoundSpec) -> Iterator[Animation]:
        """Yield the short animations in which the model is distributed, trained and collected."""

    @abstractmethod
    def _merge(self, model: Animation) -> Animation:
        """Merge what is in the tray into the new model, which is written at the end."""

    # --- entering

    @property
    def everything(self) -> Group:
        plate = [self.coordinator.plate] if self.coordinator.plate is not None else []
        numbers = (self.front_end.gauge, self.front_end.reading)
        front = [self.front_end, *(each for each in numbers if len(each))]
        places = [self.coordinator.places] if len(self.coordinator.places.points) else []
        return Group(
            *(self.wires, self.link, *self.standing, self.coordinator, *places, *plate),
            *(*front, *self.dial.parts),
        )

    def open(self, plate: Plate, reading: Reading) -> Animation:
        self.show_plate(*plate)
        self.set_reading(reading)
        return FadeIn(self.everything)

    def set_reading(self, reading: Reading) -> None:
        """Let the front end show a reading at once."""
        steps = self.front_end.read(reading)
        steps.begin()
        steps.finish()

    def look_closely(self, reading: Reading) -> CloseView | None:
        wall, safe = self.spec.wall, self.frame.safe
        if wall is None or reading.right is None:
            return None
        low = self.layout.caption.top + self.frame.px(CLEAR)
        area = box(safe.left, low, safe.right, safe.top)
        return CloseView(wall, reading, self.everything, area, self.frame)

    def enter_coordinator(self) -> Animation:
        return FadeIn(self.coordinator)

    def enter_front_end(self) -> Animation:
        """Show the front end, and the line to it."""
        return AnimationGroup(FadeIn(self.front_end), Create(self.link))

    # --- the phases of a round

    def show_plate(
        self, filters: npt.NDArray[np.float32] | None, limit: float, *, glow: bool = True
    ) -> Animation:
        return self.coordinator.show_plate(filters, limit, glow=glow)

    def train(
        self, curves: Mapping[int, CurveSpec], changes: Mapping[int, Plate] = NO_CHANGES
    ) -> Animation:
        if not curves:
            return self.train_without_curves(self.holders, changes)
        training = self._train_with_curves(curves, changes)
        before = AnimationGroup(*(FadeIn(c.before) for c in self.curves), run_time=theme.SWAP)
        return Succession(*self._set_aside(0), before, training)

    def clear_curves(self) -> Animation:
        old, self.curves = self.curves, ()
        if not old:
            return Wait(theme.SWAP)
        leaving = AnimationGroup(*map(FadeOut, old), run_time=theme.SWAP)
        return AnimationGroup(leaving, *self._set_aside(1), lag_ratio=1)

    def collect_together(self, updates: UpdatesSpec) -> Animation:
        return LaggedStart(*self.collect(updates), lag_ratio=STAGGER)

    def aggregate(self, filters: npt.NDArray[np.float32] | None, limit: float) -> Animation:
        """Merge what is in the tray into the new model, while the coordinator pulses."""
        rewrite = self.coordinator.show_plate(filters, limit)
        return self._merge(AnimationGroup(self.coordinator.pulse(), rewrite))

    def notify_front_end(self) -> Animation:
        """Send a light along the line to the front end, which pulses."""
        seconds = 0.6 * theme.MOVE
        return Succession(Trail(theme.INK, seconds, self.link), self.front_end.pulse())

    def report(self, reading: Reading) -> Animation:
        return self.front_end.read_slowly(reading) if reading.value.text else Wait(theme.SWAP)

    def quick_round(self, spec: QuickRoundSpec) -> Iterator[Animation]:
        """Yield the animations of a round in short, at ``spec.pace`` times their usual length."""
        turn = [self.dial.turn(spec.dial)] if spec.dial else []
        yield AnimationGroup(*turn, paced(self.pick(spec.picked), 0.6 * spec.pace))
        yield from self._quick_training(spec)
        written = AnimationGroup(self.coordinator.pulse(), self.show_plate(*spec.plate))
        yield paced(written, 0.7 * spec.pace)
        yield self.front_end.read(spec.reading)

    def _set_wires(self, opacity: float) -> Animation:
        """Hide the wires while something else is in their place, or show them again.

        A wire that was hidden before, since it is broken, stays so.
        """
        for i, wire in enumerate(self.wires):
            if not opacity and wire.get_stroke_opacity() == 0:
                self.broken.add(i)
        return Shine(
            self.wires, [0.0 if i in self.broken else opacity for i in range(len(self.wires))]
        )


class Shine(Animation):
    """The animation of lines that fade to some opacities; they may move meanwhile."""

    def __init__(self, lines: VGroup, opacities: Sequence[float]) -> None:
        self.lines, self.ends = lines, opacities
        self.starts = [float(line.get_stroke_opacity()) for line in lines]
        super().__init__(lines, run_time=theme.SWAP)

    def interpolate_mobject(self, alpha: float) -> None:
        """Set the opacities."""
        done = self.rate_func(min(max(alpha, 0.0), 1.0))
        for line, start, end in zip(self.lines, self.starts, self.ends, strict=True):
            line.set_stroke(opacity=(1 - done) * start + done * end)


def _line_between(first: Slot, second: Slot) -> tuple[Point3D, Point3D]:
    """Return the ends of a straight line from one slot to another, beside or above it."""
    low, high = max(first.bottom, second.bottom), min(first.top, second.top)
    if low < high:
        y = (low + high) / 2
        to_right = second.x > first.x
        xs = (first.right, second.left) if to_right else (first.left, second.right)
        return np.array([xs[0], y, 0.0]), np.array([xs[1], y, 0.0])
    x = (max(first.left, second.left) + min(first.right, second.right)) / 2
    return np.array([x, first.top, 0.0]), np.array([x, second.bottom, 0.0])
