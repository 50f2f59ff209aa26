"""The text height rule: text is large enough to be read."""

from functools import cache
from string import ascii_letters, ascii_uppercase, digits

import numpy as np
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from manim import Mobject, Text

from scenes.check.film import Words, font_file
from scenes.check.finding import Fault, Rule
from scenes.check.moment import Moment
from scenes.check.parts import TextOnScreen
from scenes.check.reader import SPACE

LEAST = {"label": 24.0, "caption": 36.0, "title": 36.0}  # height of capitals, pixels of 1080
TOLERANCE = 0.25
# Opacity of the fill from which a moving text is checked; it may grow while it fades in, and its
# outlines are incomplete while it is written.
SETTLED = 0.99
TALL = frozenset(ascii_uppercase + digits) - {"J", "Q"}  # without those that have a tail
MOSTLY = 75  # percentile of a formula's glyph heights that stands for a capital's height


class TextHeight(Rule):
    """A capital letter is as tall as its text's role requires, also in motion."""

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the texts that are too small; in motion, only those that have faded in."""
        faults = []
        for text in moment.texts:
            if moment.still or min(part.fill for part in text.parts) >= SETTLED:
                tall, least = moment.px(capital(text)), LEAST[text.role]
                if tall < least - TOLERANCE:
                    boxes = (text.box,)
                    faults.append(
                        Fault("text height", text.words, tall, least, "px", boxes, at_least=True)
                    )
        return faults


def capital(text: TextOnScreen) -> float:
    """Return the height of a text's capital letters in Manim's units.

    It is measured on capitals and digits, which are equally tall. A text without any is measured
    on other letters or signs, by their heights in the project's font. The glyphs of a formula are
    unknown; a tall one stands for a capital.
    """
    letters = _letters(text.owner)
    heights = [tall for tall in _heights_of(text) if tall > SPACE]
    if len(letters) == len(heights):
        pairs = list(zip(letters, heights, strict=True))
        for signs in (TALL, frozenset(ascii_letters), frozenset(letters)):
            capitals = [
                tall / share
                for letter, tall in pairs
                if letter in signs and (share := in_capitals(letter)) > 0
            ]
            if capitals:
                return float(np.median(capitals))
    return float(np.percentile([part.box.height for part in text.parts], MOSTLY))


def _letters(owner: Mobject) -> str:
    """Return the characters of a text's glyphs, without spaces."""
    if isinstance(owner, Words):
        return "".join(owner.string.split())
    return "".join(owner.text.split()) if isinstance(owner, Text) else ""


def _heights_of(text: TextOnScreen) -> list[float]:
    """Return the heights of a text's glyphs, in the order of its characters."""
    if isinstance(text.owner, Words):
        return text.owner.heights
    seen = {id(part.mobject): part.box.height for part in text.parts}
    return [seen[id(glyph)] for glyph in text.owner.submobjects if id(glyph) in seen]


def in_capitals(letter: str) -> float:
    """Return the height of a letter relative to an H; 0 if the font lacks it."""
    return _heights().get(letter, 0.0) / _heights()["H"]


@cache
def _heights() -> dict[str, float]:
    """Return the heights of the font's glyphs, in the font's units."""
    heights = {}
    with TTFont(font_file("NORMAL")) as font:
        glyph_set = font.getGlyphSet()
        for code, name in font.getBestCmap().items():
            pen = BoundsPen(glyph_set)
            glyph_set[name].draw(pen)
            heights[chr(code)] = float(pen.bounds[3] - pen.bounds[1]) if pen.bounds else 0.0
    return heights
