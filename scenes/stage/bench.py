"""The bench: where updates are laid side by side, and become one, below the coordinator."""

from collections.abc import Sequence

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Succession,
    VGroup,
    Wait,
    smooth,
)
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.pictures import Pixels
from scenes.drawing.redraw import Redraw
from scenes.drawing.text import Words
from scenes.stage.parcel import HEIGHT, WIDTH, Parcel
from scenes.text.lines import Text

LARGEST = 1.5  # size of a parcel
APART, LEAST = 60, 6  # pixels between two parcels, and at least
BELOW = 34  # pixels from a parcel down to the middle of its label
FILLING = 0.94  # part of the distance of two parcels that a label may fill


class Bench:
    """The places of some updates, and their labels."""

    def __init__(self, area: Slot, frame: Frame) -> None:
        self.area, self.frame = area, frame
        self.labels = VGroup()
        self.places: list[tuple[Point3D, float]] = []

    def lay(self, parcels: Sequence[Parcel]) -> Animation:
        """Lay parcels side by side, as large as there is room."""
        self.places = self._places(len(parcels))
        pairs = zip(parcels, self.places, strict=True)
        return AnimationGroup(*(Slide(parcel, *place) for parcel, place in pairs))

    def label(self, texts: Sequence[Text]) -> Animation:
        """Write a label under each parcel, unless there is no room for one of them."""
        words = [Words(text, self.frame, weight="SEMIBOLD") for text in texts if str(text)]
        pitch = abs(self.places[-1][0][0] - self.places[0][0][0]) / max(len(self.places) - 1, 1)
        fits = len(words) == len(self.places) and (
            len(words) < 2 or max(each.width for each in words) <= FILLING * pitch
        )
        if not fits:
            return Wait(theme.SWAP)
        px = self.frame.px
        for each, (point, size) in zip(words, self.places, strict=True):
            each.put(point - np.array([0.0, px(HEIGHT * size / 2 + BELOW), 0.0]))
        self.labels = VGroup(*words).set_z_index(layers.PACKET_TEXT)
        return FadeIn(self.labels, run_time=theme.SWAP)

    def merge(self, parcels: Sequence[Parcel], model: Pixels | None, goal: Point3D) -> Animation:
        """Slide parcels onto each other; they become the new model, which goes to its place."""
        if not parcels:
            return Wait(theme.SWAP)
        ((middle, size),) = self._places(1)
        old, self.labels = self.labels, VGroup()
        leaving = [FadeOut(old, run_time=theme.SWAP)] if len(old) else []
        *others, last = parcels
        slides = [Slide(parcel, middle, size, remover=True) for parcel in others]
        return Succession(
            AnimationGroup(*leaving, *slides, Slide(last, middle, size)),
            last.wipe(model, theme.MODEL, theme.MOVE),
            Slide(last, goal, 0.5, remover=True, fades=True),
        )

    def _places(self, count: int) -> list[tuple[Point3D, float]]:
        """Return the middle and the size of each of some parcels."""
        px, area = self.frame.px, self.area
        room = area.width / max(count, 1) - px(LEAST)
        high = area.height - px(2 * BELOW + theme.LABEL)
        size = min(LARGEST, room / px(WIDTH), high / px(HEIGHT))
        pitch = size * px(WIDTH) + min(px(APART), area.width / max(count, 1) - size * px(WIDTH))
        y = area.y + px(BELOW) / 2
        left = area.x - pitch * (count - 1) / 2
        return [(np.array([left + i * pitch, y, 0.0]), size) for i in range(count)]


class Slide(Redraw):
    """The animation of a parcel that moves straight to a place and changes its size."""

    def __init__(
        self,
        parcel: Parcel,
        point: Point3D,
        size: float,
        *,
        remover: bool = False,
        fades: bool = False,
    ) -> None:
        self.parcel, self.goal, self.fades = parcel, (point, size), fades
        self.start: tuple[Point3D, float] | None = None
        super().__init__(parcel, remover=remover, run_time=theme.MOVE)

    def interpolate_mobject(self, alpha: float) -> None:
        """Place the parcel between start and goal."""
        if self.start is None:
            self.start = self.parcel.get_center(), self.parcel.size
        done = smooth(min(max(alpha, 0.0), 1.0))
        (here, size), (there, last) = self.start, self.goal
        self.parcel.put(here + done * (there - here), size + done * (last - size))
        if self.fades:
            self.parcel.set_opacity(min(1.0, 3 * (1 - done)))
        elif self.is_remover() and alpha >= 1:
            self.parcel.set_opacity(0)  # before the group of animations ends, which removes it
