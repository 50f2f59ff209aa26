"""Lines are messages with numbers, written in any language; a digit has a source or is refused."""

from copy import deepcopy
from dataclasses import dataclass

import pytest
from hand import hand_run
from hypothesis import given
from hypothesis import strategies as st

from scenes.story.specs import EntrySpec, Metric, ScoresSpec
from scenes.text.language import ENGLISH, Language
from scenes.text.languages import LANGUAGES
from scenes.text.lines import Line, in_language, line, numbers_of, plural, split, text
from scenes.text.numbers import Number, at, computed, count, number
from scenes.text.sources import Place, Source

RUN = hand_run()
GERMAN, FRENCH = LANGUAGES["de"], LANGUAGES["fr"]
WORKERS = count(at(RUN).partitions)
ACCURACY = number(at(RUN).rounds[-1].central.accuracy, Language.percent)


def made(value: int) -> Number:
    """Return a number of no record."""
    return computed(value, Language.integer, "made up")


def test_a_digit_without_a_source_is_refused() -> None:
    with pytest.raises(ValueError, match="has a digit without a source"):
        line("It reached 60%.")
    with pytest.raises(ValueError, match="has a digit without a source"):
        line("It reached {accuracy}.", accuracy="60%")
    with pytest.raises(ValueError, match="has a digit without a source"):
        plural(WORKERS, "1 worker", "{n} workers")
    with pytest.raises(ValueError, match="has a digit without a source"):
        plural(WORKERS, "{n} worker at {accuracy}", "{n} workers at {accuracy}", accuracy="60%")
    with pytest.raises(ValueError, match="has a digit without a source"):
        numbers_of("round 2")


def test_a_line_lists_its_numbers_as_they_stand() -> None:
    one, two = (Number(str(n), Source("{}", (Place("mine", (name,)),)), n)
                for n, name in ((1, "a"), (2, "b")))  # fmt: skip
    spec = line("{y} before {x}, {word}", x=one, y=two, word=text("really"))
    assert str(spec) == "2 before 1, really"
    assert spec.numbers == numbers_of(spec) == (two, one)
    assert numbers_of(one) == (one,)
    assert numbers_of("none") == ()


def test_a_line_in_a_line_brings_its_numbers() -> None:
    inner = line("at {accuracy}", accuracy=ACCURACY)
    spec = line("{workers} {inner}", workers=WORKERS, inner=inner)
    assert str(spec) == "3 at 20.0%"
    assert spec.numbers == (WORKERS, ACCURACY)


def test_a_line_is_written_in_every_language() -> None:
    spec = line("each mark: {n} workers", n=made(4000))
    assert str(spec) == "each mark: 4,000 workers"
    german = spec.in_language(GERMAN)
    assert str(german) == "je Quadrat: 4.000 Worker"
    assert german.numbers == (made(4000).in_language(GERMAN),)
    assert str(german.in_language(ENGLISH)) == str(spec)
    assert german.in_language(ENGLISH) == spec


def test_parts_are_translated_with_their_line() -> None:
    spec = Line("{a}: {b}", (("a", text("Coordinator")), ("b", made(4000))))
    assert str(spec.in_language(GERMAN)) == "Koordinator: 4.000"


def test_a_text_without_a_translation_stays_as_it_is() -> None:
    assert str(text("not in the film").in_language(GERMAN)) == "not in the film"
    assert str(Line("").in_language(GERMAN)) == ""


@pytest.mark.parametrize(
    ("value", "english", "german", "french"),
    [
        (0, "0 messages", "0 Nachrichten", "0 message"),
        (1, "1 message", "1 Nachricht", "1 message"),
        (2, "2 messages", "2 Nachrichten", "2 messages"),
        (4000, "4,000 messages", "4.000 Nachrichten", "4\u202f000 messages"),
    ],
)
def test_a_count_has_the_form_of_its_language(
    value: int, english: str, german: str, french: str
) -> None:
    spec = plural(made(value), "{n} message", "{n} messages")
    assert str(spec) == english
    assert str(spec.in_language(GERMAN)) == german
    assert str(spec.in_language(FRENCH)) == french
    assert str(spec.in_language(FRENCH).in_language(GERMAN)) == german


def test_a_value_that_is_known_late_is_written_as_the_line_is() -> None:
    spec = line("each mark: {n} workers", n=made(1))
    assert str(spec.with_value("n", 4000)) == "each mark: 4,000 workers"
    german = spec.in_language(GERMAN).with_value("n", 4000)
    assert str(german) == "je Quadrat: 4.000 Worker"
    assert german.numbers[0].value == 4000
    assert german.numbers[0].source == made(1).source
    messages = plural(made(1), "{n} message", "{n} messages")
    assert str(messages.with_value("n", 2)) == "2 messages"
    assert str(messages.in_language(GERMAN).with_value("n", 2)) == "2 Nachrichten"
    assert str(spec) == "each mark: 1 workers"


def test_a_line_stays_itself_when_manim_copies_what_carries_it() -> None:
    spec = text("Coordinator")
    assert deepcopy([spec])[0] is spec


# --- specs


@dataclass(frozen=True)
class Story:
    """A spec that holds others in every way that specs do."""

    title: Line
    entries: list[EntrySpec]
    scores: ScoresSpec
    pair: tuple[Number, Line]
    maybe: Metric | None = None
    kind: type = int


def test_a_spec_is_written_in_a_language_however_deep_its_texts_lie() -> None:
    entry = EntrySpec(text("Coordinator"), text("the model"), made(4000), 4000.0, "data")
    scores = ScoresSpec({7: made(5000)}, text("Coordinator"))
    spec = Story(text("Many rounds"), [entry], scores, (made(6000), text("Front end")))
    german = in_language(spec, GERMAN)
    assert str(german.title) == "Viele Runden" != str(spec.title)
    assert [str(text) for text in (german.entries[0].name, german.entries[0].amount)] == [
        "Koordinator",
        "4.000",
    ]
    assert {key: str(text) for key, text in german.scores.each.items()} == {7: "5.000"}
    assert [str(text) for text in german.pair] == ["6.000", "Frontend"]
    assert (german.entries[0].value, german.entries[0].role) == (4000.0, "data")
    assert (german.maybe, german.kind) == (None, int)
    assert isinstance(german.entries, list)
    assert isinstance(german.pair, tuple)
    assert in_language(german, ENGLISH) == spec


# --- dividing

words = st.text(alphabet="abc {}.,", min_size=1, max_size=8)
some_numbers = st.integers(0, 99).map(made)


@given(st.lists(st.tuples(words, some_numbers), min_size=1, max_size=6))
def test_divided_lines_read_the_same_and_keep_their_numbers(
    pieces: list[tuple[str, Number]],
) -> None:
    parts = {f"n{i}": number for i, (_, number) in enumerate(pieces)}
    template = "".join(
        word.replace("{", "{{").replace("}", "}}") + f"{{n{i}}}"
        for i, (word, _) in enumerate(pieces)
    )
    spec = Line(template, tuple(parts.items()))
    half = sum(len(word) + len(number.text) for word, number in pieces[: len(pieces) // 2])
    texts = [str(spec)[:half], str(spec)[half:]]
    lines = split(spec, texts)
    assert [str(line) for line in lines] == texts
    assert sum((line.numbers for line in lines), ()) == spec.numbers
