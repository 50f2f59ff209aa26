"""Every text is there in every language, and keeps its fields."""

from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.catalog import Message

from scenes.text.catalogues import read, template
from scenes.text.languages import ENGLISH, LANGUAGES
from scenes.text.lines import DIGIT

OTHERS = [language for language in LANGUAGES if language != ENGLISH]


def texts(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a message's forms in English, and those of its translation."""
    pair = message.id, message.string
    one, other = (part if isinstance(part, tuple) else (part,) for part in pair)
    return one, other


def fields(text: str) -> set[str]:
    """Return the names of a text's fields."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def messages(language: str) -> Iterator[Message]:
    """Yield a catalogue's messages, without its header."""
    return (message for message in read(language) if message.id)


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_the_texts_of_the_code_and_no_others(language: str) -> None:
    wanted = {texts(message)[0] for message in template() if message.id}
    assert {texts(message)[0] for message in messages(language)} == wanted, "make catalogues"


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    missing = [message.id for message in messages(language) if not all(texts(message)[1])]
    assert not missing
    assert not [message.id for message in messages(language) if message.fuzzy]


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_the_fields_and_show_no_digit(language: str) -> None:
    for message in messages(language):
        english, translated = texts(message)
        allowed = set.union(*map(fields, english))
        for text in translated:
            assert fields(text) <= allowed, text
            assert not DIGIT.search(text), text
        assert set.union(*map(fields, translated)) == allowed, translated
