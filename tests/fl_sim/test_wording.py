"""Words and numbers of messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fl_sim.wording import did_you_mean, percent
from scenes.text.languages import LANGUAGES


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.5035, 1, "50.4%"),  # its float is below the half
        (0.5045, 1, "50.4%"),
        (0.1984, 1, "19.8%"),
        (0.0101, 2, "1.01%"),
        (0.0, 1, "0.0%"),
        (1.0, 1, "100.0%"),
        (1e30, 0, "100000000000000005366162204393472%"),
        (float("inf"), 1, "inf%"),
    ],
)
def test_a_share(share: float, digits: int, text: str) -> None:
    assert percent(share, digits) == text


def test_similar_words_are_asked_for() -> None:
    names = ["iid-30", "iid-3", "iid-300", "unequal"]
    assert did_you_mean("iid-31", names) == " Did you mean iid-3?"
    assert did_you_mean("iid-31", names, 3) == " Did you mean iid-3, iid-30 or iid-300?"
    assert did_you_mean("xyz", names, 3) == ""


@given(st.integers(0, 10_000))
def test_a_list_and_the_film_round_alike(right: int) -> None:
    assert percent(right / 10_000) == LANGUAGES["en"].percent(right / 10_000)
