"""A moment of a scene: everything that rules look at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from manim import Scene

from scenes.check import cover
from scenes.check.boxes import Box
from scenes.check.parts import Lettering, Part
from scenes.drawing.layout import Frame, Slot

Pixels = npt.NDArray[np.uint8]
SEEN = 0.2  # opacity from which on something counts as visible
HIDDEN = 0.02  # share of a text's box: less of it than this can be seen


@dataclass(eq=False)
class Moment:
    """What stands on screen at a time.

    ``still`` says that no animation is running, ``stood`` for how many seconds nothing has moved
    at least; ``play`` counts the animations before this one.
    ``draw`` returns the frame's pixels without texts, uint8, (height, width, 3).
    """

    scene: Scene
    beat: str
    time: float
    still: bool
    stood: float
    play: int
    view: Box
    parts: list[Part]
    letters: list[Lettering]
    draw: Callable[["Moment"], Pixels]

    @cached_property
    def frame(self) -> Frame:
        """The frame's size."""
        return Frame(self.view.width, self.view.height)

    @cached_property
    def safe(self) -> Box:
        """Where text may stand."""
        slot: Slot = self.frame.safe
        x, y = self.view.center
        return Box(slot.left + x, slot.bottom + y, slot.right + x, slot.top + y)

    @cached_property
    def glyphs(self) -> set[int]:
        """The ids of all parts that belong to a text."""
        return {id(part) for text in self.letters for part in text.parts}

    @cached_property
    def shapes(self) -> list[tuple[int, Part]]:
        """All other parts that can be seen, with their places in the drawing order."""
        return [
            (order, part)
            for order, part in enumerate(self.parts)
            if part.opacity >= SEEN and id(part) not in self.glyphs
        ]

    @cached_property
    def texts(self) -> list[Lettering]:
        """The texts that can be seen: neither nearly transparent nor behind something."""
        return [
            text
            for text in self.letters
            if text.opacity >= SEEN and self.fills.seen_share(text) > HIDDEN
        ]

    @cached_property
    def fills(self) -> cover.Fills:
        """What may lie over a text or a line."""
        return cover.Fills(self.shapes)

    @cached_property
    def ground(self) -> Pixels:
        """The frame's pixels without texts, uint8, (height, width, 3)."""
        return self.draw(self)

    def px(self, length: float) -> float:
        """Return a length in pixels of a frame whose shorter side has 1080 of them."""
        return length * 1080 / min(self.view.width, self.view.height)

    def units(self, pixels: float) -> float:
        """Return a length given in such pixels in Manim's units."""
        return self.frame.px(pixels)
