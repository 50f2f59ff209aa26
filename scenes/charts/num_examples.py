"""The numbers of examples as large bars, which then become the rows of a table."""

from collections.abc import Sequence

import numpy as np
from manim import (
    LEFT,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    GrowFromEdge,
    LaggedStart,
    Rectangle,
    Succession,
    Transform,
    VGroup,
)
from manim.typing import Point3D

from scenes import theme
from scenes.charts.average_term import Term, columns_of
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words

PITCH, HIGH_PITCH = 150, 200  # pixels from row to row at most; with names above the bars
HEIGHT = 0.5  # of a bar, in rows
UP = 0.42  # rows from a bar's middle to the text above it
BESIDE = 24  # pixels between a bar and its texts
LAG = 0.4
SHRINKING = 0.45  # part of the usual time, for one row


class ExampleBars:
    """A bar for each worker across the whole area."""

    def __init__(self, terms: Sequence[Term], area: Slot, frame: Frame) -> None:
        self.terms, self.frame = terms, frame
        columns = columns_of(frame)
        self.over = bool(columns.under)
        self.keeps_labels = columns.named  # else the table has numbers without their noun
        self.labels = [
            term.photos if self.keeps_labels else Words(term.spec.photos[0], frame)
            for term in terms
        ]
        self.targets = [
            (term.name.get_center(), term.bar.copy(), term.photos.get_center()) for term in terms
        ]
        pitch = min(area.height / len(terms), frame.px(HIGH_PITCH if self.over else PITCH))
        high = pitch * len(terms) / 2
        rows = box(area.left, area.y - high, area.right, area.y + high).rows([1.0] * len(terms))
        widest = 0.0 if self.over else max(term.name.width for term in terms) + frame.px(BESIDE)
        self.start = area.left + max(frame.px(columns.bar), widest)
        self.scale = self._room(area) / max(term.bar.width for term in terms)
        for term, label, row in zip(terms, self.labels, rows, strict=True):
            self._enlarge(term, label, row)

    def enter(self) -> Animation:
        """Show the rows one after the other: each name, bar and number."""
        rows = (
            LaggedStart(
                FadeIn(term.name), GrowFromEdge(term.bar, LEFT), FadeIn(label), lag_ratio=LAG
            )
            for term, label in zip(self.terms, self.labels, strict=True)
        )
        return LaggedStart(*rows, lag_ratio=LAG)

    def shrink(self) -> Animation:
        """Move the rows to their places in the table, so that none passes another."""
        if self.keeps_labels:
            return self._one_by_one()
        photos = VGroup(*(term.photos for term in self.terms))
        return AnimationGroup(
            FadeOut(VGroup(*self.labels), run_time=theme.SWAP / 2),
            self._at_once() if self.over else self._one_by_one(),
            FadeIn(photos, run_time=theme.SWAP / 2),
            lag_ratio=1,
        )

    def _one_by_one(self) -> Animation:
        rows = list(zip(self.terms, self.targets, strict=True))
        if self.targets[0][1].get_y() < self.terms[0].bar.get_y():
            rows.reverse()
        return Succession(*(self._shrink(term, target) for term, target in rows))

    def _at_once(self) -> Animation:
        large, small = VGroup(), VGroup()
        for term, (name, bar, _) in zip(self.terms, self.targets, strict=True):
            large.add(term.name, term.bar)
            small.add(term.name.copy().move_to(name), bar)
        return Transform(large, small, run_time=theme.MOVE)

    def _shrink(self, term: Term, target: tuple[Point3D, Rectangle, Point3D]) -> Animation:
        name, bar, photos = target
        words = [(term.name, name), *([(term.photos, photos)] if self.keeps_labels else [])]
        moved = (each.animate.move_to(place) for each, place in words)
        return AnimationGroup(
            Transform(term.bar, bar),
            *moved,  # type: ignore[arg-type]
            run_time=SHRINKING * theme.MOVE,
        )

    def _room(self, area: Slot) -> float:
        """Return the length of the longest bar, with room for its number."""
        written = max(label.width for label in self.labels) + self.frame.px(BESIDE)
        return area.right - self.start - (0 if self.over else written)

    def _enlarge(self, term: Term, label: Words, row: Slot) -> None:
        """Enlarge a row, with its number beside the bar, or with all text above it."""
        width, gap = term.bar.width * self.scale, self.frame.px(BESIDE)
        term.bar.stretch_to_fit_width(width).stretch_to_fit_height(HEIGHT * row.height)
        up = UP * row.height if self.over else 0.0
        term.bar.move_to(np.array([self.start + width / 2, row.y - up / 2, 0.0]))
        term.name.put(np.array([row.left, row.y + up / 2, 0.0]), -1)
        names = max(other.name.width for other in self.terms)
        x = row.left + names if self.over else self.start + width
        label.put(np.array([x + gap, row.y + up / 2, 0.0]), -1)
