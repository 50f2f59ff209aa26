"""A schematic picture: workers' models that leave a shared one, and are held close to it."""

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    Circle,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    VGroup,
    VMobject,
)
from manim.typing import Point3D

from scenes import theme
from scenes.charts.update_arrows import Arrow
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.text import Words
from scenes.story.specs import WorkingSpec

WAYS = 7  # directions, evenly spread
FIRST = 0.3  # radians of the first one
CLOSE = 0.6  # part of the way at which a model is held
TURNS, WIDE = 7, 10  # turns of a spring, and pixels of half its width
MODEL, DRAWN = 26, 13  # pixels: radius of the shared model and of a worker's
FOOT = 96  # pixels under the picture for its names
SPRING = 3.0


class Leash(VGroup):
    """The shared model in the middle, arrows to the workers' models, and springs between them.

    Args:
        spec: the names of the shared model, and of what the springs do.
        area: where the picture is.
        frame: the frame.
    """

    def __init__(self, spec: WorkingSpec, area: Slot, frame: Frame) -> None:
        self.frame = frame
        self.middle = area.center + np.array([0.0, frame.px(FOOT / 2), 0.0])
        self.radius = min(area.width, area.height - frame.px(FOOT)) / 2 - frame.px(2 * DRAWN)
        turns = FIRST + np.linspace(0, 2 * np.pi, WAYS, endpoint=False)
        self.ways = np.stack([np.cos(turns), np.sin(turns), 0 * turns], axis=1)
        self.model = Dot(self.middle, radius=frame.px(MODEL), color=theme.MODEL)
        self.model.set_z_index(layers.PACKET_TEXT)
        self.arrows = VGroup(*(Arrow(theme.UPDATE, 5.0, frame) for _ in self.ways))
        self.springs = VGroup(*(VMobject(stroke_color=theme.INK) for _ in self.ways))
        self.springs.set_z_index(layers.PACKETS)
        self.free = VGroup(*(self._circle(way) for way in self.ways))
        foot = self.middle - np.array([0.0, self.radius + frame.px(FOOT - theme.LABEL), 0.0])
        self.before = Words(spec.before, frame, color=theme.MODEL).put(foot)
        self.after = Words(spec.after, frame).put(foot)
        self.reach = self.held = 0.0
        super().__init__(self.free, self.arrows, self.springs)
        self.draw(0.0, 0.0)

    @property
    def everything(self) -> VGroup:
        """The picture when the springs hold."""
        return VGroup(self, self.model, self.after)

    @property
    def start(self) -> VGroup:
        """The shared model with its name."""
        return VGroup(self.model, self.before)

    def run(self) -> Animation:
        """Let the workers' models leave it."""
        return Pull(self, 1.0, 0.0, 1.3 * theme.MOVE)

    def remedy(self) -> Animation:
        """Let springs pull them back, from where they would be."""
        swap = LaggedStart(
            FadeOut(self.before), FadeIn(self.after), lag_ratio=1, run_time=2 * theme.SWAP
        )
        return AnimationGroup(Pull(self, CLOSE, 1.0, 1.6 * theme.MOVE), swap)

    def draw(self, reach: float, held: float) -> None:
        """Draw the models at a part of their way, and the springs as strong as they hold."""
        self.reach, self.held = reach, held
        for arrow, spring, way in zip(self.arrows, self.springs, self.ways, strict=True):
            end = reach * self.radius * way
            arrow.point(self.middle, end[:2])
            spring.set_points_as_corners(self._spring(way, reach * self.radius))
            spring.set_stroke(width=SPRING, opacity=held)
        self.free.set_stroke(opacity=held)

    def _circle(self, way: Point3D) -> Circle:
        """Return the place of a model that is free."""
        circle = Circle(self.frame.px(DRAWN), stroke_color=theme.MUTED, stroke_width=2)
        return circle.move_to(self.middle + self.radius * way)

    def _spring(self, way: Point3D, length: float) -> npt.NDArray[np.float64]:
        """Return the corners of a spring of some length, shape (corners, 3)."""
        start = self.frame.px(MODEL)
        steps = np.linspace(0, 1, 2 * TURNS + 1)
        along = start + steps * max(length - start - self.frame.px(2 * DRAWN), 0.0)
        aside = self.frame.px(WIDE) * np.sin(np.pi * np.arange(len(steps)) + np.pi / 2)
        aside[[0, -1]] = 0.0
        across = np.array([-way[1], way[0], 0.0])
        corners: npt.NDArray[np.float64] = (
            self.middle + along[:, None] * way + aside[:, None] * across
        )
        return corners


class Pull(Animation):
    """The animation of a leash to another reach and hold."""

    def __init__(self, leash: Leash, reach: float, held: float, run_time: float) -> None:
        self.leash, self.target = leash, (reach, held)
        self.start: tuple[float, float] | None = None
        super().__init__(leash, run_time=run_time, introducer=True)

    def interpolate_mobject(self, alpha: float) -> None:
        """Draw a state between both."""
        start = self.start = self.start or (self.leash.reach, self.leash.held)
        part = self.rate_func(min(max(alpha, 0.0), 1.0))
        reach, held = (
            one + part * (two - one) for one, two in zip(start, self.target, strict=True)
        )
        self.leash.draw(reach, held)
