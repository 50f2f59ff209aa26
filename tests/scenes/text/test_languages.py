"""Texts and numbers in each language."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scenes.text import languages
from scenes.text.errors import LanguageError
from scenes.text.language import ENGLISH, Language, rounded_size
from scenes.text.languages import LANGUAGES


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
    language = LANGUAGES[code]
    assert language.code == code
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
    language = LANGUAGES[code]
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
    assert LANGUAGES[code].date(datetime(2026, 11, 22, tzinfo=UTC).timestamp()) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1\u00a0byte"), (5, "5\u00a0bytes"), (999_500, "1.00\u00a0MB")]
)
def test_one_byte_is_not_many(value: float, text: str) -> None:
    assert ENGLISH.size(value) == text


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
    assert ENGLISH.size(value, digits) == text
    shown = float(text.split("\u00a0", maxsplit=1)[0])
    unit = {"kB": 1e3, "MB": 1e6}.get(text[-2:], 1)
    assert rounded_size(value, digits) == pytest.approx(shown * unit, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.00 kB"),
        (249_440, "249 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (9_994_000, "9.99 MB"),
        (44_892_360, "44.9 MB"),
        (748_320_000, "748 MB"),
        (3.2e15, "3,200 TB"),
    ],
)
def test_bytes_have_three_digits(value: float, text: str) -> None:
    assert ENGLISH.size(value) == text.replace(" ", "\u00a0")


def test_a_message_is_looked_up_or_stays_as_it_is() -> None:
    german = LANGUAGES["de"]
    assert german.translate("Coordinator") == "Koordinator"
    assert german.translate("not in the film") == "not in the film"
    assert german.translate("") == ""  # which is a catalogue's own head
    assert german.wording(("Coordinator",)) == "Koordinator"
    assert german.wording(("{n} message", "{n} messages"), 1) == "{n} Nachricht"
    assert german.wording(("{n} message", "{n} messages"), 2) == "{n} Nachrichten"
    assert ENGLISH.wording(("{n} message", "{n} messages"), 2) == "{n} messages"


def test_a_language_is_found_by_its_code() -> None:
    assert languages.named("en") is ENGLISH
    codes = ("en", "de", "es", "fr")
    names = [languages.named(code).name for code in codes]
    assert names == ["English", "Deutsch", "Español", "Français"]


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(LanguageError, match=r"no language 'xx'\. Choose from: en, de, es, fr\b"):
        languages.named("xx")


def test_a_language_without_a_catalogue_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LANGUAGES, "xx", Language("xx", "None", "xxx"))
    wanted = r"'xx' has no catalogue scenes/text/catalogues/xx\.po.*make catalogues"
    with pytest.raises(LanguageError, match=wanted):
        languages.check_catalogues()
    with pytest.raises(LanguageError, match=wanted):
        languages.named("xx")


def test_texts_without_a_translation_are_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert [languages.untranslated(language) for language in LANGUAGES.values()] == [0] * len(
        LANGUAGES
    )
    (tmp_path / "xx.po").write_text(
        'msgid ""\nmsgstr "Language: xx"\n\nmsgid "a"\nmsgstr ""\n\nmsgid "b"\nmsgstr "c"\n'
    )
    monkeypatch.setattr(languages, "CATALOGUES", tmp_path)
    assert languages.untranslated(Language("xx", "None", "xxx")) == 1
