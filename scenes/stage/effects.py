"""Shares that merge into the new model."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, ManimColor, VGroup, smooth

from scenes import theme
from scenes.stage.coordinator import Share

MERGED = 0.5  # part of its time in which shares become one; it rises and fades in the rest


class Merge(Animation):
    """Shares side by side lose their labels and gaps, become the new model, and rise into it."""

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
            share[0].set_fill(color, opacity=1 - rising)
            if isinstance(rest, Share):
                width = rest[0].width + merged * (rest.room - rest[0].width)
                share[0].stretch_to_fit_width(width)
