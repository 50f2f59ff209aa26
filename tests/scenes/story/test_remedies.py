"""Strategies are compared only where that is fair, and what is said of them holds for the runs."""

import pytest
from hand import hand_pair, hand_seeds
from scenes.charts.dot_plot import stacked

from fl_sim import record
from scenes.story import remedies
from scenes.story.strategies import ComparableRuns, comparable_runs
from scenes.text.errors import NotRecordedError
from scenes.text.numbers import Number

STRATEGIES = ("FedAvg", "FedYogi")


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
            provenance=record.Provenance(seed=seed),
            rounds=(*run.rounds[:-1], changed(run.rounds[-1], central=record.Metrics(accuracy=x))),
        )
        for strategy, seed, x in scores
    ]


def found(runs: list[record.Run]) -> ComparableRuns:
    chosen = comparable_runs(runs)
    assert chosen is not None
    return chosen


def test_rows_hold_a_value_a_seed_and_their_mean() -> None:
    spec = remedies.tell(hand_seeds())
    assert [str(row.name) for row in spec.plot.rows] == list(STRATEGIES)
    assert [str(row.note) for row in spec.plot.rows] == [
        "plain averaging",
        "a step size for each weight",
    ]
    # Two rounds end at 0.2, with what each run gains; one round of two counts.
    assert list(spec.plot.rows[1].values) == pytest.approx([0.25, 0.28])
    assert str(spec.plot.rows[0].mean_text) == "mean 20.5%"
    mean = spec.plot.rows[1].mean_text
    assert isinstance(mean, Number)
    assert mean.text == "26.5%"
    assert str(mean.source) == (
        "mean over FedYogi-s0, FedYogi-s1 of the mean of rounds[2:].central.accuracy"
    )


def test_a_third_of_the_rounds_counts_and_ten_at_most() -> None:
    firsts = [found(hand_seeds(rounds=rounds)).first_averaged for rounds in (1, 6, 30, 60)]
    assert firsts == [1, 5, 21, 51]
    spec = remedies.tell(hand_seeds(rounds=30))
    assert str(spec.dots) == (
        "Each dot is one run on skewed data. 2 seeds: each with other random draws."
    )
    assert str(spec.plot.note) == "mean of the last 10 rounds"


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (
            (0.2, 0.3, 0.4, 0.5),
            "FedYogi beats plain averaging with every seed, by 20.0 points on average.",
        ),
        (
            (0.2, 0.3, 0.5, 0.2),
            "FedYogi gains most on average, 10.0 points, but not with every seed.",
        ),
        ((0.4, 0.5, 0.2, 0.3), "No other does better than plain averaging, on average: 45.0%."),
    ],
)
def test_a_winner_is_called_one_only_with_every_seed(
    scores: tuple[float, float, float, float], said: str
) -> None:
    one, two, three, four = scores
    runs = scored(
        ("FedAvg", 0, one), ("FedAvg", 1, two), ("FedYogi", 0, three), ("FedYogi", 1, four)
    )
    assert str(remedies.tell(runs).compared).startswith(said)


def test_one_seed_proves_little() -> None:
    spec = remedies.tell(scored(("FedAvg", 0, 0.2), ("FedYogi", 0, 0.4)))
    assert str(spec.dots).endswith("1 seed: each strategy ran once.")
    assert str(spec.compared) == (
        "FedYogi gains most, 20.0 points. With one seed, that proves little."
    )


def test_as_much_training_is_said_only_where_it_was() -> None:
    runs = hand_seeds()
    assert "as much training" in str(remedies.tell(runs).others)
    other = hand_seeds(picked=3)
    mixed = [*runs[:2], *other[2:]]
    assert "as much training" not in str(remedies.tell(mixed).others)


def test_alike_data_are_a_level_where_they_are_given() -> None:
    runs = hand_seeds()
    assert remedies.tell(runs).alike is None
    alike, _ = hand_pair()
    spec = remedies.tell([*runs, changed(alike, strategy="FedAvg")])
    assert spec.plot.high is not None
    assert str(spec.plot.high.name) == "alike data 20.0%"
    assert str(spec.alike) == "For comparison, alike data give 20.0%."


def test_dots_share_a_line_unless_they_touch() -> None:
    assert stacked([0.0, 5.0, 9.0], 2.0, 3.0) == [0.0, 0.0, 0.0]
    assert stacked([9.0, 0.0, 8.0], 2.0, 3.0) == [-1.5, 0.0, 1.5]


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
