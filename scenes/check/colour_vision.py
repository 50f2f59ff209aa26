"""The colour vision rule: colours with a meaning are distinct for colour-blind viewers."""

import numpy as np
from manim import ManimColor

from scenes.check import colours
from scenes.check.contrast import PROMINENT
from scenes.check.film import is_chapter, role_colours
from scenes.check.finding import Fault, Rule
from scenes.check.moment import Moment
from scenes.check.parts import Floats, Part, TextOnScreen

LEAST = 15.0  # CIE76
# In CIE L*a*b*; a colour with less chroma is grey, and its hue has no meaning.
CHROMA = 15.0
FEW = 3  # colours of a text; in one with more they are a gradient, without a meaning each


class ColourVision(Rule):
    """Any two colours with a meaning differ under protanopia, deuteranopia and tritanopia.

    In a chapter these are the theme's colours with a meaning that are in use, and all other
    colours with enough chroma. Colours that look alike to everybody have the same meaning.
    """

    def __init__(self) -> None:
        self._known: dict[frozenset[str], list[tuple[float, str, str, str]]] = {}

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the pairs of colours on a still picture that are too similar."""
        if not moment.still:
            return []
        used = meaningful(moment)
        names = frozenset(used)
        if names not in self._known:
            self._known[names] = [
                pair
                for pair in colours.confusable(used, LEAST)
                if colours.distance(used[pair[1]], used[pair[2]]) >= LEAST
            ]
        return [
            Fault("colour vision", f"{one} and {other}, {eye}", gap, LEAST, "ΔE", (), at_least=True)
            for gap, one, other, eye in self._known[names]
        ]


def meaningful(moment: Moment) -> dict[str, Floats]:
    """Return the colours in use that have a meaning, sRGB, by theme role or by hex code."""
    roles = role_colours() if is_chapter(moment.scene) else {}
    found: dict[str, Floats] = {}
    for colour in _in_use(moment):
        name = next((r for r, one in roles.items() if np.abs(one - colour).max() < 0.01), None)
        if name is None and float(np.hypot(*colours.perceived(colour)[1:])) >= CHROMA:
            name = ManimColor(colour).to_hex()
        if name is not None:
            found[name] = colour
    return found


def _in_use(moment: Moment) -> list[Floats]:
    """Return the distinct colours of all clearly visible parts, patterns and gradients aside."""
    found: dict[tuple[float, ...], Floats] = {}
    blended = {id(part) for text in moment.all_texts for part in _blend(text)}
    for part in moment.parts:
        if part.pattern is not None or id(part) in blended:
            continue
        colours_ = [part.fill_colors[:1]] if part.fill >= PROMINENT else []
        colours_ += [part.stroke_colors[:1]] if part.stroke >= PROMINENT else []
        for colour in (one for some in colours_ for one in some):
            found.setdefault(tuple(np.round(colour, 2)), colour)
    return list(found.values())


def _blend(text: TextOnScreen) -> list[Part]:
    """Return the glyphs of a text that goes through many colours, as a gradient does."""
    colours_ = {tuple(np.round(part.fill_colors[:1].ravel(), 2)) for part in text.parts}
    return text.parts if len(colours_) > FEW else []
