"""What noise costs is said of the means over seeds, and of both numbers of workers."""

from collections.abc import Sequence

import pytest
from hand import hand_run
from hand_private import noised

from scenes.story import noise
from scenes.text.errors import NotRecordedError
from scenes.text.lines import Line

FEW = ((0.58, 0.62), (0.3, 0.32), (0.1, 0.1))
CROWD = ((0.4, 0.42), (0.4, 0.4), (0.3, 0.32))
EPSILONS = (None, 252.6, 9.63)
Levels = Sequence[Sequence[float]]


def tell(
    few: Levels, crowd: Levels, epsilons: Sequence[float | None] = EPSILONS
) -> noise.NoiseSpec:
    return noise.tell([*noised(1000, crowd, epsilons), *noised(10, few, EPSILONS)])


def test_each_line_has_all_runs_of_each_level() -> None:
    cost = tell(FEW, CROWD).cost
    assert [str(line.name) for line in cost.lines] == ["10 workers", "1,000 workers"]
    assert [tuple(map(tuple, line.values)) for line in cost.lines] == [FEW, CROWD]
    assert [(str(line.first), str(line.last)) for line in cost.lines] == [
        ("60.0%", "10.0%"),
        ("41.0%", "31.0%"),
    ]
    assert [tuple(map(str, (each.name, each.brief, each.bound))) for each in cost.levels] == [
        ("no noise", "none", ""),
        ("little noise", "little", "\u03b5 = 253"),
        ("most noise", "most", "\u03b5 = 9.6"),
    ]
    assert str(cost.lines[0].last.source) == (
        "mean over few-2-s0, few-2-s1 of the mean of rounds[1:].central.accuracy"
    )
    assert isinstance(cost.levels[1].bound, Line)
    assert cost.levels[1].bound.numbers[0].source.run == "few-1-s0"


@pytest.mark.parametrize(
    ("few", "crowd", "caption"),
    [
        (((0.9,), (0.5,), (0.3,)), CROWD, "It costs accuracy, less in a crowd."),
        (FEW, CROWD, "10 workers are left guessing. A crowd keeps more of its accuracy."),
        (FEW, ((0.9,), (0.3,), (0.3,)), "It costs accuracy, in a crowd as well."),
        (((0.6,), (0.6,), (0.595,)), CROWD, "Here it costs next to no accuracy."),
    ],
)
def test_what_it_costs_is_what_the_means_say(few: Levels, crowd: Levels, caption: str) -> None:
    spec = tell(few, crowd)
    assert str(spec.hidden) == "Noise in every average blurs each worker's part. What does it cost?"
    assert str(spec.crowd) == "And the same protection for 1,000 workers?"
    assert str(spec.costs) == caption


@pytest.mark.parametrize("epsilons", [(None, 100.0, 9.63), (None, None, None)])
def test_where_epsilon_differs_or_is_not_known_no_bound_is_named(
    epsilons: Sequence[float | None],
) -> None:
    spec = tell(FEW, CROWD, epsilons)
    assert str(spec.crowd) == "And with as much noise, among 1,000 workers?"
    assert [str(level.bound) for level in spec.cost.levels] == ["", "", ""]


@pytest.mark.parametrize(
    "runs",
    [
        [hand_run()],
        noised(10, FEW, EPSILONS),
        [*noised(10, FEW[:1], EPSILONS), *noised(1000, CROWD, EPSILONS)],
    ],
    ids=["one run", "one number of workers", "no common levels"],
)
def test_runs_that_cannot_be_compared_are_refused(runs: list[noise.Run]) -> None:
    with pytest.raises(NotRecordedError, match="with and without the same dp-noise"):
        noise.tell(runs)
