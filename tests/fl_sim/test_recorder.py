"""The recorder keeps what was sent, on cases that one can check by hand."""

import math
from collections.abc import Iterable

import pytest
from flwr.app import ArrayRecord, Message, MetricRecord
from flwr.serverapp.strategy import FedAdam, FedAvg, FedMedian, FedProx, Strategy
from toy_app import START, arrays, nodes, start, toy_app

from fl_sim.record import Failure, Metrics, Probe, Round
from fl_sim.recording.recorder import Recorder
from fl_sim.running.in_process import InProcessGrid

PROBES = tuple(Probe(parameter="weight", index=(i,)) for i in range(3))


def recorded(strategy: Strategy, clients: int = 2, rounds: int = 1, **app: object) -> list[Round]:
    recorder = Recorder(strategy, nodes(clients), PROBES)
    start(recorder, toy_app(**app), clients, rounds)  # type: ignore[arg-type]
    return recorder.rounds


def test_the_average_of_two_clients() -> None:
    before, after = recorded(FedAvg())
    assert (before.number, before.train, before.evaluate) == (0, None, None)
    assert before.probes == START
    first, second = after.train.replies
    assert (first.client, first.num_examples, first.weight) == (0, 1, 1 / 3)
    assert (second.client, second.num_examples, second.weight) == (1, 2, 2 / 3)
    assert first.probes == (1.5, 0.75, 2.0)
    assert second.probes == (2.5, 1.75, 3.0)
    # One third of the first and two thirds of the second, computed in float32.
    assert after.train.weighted_mean == pytest.approx((13 / 6, 17 / 12, 8 / 3), rel=1e-6)
    assert after.probes == after.train.weighted_mean


def test_the_norm_of_an_update() -> None:
    first, second = recorded(FedAvg())[1].train.replies
    assert first.update_norm == pytest.approx(math.sqrt(3), rel=1e-6)
    assert second.update_norm == pytest.approx(math.sqrt(12), rel=1e-6)


def test_bytes_are_those_of_the_arrays() -> None:
    reply = recorded(FedAvg())[1].train.replies[0]
    assert reply.bytes_down == reply.bytes_up == arrays(START).count_bytes()


def test_federated_evaluation() -> None:
    evaluate = recorded(FedAvg())[1].evaluate
    assert [reply.metrics.loss for reply in evaluate.replies] == [1.0, 2.0]
    assert evaluate.metrics == Metrics(loss=1.666667, accuracy=0.25)


def test_what_no_client_tells_is_absent() -> None:
    round_ = recorded(FedAvg())[1]
    reply = round_.train.replies[0]
    assert (reply.seconds, reply.loss_curve, reply.validation) == (None, None, None)
    assert round_.central is None


def test_what_clients_tell() -> None:
    reply = recorded(FedAvg(), talkative=True)[1].train.replies[0]
    assert (reply.seconds, reply.loss_curve) == (1.5, (2.0, 1.0))
    assert reply.validation == Metrics(loss=0.5, accuracy=0.75)


def test_central_evaluation_before_and_after() -> None:
    recorder = Recorder(FedAvg(), nodes(2))
    seen: list[int] = []

    def evaluate(server_round: int, _: ArrayRecord) -> MetricRecord:
        seen.append(server_round)
        return MetricRecord({"loss": 1.23456789, "accuracy": 0.5})

    grid = InProcessGrid(toy_app(), {}, 2)
    recorder.start(grid, arrays(START), 2, evaluate_fn=evaluate)
    assert seen == [0, 1, 2]
    assert {round_.central for round_ in recorder.rounds} == {Metrics(loss=1.234568, accuracy=0.5)}


def test_a_client_that_fails() -> None:
    round_ = recorded(FedAvg(), 3, failing=frozenset({1}))[1]
    assert round_.train.sampled == round_.evaluate.sampled == (0, 1, 2)
    assert [reply.client for reply in round_.train.replies] == [0, 2]
    assert [failure.client for failure in round_.train.failures] == [1]
    assert "client 1 is out of battery" in round_.train.failures[0].reason
    assert [reply.weight for reply in round_.train.replies] == [0.25, 0.75]


def test_a_round_in_which_all_fail_keeps_the_model() -> None:
    round_ = recorded(FedAvg(), failing=frozenset({0, 1}))[1]
    assert (round_.train.replies, round_.train.weighted_mean) == ((), None)
    assert round_.evaluate.metrics is None
    assert round_.probes == START


def test_a_reply_that_never_comes() -> None:
    class Impatient(InProcessGrid):
        def send_and_receive(
            self, messages: Iterable[Message], *, timeout: float | None = None
        ) -> Iterable[Message]:
            return list(super().send_and_receive(messages))[1:]

    recorder = Recorder(FedAvg(), nodes(2), PROBES)
    recorder.start(Impatient(toy_app(), {}, 2), arrays(START), 1)
    train = recorder.rounds[1].train
    missing = 1 - train.replies[0].client
    assert train.failures == (Failure(client=missing, reason="no reply in time"),)


def test_no_evaluation_is_absent() -> None:
    assert recorded(FedAvg(fraction_evaluate=0.0))[1].evaluate is None


class Mine(FedAvg):
    """A user's own strategy: keeps half of the old model."""

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        _, metrics = super().aggregate_train(server_round, replies)
        return arrays((1.0, 2.0, 3.0)), metrics


@pytest.mark.parametrize("strategy", [Mine(), FedAdam(), FedMedian()])
def test_a_strategy_that_forms_the_model_in_another_way(strategy: Strategy) -> None:
    round_ = recorded(strategy)[1]
    assert round_.train.weighted_mean is None
    assert round_.probes is not None


def test_a_strategy_that_averages_under_another_name() -> None:
    round_ = recorded(FedProx(proximal_mu=0.1))[1]
    assert round_.train.weighted_mean == round_.probes


def test_the_recorder_changes_nothing() -> None:
    bare = start(FedAvg(), toy_app(), 2, rounds=3)
    seen = start(Recorder(FedAvg(), nodes(2), PROBES), toy_app(), 2, rounds=3)
    assert bare.arrays["weight"].data == seen.arrays["weight"].data
    assert bare.train_metrics_clientapp == seen.train_metrics_clientapp


def test_no_convolution_no_filters() -> None:
    assert Recorder(FedAvg(), nodes(2)).filters() is None


def test_values_are_the_shortest_that_read_back_as_the_same_float32() -> None:
    recorder = Recorder(FedAvg(), nodes(2), PROBES[:1])
    recorder.start(InProcessGrid(toy_app(), {}, 2), arrays((0.1, 0.0, 0.0)), 1)
    assert recorder.rounds[0].probes == (0.1,)
