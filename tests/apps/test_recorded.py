"""Small apps of every kind, each recorded: the record has the app's own numbers, and no others."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from apps import FAMILIES
from apps.images_central import label_counts
from apps.kit import CLIENTS, ROUNDS, Metrics, Own, images
from flwr.app import Context, RecordDict

from fl_sim import record
from fl_sim.recording.measures import rounded

Recorded = dict[str, tuple[record.Run, Own]]

STRATEGIES = {
    "trees": "Bagging",
    "own_start": "Patient",
    "private": "DifferentialPrivacyServerSideFixedClipping",
    "grid_driven": None,
}
# Whose models are no averages of what clients send.
OTHERWISE = ("trees", "private")
# What the last evaluation by clients is called in a record.
MEASURED = {
    "images_central": {"loss", "accuracy"},
    "images_federated": {"accuracy"},
    "tables": {"auc", "f1"},
    "trees": {"rmse"},
    "text": {"perplexity"},
    "private": {"loss", "accuracy"},
    "percent": {"accuracy"},
    "batches": {"loss", "accuracy"},
}
PARAMETERS = {"tables": 2 * 5 + 2, "text": 2 * 12 * 2, "trees": None}
IMAGE_MODEL = 3 * 6 * 6 + 3


@pytest.mark.parametrize("name", FAMILIES)
def test_what_the_app_measured(recorded: Recorded, name: str) -> None:
    run, own = recorded[name]
    rounds = len(own.train) // CLIENTS
    assert (run.strategy, run.num_clients) == (STRATEGIES.get(name, "FedAvg"), CLIENTS)
    assert len(run.rounds) == rounds + 1 >= 3
    assert (rounds == ROUNDS) == (name != "own_start")
    for round_ in run.rounds[1:]:
        assert round_.train is not None
        asked = own.train[(round_.number - 1) * CLIENTS :][:CLIENTS]
        check_replies(name, [(each.client, each.train) for each in round_.train.replies], asked)
        assert (round_.train.weighted_mean is not None) == (name not in OTHERWISE), name
        if round_.evaluate is not None:
            asked = own.evaluate[(round_.number - 1) * CLIENTS :][:CLIENTS]
            replies = [(each.client, each.metrics) for each in round_.evaluate.replies]
            check_replies(name, replies, asked)
    assert (run.rounds[-1].evaluate is None) == (not own.evaluate)
    central = [values(name, each.central) for each in run.rounds if each.central is not None]
    assert central == [numbers(each) for each in own.central]


def check_replies(
    name: str,
    replies: Sequence[tuple[int, record.Metrics | None]],
    asked: Sequence[tuple[int, Metrics]],
) -> None:
    assert [client for client, _ in replies] == list(range(CLIENTS))
    # Under another name than Flower's, what clients are weighed by is one metric of several.
    expected = [numbers(metrics) for _, metrics in sorted(asked, key=lambda each: each[0])]
    assert [values(name, metrics) for _, metrics in replies] == expected


def values(name: str, metrics: record.Metrics | None) -> list[float]:
    """Return what a record holds, ascending, as the app has it."""
    if metrics is None:
        return []
    share = metrics.accuracy
    accuracy = share if share is None or name != "percent" else rounded(100 * share)
    known = [each for each in (metrics.loss, accuracy) if each is not None]
    return sorted([*known, *metrics.other.values()])


def numbers(metrics: Metrics) -> list[float]:
    return sorted(rounded(value) for key, value in metrics.items() if key != "num-examples")


@pytest.mark.parametrize("name", MEASURED)
def test_metrics_of_all_clients(recorded: Recorded, name: str) -> None:
    run, own = recorded[name]
    evaluate = run.rounds[-1].evaluate
    assert evaluate is not None
    assert evaluate.metrics is not None
    found = evaluate.metrics.model_dump(exclude_none=True, exclude={"other"})
    assert found.keys() | evaluate.metrics.other == MEASURED[name]
    weight = "num_batches" if name == "batches" else "num-examples"
    last = [metrics for _, metrics in own.evaluate[-CLIENTS:]]
    total = sum(each[weight] for each in last)
    means: dict[str, float] = defaultdict(float)
    for each in last:
        for key, value in each.items():
            means[key] += value * each[weight] / total
    del means[weight]
    expected = sorted(means.values())
    assert values(name, evaluate.metrics) == pytest.approx(expected, rel=1e-6)
    assert (run.weighted_by, evaluate.replies[0].num_examples is None) == (
        ("num_batches", True) if name == "batches" else (None, False)
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_the_model(recorded: Recorded, name: str) -> None:
    run, own = recorded[name]
    if name == "trees":
        # It begins without a tree, so that there is nothing to follow.
        absent = (run.network, run.path, run.filters)
        assert (run.probes, set(absent), own.model["stumps"].shape) == ((), {None}, (9, 4))
        return
    assert run.network is not None
    assert run.network.num_parameters == PARAMETERS.get(name, IMAGE_MODEL)
    last = tuple(float(str(own.model[probe.parameter][probe.index])) for probe in run.probes)
    assert run.rounds[-1].probes == last != ()
    assert run.path is not None
    filters = None if name in PARAMETERS else own.model["weight"]
    assert (run.filters is None) == (filters is None)
    if filters is not None:
        np.testing.assert_array_equal(run.filters[-1], filters)


def test_what_clients_tell_of_their_data(recorded: Recorded) -> None:
    run, _ = recorded["images_central"]
    counts = [
        label_counts(Context(1, 1, {"partition-id": client}, RecordDict(), {}))
        for client in range(CLIENTS)
    ]
    assert [list(part.label_counts or ()) for part in run.partitions] == counts
    assert [sum(each) for each in counts] == [len(images(c)[0]) for c in range(CLIENTS)]
    others = [name for name in FAMILIES if recorded[name][0].partitions]
    assert others == ["images_central"]


def test_what_a_grid_cannot_know_is_absent(recorded: Recorded) -> None:
    run, _ = recorded["grid_driven"]
    for round_ in run.rounds[1:]:
        assert round_.train is not None
        assert round_.evaluate is not None
        absent = (
            round_.central, round_.train.metrics, round_.evaluate.metrics, round_.train.seconds,
            round_.evaluate.seconds,
        )  # fmt: skip
        assert (set(absent), round_.evaluate.averaged) == ({None}, False)
