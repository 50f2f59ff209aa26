"""Strategies are compared only where that is fair, and what is said of them holds for the runs."""

import numpy as np
import pytest
from hand import hand_seeds

from fl_sim import record
from scenes.charts.momentum import plain, with_momentum
from scenes.story import remedies
from scenes.story.strategies import ComparableRuns, comparable_runs
from scenes.text.errors import NotRecordedError
from scenes.text.numbers import Number


def changed(run: record.Run, **update: object) -> record.Run:
    return run.model_copy(update=update)


def scored(*scores: tuple[str, int, float]) -> list[record.Run]:
    """Return runs of a strategy and a seed that end at some accuracy."""
    (run, *_) = hand_seeds()
    return [
        changed(
            run,
            name=f"{strategy}-s{seed}",
            strategy=strategy,
            provenance=record.Provenance(seed=seed, code_hash="0" * 64),
            rounds=(*run.rounds[:-1], changed(run.rounds[-1], central=record.Metrics(accuracy=x))),
        )
        for strategy, seed, x in scores
    ]


def found(runs: list[record.Run]) -> ComparableRuns:
    chosen = comparable_runs(runs)
    assert chosen is not None
    return chosen


def of(**scores: tuple[float, ...]) -> list[record.Run]:
    """Return runs of strategies that end at some accuracies, one for each seed."""
    return scored(*((name, i, x) for name, each in scores.items() for i, x in enumerate(each)))


def test_the_gauge_has_the_means_over_seeds_and_last_rounds() -> None:
    spec = remedies.tell(hand_seeds())
    # Two rounds end at 0.2, with what each run gains; one round of two counts.
    assert [mark.value for mark in spec.gauge.marks] == pytest.approx([0.205, 0.265])
    assert [str(mark.number) for mark in spec.gauge.marks] == ["20.5%", "26.5%"]
    mean = spec.gauge.marks[1].number
    assert isinstance(mean, Number)
    assert str(mean.source) == (
        "mean over FedYogi-s0, FedYogi-s1 of the mean of rounds[2:].central.accuracy"
    )
    assert str(spec.note) == "mean over 2 seeds, last 1 round"


def test_means_are_over_the_seeds_that_all_have() -> None:
    spec = remedies.tell(of(FedAvg=(0.2, 0.4), FedProx=(0.5,)))
    assert [mark.value for mark in spec.gauge.marks] == [0.2, 0.5]
    assert str(spec.note) == "mean over 1 seed, last 1 round"
    other = [run for run in of(FedAvg=(0.2, 0.4, 0.6), FedProx=(0.5,)) if run.name != "FedAvg-s0"]
    assert str(remedies.tell(other).note) == "mean over seeds, last 1 round"


def test_a_third_of_the_rounds_counts_and_ten_at_most() -> None:
    firsts = [found(hand_seeds(rounds=rounds)).first_averaged for rounds in (1, 6, 30, 60)]
    assert firsts == [1, 5, 21, 51]


@pytest.mark.parametrize(
    ("scores", "picture", "remedy", "gain"),
    [
        (
            {"FedProx": (0.2, 0.5), "FedAvgM": (0.3, 0.3), "FedYogi": (0.9, 0.9)},
            "leash",
            "One remedy: each worker is held close to the shared model.",
            "Held closer to the shared model: 30.0% becomes 35.0%.",
        ),
        (
            {"FedProx": (0.2, 0.2), "FedAvgM": (0.3, 0.35)},
            "momentum",
            "One remedy is momentum: each step keeps part of the last.",
            "What pulls apart cancels: 30.0% becomes 32.5%.",
        ),
        (
            {"FedProx": (0.3, 0.3)},
            "leash",
            "One remedy: each worker is held close to the shared model.",
            "Held closer to the shared model: 30.0%, then 30.0%. No gain.",
        ),
        (
            {"FedAvgM": (0.1, 0.1)},
            "momentum",
            "One remedy is momentum: each step keeps part of the last.",
            "With momentum: 30.0%, then 10.0%. No gain.",
        ),
        ({"FedYogi": (0.4, 0.4)}, None, "", "With another strategy: 30.0% becomes 40.0%."),
        ({"FedYogi": (0.2, 0.2)}, None, "", "With another strategy: 30.0%, then 20.0%. No gain."),
    ],
)
def test_the_best_remedy_with_a_picture_is_shown_with_its_gain(
    scores: dict[str, tuple[float, ...]], picture: str | None, remedy: str, gain: str
) -> None:
    spec = remedies.tell(of(FedAvg=(0.2, 0.4), **scores))
    assert (spec.working.picture if spec.working else None) == picture
    assert (str(spec.working.remedy) if spec.working else "") == remedy
    assert str(spec.gain) == gain


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({}, None),
        ({"FedYogi": (0.5,)}, "Another remedy gets 50.0%."),
        ({"FedYogi": (0.5,), "FedAdam": (0.4,)}, "Other remedies get up to 50.0%."),
        (
            {"FedYogi": (0.1,), "FedAdam": (0.2,)},
            "None of the others gains anything: at best 20.0%.",
        ),
    ],
)
def test_what_others_get_is_said_as_it_is(
    others: dict[str, tuple[float, ...]], said: str | None
) -> None:
    spec = remedies.tell(of(FedAvg=(0.3,), FedProx=(0.35,), **others))
    assert (str(spec.others) if spec.others else None) == said
    assert len(spec.gauge.marks) == (3 if said else 2)


def test_without_plain_averaging_nothing_is_gained() -> None:
    with pytest.raises(NotRecordedError, match="some of them with the strategy FedAvg"):
        remedies.tell(of(FedProx=(0.3,), FedYogi=(0.5,)))


def test_momentum_gets_further_and_swings_less_for_the_same_pulls() -> None:
    pulls = np.array([[1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    assert plain(pulls).tolist() == [[0, 0], [1, 1], [2, 0], [3, 1]]
    assert with_momentum(pulls).tolist() == [[0, 0], [1, 1], [2.5, 0.5], [4.25, 1.25]]


def test_other_settings_or_rounds_are_not_compared() -> None:
    one, _, other, _ = hand_seeds()
    with pytest.raises(NotRecordedError, match="no two strategies can be compared"):
        remedies.tell([one])
    with pytest.raises(NotRecordedError, match="no two strategies"):
        remedies.tell([one, changed(other, config={"local-epochs": 5})])
    with pytest.raises(NotRecordedError, match="no two strategies"):
        remedies.tell([one, changed(other, rounds=other.rounds[:-1])])


def test_of_several_settings_of_a_strategy_those_with_most_runs_count() -> None:
    runs = hand_seeds()
    odd = changed(runs[2], name="odd", config={**runs[2].config, "eta": 0.5})
    assert [run.name for run in found([odd, *runs]).by_strategy["FedYogi"]] == [
        "FedYogi-s0",
        "FedYogi-s1",
    ]
