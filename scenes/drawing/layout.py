"""The layout: named slots computed from the frame's size.

Actors fill slots. No other module has coordinates of the frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manim import config
from manim.typing import Point3D

from scenes.drawing.screen import Shape

SHORT = 8.0  # the shorter side in Manim's units
LINE = 0.01  # Manim's units of length of a stroke of width 1
UNDER_TITLE = 30  # free pixels under the title


@dataclass(frozen=True)
class Slot:
    """A rectangle, in Manim's units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """The x of the left edge."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """The y of the top edge."""
        return self.y + self.height / 2

    @property
    def bottom(self) -> float:
        """The y of the bottom edge."""
        return self.y - self.height / 2

    @property
    def center(self) -> Point3D:
        """The middle, shape (3,)."""
        return np.array([self.x, self.y, 0.0])

    def at(self, across: float, up: float) -> Point3D:
        """Return the point at fractions of width and height, from the bottom left corner."""
        return np.array([self.left + across * self.width, self.bottom + up * self.height, 0.0])

    def inset(self, across: float, up: float | None = None) -> "Slot":
        """Return the slot, smaller by ``across`` at both sides and by ``up`` at top and bottom."""
        up = across if up is None else up
        return Slot(self.x, self.y, self.width - 2 * across, self.height - 2 * up)

    def columns(self, shares: Sequence[float], gap: float = 0.0) -> tuple["Slot", ...]:
        """Split the slot from left to right in proportion to shares."""
        unit = (self.width - gap * (len(shares) - 1)) / sum(shares)
        slots, left = [], self.left
        for share in shares:
            slots.append(box(left, self.bottom, left + share * unit, self.top))
            left += share * unit + gap
        return tuple(slots)

    def rows(self, shares: Sequence[float], gap: float = 0.0) -> tuple["Slot", ...]:
        """Split the slot from the top down in proportion to shares."""
        unit = (self.height - gap * (len(shares) - 1)) / sum(shares)
        slots, top = [], self.top
        for share in shares:
            slots.append(box(self.left, top - share * unit, self.right, top))
            top -= share * unit + gap
        return tuple(slots)

    def overlaps(self, other: "Slot") -> bool:
        """Whether two slots share more than an edge."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > 1e-9
            and min(self.top, other.top) - max(self.bottom, other.bottom) > 1e-9
        )


def box(left: float, bottom: float, right: float, top: float) -> Slot:
    """Return the slot between these edges."""
    return Slot((left + right) / 2, (bottom + top) / 2, right - left, top - bottom)


def snapped(length: float, pixel: float) -> float:
    """Return a coordinate, moved to the nearest edge of a pixel."""
    return round(length / pixel) * pixel


@dataclass(frozen=True)
class Frame:
    """The frame's size in Manim's units, and lengths derived from it."""

    width: float
    height: float

    @classmethod
    def of_config(cls) -> "Frame":
        """Return the frame for Manim's resolution; its shorter side always has the same length.

        Manim keeps the width instead; strokes would be thin in a tall frame.
        """
        aspect = config.pixel_width / config.pixel_height
        return cls(SHORT * max(1.0, aspect), SHORT * max(1.0, 1 / aspect))

    @property
    def shape(self) -> Shape:
        """The frame's shape."""
        return Shape(self.width, self.height)

    @property
    def portrait(self) -> bool:
        """Whether the frame is clearly taller than wide."""
        return self.shape.portrait

    @property
    def wide(self) -> bool:
        """Whether the frame is clearly wider than tall."""
        return self.shape.wide

    def px(self, pixels: float) -> float:
        """Return a length given in pixels of a frame whose shorter side has 1080 of them."""
        return pixels * min(self.width, self.height) / 1080

    def stroke(self, pixels: float) -> float:
        """Return the stroke width, in Manim's unit, of a line as thick as some such pixels."""
        return self.px(pixels) / LINE

    @property
    def safe(self) -> Slot:
        """The area in which text may stand."""
        return box(*self.shape.safe)


@dataclass(frozen=True)
class Layout:
    """The slots of one frame for a number of workers."""

    frame: Frame
    title: Slot
    dial: Slot
    overlay: Slot
    headline: Slot
    caption: Slot
    front_end: Slot
    coordinator: Slot
    workers: Slot  # the area of all workers together
    figure: Slot
    tall: Slot  # the figure's area without a headline above

    @property
    def caption_shape(self) -> tuple[int, int]:
        """The most characters in a line of a caption, and the most lines."""
        return self.frame.shape.caption

    @property
    def whole(self) -> Slot:
        """The area between title and caption, for a figure without an overlay."""
        top = max(self.figure.top, self.title.bottom - self.frame.px(UNDER_TITLE))
        return box(self.figure.left, self.figure.bottom, self.figure.right, top)

    @property
    def untitled(self) -> Slot:
        """The area above the caption, for a picture without any other text."""
        safe = self.frame.safe
        return box(safe.left, self.figure.bottom, safe.right, safe.top)


def layout(frame: Frame) -> Layout:
    """Return the slots of a frame."""
    arrange = _wide if frame.wide else _portrait if frame.portrait else _square
    return arrange(frame)


# The numbers below are pixels of a frame whose shorter side has 1080 of them, from the top down.


def _wide(frame: Frame) -> Layout:
    """Return a wide layout: a row of workers; above it dial, coordinator and front end."""
    safe, px = frame.safe, frame.px
    caption = box(safe.left, safe.bottom, safe.right, safe.bottom + px(124))
    title = box(safe.left, safe.top - px(100), safe.left + px(530), safe.top)
    cards = box(safe.left, caption.top + px(24), safe.right, caption.top + px(356))
    high, low = safe.top - px(6), safe.top - px(242)
    return Layout(
        frame=frame,
        title=title,
        dial=box(safe.left, low, -px(320), high),
        overlay=box(safe.left, safe.top - px(256), safe.left + px(530), safe.top - px(156)),
        headline=box(safe.right - px(760), safe.top - px(100), safe.right, safe.top),
        caption=caption,
        front_end=box(safe.right - px(464), low, safe.right, high),
        coordinator=box(-px(280), low, px(280), high),
        workers=cards,
        figure=box(safe.left, caption.top + px(36), safe.right, title.bottom - px(40)),
        tall=box(safe.left, caption.top + px(36), safe.right, title.bottom - px(40)),
    )


def _square(frame: Frame) -> Layout:
    """Return a square layout: a row of workers under coordinator and front end."""
    safe, px = frame.safe, frame.px
    caption = box(safe.left, safe.bottom, safe.right, safe.bottom + px(184))
    title = box(safe.left, safe.top - px(95), safe.left + px(440), safe.top)
    beside = box(title.right, title.bottom, safe.right, safe.top)
    middle = safe.left + px(510)
    cards = box(safe.left, caption.top + px(30), safe.right, safe.top - px(430))
    return Layout(
        frame=frame,
        title=title,
        dial=title,
        overlay=beside,
        headline=beside,
        caption=caption,
        front_end=box(middle + px(60), safe.top - px(308), safe.right, safe.top - px(100)),
        coordinator=box(safe.left, safe.top - px(308), middle, safe.top - px(100)),
        workers=cards,
        figure=box(safe.left, caption.top + px(24), safe.right, title.bottom - px(30)),
        tall=box(safe.left, caption.top + px(24), safe.right, title.bottom - px(30)),
    )


def _portrait(frame: Frame) -> Layout:
    """Return a portrait layout: dial and front end, the coordinator, and workers in two rows."""
    safe, px = frame.safe, frame.px
    caption = box(safe.left, safe.bottom, safe.right, safe.bottom + px(200))
    title = box(safe.left, safe.top - px(95), safe.right, safe.top)
    front_end = box(safe.right - px(430), safe.top - px(208), safe.right, safe.top)
    coordinator = box(-px(300), safe.top - px(442), px(300), safe.top - px(238))
    cards = box(safe.left, caption.top + px(22), safe.right, coordinator.bottom - px(76))
    return Layout(
        frame=frame,
        title=title,
        dial=box(safe.left, safe.top - px(152), front_end.left - px(8), safe.top - px(56)),
        overlay=box(safe.left, safe.top - px(208), front_end.left - px(24), safe.top - px(108)),
        headline=box(safe.left, safe.top - px(205), safe.right, safe.top - px(105)),
        caption=caption,
        front_end=front_end,
        coordinator=coordinator,
        workers=cards,
        figure=box(safe.left, caption.top + px(34), safe.right, safe.top - px(235)),
        tall=box(safe.left, caption.top + px(34), safe.right, title.bottom - px(50)),
    )
