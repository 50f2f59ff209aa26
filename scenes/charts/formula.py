"""The formula of the weighted average; its symbols can take the colours of their actors."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, AnimationGroup, MathTypst, VGroup

from scenes import theme
from scenes.drawing.layout import Slot
from scenes.drawing.text import forget_outlines

MODEL, SUM, SHARE, UPDATE = "model", "sum", "share", "update"
WEIGHTED_MEAN = (
    "{{ w : model }} = {{ sum_k : sum }} {{ frac(n_k, n) : share }} thin {{ w_k : update }}"
)


class Formula(VGroup):
    """w = sum over k of n_k / n times w_k, muted until ``light`` highlights a part."""

    def __init__(self, area: Slot) -> None:
        self.typst = MathTypst(WEIGHTED_MEAN, color=theme.MUTED)
        self.typst.scale(min(area.width / self.typst.width, area.height / self.typst.height))
        forget_outlines(self.typst)
        self.typst.move_to(np.array([area.x, area.y, 0.0]))
        super().__init__(self.typst)

    def light(self, parts: Sequence[str]) -> Animation:
        """Give some parts their colours."""
        colors = {
            MODEL: theme.MODEL,
            SUM: theme.INK,
            SHARE: theme.DATA,
            UPDATE: theme.UPDATE,
        }
        lit = (self.typst.select(part).animate.set_color(colors[part]) for part in parts)
        return AnimationGroup(*lit)  # type: ignore[arg-type]
