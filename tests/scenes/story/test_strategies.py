"""Strategies in plain words."""

import pytest

from fl_sim.app.strategies import STRATEGIES
from scenes.story.specs import NOTHING
from scenes.story.strategies import note


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_is_told_in_plain_words(name: str) -> None:
    choice = STRATEGIES[name]
    told = note(choice.__name__)
    assert choice.personal or told != NOTHING, "add it to `note` in scenes/story/strategies.py"
    assert note("Unheard of") == NOTHING
