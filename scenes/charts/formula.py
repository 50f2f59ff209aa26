"""The formula of the weighted average, its symbols in their actors' colours, and its sum."""

from collections.abc import Iterator
from itertools import chain

import numpy as np
from manim import UP, Animation, FadeIn, LaggedStart, MathTypst, VGroup
from manim import Line as Stroke

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.text import Words, forget_outlines
from scenes.story.specs import AverageSpec, TermSpec
from scenes.text.lines import Text, numbers_of

MODEL, SUM, SHARE, UPDATE = "model", "sum", "share", "update"
WEIGHTED_MEAN = (
    "{{ w : model }} = {{ sum_k : sum }} {{ frac(n_k, n) : share }} thin {{ w_k : update }}"
)
TIMES, PLUS, EQUALS = "\N{MULTIPLICATION SIGN}", "+", "="
HIGH, WIDEST = 112, 340  # pixels of the formula, and ...
LARGER = 1.6  # ... times that in portrait
LINE = 46  # pixels from line to line of the sum
SPACE = 12  # pixels between two words of it, and above it
BESIDE = 16  # pixels between the formula and the sum


class Formula(VGroup):
    """w = sum over k of n_k / n times w_k."""

    def __init__(self, area: Slot) -> None:
        self.typst = MathTypst(WEIGHTED_MEAN, color=theme.MUTED)
        self.typst.scale(min(area.width / self.typst.width, area.height / self.typst.height))
        forget_outlines(self.typst)
        self.typst.move_to(np.array([area.x, area.y, 0.0]))
        colors = {MODEL: theme.MODEL, SUM: theme.INK, SHARE: theme.DATA, UPDATE: theme.UPDATE}
        for part, color in colors.items():
            self.typst.select(part).set_color(color)
        super().__init__(self.typst)

    @property
    def axis(self) -> float:
        """The height of its fraction's line, about that of its equals sign."""
        return float(self.typst.select(SHARE).get_y())


class WeightedSum(VGroup):
    """The formula, and its sum: photos times values, added, over all photos."""

    def __init__(self, spec: AverageSpec, area: Slot, frame: Frame) -> None:
        self.spec, self.frame = spec, frame
        px = frame.px
        larger = LARGER if frame.portrait else 1.0
        size = larger * px(WIDEST), larger * px(HIGH)
        if frame.wide:
            room = area.width - size[0] - px(BESIDE)
            self.sum = self._fraction(room)
            left = area.x - (size[0] + px(BESIDE) + self.sum.width) / 2
            place = box(left, area.y - size[1] / 2, left + size[0], area.y + size[1] / 2)
            self.sum.move_to(np.array([place.right + px(BESIDE) + self.sum.width / 2, area.y, 0]))
        else:
            self.sum = self._fraction(area.width)
            high = min(size[1], area.height - self.sum.height - px(SPACE))
            top = area.y + (high + px(SPACE) + self.sum.height) / 2
            place = box(area.x - size[0] / 2, top - high, area.x + size[0] / 2, top)
            low = place.bottom - px(SPACE) - self.sum.height / 2
            self.sum.move_to(np.array([area.x, low, 0]))
        self.formula = Formula(place)
        if frame.wide:
            self.sum.shift((self.formula.axis - self.sum[2].get_y()) * UP)
        super().__init__(self.formula, self.sum)
        self.set_z_index(layers.CONTENT)

    def enter(self) -> Animation:
        """Show the formula, and then the sum."""
        return LaggedStart(FadeIn(self.formula), FadeIn(self.sum), lag_ratio=0.8)

    def _fraction(self, room: float) -> VGroup:
        """Return the sum over all photos and what it is, with as few lines as have room."""
        result = self._word(self.spec.terms[-1].so_far[0], theme.MODEL, strong=True)
        first, equals = (self._word(EQUALS, theme.MUTED) for _ in range(2))
        gap = self.frame.px(SPACE)
        room -= result.width + 2 * equals.width + 4 * gap
        terms = [list(self._term(term, i)) for i, term in enumerate(self.spec.terms)]
        for count in range(len(terms), 0, -1):
            lines = [[*chain(*terms[i : i + count])] for i in range(0, len(terms), count)]
            widest = max(_width(words, gap) for words in lines)
            if widest <= room:
                break
        above = VGroup(*(self._line(words, -i) for i, words in enumerate(lines)))
        y = -(len(lines) - 0.5) * self.frame.px(LINE)
        rule = Stroke(np.array([-widest / 2, y, 0]), np.array([widest / 2, y, 0]))
        rule.set_stroke(theme.MUTED, 2)
        below = self._line([self._word(self.spec.photos, theme.DATA)], -len(lines))
        first.put(np.array([-widest / 2 - gap, y, 0]), 1)
        equals.put(np.array([widest / 2 + gap, y, 0]), -1)
        result.put(np.array([widest / 2 + 2 * gap + equals.width, y, 0]), -1)
        return VGroup(first, above, rule, below, equals, result)

    def _term(self, term: TermSpec, i: int) -> Iterator[Words]:
        """Yield the words of a term, after a plus unless it is the first one."""
        if i:
            yield self._word(PLUS, theme.MUTED)
        yield self._word(numbers_of(term.photos[0])[0], theme.DATA)
        yield self._word(TIMES, theme.MUTED)
        yield self._word(term.value[0], theme.UPDATE)

    def _word(self, text: Text, color: str, *, strong: bool = False) -> Words:
        return Words(text, self.frame, color=color, weight="SEMIBOLD" if strong else "NORMAL")

    def _line(self, words: list[Words], line: int) -> VGroup:
        """Put words side by side, in the middle of a line."""
        gap = self.frame.px(SPACE)
        x = -_width(words, gap) / 2
        for word in words:
            word.put(np.array([x, line * self.frame.px(LINE), 0]), -1)
            x += word.width + gap
        return VGroup(*words)


def _width(words: list[Words], gap: float) -> float:
    return sum(word.width for word in words) + gap * (len(words) - 1)
