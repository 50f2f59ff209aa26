"""Panels: the rounded boxes of actors, their highlight and their pulse."""

from functools import lru_cache
from typing import Self

from manim import ImageMobject, Mobject, RoundedRectangle, there_and_back_with_pause
from manim.typing import Point3D_Array

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.redraw import Redraw

CORNER = 14  # pixels
THIN = 1.6
THICK = 3.2
SWELL = 1.6  # times, of a highlighted edge in a pulse
MOST_KEPT = 64  # cached sizes
DIGITS = 9  # decimal places of a size in the cache


@lru_cache(MOST_KEPT)
def _rounded(width: float, height: float, radius: float) -> Point3D_Array:
    """Return the points of a rectangle with round corners, cached: Manim needs milliseconds."""
    return RoundedRectangle(corner_radius=radius, width=width, height=height).points


class Rounded(RoundedRectangle):
    """A rectangle with round corners, fast for repeated sizes."""

    def round_corners(self, radius: float = CORNER, **_: object) -> Self:  # type: ignore[override]
        """Round the corners."""
        size = (round(length, DIGITS) for length in (self.width, self.height, radius))
        self.points = _rounded(*size).copy()
        return self


class Panel(Rounded):
    """A box that fills a slot."""

    def __init__(self, slot: Slot, frame: Frame, corner: float = CORNER) -> None:
        super().__init__(
            corner_radius=frame.px(corner),
            width=slot.width,
            height=slot.height,
            fill_color=theme.PANEL,
            fill_opacity=1,
            stroke_color=theme.EDGE,
            stroke_width=THIN,
        )
        self.move_to(slot.center).set_z_index(layers.PANELS)

    def lit(self, color: str | None = None) -> "Panel":
        """Return a highlighted copy of the panel, as the target of an animation."""
        return self.copy().set_stroke(color or theme.INK, THICK)

    def unlit(self) -> "Panel":
        """Return a copy of the panel without highlight, as the target of an animation."""
        return self.copy().set_stroke(theme.EDGE, THIN)


class Recess(Rounded):
    """A dark area in a panel, in which packets stop."""

    def __init__(self, slot: Slot, frame: Frame) -> None:
        super().__init__(
            corner_radius=frame.px(CORNER - 5),
            width=slot.width,
            height=slot.height,
            fill_color=theme.GROUND,
            fill_opacity=1,
            stroke_color=theme.EDGE,
            stroke_width=THIN / 2,
        )
        self.move_to(slot.center).set_z_index(layers.RECESSES)


class Pulse(Redraw):
    """The animation of a panel's edge, and of its light, that swell and shrink ``beats`` times.

    ``actor`` is what both are parts of.
    """

    def __init__(
        self,
        panel: Panel,
        color: str | None = None,
        beats: int = 1,
        light: ImageMobject | None = None,
        actor: Mobject | None = None,
    ) -> None:
        # What is on the scene already: a new group of its parts would take it apart.
        self.actor: Mobject = actor or panel
        super().__init__(self.actor, run_time=beats * theme.MOVE)
        self.beats = beats
        self.panel = panel
        self.light = light if theme.dark() else None
        self.rest = panel.copy()
        self.peak = panel.lit(color).set_stroke(width=SWELL * THICK)

    def interpolate_mobject(self, alpha: float) -> None:
        """Set the edge; at the end it is as at the start."""
        within = 0.0 if alpha >= 1 else (alpha * self.beats) % 1
        up = there_and_back_with_pause(within)
        self.panel.interpolate(self.rest, self.peak, up)
        if self.light is not None:
            self.light.set_opacity(up)
