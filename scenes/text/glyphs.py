"""The letters that the film's font has, and a mark for those that it lacks."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from unicodedata import normalize

from scenes.text.errors import FontError

TRUETYPE = b"\0\1\0\0"  # the beginning of a font file
INSTALL = "pip install --force-reinstall font-source-sans-pro"
MARK = "\u25a0"  # a black square
WEIGHTS = {"NORMAL": "Regular", "SEMIBOLD": "Semibold", "BOLD": "Bold"}


def font_file(weight: str) -> str:
    """Return the path of the packaged font in a weight."""
    return str(files("font_source_sans_pro") / "files" / f"SourceSansPro-{WEIGHTS[weight]}.ttf")


def check_fonts() -> None:
    """Check that the font's files are there, so that nothing is rendered without them.

    Raises:
        FontError: a file is missing, cannot be read, or is no font.
    """
    for weight, name in WEIGHTS.items():
        try:
            with Path(font_file(weight)).open("rb") as file:
                found = file.read(len(TRUETYPE)) == TRUETYPE
        except (OSError, ImportError):
            found = False
        if not found:
            raise FontError(
                f"the font file SourceSansPro-{name}.ttf is missing or damaged. "
                f"Install it with: {INSTALL}"
            )


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
