"""The language of every text on screen, and how numbers are written in it.

Texts are English in the code and are looked up in gettext catalogues, ``locales/<language>.po``.
Numbers are written by Babel, from the rules that Unicode collects for each language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Literal

from babel import Locale, dates, numbers, units
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from scenes.text.errors import LanguageError

ENGLISH = "en"
LANGUAGES = ("en", "de", "es", "fr")
DOMAIN = "fedreel"
NO_BREAK = "\u00a0"
MINUS = "\u2212"  # as wide as a plus; Babel writes a hyphen
BYTE_UNITS = ("kilobyte", "megabyte", "gigabyte", "terabyte")
# From which number on there are separators, where that is not a thousand: Spanish writes 4000, but
# 50.000. These are Unicode's minimumGroupingDigits, which Babel does not follow.
SEPARATED = {"es": 10_000}


class _Chosen:
    """The language in use: one a process, as gettext itself has it."""

    locale = Locale.parse(ENGLISH)
    translations: NullTranslations = NullTranslations()


def use(language: str) -> None:
    """Tell everything from now on in a language.

    Raises:
        LanguageError: there is no catalogue of it; the text lists those there are.
    """
    if language not in LANGUAGES:
        raise LanguageError(f"no language {language!r}. There are: {', '.join(LANGUAGES)}")
    _Chosen.locale = Locale.parse(language)
    _Chosen.translations = NullTranslations() if language == ENGLISH else _catalogue(language)


def current() -> str:
    """Return the language in use."""
    return str(_Chosen.locale)


@contextmanager
def using(language: str) -> Iterator[None]:
    """Tell everything in a language meanwhile.

    Raises:
        LanguageError: there is no catalogue of it.
    """
    before = current()
    use(language)
    try:
        yield
    finally:
        use(before)


@cache
def _catalogue(language: str) -> NullTranslations:
    """Return a language's catalogue. It is compiled on the fly: it takes some milliseconds."""
    with (files("scenes.text.catalogues") / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language, domain=DOMAIN, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


def translated(message: str) -> str:
    """Return a message in the language in use, or itself where the catalogue has none."""
    # To gettext, the empty message is the catalogue's own head.
    return _Chosen.translations.gettext(message) if message else ""


def translated_plural(one: str, many: str, number: int) -> str:
    """Return the form of a message that belongs to a number."""
    return _Chosen.translations.ngettext(one, many, number)


def integer(value: float) -> str:
    """``62006`` -> ``62,006``."""
    return decimal(round(value), 0)


def percent(value: float, digits: int = 1) -> str:
    """``0.1984`` -> ``19.8%``."""
    pattern = _with_digits(_Chosen.locale.percent_formats[None].pattern, digits)
    separated = _separated(100 * value, digits)
    return _signed(
        numbers.format_percent(
            value, format=pattern, locale=_Chosen.locale, group_separator=separated
        )
    )


def decimal(value: float, digits: int = 2) -> str:
    """``2.3026`` -> ``2.30``."""
    pattern, separated = _with_digits("#,##0", digits), _separated(value, digits)
    return _signed(
        numbers.format_decimal(
            value, format=pattern, locale=_Chosen.locale, group_separator=separated
        )
    )


def size(value: float, digits: int = 3) -> str:
    """Bytes in decimal units, with a no-break space: ``249440`` -> ``249 kB``.

    Args:
        value: how many bytes.
        digits: how many digits are shown, three at least; whole bytes have no more than they are.
    """
    if value < 999.5:
        return _unit(value, "digital-byte", 0, "long")
    value, power, places = _in_unit(value, digits)
    return _unit(value, f"digital-{BYTE_UNITS[power - 1]}", places, "short")


def rounded_size(value: float, digits: int = 3) -> float:
    """Return the bytes that ``size`` shows."""
    if value < 999.5:
        return round(value)
    value, power, places = _in_unit(value, digits)
    return round(value, places) * 1000.0**power


def _in_unit(value: float, digits: int) -> tuple[float, int, int]:
    """Return bytes in the unit that suits them, that unit's power of 1000, and decimal places."""
    power = 1
    value /= 1000
    while value >= _rounds_up_to(3, digits) and power < len(BYTE_UNITS):
        value, power = value / 1000, power + 1
    whole = 1 + sum(value >= _rounds_up_to(zeros, digits) for zeros in (1, 2))
    return value, power, max(digits - whole, 0)


def _rounds_up_to(zeros: int, digits: int) -> float:
    """Return from where on a number, written with so many digits, is 1 with so many zeros."""
    return 10.0**zeros - 0.5 * 10.0 ** (zeros - digits)


def date(value: datetime) -> str:
    """Return a day, such as ``Nov 22, 2026``."""
    return dates.format_date(value, format="medium", locale=_Chosen.locale)


def _unit(value: float, unit: str, digits: int, length: Literal["short", "long"]) -> str:
    pattern = _with_digits("#,##0", digits)
    written = units.format_unit(
        value,
        unit,
        length=length,
        format=pattern,
        locale=_Chosen.locale,
    )
    return written.replace(" ", NO_BREAK)


def _separated(value: float, digits: int) -> bool:
    """Whether a number has separators between thousands in the language in use."""
    return round(abs(value), digits) >= SEPARATED.get(_Chosen.locale.language, 1000)


def _with_digits(pattern: str, digits: int) -> str:
    """Give a number pattern this many decimal places."""
    return pattern.replace("0", f"0.{'0' * digits}" if digits else "0", 1)


def _signed(written: str) -> str:
    return written.replace("-", MINUS)
