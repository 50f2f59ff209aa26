"""Texts and numbers in each language."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from scenes.text import languages as language
from scenes.text.errors import LanguageError


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """Leave the language as it was found."""
    yield
    language.use(language.ENGLISH)


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("en", ["62,006", "19.8%", "\u22125%", "1,234.50", "249\u00a0kB"]),
        ("de", ["62.006", "19,8\u00a0%", "\u22125\u00a0%", "1.234,50", "249\u00a0kB"]),
        ("es", ["62.006", "19,8\u00a0%", "\u22125\u00a0%", "1234,50", "249\u00a0kB"]),
        (
            "fr",
            [
                "62\u202f006",
                "19,8\u00a0%",
                "\u22125\u00a0%",
                "1\u202f234,50",
                "249\u202fko",
            ],
        ),
    ],
)
def test_numbers_are_written_as_the_language_does(code: str, texts: list[str]) -> None:
    language.use(code)
    assert language.current() == code
    assert [
        language.integer(62006),
        language.percent(0.1984),
        language.percent(-0.05, 0),
        language.decimal(1234.5),
        language.size(249440),
    ] == texts


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("en", ["999", "4,000", "9,999.99", "10,000.00", "\u22124,000", "1,234%", "50,000"]),
        (
            "de",
            ["999", "4.000", "9.999,99", "10.000,00", "\u22124.000", "1.234\u00a0%", "50.000"],
        ),
        ("es", ["999", "4000", "9999,99", "10.000,00", "\u22124000", "1234\u00a0%", "50.000"]),
        (
            "fr",
            [
                "999",
                "4\u202f000",
                "9\u202f999,99",
                "10\u202f000,00",
                "\u22124\u202f000",
                "1\u202f234\u00a0%",
                "50\u202f000",
            ],
        ),
    ],
)
def test_four_digits_are_separated_where_the_language_does(code: str, texts: list[str]) -> None:
    language.use(code)
    assert [
        language.integer(999),
        language.integer(4000),
        language.decimal(9999.99),
        language.decimal(9999.999),
        language.integer(-4000),
        language.percent(12.34, 0),
        language.integer(50_000),
    ] == texts


@pytest.mark.parametrize(
    ("code", "text"),
    [("en", "Nov 22, 2026"), ("de", "22.11.2026"), ("es", "22 nov 2026"), ("fr", "22 nov. 2026")],
)
def test_days_are_written_as_the_language_does(code: str, text: str) -> None:
    language.use(code)
    assert language.date(datetime(2026, 11, 22, tzinfo=UTC)) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1\u00a0byte"), (5, "5\u00a0bytes"), (999_500, "1.00\u00a0MB")]
)
def test_one_byte_is_not_many(value: float, text: str) -> None:
    assert language.size(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (44_892_360, 4, "44.89\u00a0MB"),
        (249_440, 5, "249.44\u00a0kB"),
        (999_950, 4, "1.000\u00a0MB"),
        (999_940, 4, "999.9\u00a0kB"),
        (9_996, 4, "9.996\u00a0kB"),
        (9_996, 3, "10.0\u00a0kB"),
        (12, 5, "12\u00a0bytes"),
    ],
)
def test_a_size_has_as_many_digits_as_asked_for(value: float, digits: int, text: str) -> None:
    assert language.size(value, digits) == text
    shown = float(text.split("\u00a0", maxsplit=1)[0])
    unit = {"kB": 1e3, "MB": 1e6}.get(text[-2:], 1)
    assert language.rounded_size(value, digits) == pytest.approx(shown * unit, rel=1e-12)


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(LanguageError, match=r"no language 'xx'\. Choose from: en, de, es, fr"):
        language.use("xx")
