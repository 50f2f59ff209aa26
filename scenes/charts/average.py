"""The weighted average: a table, the formula, the coordinator and a number line."""

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
from scenes.charts.formula import MODEL, SHARE, SUM, UPDATE, Formula
from scenes.charts.num_examples import ExampleBars
from scenes.charts.number_line import NumberLine
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel
from scenes.drawing.text import Words
from scenes.story.specs import AverageSpec
from scenes.text.lines import Text, numbers_of

LAG = 0.5
SHIFT = 20  # pixels of movement of an entering number
BESIDE = 90  # pixels from the sum to the coordinator, with an equals sign between
HEAD = 0.6  # height of the row of column names, in rows


class Average:
    """A table with a row for each worker, the formula, the coordinator, and a number line."""

    def __init__(self, spec: AverageSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame, self.area = spec, frame, area
        table, formula, panel, line = _divided(area, frame)
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
            self.value_head.add(self._head(spec.words.photos, columns_of(frame).photos, head))
        self.example_bars: ExampleBars | None = None
        self.formula = Formula(formula)
        self.line = NumberLine(spec, line, frame)
        self._draw_sum(last, columns_of(frame))
        self._draw_coordinator(panel)

    def compare_examples(self) -> Animation:
        """Show only the numbers of examples, as large bars."""
        self.example_bars = ExampleBars(self.terms, self.area, self.frame)
        return self.example_bars.enter()

    def enter(self) -> Animation:
        """Show the table with the weight before the round, the coordinator and the line."""
        old = [FadeIn(term.old, shift=-self._slide()) for term in self.terms if len(term.old)]
        return Succession(
            self.example_bars.shrink() if self.example_bars else self._enter_workers(),
            LaggedStart(
                FadeIn(VGroup(self.panel, self.heading, *self.old)),
                FadeIn(self.formula),
                self.line.enter(),
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
        """Replace the old weight by each worker's value, in the table and on the line."""
        rows = (
            AnimationGroup(
                LaggedStart(*map(FadeOut, term.old), FadeIn(term.value), lag_ratio=0.7),
                self.line.send(i),
            )
            for i, term in enumerate(self.terms)
        )
        return AnimationGroup(LaggedStart(*rows, lag_ratio=LAG), self.formula.light([UPDATE]))

    def show_shares(self) -> Animation:
        """Show the sum of the examples, each worker's share, and its circle in that size."""
        rows = (
            AnimationGroup(FadeIn(term.share, shift=self._slide()), self.line.size_by_share(i))
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
        """Draw a rule under the products, and show their sum."""
        return AnimationGroup(
            LaggedStart(Create(self.rule), FadeIn(self.sum), lag_ratio=LAG),
            self.formula.light([SUM, MODEL]),
        )

    def show_new_weight(self) -> Animation:
        """Show the coordinator's own new weight beside the sum, and the sum under the line."""
        sign = map(FadeIn, self.sign)
        new = AnimationGroup(*sign, self._replace_weight())
        return LaggedStart(new, self.line.show_average(), lag_ratio=0.7)

    def _replace_weight(self) -> Animation:
        """Replace the old weight by the new one, if there is an old one."""
        if not len(self.old):
            return FadeIn(self.new)
        leave, enter = (FadeOut, self.old), (FadeIn, self.new)
        swap = (change(part, run_time=theme.SWAP / 2) for change, part in (leave, enter))
        return AnimationGroup(*swap, lag_ratio=1)

    def compare_equal_shares(self) -> Animation:
        """Make all circles equal, show that average, and return to the shares."""
        every = range(len(self.terms))
        return Succession(
            AnimationGroup(*map(self.line.size_equally, every)),
            *self.line.show_equal_average(),
            AnimationGroup(*map(self.line.size_by_share, every)),
        )

    def _heads(self, row: Slot) -> Iterator[VGroup]:
        """Yield the heads of the columns of shares, values and products."""
        columns, words = columns_of(self.frame), self.spec.words
        names = {
            columns.share: words.share,
            columns.value: words.value,
            columns.product: words.product,
        }
        for place, name in names.items():
            yield VGroup(self._head(name, place, row))

    def _head(self, name: Text, place: float, row: Slot) -> Words:
        words = Words(name, self.frame, color=theme.MUTED)
        return words.put(np.array([row.left + self.frame.px(place), row.y, 0]), 1)

    def _draw_sum(self, row: Slot, columns: Columns) -> None:
        """Draw the last row: the sum of the examples, and the sum of the products."""
        px, y = self.frame.px, row.y
        end, start = row.left + px(columns.product), row.left + px(columns.equals + 15)
        top = row.top - px(2)
        self.rule = Stroke(np.array([start, top, 0]), np.array([end, top, 0]))
        self.rule.set_stroke(theme.MUTED, 2)
        self.sum = self._model(self.spec.sum[0], columns.size).put(np.array([end, y, 0]), 1)
        photos = numbers_of(self.spec.photos)[0] if columns.photos else self.spec.photos
        self.photos = Words(photos, self.frame, color=theme.MUTED)
        place = row.left + px(columns.photos or columns.bar)
        self.photos.put(np.array([place, y, 0]), 1 if columns.photos else -1)

    def _draw_coordinator(self, slot: Slot) -> None:
        """Draw the coordinator; in a wide frame its weight is level with the sum."""
        beside, words = self.frame.wide, self.spec.words
        if beside:
            low = min(slot.bottom, self.sum.anchor[1] - self.frame.px(62))
            slot = box(slot.left, low, slot.right, slot.top)
        self.panel = Panel(slot, self.frame)
        self.heading = Words(words.coordinator, self.frame, weight="SEMIBOLD")
        y = self.sum.anchor[1] if beside else slot.bottom + self.frame.px(46)
        self.old = VGroup()
        if self.spec.before:
            self.old.add(*self._labelled(words.old_weight, self.spec.before[0], slot, y))
        self.new = VGroup(*self._labelled(words.new_weight, self.spec.server, slot, y))
        self.heading.put(np.array([slot.x, y + self.frame.px(125), 0]))
        self.sign = VGroup()
        if beside and self.spec.agrees:
            x = (slot.left + self.sum.get_right()[0]) / 2
            self.sign.add(Equals(np.array([x, y, 0]), self.frame.px(theme.TITLE)))
        for part in (self.heading, self.old, self.new):
            part.set_z_index(layers.CONTENT)

    def _labelled(self, name: Text, value: Text, slot: Slot, y: float) -> Iterator[Words]:
        """Yield the name of a weight, and the weight."""
        above = np.array([slot.x, y + self.frame.px(79), 0])
        yield Words(name, self.frame, color=theme.MUTED).put(above)
        yield self._model(value, theme.DISPLAY).put(np.array([slot.x, y, 0]))

    def _model(self, text: Text, pixels: float) -> Words:
        return Words(text, self.frame, pixels=pixels, color=theme.MODEL, weight="SEMIBOLD")

    def _slide(self) -> np.ndarray:
        return self.frame.px(SHIFT) * RIGHT


def _center(rows: Sequence[tuple[Words, VMobject, Words]]) -> None:
    """Put each row's sign midway between the columns beside it."""
    left = max(before.get_right()[0] for before, _, _ in rows)
    right = min(after.get_left()[0] for _, _, after in rows)
    for _, sign, _ in rows:
        sign.set_x((left + right) / 2)


def _divided(area: Slot, frame: Frame) -> tuple[Slot, Slot, Slot, Slot]:
    """Return the slots of table, formula, coordinator and number line."""
    px = frame.px
    if not frame.wide:
        shares, gap = ([190, 395, 182], 16) if frame.portrait else ([184, 246, 178], 14)
        top, table, line = area.rows(shares, px(gap))
        formula, panel = top.columns([1, 1], px(30))
        return table, formula.inset(0, px(15)), panel, line
    upper, line = area.rows([388, 240], px(44))
    width = px(columns_of(frame).product)
    table = box(area.left, upper.bottom, area.left + width, upper.top)
    right = box(table.right + px(BESIDE), upper.bottom, area.right, upper.top)
    formula, panel = right.rows([138, 206], px(44))
    return table, formula, panel, line
