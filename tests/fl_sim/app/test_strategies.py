"""Flower's strategies with this app's settings, and the baseline without a federation."""

from collections.abc import Iterable
from pathlib import Path

import pytest
import torch
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp.strategy import Strategy
from quick_run import SMALL
from toy_app import START, arrays, nodes, toy_app

from fl_sim.app import cifar10, client_app, lenet, local_only, task
from fl_sim.app.cohort import SeededCohort
from fl_sim.app.networks import LeNet
from fl_sim.app.settings import Settings, Value, defaults
from fl_sim.app.strategies import STRATEGIES
from fl_sim.recording.replies import CLIENT
from fl_sim.running.in_process import InProcessGrid

FEDERATED = [name for name, choice in STRATEGIES.items() if not choice.personal]


def made(name: str, **settings: Value) -> Strategy:
    """Return Flower's strategy of a name, by settings that are named with underscores."""
    config = {key.replace("_", "-"): value for key, value in settings.items()}
    chosen = Settings.of({"strategy": name, **config})
    return chosen.strategy.make(chosen)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_is_made(name: str) -> None:
    strategy = made(name)
    assert isinstance(strategy, Strategy)
    assert type(strategy).__name__ == STRATEGIES[name].__name__


@pytest.mark.parametrize("name", FEDERATED)
def test_their_cohorts_are_those_of_the_settings(name: str) -> None:
    strategy = made(name, fraction_train=0.4, fraction_evaluate=0.6)
    assert (strategy.fraction_train, strategy.fraction_evaluate) == (0.4, 0.6)
    assert strategy.min_train_nodes == strategy.min_available_nodes == 1
    masked = made("fedavg", secure_aggregation=True)
    assert (masked.min_train_nodes, masked.min_evaluate_nodes) == (2, 1)


def test_their_numbers_are_those_of_the_settings() -> None:
    assert made("fedprox", proximal_mu=0.25).proximal_mu == 0.25
    momentum = made("fedavgm", server_learning_rate=0.5, server_momentum=0.75)
    assert (momentum.server_learning_rate, momentum.server_momentum) == (0.5, 0.75)
    for name in ("fedadam", "fedyogi"):
        adaptive = made(name, eta=0.125, beta_1=0.7, beta_2=0.8, tau=0.01, learning_rate=0.05)
        assert (adaptive.eta, adaptive.eta_l, adaptive.tau) == (0.125, 0.05, 0.01)
        assert (adaptive.beta_1, adaptive.beta_2) == (0.7, 0.8)


def one_round(strategy: Strategy, clients: int) -> tuple[float, ...]:
    """Return the toy model after one round; client k adds k + 1 to all three weights."""
    grid = InProcessGrid(toy_app(), {}, clients)
    cohort = SeededCohort(strategy, 0, nodes(clients))
    result = cohort.start(grid, arrays(START), 1)
    return tuple(result.arrays["weight"].numpy().tolist())


def moved(strategy: Strategy, clients: int) -> float:
    """Return by how much one round moves each weight, the same for all three."""
    steps = {
        round(after - before, 5)
        for after, before in zip(one_round(strategy, clients), START, strict=True)
    }
    assert len(steps) == 1
    return steps.pop()


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("fedavg", 7 / 3),  # (1 x 1 + 2 x 2 + 3 x 3) / 6: by examples
        ("fedprox", 7 / 3),  # the same on the server
        ("fedmedian", 2.0),  # of 1, 2 and 3
        ("fedavgm", 7 / 6),  # half of the average's
    ],
)
def test_what_three_clients_make_of_a_model(name: str, step: float) -> None:
    strategy = made(name, num_partitions=3, fraction_train=1.0, server_learning_rate=0.5)
    assert moved(strategy, 3) == pytest.approx(step, abs=1e-5)


def test_fedyogi_moves_each_weight_by_about_eta_whatever_the_update() -> None:
    strategy = made("fedyogi", num_partitions=3, fraction_train=1.0, eta=0.01)
    # m = 0.1 d and v = 0.01 d^2 after the first round, so that m / sqrt(v) = 1.
    assert moved(strategy, 3) == pytest.approx(0.01, rel=0.01)


@pytest.mark.parametrize("name", FEDERATED)
def test_one_client_alone_is_enough(name: str) -> None:
    assert moved(made(name, num_partitions=1, fraction_train=0.3), 1) > 0


# --- every client for itself


def config(grid: InProcessGrid, strategy: Strategy, server_round: int) -> list[Message]:
    return list(strategy.configure_train(server_round, arrays(START), ConfigRecord(), grid))


def weights(messages: Iterable[Message]) -> list[float]:
    """Return the first weight of each message."""
    return [float(m.content.array_records["arrays"]["weight"].numpy()[0]) for m in messages]


def test_each_client_goes_on_from_its_own_model() -> None:
    strategy, grid = local_only.LocalOnly(), InProcessGrid(toy_app(), {}, 3)
    first = config(grid, strategy, 1)
    assert weights(first) == [0.5, 0.5, 0.5]
    assert strategy.aggregate_train(1, grid.send_and_receive(first)) == (None, None)
    second = config(grid, strategy, 2)
    assert weights(second) == [1.5, 2.5, 3.5]
    assert [m.content.config_records["config"]["server-round"] for m in second] == [2, 2, 2]


def test_a_client_that_fails_goes_on_from_the_model_it_had() -> None:
    strategy = local_only.LocalOnly()
    well, failing = (
        InProcessGrid(toy_app(failing=clients), {}, 2) for clients in (frozenset(), frozenset({1}))
    )
    for server_round, grid in ((1, well), (2, failing)):
        messages = config(grid, strategy, server_round)
        strategy.aggregate_train(server_round, grid.send_and_receive(messages))
    assert weights(config(well, strategy, 3)) == [2.5, 2.5]


def test_nothing_becomes_a_global_model() -> None:
    grid = InProcessGrid(toy_app(), {}, 2)
    result = SeededCohort(local_only.LocalOnly(), 0, nodes(2)).start(grid, arrays(START), 2)
    assert (len(result.arrays), result.train_metrics_clientapp) == (0, {})
    assert result.evaluate_metrics_clientapp == {}


# --- what the app's own clients do for a strategy


def replies(**settings: Value) -> list[Message]:
    """Return what two clients of 160 images answer in round 1."""
    given = {**defaults(), "num-partitions": 2, "fraction-train": 1.0, "dataset": str(SMALL)}
    run_config = {**given, **{key.replace("_", "-"): value for key, value in settings.items()}}
    chosen = Settings.of(run_config)
    strategy = chosen.strategy.make(chosen)
    grid = InProcessGrid(client_app.app, run_config, 2)
    model = ArrayRecord(task.initial_model(42, 10, LeNet()).state_dict())
    messages = strategy.configure_train(1, model, ConfigRecord(), grid)
    by_client = sorted(grid.send_and_receive(messages), key=lambda m: m.metadata.src_node_id)
    assert not any(reply.has_error() for reply in by_client)
    return by_client


def model_of(reply: Message) -> lenet.Net:
    model = lenet.Net()
    model.load_state_dict(reply.content.array_records["arrays"].to_torch_state_dict())
    return model


@torch.no_grad()
def drift(reply: Message) -> float:
    """Return how far a client went from the initial model, the L2 norm."""
    start = task.initial_model(42, 10, LeNet())
    pairs = zip(model_of(reply).parameters(), start.parameters(), strict=True)
    return sum(float((a - b).square().sum()) for a, b in pairs) ** 0.5


def test_clients_of_fedprox_stay_nearer() -> None:
    free, held = (
        [drift(reply) for reply in replies(strategy="fedprox", proximal_mu=mu, local_epochs=3)]
        for mu in (0.0, 5.0)
    )
    assert all(near < far for near, far in zip(held, free, strict=True))
    plain = [drift(reply) for reply in replies(strategy="fedavg", local_epochs=3)]
    assert free == plain


def details(reply: Message) -> ConfigRecord:
    return reply.content.config_records[CLIENT]


def test_a_client_alone_tells_how_it_does_on_the_test_split(small: Path) -> None:
    data = cifar10.load(str(small))
    for reply in replies(strategy="local-only"):
        score = task.test(model_of(reply), data.test, 1).score
        assert details(reply)["test-loss"] == score.loss
        assert details(reply)["test-accuracy"] == score.accuracy


def test_the_others_do_not() -> None:
    assert not {"test-loss", "test-accuracy"} & details(replies(strategy="fedavg")[0]).keys()


def test_metrics_have_the_same_keys_for_every_strategy() -> None:
    for name in ("fedavg", "local-only"):
        record = replies(strategy=name)[0].content.metric_records["metrics"]
        assert isinstance(record, MetricRecord)
        assert set(record) == {"num-examples", "loss", "accuracy"}
