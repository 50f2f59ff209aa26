"""Small effects of the stage: shares that merge, bars that are pointed out."""

from collections.abc import Sequence

import numpy as np
from manim import DOWN, Animation, ManimColor, VGroup, VMobject, smooth, there_and_back

from scenes import theme

MERGED = 0.5  # part of its time in which shares become one; it rises and fades in the rest
SWELLING = 0.12  # part of their height by which bars grow when they are pointed out


class Merge(Animation):
    """Shares side by side lose their labels and edges, become the new model, and rise into it."""

    def __init__(self, shares: Sequence[VGroup], lift: float) -> None:
        self.shares = shares
        self.rest = [share.copy() for share in shares]
        self.lift = np.array([0.0, lift, 0.0])
        super().__init__(VGroup(*shares), remover=True, run_time=self.seconds())

    @staticmethod
    def seconds() -> float:
        """Return how long it takes."""
        return 2 * theme.MOVE

    def interpolate_mobject(self, alpha: float) -> None:
        """Merge first, then rise and fade."""
        merged = smooth(min(max(alpha, 0.0) / MERGED, 1.0))
        rising = smooth(max(0.0, (min(alpha, 1.0) - MERGED) / (1 - MERGED)))
        color = ManimColor(theme.UPDATE).interpolate(ManimColor(theme.MODEL), merged)
        for share, rest in zip(self.shares, self.rest, strict=True):
            share.become(rest).shift(rising * self.lift)
            share[1:].set_fill(opacity=max(0.0, 1 - 2 * merged))
            width = rest[0].get_stroke_width() * (1 - merged)
            share[0].set_fill(color, opacity=1 - rising)
            share[0].set_stroke(width=width, opacity=1 - rising)


class Swell(Animation):
    """Bars grow a little out of their floor and settle."""

    def __init__(self, bars: VMobject) -> None:
        self.bars, self.rest = bars, bars.copy()
        super().__init__(bars, run_time=theme.MOVE)

    def interpolate_mobject(self, alpha: float) -> None:
        """Be as tall as at rest at both ends."""
        factor = 1 + SWELLING * there_and_back(min(max(alpha, 0.0), 1.0))
        self.bars.become(self.rest).stretch(factor, 1, about_edge=DOWN)
