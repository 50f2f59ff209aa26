"""How many photos each worker holds, drawn large; then every row goes to its place in a table."""

from collections.abc import Sequence

import numpy as np
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    FadeIn,
    GrowFromEdge,
    LaggedStart,
    Rectangle,
    Succession,
    Transform,
)
from manim.typing import Point3D

from scenes import theme
from scenes.charts.term import Term, columns_of
from scenes.drawing.layout import Frame, Slot, box

PITCH = 150  # pixels from row to row at most
HEIGHT = 0.5  # of a bar, in rows
BESIDE = 24  # pixels from a bar to what it counts
LAG = 0.4
SETTLING = 0.6  # of the usual time, for one row


class Holdings:
    """A bar for each worker across the whole area."""

    def __init__(self, terms: Sequence[Term], area: Slot, frame: Frame) -> None:
        self.terms, self.frame = terms, frame
        self.goals = [
            (term.name.get_center(), term.bar.copy(), term.photos.get_center()) for term in terms
        ]
        pitch = min(area.height / len(terms), frame.px(PITCH))
        high = pitch * len(terms) / 2
        rows = box(area.left, area.y - high, area.right, area.y + high).rows([1.0] * len(terms))
        start = area.left + frame.px(columns_of(frame).bar)
        written = max(term.photos.width for term in terms) + frame.px(BESIDE)
        longest = max(term.bar.width for term in terms)
        scale = (area.right - start - written) / longest
        for term, row in zip(terms, rows, strict=True):
            self._enlarge(term, row, start, scale)

    def enter(self) -> Animation:
        """Bring the rows in, one after the other: a bar grows, and its number comes with it."""
        rows = (
            LaggedStart(
                FadeIn(term.name), GrowFromEdge(term.bar, LEFT), FadeIn(term.photos), lag_ratio=LAG
            )
            for term in self.terms
        )
        return LaggedStart(*rows, lag_ratio=LAG)

    def settle(self) -> Animation:
        """Let one row after the other become small and go to its place, none through another."""
        rows = list(zip(self.terms, self.goals, strict=True))
        if self.goals[0][1].get_y() < self.terms[0].bar.get_y():
            rows.reverse()
        return Succession(*(_settle(term, goal) for term, goal in rows))

    def _enlarge(self, term: Term, row: Slot, start: float, scale: float) -> None:
        width = term.bar.width * scale
        term.bar.stretch_to_fit_width(width).stretch_to_fit_height(HEIGHT * row.height)
        term.bar.move_to(np.array([start + width / 2, row.y, 0.0]))
        term.name.put(np.array([row.left, row.y, 0.0]), -1)
        beside = start + width + self.frame.px(BESIDE)
        term.photos.put(np.array([beside, row.y, 0.0]), -1)


def _settle(term: Term, goal: tuple[Point3D, Rectangle, Point3D]) -> Animation:
    name, bar, photos = goal
    return AnimationGroup(
        term.name.animate.move_to(name),  # type: ignore[arg-type]
        Transform(term.bar, bar),
        term.photos.animate.move_to(photos),  # type: ignore[arg-type]
        run_time=SETTLING * theme.MOVE,
    )
