"""Animations that draw their mobject anew at each moment, in place of copies between two states."""

from collections.abc import Sequence
from typing import cast

from manim import Animation, Mobject


class Redraw(Animation):
    """The base of animations whose ``interpolate_mobject`` draws all: nothing is copied.

    Manim keeps a copy of a mobject as it was at the start; that of an image or of a stage is large.
    """

    def create_starting_mobject(self) -> Mobject:
        """Return an empty mobject in place of a copy."""
        return Mobject()

    def get_all_mobjects(self) -> Sequence[Mobject]:
        """Return what changes, without the copy."""
        return [cast(Mobject, self.mobject)]
