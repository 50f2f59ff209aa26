"""The arithmetic of a weighted average, written out, with a beam that shows what it means."""

from collections.abc import Iterator, Sequence

import numpy as np
from manim import (
    LEFT,
    RIGHT,
    Animation,
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    GrowFromEdge,
    LaggedStart,
    Succession,
    VGroup,
    VMobject,
)
from manim import Line as Stroke

from scenes import theme
from scenes.charts.average_term import Columns, Equals, Term, columns_of
from scenes.charts.balance import Balance
from scenes.charts.formula import MODEL, SHARE, SUM, UPDATE, Formula
from scenes.charts.num_examples import ExampleBars
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel
from scenes.drawing.text import Words
from scenes.story.specs import AverageSpec
from scenes.text.lines import Text, numbers_of, text

LAG = 0.5
SHIFT = 20  # pixels by which a number slides into its place
BESIDE = 90  # pixels from the sum to the coordinator, with a sign between them
HEAD = 0.6  # height of the line of the columns' names, in rows


class Average:
    """A table with a row for each worker, the formula, the coordinator, and a beam."""

    def __init__(self, spec: AverageSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame, self.area = spec, frame, area
        table, formula, panel, beam = _divided(area, frame)
        head, *rows, last = table.rows([HEAD, *[1.0] * (len(spec.terms) + 1)])
        most = max(term.photos[1] for term in spec.terms) or 1.0
        self.terms = []
        for term, row in zip(spec.terms, rows, strict=True):
            self.terms.append(Term(term, spec.before, row, frame))
            self.terms[-1].count(term.photos[0], term.photos[1] / most)
        _center([(term.share, term.times, term.value) for term in self.terms])
        _center([(term.value, term.equals, term.product) for term in self.terms])
        self.share_head, self.value_head, self.product_head = self._heads(head)
        if columns_of(frame).photos:
            self.value_head.add(self._head(text("photos"), columns_of(frame).photos, head))
        self.holdings: ExampleBars | None = None
        self.formula = Formula(formula)
        self.beam = Balance(spec, beam, frame)
        self._conclude(last, columns_of(frame))
        self._coordinate(panel)

    def compare(self) -> Animation:
        """Bring in nothing but the workers, with how many photos each holds, drawn large."""
        self.holdings = ExampleBars(self.terms, self.area, self.frame)
        return self.holdings.enter()

    def enter(self) -> Animation:
        """Bring in the workers with the weight that all begin with, the coordinator, the beam."""
        old = [FadeIn(term.old, shift=-self._slide()) for term in self.terms if len(term.old)]
        return Succession(
            self.holdings.settle() if self.holdings else self._enter_workers(),
            LaggedStart(
                FadeIn(VGroup(self.panel, self.heading, *self.old)),
                FadeIn(self.formula),
                self.beam.enter(),
                AnimationGroup(FadeIn(self.value_head), *old),
                lag_ratio=LAG,
            ),
        )

    def _enter_workers(self) -> Animation:
        rows = (
            AnimationGroup(FadeIn(VGroup(term.name, term.photos)), GrowFromEdge(term.bar, LEFT))
            for term in self.terms
        )
        return LaggedStart(*rows, lag_ratio=LAG)

    def send(self) -> Animation:
        """Show what each worker sent in place of what it had, in the table and on the beam."""
        rows = (
            AnimationGroup(
                LaggedStart(*map(FadeOut, term.old), FadeIn(term.value), lag_ratio=0.7),
                self.beam.send(i),
            )
            for i, term in enumerate(self.terms)
        )
        return AnimationGroup(LaggedStart(*rows, lag_ratio=LAG), self.formula.light([UPDATE]))

    def share(self) -> Animation:
        """Add the photos up; show each worker's share, and make its value on the beam as heavy."""
        rows = (
            AnimationGroup(FadeIn(term.share, shift=self._slide()), self.beam.weigh(i))
            for i, term in enumerate(self.terms)
        )
        heads = FadeIn(self.photos, self.share_head)
        return AnimationGroup(LaggedStart(heads, *rows, lag_ratio=LAG), self.formula.light([SHARE]))

    def multiply(self) -> Animation:
        """Multiply each value by its share."""
        rows = (
            LaggedStart(
                FadeIn(VGroup(term.times, term.equals)),
                FadeIn(term.product, shift=self._slide()),
                lag_ratio=LAG,
            )
            for term in self.terms
        )
        return LaggedStart(FadeIn(self.product_head), *rows, lag_ratio=LAG)

    def add(self) -> Animation:
        """Draw a rule under the products, and write their sum."""
        return AnimationGroup(
            LaggedStart(Create(self.rule), FadeIn(self.sum), lag_ratio=LAG),
            self.formula.light([SUM, MODEL]),
        )

    def balance(self) -> Animation:
        """Put the coordinator's own new value beside the sum, and the sum under the beam."""
        return LaggedStart(
            AnimationGroup(*map(FadeIn, self.sign), *self._renew()),
            self.beam.balance(),
            lag_ratio=0.7,
        )

    def _renew(self) -> list[Animation]:
        """Put the new value in the old one's place."""
        if not len(self.old):
            return [FadeIn(self.new)]
        swap = theme.SWAP / 2
        return [
            AnimationGroup(
                FadeOut(self.old, run_time=swap), FadeIn(self.new, run_time=swap), lag_ratio=1
            )
        ]

    def count_alike(self) -> Animation:
        """Make all values on the beam equally heavy, show where that balances, and go back."""
        every = range(len(self.terms))
        return Succession(
            AnimationGroup(*(self.beam.level(i) for i in every)),
            *self.beam.balance_alike(),
            AnimationGroup(*(self.beam.weigh(i) for i in every)),
        )

    def _heads(self, row: Slot) -> Iterator[VGroup]:
        """Yield the names of the shares, the values and the products."""
        columns = columns_of(self.frame)
        names = {
            columns.share: text("share"),
            columns.value: text("value"),
            columns.product: text("product"),
        }
        for place, name in names.items():
            yield VGroup(self._head(name, place, row))

    def _head(self, name: Text, place: float, row: Slot) -> Words:
        words = Words(name, self.frame, color=theme.MUTED)
        return words.put(np.array([row.left + self.frame.px(place), row.y, 0]), 1)

    def _conclude(self, row: Slot, columns: Columns) -> None:
        """Lay out the last row: all photos, and the sum under the products."""
        px, y = self.frame.px, row.y
        end, start = row.left + px(columns.product), row.left + px(columns.equals + 15)
        top = row.top - px(2)
        self.rule = Stroke(np.array([start, top, 0]), np.array([end, top, 0]))
        self.rule.set_stroke(theme.MUTED, 2)
        self.sum = self._model(self.spec.sum[0], columns.size).put(np.array([end, y, 0]), 1)
        shown = numbers_of(self.spec.photos)[0] if columns.photos else self.spec.photos
        self.photos = Words(shown, self.frame, color=theme.MUTED)
        place = row.left + px(columns.photos or columns.bar)
        self.photos.put(np.array([place, y, 0]), 1 if columns.photos else -1)

    def _coordinate(self, slot: Slot) -> None:
        """Lay out the coordinator: where it stands beside the sum, its number is on that line."""
        beside = self.frame.wide
        if beside:
            low = min(slot.bottom, self.sum.anchor[1] - self.frame.px(62))
            slot = box(slot.left, low, slot.right, slot.top)
        self.panel = Panel(slot, self.frame)
        self.heading = Words(text("Coordinator"), self.frame, weight="SEMIBOLD")
        y = self.sum.anchor[1] if beside else slot.bottom + self.frame.px(46)
        self.old = VGroup()
        if self.spec.before:
            self.old.add(*self._holds(text("old weight"), self.spec.before[0], slot, y))
        self.new = VGroup(*self._holds(text("new weight"), self.spec.server, slot, y))
        self.heading.put(np.array([slot.x, y + self.frame.px(125), 0]))
        self.sign = VGroup()
        if beside and self.spec.agrees:
            x = (slot.left + self.sum.get_right()[0]) / 2
            self.sign.add(Equals(np.array([x, y, 0]), self.frame.px(theme.TITLE)))
        for part in (self.heading, self.old, self.new):
            part.set_z_index(layers.CONTENT)

    def _holds(self, name: Text, value: Text, slot: Slot, y: float) -> Iterator[Words]:
        """Yield what the coordinator holds, and what it is."""
        above = np.array([slot.x, y + self.frame.px(79), 0])
        yield Words(name, self.frame, color=theme.MUTED).put(above)
        yield self._model(value, theme.DISPLAY).put(np.array([slot.x, y, 0]))

    def _model(self, text: Text, pixels: float) -> Words:
        return Words(text, self.frame, pixels=pixels, color=theme.MODEL, weight="SEMIBOLD")

    def _slide(self) -> np.ndarray:
        return self.frame.px(SHIFT) * RIGHT


def _center(rows: Sequence[tuple[Words, VMobject, Words]]) -> None:
    """Put each row's sign midway between the columns on its left and right."""
    left = max(before.get_right()[0] for before, _, _ in rows)
    right = min(after.get_left()[0] for _, _, after in rows)
    for _, sign, _ in rows:
        sign.set_x((left + right) / 2)


def _divided(area: Slot, frame: Frame) -> tuple[Slot, Slot, Slot, Slot]:
    """Return the slots of table, formula, coordinator and beam."""
    px = frame.px
    if not frame.wide:
        shares, gap = ([190, 395, 182], 16) if frame.portrait else ([184, 246, 178], 14)
        top, table, beam = area.rows(shares, px(gap))
        formula, panel = top.columns([1, 1], px(30))
        return table, formula.inset(0, px(15)), panel, beam
    upper, beam = area.rows([388, 240], px(44))
    width = px(columns_of(frame).product)
    table = box(area.left, upper.bottom, area.left + width, upper.top)
    right = box(table.right + px(BESIDE), upper.bottom, area.right, upper.top)
    formula, panel = right.rows([138, 206], px(44))
    return table, formula, panel, beam
