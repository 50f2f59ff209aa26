"""Text on screen: lines and blocks in one font, with wrapping and shortening.

``Words`` is the only class of the project that creates glyphs. Its text has only numbers with a
source.
"""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import isnan
from textwrap import wrap
from typing import Self, TypeVar
from unicodedata import name

import manimpango
import numpy as np
from manim import DOWN, RIGHT, Mobject, VGroup, VMobject, VMobjectFromSVGPath
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.layout import Frame, Slot
from scenes.drawing.outlines import outlines
from scenes.text.errors import FontError
from scenes.text.glyphs import INSTALL, WEIGHTS, check_fonts, font_file, glyphs
from scenes.text.lines import Line, Text, numbers_of, split
from scenes.text.numbers import ELLIPSIS, Number

Placed = TypeVar("Placed", bound=Mobject)
LEADING = 1.75  # distance of baselines, in heights of a capital letter


@cache
def register_font() -> None:
    """Register the packaged font with Pango, once in a process.

    Raises:
        FontError: a file is missing, or Pango does not list the font; it would use another one.
    """
    check_fonts()
    for weight in WEIGHTS:
        manimpango.register_font(font_file(weight))
    if theme.FONT not in manimpango.list_fonts():
        raise FontError(f"the font {theme.FONT!r} is not available. Install it with: {INSTALL}")


def check_glyphs(text: str) -> None:
    """Raise FontError if the font lacks a character; Pango would use another font."""
    missing = sorted({c for c in text if ord(c) not in glyphs()})
    if missing:
        named = ", ".join(f"{c!r} ({name(c, f'U+{ord(c):04X}')})" for c in missing[:3])
        raise FontError(
            f"the font {theme.FONT!r} has no glyph for {named} in {text!r}. "
            "Use other characters, or choose another font in scenes/theme.py"
        )


def forget_outlines(drawn: Mobject) -> None:
    """Remove the SVG outlines that points were made from.

    They are no longer needed, and every animation would copy them twice.
    """
    for part in drawn.get_family():
        if isinstance(part, VMobjectFromSVGPath):
            part.__dict__.pop("path_obj", None)


class Words(VMobject):
    """One line of text as one mobject; ``anchor`` is at half the height of its capitals.

    ``ends`` has the number of points up to the end of each glyph.
    """

    def __init__(
        self,
        text: Text,
        frame: Frame,
        *,
        pixels: float = theme.LABEL,
        color: str | None = None,
        weight: str = "NORMAL",
    ) -> None:
        super().__init__(color=color or theme.INK, fill_opacity=1, stroke_width=0)
        self._height, self._weight = frame.px(pixels), weight
        self._write(text)

    def _write(self, text: Text) -> None:
        self.text = text
        self.numbers = numbers_of(text)
        self.string = str(text)
        register_font()
        check_glyphs(self.string)
        # An extra capital after the line gives the position of its capitals.
        line = outlines(f"{self.string} H", theme.FONT, self._weight)
        *ends, strut = (0, *line.ends)
        heights = line.points[ends[-1] : strut, 1]
        points = line.points * (self._height / np.ptp(heights))
        points -= (points.min(axis=0) + points.max(axis=0)) / 2
        self.points = points[: ends[-1]]
        self.ends = tuple(ends[1:])
        capital = points[ends[-1] : strut, 1]
        self._drop = self.get_center()[1] - (capital.min() + capital.max()) / 2

    def rewrite(self, text: Text, side: float = 0.0) -> None:
        """Change the line's text in place, as a counter; its start, middle or end stays."""
        place = self.anchor + side * RIGHT * self.width / 2
        self._write(text)
        self.put(place, side)

    @property
    def heights(self) -> list[float]:
        """The height of each glyph, without spaces."""
        return [float(np.ptp(self.points[a:b, 1])) for a, b in pairwise((0, *self.ends))]

    @property
    def anchor(self) -> Point3D:
        """The middle of the line, halfway between baseline and top of capitals, shape (3,)."""
        point = self.get_center()
        point[1] -= self._drop
        return point

    def scale(self, scale_factor: float, **kwargs: object) -> Self:  # type: ignore[override]
        """Scale the line and its anchor."""
        self._drop = getattr(self, "_drop", 0.0) * scale_factor
        super().scale(scale_factor, **kwargs)  # type: ignore[arg-type]
        return self

    def put(self, point: Point3D, side: float = 0.0) -> Self:
        """Place the line at a point: its start (``side`` -1), its middle (0) or its end (1)."""
        shift = point - self.anchor
        self.shift(shift)
        return self.shift(-side * RIGHT * self.width / 2)


class Block(VGroup):
    """A few centred lines, one under the other."""

    def __init__(self, lines: list[Words], leading: float) -> None:
        super().__init__(*lines)
        for i, words in enumerate(lines):
            words.put(DOWN * leading * i)


def cut(text: Text, frame: Frame, width: float, *, color: str, weight: str = "NORMAL") -> Words:
    """Return a label that fits into ``width``; its first name is cut with an ellipsis if needed."""
    words = Words(text, frame, color=color, weight=weight)
    while words.width > width and (shorter := _shortened(text, width / words.width)) is not None:
        text = shorter
        words = Words(text, frame, color=color, weight=weight)
    return words


def with_shorter_name(text: Text) -> Line | None:
    """Return a line whose longest name is cut by a letter, or None if no name can be cut."""
    parts = text.parts if isinstance(text, Line) else ()
    names = [one for one in parts if isinstance(one[1], Number) and isnan(one[1].value)]
    if not isinstance(text, Line) or not names:
        return None
    field, name = max(names, key=lambda one: len(str(one[1])))
    assert isinstance(name, Number)
    shorter = _shorter_name(name, len(name.text) - 1)
    cut_parts = tuple((each, shorter if each == field else part) for each, part in parts)
    return replace(text, parts=cut_parts) if shorter else None  # type: ignore[arg-type]


def _shortened(text: Text, part: float) -> Text | None:
    """Return a text with its first name shortened, or None if it has no name to shorten.

    Args:
        text: the text.
        part: the part of its length that fits.
    """
    if isinstance(text, Number):
        return _shorter_name(text, part * len(text.text))
    if not isinstance(text, Line):
        return None
    for i, (field, number) in enumerate(text.parts):
        if isinstance(number, Number) and isnan(number.value):
            excess = (1 - part) * len(str(text))
            shorter = _shorter_name(number, len(number.text) - excess)
            parts = (*text.parts[:i], (field, shorter or number), *text.parts[i + 1 :])
            return replace(text, parts=parts) if shorter else None
    return None


def _shorter_name(name: Number, most: float) -> Number | None:
    """Return a name cut to at most ``most`` characters, or None if it is too short to cut."""
    if len(name.text) <= len(ELLIPSIS) + 1:
        return None
    kept = max(min(len(name.text) - 1, int(most)) - 1, 1)
    return replace(name, text=name.text[:kept].rstrip() + ELLIPSIS)


def wrapped(text: str, columns: int) -> list[str]:
    """Split a text into as few lines as possible: after a sentence if possible, else evenly."""
    if len(text) <= columns:
        return [text]
    words = text.split(" ")
    breaks = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    pairs = [pair for pair in breaks if max(map(len, pair)) <= columns]
    if not pairs:
        return _even(text, columns)
    return list(min(pairs, key=lambda pair: _raggedness(*pair)))


def _even(text: str, columns: int) -> list[str]:
    """Split a text into as few lines as possible, of similar length."""
    fewest = len(wrap(text, columns))
    widths = range(max(map(len, text.split(" "))), columns + 1)
    return next(lines for width in widths if len(lines := wrap(text, width)) <= fewest)


def _raggedness(first: str, second: str) -> int:
    """Return the penalty of a line break: the longer line's length, less a bonus."""
    last = first.rpartition(" ")[2]
    bonus = 14 if last[-1] in ".:?!" else 5 if last[-1] in ",;" else 0
    # A short word or a number should stay with the next word.
    dangles = not bonus and (len(last) <= 3 or last[-1].isdigit())
    return max(len(first), len(second)) - bonus + 6 * dangles


def paragraph(
    text: Text, frame: Frame, width: float, *, color: str, weight: str = "NORMAL"
) -> Block:
    """Return a label in as many centred lines as it needs to fit into ``width``."""
    leading, columns = frame.px(theme.LABEL * LEADING), len(str(text))
    while True:
        lines = split(text, wrapped(str(text), columns))
        block = Block([Words(each, frame, color=color, weight=weight) for each in lines], leading)
        if block.width <= width or columns <= 1 + max(map(len, str(text).split(" "))):
            return block
        columns -= 1


def within(text: Placed, area: Slot) -> Placed:
    """Move a text sideways into an area, if it reaches beyond it, and return it."""
    right = min(0.0, area.right - text.get_right()[0])
    left = max(0.0, area.left - text.get_left()[0])
    text.shift(RIGHT * (left or right))
    return text
