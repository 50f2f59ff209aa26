"""Sources are structures: places with their steps, and texts with places in them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.text.sources import ALL, NOT_RECORDED, Place, Source, Span, Step

ACCURACY = Place("mine", ("rounds", 2, "central", "accuracy"))
ALL_ACCURACIES = Place("mine", ("rounds", Span(21), "central", "accuracy"))


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ((), ""),
        (("rounds",), "rounds"),
        (("rounds", 2, "central", "accuracy"), "rounds[2].central.accuracy"),
        (("rounds", ALL, "train", "replies", ALL, "weight"), "rounds[*].train.replies[*].weight"),
        (("rounds", Span(21), "number"), "rounds[21:].number"),
        (("config", "dirichlet-alpha"), "config.dirichlet-alpha"),
        (("rounds", 1, "confusion", 0, 1), "rounds[1].confusion[0][1]"),
    ],
)
def test_a_place_is_written_as_a_path(steps: tuple[Step, ...], path: str) -> None:
    assert str(Place("mine", steps)) == path


@pytest.mark.parametrize(
    ("steps", "around"),
    [
        (
            ("rounds", 2, "train", "replies", 10, "weight"),
            [
                "rounds[2].train.replies[10].weight",
                "rounds[2].train.replies[10]",
                "rounds[2].train.replies",
                "rounds[2].train",
                "rounds[2]",
                "rounds",
                "",
            ],
        ),
        ((), [""]),
        # All items of a list are the list.
        (("partitions", ALL, "label_counts"), ["partitions", ""]),
        (("rounds", 1, "train", "replies", ALL, "weight"),
         ["rounds[1].train.replies", "rounds[1].train", "rounds[1]", "rounds", ""]),
        # Some of them are the first of these.
        (("rounds", Span(21), "number"), ["rounds[21].number", "rounds[21]", "rounds", ""]),
    ],
)  # fmt: skip
def test_a_place_lies_in_others(steps: tuple[Step, ...], around: list[str]) -> None:
    found = Place("mine", steps).around
    assert [str(place) for place in found] == around
    assert {place.run for place in found} == {"mine"}


any_step = st.text(min_size=1) | st.integers(0, 99) | st.integers(0, 9).map(Span)


@given(st.lists(any_step, max_size=6))
def test_around_a_place_is_nothing_but_parts_of_one_path_and_the_whole_record(
    steps: list[Step],
) -> None:
    around = Place("mine", tuple(steps)).around
    assert around[-1] == Place("mine")
    assert not any(isinstance(step, Span) for place in around for step in place.steps)
    for inner, outer in itertools.pairwise(around):
        assert inner.steps[:-1] == outer.steps


def test_a_source_reads_as_its_words_with_its_places() -> None:
    assert str(Source("{}", (ACCURACY,))) == "rounds[2].central.accuracy"
    share = Source("share of {} in {}", (ACCURACY, Source("sum of {}", (ALL_ACCURACIES,))))
    assert str(share) == (
        "share of rounds[2].central.accuracy in sum of rounds[21:].central.accuracy"
    )
    assert str(Source("fingerprint {}", ("6c65052d",))) == "fingerprint 6c65052d"
    assert str(NOT_RECORDED) == "not recorded"


def test_a_source_says_of_which_run_it_is_where_that_is_asked_for() -> None:
    assert str(Source("{}", (ACCURACY,), run="mine")) == "mine: rounds[2].central.accuracy"


def test_a_source_has_its_places_in_order() -> None:
    other = Place("other", ("partitions",))
    nested = Source("{} of {}", (ALL_ACCURACIES, other))
    assert list(Source("{} and {} by {}", (nested, ACCURACY, "hand")).places) == [
        ALL_ACCURACIES,
        other,
        ACCURACY,
    ]
    assert not list(NOT_RECORDED.places)
