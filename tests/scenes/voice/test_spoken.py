"""Captions as they are spoken: numbers in words of the language, with their sources."""

import pytest

from scenes.outputs.audit import AuditedNumber, _numbers
from scenes.text.language import Language
from scenes.text.languages import LANGUAGES
from scenes.text.lines import DIGIT, line
from scenes.text.numbers import Number
from scenes.text.sources import Source
from scenes.voice.spoken import spoken, words_of

pytest.importorskip("num2words", reason="the extra voice is not installed")

SHARE = Number("19.6%", Source("the share"), 0.1958, Language.percent)
FEW = Number("3", Source("the few"), 3, Language.integer)


@pytest.mark.parametrize(
    ("code", "size", "share", "large"),
    [
        ("en", "two hundred and forty-nine kilobytes", "nineteen point six percent",
         "sixty-two thousand and six"),
        ("de", "zweihundertneunundvierzig Kilobyte", "neunzehn Komma sechs Prozent",
         "zweiundsechzigtausendsechs"),
        ("es", "doscientos cuarenta y nueve kilobytes", "diecinueve punto seis por ciento",
         "sesenta y dos mil seis"),
        ("fr", "deux cent quarante-neuf kilooctets", "dix-neuf virgule six pour cent",
         "soixante-deux mille six"),
    ],
)  # fmt: skip
def test_numbers_are_words_of_the_language(code: str, size: str, share: str, large: str) -> None:
    language = LANGUAGES[code]
    written = language.size(249_402), language.percent(0.1958), language.integer(62_006)
    assert [words_of(one, language) for one in written] == [size, share, large]


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=str)
@pytest.mark.parametrize("value", [0, 1, 7, 1000, 4000, 999_999, 1e6, 0.5, -3.25, 67_340_000])
def test_no_digit_is_left(value: float, language: Language) -> None:
    written = (
        language.integer(value), language.decimal(value, 4), language.percent(value),
        language.size(abs(value)), f"of {language.integer(abs(value))} {language.size(1e4)}",
    )  # fmt: skip
    for one in written:
        words = words_of(one, language)
        assert not DIGIT.search(words)
        assert not set(words) & set("%\u2212\u00a0\u202f")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("CIFAR-10", "CIFAR-ten"),
        ("version 1.41.0", "version one.forty-one.zero"),
        ("from \u22123 to 4", "from minus three to four"),
        ("27\u00b0, 1,000 dogs.", "twenty-seven degrees, one thousand dogs."),
    ],
)
def test_a_numeral_is_what_stands_for_a_number(written: str, words: str) -> None:
    assert words_of(written, LANGUAGES["en"]) == words


def test_a_spoken_caption_has_the_sources_of_the_caption() -> None:
    caption = line("Right: {share}, by {few} of {more}.", share=SHARE, few=FEW,
                   more=line("all {few}", few=FEW))  # fmt: skip
    heard = spoken(caption, LANGUAGES["en"])
    assert str(heard) == "Right: nineteen point six percent, by three of all three."
    assert [number.source for number in heard.numbers] == [
        number.source for number in caption.numbers
    ]
    assert [number.value for number in heard.numbers] == [0.1958, 3, 3]


def test_a_spoken_caption_is_audited_word_by_word() -> None:
    caption = spoken(line("Right: {share}.", share=SHARE), LANGUAGES["en"])
    (found,) = _numbers("one", "two", str(caption), caption.numbers)
    assert found == AuditedNumber("one", "two", str(caption), caption.numbers[0])
    assert found.number is not None
    assert found.number.text in str(caption)
