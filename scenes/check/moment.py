"""A moment of a scene: the input of every rule."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Scene

from scenes.check import cover
from scenes.check.boxes import Box
from scenes.check.parts import Part, TextOnScreen
from scenes.check.views import can_move
from scenes.drawing.screen import Shape

Pixels = npt.NDArray[np.uint8]
SHORT = 1080  # pixels of the frame's shorter side, in which lengths are given
VISIBLE = 0.2  # opacity from which something counts as visible
MOSTLY_HIDDEN = 0.02  # visible share of a text's box; with less, the text counts as hidden


@dataclass(eq=False)
class Moment:
    """The parts and texts on screen at one time.

    ``still``: no animation is running. ``seconds_still``: nothing has moved for at least so long.
    ``play``: the number of plays before this one. ``moved``: the camera is not where it was at
    the start. ``draw``: returns the frame's pixels without texts, uint8, shape (height, width, 3).
    """

    scene: Scene
    beat: str
    time: float
    still: bool
    seconds_still: float
    play: int
    view: Box
    moved: bool
    parts: list[Part]
    all_texts: list[TextOnScreen]
    draw: Callable[["Moment"], Pixels]

    @property
    def shape(self) -> Shape:
        """The frame's shape."""
        return Shape(self.view.width, self.view.height)

    @cached_property
    def safe(self) -> Box:
        """The area in which text may stand."""
        left, bottom, right, top = self.shape.safe
        x, y = self.view.center
        return Box(left + x, bottom + y, right + x, top + y)

    @cached_property
    def glyphs(self) -> set[int]:
        """The ids of all parts that belong to a text."""
        return {id(part) for text in self.all_texts for part in text.parts}

    @cached_property
    def shapes(self) -> list[tuple[int, Part]]:
        """All other visible parts with their positions in the drawing order."""
        return [
            (order, part)
            for order, part in enumerate(self.parts)
            if part.opacity >= VISIBLE and id(part) not in self.glyphs
        ]

    @cached_property
    def texts(self) -> list[TextOnScreen]:
        """The visible texts: neither nearly transparent nor behind something."""
        return [
            text
            for text in self.all_texts
            if text.opacity >= VISIBLE
            and self.fills.visible_share(text) > MOSTLY_HIDDEN
            and not self.waits_outside(text.box)
        ]

    def waits_outside(self, box: Box) -> bool:
        """Whether a box is out of sight until the camera moves to it."""
        return (self.moved or can_move(self.scene)) and not box.crosses(self.view)

    @cached_property
    def fills(self) -> cover.Fills:
        """The filled parts, which may cover a text or a line."""
        return cover.Fills(self.shapes)

    @cached_property
    def ground(self) -> Pixels:
        """The frame's pixels without texts, uint8, shape (height, width, 3)."""
        return self.draw(self)

    @property
    def background(self) -> Pixels:
        """The camera's background, uint8, shape (height, width, 4)."""
        camera: Any = self.scene.camera
        pixels: Pixels = camera.background
        return pixels

    def px(self, length: float) -> float:
        """Return a length in pixels of a frame whose shorter side has 1080 of them."""
        return length * SHORT / min(self.shape)

    def units(self, pixels: float) -> float:
        """Return a length in Manim's units, given in such pixels."""
        return pixels * min(self.shape) / SHORT
