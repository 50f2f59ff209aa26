"""The letters that the film's font has, and a mark for those that it lacks."""

from functools import cache
from importlib.resources import files
from unicodedata import normalize

MARK = "\u25a0"  # a black square
WEIGHTS = {"NORMAL": "Regular", "SEMIBOLD": "Semibold", "BOLD": "Bold"}


def font_file(weight: str) -> str:
    """Return the path of the packaged font in a weight."""
    return str(files("font_source_sans_pro") / "files" / f"SourceSansPro-{WEIGHTS[weight]}.ttf")


@cache
def glyphs() -> frozenset[int]:
    """Return the code points in the font."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  # few texts need it

    with TTFont(font_file("NORMAL"), lazy=True) as font:
        return frozenset(font.getBestCmap())


def drawable(text: str) -> str:
    """Return a text in which a mark stands for each letter that the font lacks."""
    if text.isascii():
        return text
    return "".join(c if ord(c) in glyphs() else MARK for c in normalize("NFC", text))
