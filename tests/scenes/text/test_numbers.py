"""Numbers carry their source, and a cursor reads a value and its place at once."""

from copy import deepcopy
from functools import partial
from math import isnan

import pytest
from hand import hand_run

from scenes.text.errors import NotRecordedError
from scenes.text.language import ENGLISH, Language
from scenes.text.languages import LANGUAGES
from scenes.text.numbers import (
    Cursor,
    Number,
    at,
    computed,
    count,
    number,
    place,
    position,
    quote,
    total,
    value,
    values,
    with_run,
)
from scenes.text.sources import ALL, Place, Source, Span, Step

RUN = hand_run()
GERMAN = LANGUAGES["de"]
LOSSES = [2.0 / (1 + 0.1 * number) for number in range(3)]
ACCURACY = Place("hand-0", ("rounds", 2, "central", "accuracy"))


# --- the cursor


@pytest.mark.parametrize(
    ("cursor", "found", "steps"),
    [
        (at(RUN), [RUN], ()),
        (at(RUN).num_clients, [3], ("num_clients",)),
        (at(RUN).rounds[0].central.loss, [2.0], ("rounds", 0, "central", "loss")),
        (at(RUN).rounds[-1].number, [2], ("rounds", 2, "number")),
        (at(RUN).rounds[-3].number, [0], ("rounds", 0, "number")),
        (at(RUN).rounds[:].number, [0, 1, 2], ("rounds", ALL, "number")),
        (at(RUN).rounds[2:].number, [2], ("rounds", Span(2), "number")),
        (at(RUN).rounds[3:].number, [], ("rounds", Span(3), "number")),
        (at(RUN).rounds[:].central.loss, LOSSES, ("rounds", ALL, "central", "loss")),
        (at(RUN).provenance.versions["flwr"], ["1.0"], ("provenance", "versions", "flwr")),
        (at(RUN).rounds[1].confusion[0][1], [22], ("rounds", 1, "confusion", 0, 1)),
        # Round 0 has no training: an absent branch.
        (at(RUN).rounds[0].train, [None], ("rounds", 0, "train")),
        (
            at(RUN).rounds[0].train.replies[0].weight,
            [],
            ("rounds", 0, "train", "replies", 0, "weight"),
        ),
        (at(RUN).rounds[:].train.replies[:].client, [0, 1, 0, 1],
         ("rounds", ALL, "train", "replies", ALL, "client")),
    ],
)  # fmt: skip
def test_a_cursor_has_the_values_and_their_place(
    cursor: Cursor, found: list[object], steps: tuple[Step, ...]
) -> None:
    assert values(cursor) == found
    assert place(cursor) == Place("hand-0", steps)


def test_several_values_or_none_are_not_one() -> None:
    assert value(at(RUN).rounds[-1].central.accuracy) == 0.2
    assert value(at(RUN).rounds[2:].central.accuracy) == 0.2
    assert value(at(RUN).rounds[:].central.accuracy) is None
    assert value(at(RUN).rounds[0].train.seconds) is None


def test_what_no_record_can_have_is_an_error_of_the_story() -> None:
    with pytest.raises(AttributeError, match="acuracy"):
        value(at(RUN).rounds[0].central.acuracy)
    with pytest.raises(IndexError):
        value(at(RUN).rounds[3])
    with pytest.raises(IndexError):
        value(at(RUN).rounds[-4])
    with pytest.raises(KeyError, match="numpy"):
        value(at(RUN).provenance.versions["numpy"])


# --- numbers


def test_a_number_knows_its_text_source_and_value() -> None:
    found = number(at(RUN).rounds[-1].central.accuracy, Language.percent)
    assert found == Number("20.0%", Source("{}", (ACCURACY,)), 0.2)
    assert str(found) == "20.0%"
    assert str(found.source) == "rounds[2].central.accuracy"


def test_a_number_is_written_in_every_language() -> None:
    found = number(at(RUN).rounds[-1].central.accuracy, Language.percent)
    german = found.in_language(GERMAN)
    assert german.text == "20,0\u00a0%"
    assert (german.source, german.value) == (found.source, found.value)
    assert german.in_language(ENGLISH) == found
    assert Number("20.0%", found.source, 0.2).in_language(GERMAN).text == "20.0%"


def test_a_number_stays_itself_when_manim_copies_what_carries_it() -> None:
    found = count(at(RUN).partitions)
    assert deepcopy([found])[0] is found


def test_a_sum_goes_through_lists() -> None:
    found = total(Language.size, at(RUN).rounds[1].train.replies[:].bytes_up)
    source = Source(
        "sum of {}", (Place("hand-0", ("rounds", 1, "train", "replies", ALL, "bytes_up")),)
    )
    assert found == Number("4.05\u00a0kB", source, 4050)
    assert str(source) == "sum of rounds[1].train.replies[*].bytes_up"


def test_a_sum_goes_over_several_places() -> None:
    replies = at(RUN).rounds[1].train.replies[:]
    found = total(Language.integer, replies.bytes_down, replies.bytes_up)
    assert found.value == 2000 + 4050
    assert str(found.source) == (
        "sum of rounds[1].train.replies[*].bytes_down and rounds[1].train.replies[*].bytes_up"
    )


def test_a_sum_over_all_rounds_leaves_out_a_round_without_training() -> None:
    found = total(Language.integer, at(RUN).rounds[:].train.replies[:].bytes_up)
    assert found.value == 2 * 4050
    assert total(Language.integer, at(RUN).rounds[:].train.seconds).value == 0


def test_things_can_be_counted() -> None:
    source = Source("count of {}", (Place("hand-0", ("partitions",)),))
    assert count(at(RUN).partitions) == Number("3", source, 3)
    assert count(at(RUN).rounds[:].train.replies).value == 4
    assert count(at(RUN).rounds[0].train.replies).value == 0


def test_a_position_is_what_a_worker_is_called_by() -> None:
    found = position(at(RUN).partitions[2])
    assert (found.text, found.value) == ("2", 2)
    assert str(found.source) == "position of partitions[2]"


def test_a_computed_number_names_what_it_was_computed_from() -> None:
    loss = number(at(RUN).rounds[0].central.loss, Language.decimal)
    found = computed(
        0.5,
        Language.whole_percent,
        "{} by {} in {}",
        loss,
        at(RUN).rounds[1:].central.loss,
        "halves",
    )
    assert (found.text, found.value) == ("50%", 0.5)
    assert str(found.source) == "rounds[0].central.loss by rounds[1:].central.loss in halves"
    assert [str(place) for place in found.source.places] == [
        "rounds[0].central.loss",
        "rounds[1:].central.loss",
    ]


def test_a_number_says_of_which_run_it_is_where_several_are_shown() -> None:
    found = count(at(RUN).partitions)
    assert str(with_run(RUN, found).source) == "hand-0: count of partitions"
    assert list(with_run(RUN, found).source.places) == list(found.source.places)


def test_what_a_run_did_not_record_cannot_be_text() -> None:
    with pytest.raises(NotRecordedError, match=r"hand-0.*rounds\[0\]\.train\.seconds"):
        number(at(RUN).rounds[0].train.seconds, Language.decimal)
    with pytest.raises(NotRecordedError, match=r"rounds\[2\]\.train\.seconds"):
        number(at(RUN).rounds[-1].train.seconds, Language.decimal)
    with pytest.raises(NotRecordedError, match=r"network\.name"):
        quote(at(hand_run().model_copy(update={"network": None})).network.name)


# --- quotes


def test_a_quote_is_cut_and_has_no_value() -> None:
    run = RUN.model_copy(update={"strategy": "a strategy\nwith \t a name\x07of its own"})
    found = quote(at(run).strategy, 20)
    assert found.text == "a strategy with a n\u2026"
    assert len(found.text) == 20
    assert isnan(found.value)
    assert str(found.source) == "strategy"
    assert quote(at(run).strategy).text == "a strategy with a name of its own"
    assert quote(at(run).strategy, 11).text == "a strategy\u2026"


def test_a_quote_stands_as_it_is_in_every_language_or_is_translated() -> None:
    found = quote(at(RUN).strategy)
    assert found.in_language(GERMAN).text == found.text == "FedAvg"
    loud = quote(at(RUN).strategy, 8, lambda language, text: f"{text} in {language.code}")
    assert loud.text == "FedAvg\u2026"
    assert quote(at(RUN).strategy, 9, _with_code).in_language(GERMAN).text == "FedAvg de"


def _with_code(language: Language, text: str) -> str:
    return f"{text} {language.code}"


def test_a_form_may_have_arguments() -> None:
    form = partial(Language.percent, digits=2)
    found = number(at(RUN).rounds[-1].central.accuracy, form)
    assert found.text == "20.00%"
    assert found.in_language(GERMAN).text == "20,00\u00a0%"
