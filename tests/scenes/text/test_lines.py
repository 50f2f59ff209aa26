"""Numbers carry their source."""

import pytest
from hand import hand_run
from hypothesis import given
from hypothesis import strategies as st

from scenes.text import languages as language
from scenes.text import lines as figures
from scenes.text.errors import NotRecordedError
from scenes.text.lines import Line
from scenes.text.numbers import Number

RUN = hand_run()


def test_a_number_knows_its_text_source_and_value() -> None:
    found = figures.read(RUN, "rounds[-1].central.accuracy", language.percent)
    assert found == Number("20.0%", "rounds[2].central.accuracy", 0.2)


def test_a_sum_goes_through_lists() -> None:
    found = figures.total(RUN, ["rounds[1].train.replies[*].bytes_up"], language.size)
    assert found == Number("4.05\u00a0kB", "sum of rounds[1].train.replies[*].bytes_up", 4050)


def test_a_sum_over_all_rounds_leaves_out_a_round_without_training() -> None:
    found = figures.total(RUN, ["rounds[*].train.replies[*].bytes_up"], language.integer)
    assert found.value == 2 * 4050


def test_things_can_be_counted() -> None:
    assert figures.count(RUN, "partitions") == Number("3", "count of partitions", 3)


def test_what_a_run_did_not_record_cannot_be_text() -> None:
    with pytest.raises(NotRecordedError, match=r"hand-0.*rounds\[0\]\.train"):
        figures.read(RUN, "rounds[0].train.seconds", language.decimal)


def test_a_digit_without_a_source_is_refused() -> None:
    with pytest.raises(ValueError, match="has a digit without a source"):
        figures.line("It reached 60%.")
    with pytest.raises(ValueError, match="has a digit without a source"):
        figures.line("It reached {accuracy}.", accuracy="60%")
    with pytest.raises(ValueError, match="has a digit without a source"):
        figures.numbers_of("round 2")


def test_a_line_lists_its_figures_as_they_stand() -> None:
    one, two = Number("1", "a", 1), Number("2", "b", 2)
    spec = figures.line("{y} before {x}, {word}", x=one, y=two, word="really")
    assert str(spec) == "2 before 1, really"
    assert spec.numbers == (two, one)


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
    assert language.size(value) == text.replace(" ", "\u00a0")


words = st.text(alphabet="abc {}.,", min_size=1, max_size=8)
numbers = st.integers(0, 99).map(lambda n: Number(str(n), f"at[{n}]", n))


@given(st.lists(st.tuples(words, numbers), min_size=1, max_size=6))
def test_divided_lines_read_the_same_and_keep_their_figures(
    pieces: list[tuple[str, Number]],
) -> None:
    parts = {f"n{i}": figure for i, (_, figure) in enumerate(pieces)}
    template = "".join(
        word.replace("{", "{{").replace("}", "}}") + f"{{n{i}}}"
        for i, (word, _) in enumerate(pieces)
    )
    spec = Line(template, tuple(parts.items()))
    at = sum(len(word) + len(figure.text) for word, figure in pieces[: len(pieces) // 2])
    texts = [str(spec)[:at], str(spec)[at:]]
    lines = figures.split(spec, texts)
    assert [str(line) for line in lines] == texts
    assert sum((line.numbers for line in lines), ()) == spec.numbers
