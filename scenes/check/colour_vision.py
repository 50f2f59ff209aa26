"""Colours that carry a meaning stay apart for eyes that see fewer of them."""

import numpy as np
from manim import ManimColor

from scenes.check import colours
from scenes.check.contrast import TAKES_PART, role_colours
from scenes.check.finding import Fault, Glance
from scenes.check.moment import Moment
from scenes.check.parts import Floats
from scenes.explainer import Explainer

LEAST = 15.0  # CIE76
# Of CIE L*a*b*: a colour with less is a shade of grey, and means nothing by its hue.
CHROMA = 15.0


class ColourVision(Glance):
    """The meaningful colours of a picture, in pairs, under protanopia, deuteranopia, tritanopia.

    In a chapter these are the theme's colours that carry a meaning, as far as they are in use, and
    all colourful ones beside them. Two colours that are alike for every eye mean the same.
    """

    def __init__(self) -> None:
        self._known: dict[frozenset[str], list[tuple[float, str, str, str]]] = {}

    def see(self, moment: Moment) -> list[Fault]:
        """Look at the colours in use, where nothing moves."""
        if not moment.still:
            return []
        used = meaningful(moment)
        names = frozenset(used)
        if names not in self._known:
            self._known[names] = [
                pair
                for pair in colours.confused(used, LEAST)
                if colours.distance(used[pair[1]], used[pair[2]]) >= LEAST
            ]
        return [
            Fault("colour vision", f"{one} and {other}, {eye}", gap, LEAST, "ΔE", (), at_least=True)
            for gap, one, other, eye in self._known[names]
        ]


def meaningful(moment: Moment) -> dict[str, Floats]:
    """Return the colours in use that carry a meaning, sRGB, by role or else by code."""
    roles = role_colours() if isinstance(moment.scene, Explainer) else {}
    found: dict[str, Floats] = {}
    for colour in _in_use(moment):
        name = next((r for r, one in roles.items() if np.abs(one - colour).max() < 0.01), None)
        if name is None and float(np.hypot(*colours.seen(colour)[1:])) >= CHROMA:
            name = ManimColor(colour).to_hex()
        if name is not None:
            found[name] = colour
    return found


def _in_use(moment: Moment) -> list[Floats]:
    """Return the colours of everything that can clearly be seen, each once."""
    found: dict[tuple[float, ...], Floats] = {}
    for part in moment.parts:
        shown = [part.fill_colors[:1]] if part.fill >= TAKES_PART else []
        shown += [part.stroke_colors[:1]] if part.stroke >= TAKES_PART else []
        for colour in (one for some in shown for one in some):
            found.setdefault(tuple(np.round(colour, 2)), colour)
    return list(found.values())
