"""Languages: translation of texts and formats of numbers.

Texts in the code are English; gettext catalogues, ``catalogues/<code>.po``, translate them. Babel
formats numbers by Unicode's rules for each language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Literal

from babel import Locale, dates, numbers, units
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

DOMAIN = "fedreel"
SOURCE = "en"  # the language of the texts in the code
CATALOGUES = files("scenes.text.catalogues")
NO_BREAK = "\u00a0"
HUGE = 1e12  # numbers from here on are written with an exponent
MINUS = "\u2212"  # as wide as a plus; Babel writes a hyphen
BYTE_UNITS = ("kilobyte", "megabyte", "gigabyte", "terabyte")


@dataclass(frozen=True)
class Language:
    """A language: its ISO 639-1 code, its native name, and its ISO 639-2 code.

    ``grouped_from`` is the smallest number with separated thousands: Spanish writes 4000, but
    50.000. It is Unicode's minimumGroupingDigits, which Babel ignores.
    """

    code: str
    name: str
    iso_639_2: str
    grouped_from: int = 1_000

    @property
    def locale(self) -> Locale:
        """Babel's locale."""
        return _locale(self.code)

    # --- texts

    def translate(self, message: str) -> str:
        """Return the translation of an English message, or the message if there is none."""
        # In gettext the empty message is the catalogue's header.
        return _catalogue(self.code).gettext(message) if message else ""

    def wording(self, message: Sequence[str], count: float = 0.0) -> str:
        """Return the translation of a message; one with two forms depends on the count."""
        if len(message) == 1:
            return self.translate(message[0])
        return self.translate_plural(message[0], message[1], round(count))

    def translate_plural(self, one: str, many: str, count: int) -> str:
        """Return the translated plural form for a count."""
        return _catalogue(self.code).ngettext(one, many, count)

    # --- numbers

    def integer(self, value: float) -> str:
        """Return a rounded number: ``62006`` -> ``62,006``."""
        return self.decimal(round(value), 0)

    def decimal(self, value: float, digits: int = 2) -> str:
        """Return a decimal number: ``2.3026`` -> ``2.30``; a huge one as ``1.5E30``."""
        if abs(value) >= HUGE:
            return _signed(numbers.format_scientific(value, format="0.##E0", locale=self.locale))
        pattern, grouped = _with_digits("#,##0", digits), self._is_grouped(value, digits)
        return _signed(
            numbers.format_decimal(
                value, format=pattern, locale=self.locale, group_separator=grouped
            )
        )

    def percent(self, value: float, digits: int = 1) -> str:
        """Return a percentage: ``0.1984`` -> ``19.8%``."""
        pattern = _with_digits(self.locale.percent_formats[None].pattern, digits)
        grouped = self._is_grouped(100 * value, digits)
        return _signed(
            numbers.format_percent(
                value, format=pattern, locale=self.locale, group_separator=grouped
            )
        )

    def whole_percent(self, value: float) -> str:
        """Return a percentage without decimals: ``0.1984`` -> ``20%``."""
        return self.percent(value, 0)

    def size(self, value: float, digits: int = 3) -> str:
        """Return a size in decimal units, with a no-break space: ``249440`` -> ``249 kB``.

        Args:
            value: the number of bytes.
            digits: the number of significant digits, at least three.
        """
        if value < 999.5:
            return self._unit(value, "digital-byte", 0, "long")
        value, power, places = _in_unit(value, digits)
        return self._unit(value, f"digital-{BYTE_UNITS[power - 1]}", places, "short")

    def date(self, timestamp: float) -> str:
        """Return the day of a POSIX timestamp, UTC, such as ``Nov 22, 2026``."""
        day = datetime.fromtimestamp(timestamp, UTC)
        return dates.format_date(day, format="medium", locale=self.locale)

    def _unit(self, value: float, unit: str, digits: int, length: Literal["short", "long"]) -> str:
        pattern = _with_digits("#,##0", digits)
        written = units.format_unit(value, unit, length=length, format=pattern, locale=self.locale)
        return written.replace(" ", NO_BREAK)

    def _is_grouped(self, value: float, digits: int) -> bool:
        return round(abs(value), digits) >= self.grouped_from


ENGLISH = Language(SOURCE, "English", "eng")


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


@cache
def _catalogue(code: str) -> NullTranslations:
    """Return a language's catalogue, compiled in a few milliseconds."""
    if code == SOURCE:
        return NullTranslations()
    with (CATALOGUES / f"{code}.po").open("rb") as source:
        catalogue = read_po(source, locale=code, domain=DOMAIN, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


def rounded_size(value: float, digits: int = 3) -> float:
    """Return a number of bytes rounded like ``Language.size``."""
    if value < 999.5:
        return round(value)
    value, power, places = _in_unit(value, digits)
    return round(value, places) * 1000.0**power


def _in_unit(value: float, digits: int) -> tuple[float, int, int]:
    """Return a size in its unit, the unit's power of 1000, and the decimal places."""
    power = 1
    value /= 1000
    while value >= _rounds_up_to(3, digits) and power < len(BYTE_UNITS):
        value, power = value / 1000, power + 1
    whole = 1 + sum(value >= _rounds_up_to(zeros, digits) for zeros in (1, 2))
    return value, power, max(digits - whole, 0)


def _rounds_up_to(zeros: int, digits: int) -> float:
    """Return the smallest number that rounds up to 1 with ``zeros`` zeros."""
    return 10.0**zeros - 0.5 * 10.0 ** (zeros - digits)


def _with_digits(pattern: str, digits: int) -> str:
    """Return a number pattern with some decimal places."""
    return pattern.replace("0", f"0.{'0' * digits}" if digits else "0", 1)


def _signed(written: str) -> str:
    return written.replace("-", MINUS)
