"""Text on the stage: one family, laid out large and scaled down, on a known baseline.

``Words`` is the only class of the project that makes glyphs, and it takes nothing but text whose
numbers carry their source.
"""

from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import isnan
from textwrap import wrap
from typing import Self
from unicodedata import name

import manimpango
import numpy as np
from fontTools.ttLib import TTFont
from manim import DOWN, RIGHT, Mobject, VGroup, VMobject, VMobjectFromSVGPath
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.layout import Frame
from scenes.drawing.outlines import outlines
from scenes.text.errors import FontError
from scenes.text.lines import ELLIPSIS, Line, Number, Text, numbers_of

WEIGHTS = {"NORMAL": "Regular", "SEMIBOLD": "Semibold", "BOLD": "Bold"}
LEADING = 1.75  # distance of baselines, in heights of a capital


def _font_file(style: str) -> str:
    return str(files("font_source_sans_pro") / "files" / f"SourceSansPro-{style}.ttf")


@cache
def register_font() -> None:
    """Make the packaged font known to Pango, once a process.

    Raises:
        FontError: Pango did not take it; drawing would silently use another font.
    """
    for style in WEIGHTS.values():
        manimpango.register_font(_font_file(style))
    if theme.FONT not in manimpango.list_fonts():
        raise FontError(
            f"the font {theme.FONT!r} is not available. "
            "Install it with: pip install --force-reinstall font-source-sans-pro"
        )


@cache
def glyphs() -> frozenset[int]:
    """Return the code points that the font draws."""
    with TTFont(_font_file(WEIGHTS["NORMAL"]), lazy=True) as font:
        return frozenset(font.getBestCmap())


def check_glyphs(shown: str) -> None:
    """Raise FontError if the font lacks a character: Pango would take it from another font."""
    missing = sorted({c for c in shown if ord(c) not in glyphs()})
    if missing:
        named = ", ".join(f"{c!r} ({name(c, f'U+{ord(c):04X}')})" for c in missing[:3])
        raise FontError(
            f"the font {theme.FONT!r} has no glyph for {named} in {shown!r}. "
            "Take another name, or another font in scenes/theme.py"
        )


def forget_outlines(drawn: Mobject) -> None:
    """Take away the SVG outlines that points were made from.

    Nothing reads them any more, and every copy, of which an animation makes two, would copy them
    segment by segment.
    """
    for part in drawn.get_family():
        if isinstance(part, VMobjectFromSVGPath):
            part.__dict__.pop("path_obj", None)


class Words(VMobject):
    """One line of text, placed by its capitals: ``anchor`` is the middle of a capital's height.

    It is one mobject: ``ends`` has for each glyph the number of points up to its end.
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
        self.text = text
        self.figures = numbers_of(text)
        self.shown = str(text)
        register_font()
        check_glyphs(self.shown)
        # A strut is laid out behind it: a capital that shows where the line's capitals stand.
        line = outlines(f"{self.shown} H", theme.FONT, weight)
        *ends, strut = (0, *line.ends)
        heights = line.points[ends[-1] : strut, 1]
        points = line.points * (frame.px(pixels) / np.ptp(heights))
        points -= (points.min(axis=0) + points.max(axis=0)) / 2
        self.points = points[: ends[-1]]
        self.ends = tuple(ends[1:])
        capital = points[ends[-1] : strut, 1]
        self._drop = self.get_center()[1] - (capital.min() + capital.max()) / 2

    @property
    def heights(self) -> list[float]:
        """The height of each glyph that is not a space."""
        return [float(np.ptp(self.points[a:b, 1])) for a, b in pairwise((0, *self.ends))]

    @property
    def anchor(self) -> Point3D:
        """The middle of the line between baseline and capitals' height, shape (3,)."""
        point = self.get_center()
        point[1] -= self._drop
        return point

    def scale(self, scale_factor: float, **kwargs: object) -> Self:  # type: ignore[override]
        """Scale, and keep the anchor right."""
        self._drop = getattr(self, "_drop", 0.0) * scale_factor
        super().scale(scale_factor, **kwargs)  # type: ignore[arg-type]
        return self

    def put(self, point: Point3D, side: float = 0.0) -> Self:
        """Place the line: ``side`` -1 starts it at the point, 0 centres it, 1 ends it there."""
        shift = point - self.anchor
        self.shift(shift)
        return self.shift(-side * RIGHT * self.width / 2)


class Block(VGroup):
    """A few lines, centred, their first line's anchor at the top."""

    def __init__(self, lines: list[Words], leading: float) -> None:
        super().__init__(*lines)
        for i, words in enumerate(lines):
            words.put(DOWN * leading * i)


def cut(text: Text, frame: Frame, width: float, *, color: str, weight: str = "NORMAL") -> Words:
    """Return a label whose first name is cut where it is longer than ``width``; a mark shows it."""
    words = Words(text, frame, color=color, weight=weight)
    while words.width > width and (shorter := _shortened(text, width / words.width)) is not None:
        text = shorter
        words = Words(text, frame, color=color, weight=weight)
    return words


def _shortened(text: Text, part: float) -> Text | None:
    """Return a text with a shorter name in it, or nothing where there is none to be shortened.

    Args:
        text: the text.
        part: of its length, how much of it there may be.
    """
    if isinstance(text, Number):
        return _shorter_name(text, part * len(text.text))
    if not isinstance(text, Line):
        return None
    for i, (field, figure) in enumerate(text.parts):
        if isinstance(figure, Number) and isnan(figure.value):
            excess = (1 - part) * len(str(text))
            shorter = _shorter_name(figure, len(figure.text) - excess)
            parts = (*text.parts[:i], (field, shorter or figure), *text.parts[i + 1 :])
            return replace(text, parts=parts) if shorter else None
    return None


def _shorter_name(name: Number, most: float) -> Number | None:
    """Return a name of about so many characters, fewer than it has; nothing where it has two."""
    if len(name.text) <= len(ELLIPSIS) + 1:
        return None
    kept = max(min(len(name.text) - 1, int(most)) - 1, 1)
    return replace(name, text=name.text[:kept].rstrip() + ELLIPSIS)


def wrapped(text: str, columns: int) -> list[str]:
    """Split a text into as few lines as fit: where a sentence ends if it can, else evenly."""
    if len(text) <= columns:
        return [text]
    words = text.split(" ")
    breaks = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    pairs = [pair for pair in breaks if max(map(len, pair)) <= columns]
    if not pairs:
        return _even(text, columns)
    return list(min(pairs, key=lambda pair: _raggedness(*pair)))


def _even(text: str, columns: int) -> list[str]:
    """Split a text into as few lines as fit, none much shorter than the others."""
    fewest = len(wrap(text, columns))
    widths = range(max(map(len, text.split(" "))), columns + 1)
    return next(lines for width in widths if len(lines := wrap(text, width)) <= fewest)


def _raggedness(first: str, second: str) -> int:
    """Return how ill two lines look: the longer one's length, less what a good break is worth."""
    last = first.rpartition(" ")[2]
    worth = 14 if last[-1] in ".:?!" else 5 if last[-1] in ",;" else 0
    # A short word or a number belongs to what follows it.
    dangles = not worth and (len(last) <= 3 or last[-1].isdigit())
    return max(len(first), len(second)) - worth + 6 * dangles
