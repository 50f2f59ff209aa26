"""The outlines of a line of text, laid out by Pango.

Manim creates, copies, moves and draws a mobject for each glyph, which takes most of a chapter's
build time. Here a line is one array of points.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree import ElementTree

import manimpango
import numpy as np
import numpy.typing as npt

SIZE = 30.0  # Pango's units: it rounds positions to integers, which is invisible at this size
ROOM = 100_000  # pixels: Pango wraps longer lines
MOST_KEPT = 2_000  # cached lines; counters repeat their texts
SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
COMMAND = re.compile(r"([MLCZ])([^MLCZ]*)")
THIRDS = np.linspace(0, 1, 4)[:, None]

Points = npt.NDArray[np.float64]


class Outlines(NamedTuple):
    """The glyphs of a line. ``points``, shape (n, 3), are cubic curves, four points each.

    ``ends`` has the number of points up to the end of each glyph, without spaces.
    """

    points: Points
    ends: tuple[int, ...]


@lru_cache(MOST_KEPT)
def outlines(text: str, font: str, weight: str) -> Outlines:
    """Return the outlines of a line of text; they are cached and must not be changed.

    Args:
        text: the line.
        font: a font family that Pango knows.
        weight: Pango's name of the weight, such as NORMAL.
    """
    setting = manimpango.TextSetting(0, len(text), font, "NORMAL", weight, line_num=0)
    with TemporaryDirectory() as folder:
        path = Path(folder, "line.svg")
        manimpango.text2svg(
            [setting], SIZE, SIZE, True, str(path), 0, 0, ROOM, round(2 * SIZE), text
        )
        svg = ElementTree.parse(path).getroot()
    shapes = {
        f"#{symbol.get('id')}": _curves("".join(path.get("d", "") for path in symbol))
        for symbol in _symbols(svg)
    }
    glyphs = [
        shapes[use.get(LINK, "")] + np.array([float(use.get(side, 0)) for side in "xy"])
        for use in svg.iter(f"{SVG}use")
    ]
    drawn = [glyph.reshape(-1, 2) for glyph in glyphs if len(glyph)]
    points = np.zeros((sum(map(len, drawn)), 3))
    points[:, :2] = np.concatenate(drawn) * (1, -1)  # an SVG's y goes down
    return Outlines(points, tuple(np.cumsum([len(glyph) for glyph in drawn]).tolist()))


def _symbols(svg: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield the definitions of glyphs, which have another tag since Cairo 1.18."""
    for kind in ("symbol", "g"):
        yield from (
            one for one in svg.iter(f"{SVG}{kind}") if one.get("id", "").startswith("glyph")
        )


@lru_cache(MOST_KEPT)
def _curves(path: str) -> Points:
    """Return an absolute SVG path of M, L, C and Z as curves, shape (n, 4, 2)."""
    curves: list[Points] = []
    start = here = np.zeros(2)
    for command, numbers in COMMAND.findall(path):
        points = np.array(numbers.split(), float).reshape(-1, 2)
        if command == "M":
            start = here = points[0]
        elif command == "C":
            curves.append(np.stack([here, *points]))
            here = points[-1]
        else:
            corners = [here, *points] if command == "L" else [here, start]
            curves += [a + THIRDS * (b - a) for a, b in pairwise(corners) if (a != b).any()]
            here = corners[-1]
    return np.array(curves).reshape(-1, 4, 2)
