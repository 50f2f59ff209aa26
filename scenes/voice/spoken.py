"""The spoken form of a text: its numbers are words of the language, and keep their sources."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from itertools import product
from typing import Any, Literal

from babel import numbers as formats
from babel import units

from scenes.text.errors import SoundError
from scenes.text.language import NO_BREAK, Language
from scenes.text.lines import Line, Text
from scenes.text.numbers import Number

NUMERAL = re.compile(r"(?:(?<!\w)[-\u2212])?\d(?:[\d.,\u00a0\u202f]*\d)?")
NARROW_NO_BREAK = "\u202f"
LIBRARY = "num2words"
LENGTHS: tuple[Literal["short", "narrow"], ...] = ("short", "narrow")
# What is spoken in full after a numeral, by Babel's names.
UNITS = (
    "concentr-percent",
    "angle-degree",
    *(f"digital-{unit}" for unit in ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")),
)


def spoken(text: Text, language: Language) -> Text:
    """Return a text of a language as it is spoken, each number with its source.

    Raises:
        SoundError: the library that writes numbers as words is missing.
    """
    if isinstance(text, Number):
        return replace(text, text=words_of(text.text, language), form=None)
    if isinstance(text, Line):
        parts = tuple(
            (name, part if isinstance(part, str) else spoken(part, language))
            for name, part in text.parts
        )
        return replace(text, parts=parts)
    return text


def words_of(written: str, language: Language) -> str:
    """Return a text with its numerals, and units after them, as words of a language."""
    for symbol, unit in _symbols(language):
        after = rf"({NUMERAL.pattern})[{NO_BREAK}\u202f ]?{re.escape(symbol)}(?!\w)"
        written = re.sub(after, partial(_in_full, unit, language), written)
    words = NUMERAL.sub(partial(_numeral, language), written)
    return words.replace(NO_BREAK, " ").replace(NARROW_NO_BREAK, " ")


def check_library() -> None:
    """Check that numbers can be written as words.

    Raises:
        SoundError: the library that does it is missing.
    """
    _num2words()


def made_by() -> dict[str, str]:
    """Return the versions of the libraries that write numbers and units as words, by name.

    Raises:
        SoundError: a library is missing.
    """
    check_library()
    return {name: version(name) for name in (LIBRARY, "babel")}


def _in_full(unit: str, language: Language, found: re.Match[str]) -> str:
    """Return a numeral, the first group found, with its unit as a word in the right number."""
    value = _value(found[1], language)
    full = units.format_unit(value, unit, length="long", locale=language.locale)
    return NUMERAL.sub(lambda _: found[1], full, count=1)


def _numeral(language: Language, found: re.Match[str]) -> str:
    """Return the words of a numeral that was found; of a version such as 1.2.3, of each part."""
    try:
        return str(_num2words()(_value(found[0], language), lang=language.code))
    except formats.NumberFormatError:
        return re.sub(r"\d+", lambda part: f"{_num2words()(part[0], lang=language.code)}", found[0])


def _value(numeral: str, language: Language) -> Any:
    plain = numeral.replace("\u2212", "-")
    return formats.parse_decimal(plain, locale=language.locale)


@cache
def _symbols(language: Language) -> list[tuple[str, str]]:
    """Return the units with their symbols as the film writes them, the longest first."""
    found = [(symbol, unit) for unit in UNITS for symbol in _written(unit, language)]
    return sorted(found, key=lambda one: -len(one[0]))


def _written(unit: str, language: Language) -> Iterator[str]:
    """Yield the symbols of a unit, of one and of several."""
    for count, length in product((1, 2), LENGTHS):
        written = units.format_unit(count, unit, length=length, locale=language.locale)
        yield NUMERAL.sub("", written).strip()


@cache
def _num2words() -> Any:
    try:
        return import_module(LIBRARY).num2words
    except ImportError as error:
        raise SoundError(
            "numbers cannot be spoken without num2words. Install it: pip install 'fedreel[voice]'"
        ) from error
