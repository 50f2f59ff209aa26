"""Every text is there in every language, and keeps its fields."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from filmed import CHAPTERS, film_job
from spec_texts import lines_in

import scenes
from scenes import FILM, LOOP
from scenes.text.catalogues import field_names, forms, read, template, to_do
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES
from scenes.text.lines import DIGIT, Line

OTHERS = [code for code in LANGUAGES if code != ENGLISH.code]
TRANSLATING = {"translate", "translate_plural", "text", "line", "plural", "_"}


def messages(language: str) -> Iterator[Message]:
    """Yield a catalogue's messages, without its header."""
    return (message for message in read(language) if message.id)


@cache
def wanted() -> frozenset[tuple[str, ...]]:
    """Return the texts of the code, each with its forms."""
    return frozenset(forms(message.id) for message in template() if message.id)


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_the_texts_of_the_code_and_no_others(language: str) -> None:
    assert {forms(message.id) for message in messages(language)} == wanted(), "make catalogues"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_line_of_a_story_is_among_the_texts_of_the_code(chapter: str) -> None:
    shown = set(messages_in(film_job(chapter).tell()))
    assert shown
    assert shown <= wanted()


def messages_in(spec: object) -> Iterator[tuple[str, ...]]:
    """Yield the messages of the lines in a spec, and of the lines in these."""
    for found in lines_in(spec):
        if isinstance(found, Line):
            if any(found.message):
                yield found.message
            yield from messages_in([part for _, part in found.parts])


def test_every_text_that_is_translated_anywhere_is_among_the_texts_of_the_code() -> None:
    found = set()
    for file in Path(scenes.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name),
                    args=[ast.Constant(value=str(message)), *_],
                ) if name in TRANSLATING and message:
                    found.add(message)
    assert len(found) > 200
    assert found <= {form for forms in wanted() for form in forms}


def test_every_description_of_a_beat_is_among_the_texts_of_the_code() -> None:
    beats = [beat for chapter in (*FILM, LOOP) for beat in chapter.beats]
    assert {(sentence,) for beat in beats for sentence in beat.sentences} <= wanted()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    assert not to_do(read(language)), f"translate these in scenes/text/catalogues/{language}.po"
    assert not [message.id for message in messages(language) if message.fuzzy]


def test_a_text_that_is_new_or_has_lost_a_field_is_to_be_translated() -> None:
    catalogue = Catalog("de")
    catalogue.add("A new text")
    catalogue.add("{n} workers", "Clients")
    catalogue.add(("{n} worker", "{n} workers"), ("{n} Client", ""))
    catalogue.add("Accuracy", "Genauigkeit")
    assert to_do(catalogue) == ["A new text", "{n} workers", "{n} worker"]


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_the_fields_and_show_no_digit(language: str) -> None:
    for message in messages(language):
        english, translated = forms(message.id), forms(message.string)
        allowed = set.union(*map(field_names, english))
        for text in translated:
            assert field_names(text) <= allowed, text
            assert not DIGIT.search(text), text
        assert set.union(*map(field_names, translated)) == allowed, translated


def test_french_marks_stay_with_the_word_before() -> None:
    translated = [text for message in messages("fr") for text in forms(message.string)]
    assert not [text for text in translated if re.search(r" [:;?!»]|« ", text)]
