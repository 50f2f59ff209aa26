"""The recorder keeps what was sent, on cases that one can check by hand."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from flwr.app import ArrayRecord, ConfigRecord, Error, Message, MetricRecord, RecordDict
from flwr.app.message.message import make_message
from flwr.common.constant import SUPERLINK_NODE_ID, ErrorCode
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAdam, FedAvg, FedMedian, FedProx, Strategy
from toy_app import START, arrays, model, nodes, start, toy_app

from fl_sim import record
from fl_sim.record import Failure, Metrics, Probe, Round
from fl_sim.recording.measures import score
from fl_sim.recording.probes import choose_probes, read_probes
from fl_sim.recording.recorder import Recorder
from fl_sim.running.in_process import InProcessGrid

PROBES = tuple(Probe(parameter="weight", index=(i,)) for i in range(3))
NAN = float("nan")


def recorded(strategy: Strategy, clients: int = 2, rounds: int = 1, **app: Any) -> list[Round]:
    recorder = watching(strategy, clients)
    start(strategy, toy_app(**app), clients, rounds)
    return recorder.rounds


def watching(strategy: Strategy, clients: int = 2, **options: Any) -> Recorder:
    recorder = Recorder(dict(zip(nodes(clients), range(clients), strict=True)), PROBES, **options)
    recorder.watch(strategy)
    return recorder


# --- training


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


@pytest.mark.parametrize(
    ("curves", "clients", "kept"), [(False, 3, 3), (False, 31, 0), (True, 31, 31)]
)
def test_a_small_record_has_no_products_of_many_updates(
    curves: bool, clients: int, kept: int
) -> None:
    strategy = FedAvg(fraction_evaluate=0.0)
    recorder = watching(strategy, clients, curves=curves)
    start(strategy, toy_app(), clients)
    train = recorder.rounds[1].train
    assert len(train.gram or ()) == kept
    assert None not in [reply.update_norm for reply in train.replies]


def test_how_far_updates_went_and_how_they_lie() -> None:
    train = recorded(FedAvg())[1].train
    assert [reply.update_norm for reply in train.replies] == [1.732051, 3.464102]
    # (1, 1, 1) and (2, 2, 2).
    assert train.gram == ((3.0, 6.0), (6.0, 12.0))


@pytest.mark.parametrize(("side", "kept"), [(2, True), (200, False)])
def test_what_clients_change_of_the_first_convolution(side: int, kept: bool) -> None:
    recorder = watching(strategy := FedAvg(fraction_evaluate=0.0))
    convolution = np.zeros((1, 1, side, side), np.float32)
    first = model(weight=np.zeros(3, np.float32), conv=convolution)
    strategy.start(InProcessGrid(toy_app(), {}, 2), first, 2)
    one, two = ([reply.change for reply in r.train.replies] for r in recorder.rounds[1:])
    assert two == [None, None]
    assert [change is not None for change in one] == [kept, kept]
    assert [float(change.mean()) for change in one if kept] == ([1.0, 2.0] if kept else [])


def test_bytes_are_those_of_the_arrays() -> None:
    reply = recorded(FedAvg())[1].train.replies[0]
    assert reply.bytes_down == reply.bytes_up == arrays(START).count_bytes()


def test_what_no_client_tells_is_absent() -> None:
    round_ = recorded(FedAvg())[1]
    reply = round_.train.replies[0]
    assert (reply.seconds, reply.loss_curve, reply.validation) == (None, None, None)
    assert round_.central is None


def test_what_clients_tell() -> None:
    reply = recorded(FedAvg(), talkative=True)[1].train.replies[0]
    assert (reply.seconds, reply.loss_curve) == (1.5, (2.0, 1.0))
    assert reply.validation == Metrics(loss=0.5, accuracy=0.75)


def test_curves_can_be_left_out() -> None:
    strategy = FedAvg()
    recorder = watching(strategy, curves=False)
    start(strategy, toy_app(talkative=True), 2)
    assert recorder.rounds[1].train.replies[0].loss_curve is None


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
    assert None not in [reply.update_norm for reply in round_.train.replies]


@pytest.mark.parametrize("strategy", [FedProx(proximal_mu=0.1), type("Same", (FedAvg,), {})()])
def test_a_strategy_that_averages_under_another_name(strategy: Strategy) -> None:
    round_ = recorded(strategy)[1]
    assert round_.train.weighted_mean == round_.probes is not None


def test_the_recorder_changes_nothing() -> None:
    bare = start(FedAvg(), toy_app(), 2, rounds=3)
    strategy = FedAvg()
    watching(strategy)
    seen = start(strategy, toy_app(), 2, rounds=3)
    assert bare.arrays["weight"].data == seen.arrays["weight"].data
    assert bare.train_metrics_clientapp == seen.train_metrics_clientapp


# --- evaluation


def test_federated_evaluation() -> None:
    evaluate = recorded(FedAvg())[1].evaluate
    assert [reply.metrics.loss for reply in evaluate.replies] == [1.0, 2.0]
    assert evaluate.metrics == Metrics(loss=1.666667, accuracy=0.25)
    assert evaluate.averaged


def test_metrics_that_a_strategy_forms_in_another_way_are_no_average() -> None:
    def worst(contents: list[RecordDict], key: str) -> MetricRecord:
        return MetricRecord({"loss": 2.0, "accuracy": 0.25})

    evaluate = recorded(FedAvg(evaluate_metrics_aggr_fn=worst))[1].evaluate
    assert evaluate.metrics == Metrics(loss=2.0, accuracy=0.25)
    assert not evaluate.averaged


def test_central_evaluation_before_and_after() -> None:
    strategy, seen = FedAvg(), []
    recorder = watching(strategy)

    def evaluate(server_round: int, _: ArrayRecord) -> MetricRecord:
        seen.append((server_round, len(recorder.rounds)))
        return MetricRecord({"loss": 1.23456789, "accuracy": 0.5})

    watched = recorder.watch_evaluate(evaluate)
    strategy.start(InProcessGrid(toy_app(), {}, 2), arrays(START), 2, evaluate_fn=watched)
    assert seen == [(0, 0), (1, 1), (2, 2)]
    assert [round_.central for round_ in recorder.rounds] == [
        Metrics(loss=1.234568, accuracy=0.5)
    ] * 3


def test_confusion_is_noted_while_the_server_tests() -> None:
    strategy = FedAvg()
    recorder = watching(strategy)

    def evaluate(server_round: int, _: ArrayRecord) -> None:
        if server_round != 1:
            recorder.note_confusion([[1, 0], [server_round, 3]])

    watched = recorder.watch_evaluate(evaluate)
    strategy.start(InProcessGrid(toy_app(), {}, 2), arrays(START), 2, evaluate_fn=watched)
    found = [round_.confusion for round_ in recorder.rounds]
    assert found == [((1, 0), (0, 3)), None, ((1, 0), (2, 3))]


def test_no_evaluation_is_absent() -> None:
    rounds = recorded(FedAvg(fraction_evaluate=0.0), rounds=2)
    assert [round_.evaluate for round_ in rounds] == [None, None, None]


def test_no_training_is_absent() -> None:
    rounds = recorded(FedAvg(fraction_train=0.0), rounds=2)
    assert [round_.train for round_ in rounds] == [None, None, None]
    assert [len(round_.evaluate.replies) for round_ in rounds[1:]] == [2, 2]


# --- failures


def test_a_client_that_fails() -> None:
    round_ = recorded(FedAvg(), 3, failing=frozenset({1}))[1]
    assert round_.train.sampled == round_.evaluate.sampled == (0, 1, 2)
    assert [reply.client for reply in round_.train.replies] == [0, 2]
    (failure,) = round_.train.failures
    assert (failure.client, failure.kind) == (1, "error")
    assert failure.code == ErrorCode.CLIENT_APP_RAISED_EXCEPTION
    assert "client 1 is out of battery" in failure.reason
    assert [reply.weight for reply in round_.train.replies] == [0.25, 0.75]
    assert round_.train.weighted_mean == round_.probes


def test_a_round_in_which_all_fail_keeps_the_model() -> None:
    rounds = recorded(FedAvg(), rounds=2, failing=frozenset({0, 1}))
    assert [round_.number for round_ in rounds] == [0, 1, 2]
    for round_ in rounds[1:]:
        assert (round_.train.replies, round_.train.weighted_mean) == ((), None)
        assert [failure.client for failure in round_.train.failures] == [0, 1]
        assert (round_.train.metrics, round_.train.gram) == (None, None)
        assert round_.evaluate.metrics is None
        assert round_.probes == START


class Answering(InProcessGrid):
    """Lets some replies through as they are; of the others the SuperLink tells, or nobody."""

    def __init__(self, clients: int, gone: Sequence[int] = (), silent: Sequence[int] = ()) -> None:
        super().__init__(toy_app(), {}, clients)
        self.gone, self.silent = gone, silent
        self.named = True

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        messages = list(messages)
        if not self.named:
            for message in messages:
                message.metadata.__dict__["_message_id"] = ""
        replies = super().send_and_receive(messages)
        return [found for reply in replies if (found := self._of(reply)) is not None]

    def _of(self, reply: Message) -> Message | None:
        client = reply.metadata.src_node_id - SUPERLINK_NODE_ID - 1
        if client in self.silent:
            return None
        if client not in self.gone:
            return reply
        reply.metadata.__dict__["_src_node_id"] = SUPERLINK_NODE_ID
        if not self.named:
            reply.metadata.__dict__["_reply_to_message_id"] = ""
        error = Error(ErrorCode.NODE_UNAVAILABLE, f"node of {client} is gone")
        return make_message(reply.metadata, error=error)


def failures(grid: Answering, clients: int) -> tuple[Failure, ...]:
    strategy = FedAvg()
    recorder = watching(strategy, clients)
    strategy.start(grid, arrays(START), 1)
    return recorder.rounds[1].train.failures


def test_a_reply_that_never_comes() -> None:
    assert failures(Answering(2, silent=[1]), 2) == (Failure(client=1, kind="no reply"),)


def test_of_a_client_that_is_gone_the_superlink_tells_in_its_own_name() -> None:
    gone = Failure(
        client=2, kind="error", code=ErrorCode.NODE_UNAVAILABLE, reason="node of 2 is gone"
    )
    # The reply says which message it answers.
    assert failures(Answering(4, gone=[2], silent=[0]), 4) == (
        Failure(client=0, kind="no reply"),
        gone,
    )


def test_an_error_that_answers_no_known_message() -> None:
    grid = Answering(4, gone=[2])
    grid.named = False
    found = failures(grid, 4)
    assert [(failure.client, failure.kind) for failure in found] == [(2, "error")]
    # With two silent, it could be of either.
    grid = Answering(4, gone=[2], silent=[0])
    grid.named = False
    found = failures(grid, 4)
    assert found == tuple(Failure(client=client, kind="no reply") for client in (0, 2))


def test_an_error_without_a_reason() -> None:
    class Mute(Answering):
        def _of(self, reply: Message) -> Message | None:
            return make_message(reply.metadata, error=Error(0))

    found = failures(Mute(2), 2)
    assert found == tuple(Failure(client=i, kind="error", code=0) for i in range(2))


# --- models and numbers of all kinds


def run(rounds: Sequence[Round], recorder: Recorder, **more: Any) -> record.Run:
    """Return a record, which is checked as it is made."""
    return record.Run(
        name="toy", strategy="FedAvg", rounds=tuple(rounds), probes=recorder.probes or (), **more
    )


@pytest.mark.parametrize("value", [NAN, math.inf, -math.inf, 3e38])
def test_a_run_that_diverges_leaves_a_valid_record(value: float) -> None:
    strategy = FedAvg()
    recorder = watching(strategy)
    measured = {"loss": value if value != 3e38 else NAN, "accuracy": 0.1}
    app = toy_app(measured=measured)
    strategy.start(InProcessGrid(app, {}, 2), arrays((value, 1.0, 1.0)), 3)
    found = run(recorder.rounds, recorder, path=recorder.path.project())
    train = found.rounds[1].train
    assert train.metrics == Metrics(accuracy=0.1)
    assert train.replies[0].train == Metrics(accuracy=0.1)
    if value != 3e38:
        assert [reply.update_norm for reply in train.replies] == [None, None]
        assert [reply.probes for reply in train.replies] == [None, None]
        assert (train.gram, train.weighted_mean, found.rounds[3].probes) == (None, None, None)
        assert found.path is None


def test_a_strategy_that_sends_more_than_the_model() -> None:
    """Corrections under the same names come and go; the model is what has the model's names."""

    class Corrected(FedAvg):
        def configure_train(
            self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
        ) -> Iterable[Message]:
            messages = list(super().configure_train(server_round, arrays, config, grid))
            for message in messages:
                own = {"extra": model(other=np.ones(9)), **message.content}
                message.metadata.__dict__["_dst_node_id"] = message.metadata.dst_node_id
                message.__dict__["_content"] = RecordDict(own)
            return messages

    strategy = Corrected()
    recorder = watching(strategy)
    messages = list(
        strategy.configure_train(1, arrays(START), ConfigRecord(), InProcessGrid(toy_app(), {}, 2))
    )
    assert [list(message.content) for message in messages] == [["extra", "arrays", "config"]] * 2
    replies = [
        Message(
            RecordDict(
                {
                    "extra": model(other=np.ones(9)),
                    "arrays": arrays((1.5, 0.75, 2.0)),
                    "metrics": MetricRecord({"num-examples": 2}),
                }
            ),
            reply_to=message,
        )
        for message in messages
    ]
    with pytest.raises(Exception, match="exactly one ArrayRecord"):
        strategy.aggregate_train(1, replies)
    recorder.end_train((arrays((1.5, 0.75, 2.0)), None))
    recorder.close()
    train = recorder.rounds[1].train
    assert [reply.update_norm for reply in train.replies] == [1.732051] * 2
    assert train.weighted_mean == (1.5, 0.75, 2.0)
    assert train.replies[0].bytes_up == sum(
        each.count_bytes() for each in replies[0].content.array_records.values()
    )


@pytest.mark.parametrize("count", [math.inf, NAN, -1, 0.5, 1e300])
def test_a_weight_that_is_no_count_is_absent(count: float) -> None:
    strategy = FedAvg()
    recorder = watching(strategy)
    grid = InProcessGrid(toy_app(), {}, 2)
    messages = strategy.configure_train(1, arrays(START), ConfigRecord(), grid)
    content = {"arrays": arrays(START), "metrics": MetricRecord({"num-examples": count})}
    recorder.receive_trained(1, [Message(RecordDict(content), reply_to=m) for m in messages])
    recorder.end_train((arrays(START), None))
    recorder.close()
    replies = recorder.rounds[1].train.replies
    assert [(r.num_examples, r.weight) for r in replies] == [(None, None)] * 2
    assert recorder.rounds[1].train.weighted_mean is None


def test_what_clients_tell_may_be_anything() -> None:
    told = {"seconds": -1.0, "loss-curve": [1.0, float("inf")], "validation-accuracy": 56.0}
    strategy = FedAvg()
    recorder = watching(strategy)
    grid = InProcessGrid(toy_app(), {}, 2)
    (first, second) = strategy.configure_train(1, arrays(START), ConfigRecord(), grid)
    other = {"seconds": "long", "loss-curve": "steep", "validation-loss": [1.0]}
    replies = [
        Message(RecordDict({"fedreel": ConfigRecord(each)}), reply_to=message)
        for message, each in ((first, told), (second, other))
    ]
    recorder.receive_trained(1, replies)
    recorder.end_train((None, None))
    recorder.close()
    by_client = recorder.rounds[1].train.replies
    assert {(r.seconds, r.loss_curve, r.train) for r in by_client} == {(None, None, None)}
    found = [r.validation for r in by_client if r.validation]
    assert found == [Metrics(other={"accuracy": 56.0})]
    assert run(recorder.rounds, recorder)


def test_values_are_the_shortest_that_read_back_as_the_same_float32() -> None:
    strategy = FedAvg()
    recorder = watching(strategy)
    strategy.start(InProcessGrid(toy_app(), {}, 2), arrays((0.1, 0.0, 0.0)), 1)
    assert recorder.rounds[0].probes == (0.1, 0.0, 0.0)


def test_no_convolution_no_filters() -> None:
    strategy = FedAvg()
    recorder = watching(strategy)
    assert recorder.filters() is None
    start(strategy, toy_app(), 2)
    assert recorder.filters() is None


# --- rounds


def test_rounds_end_when_their_last_evaluation_does() -> None:
    ended: list[tuple[int, tuple[float, ...]]] = []
    strategy = FedAvg()
    watching(
        strategy,
        on_round=lambda round_, found: ended.append((round_.number, tuple(found["weight"]))),
    )
    result = start(strategy, toy_app(), 2, rounds=2)
    assert [number for number, _ in ended] == [0, 1, 2]
    assert ended[0][1] == START
    assert ended[2][1] == tuple(result.arrays["weight"].numpy())


def test_rounds_of_an_earlier_process_are_taken_in() -> None:
    strategy = FedAvg()
    recorder = watching(strategy)
    start(strategy, toy_app(), 2, rounds=3)
    strategy, again = FedAvg(), Recorder(recorder.clients.numbers, PROBES)
    again.watch(strategy)
    weights = [{"weight": np.array(r.probes, np.float32)} for r in recorder.rounds]
    for round_, known in zip(recorder.rounds[:3], weights, strict=False):
        again.restore(round_, known)
    messages = strategy.configure_train(
        3, arrays(recorder.rounds[2].probes), ConfigRecord(), InProcessGrid(toy_app(), {}, 2)
    )
    strategy.aggregate_train(3, InProcessGrid(toy_app(), {}, 2).send_and_receive(messages))
    again.close()
    assert [round_.number for round_ in again.rounds] == [0, 1, 2, 3]
    assert again.rounds[3].probes == recorder.rounds[3].probes
    assert again.path.project() == recorder.path.project()


# --- probes


def test_probes_are_those_that_moved_most() -> None:
    before = {"a": np.zeros((2, 2)), "steps": np.zeros(3, np.int64), "b": np.ones(3)}
    after = {
        "a": np.array([[0.0, 1.0], [-3.0, 2.0]]),
        "steps": np.ones(3),
        "b": np.array([1, 1, 2.0]),
    }
    probes = choose_probes(before, after)
    assert [(probe.parameter, probe.index) for probe in probes] == [("a", (1, 0)), ("b", (2,))]


def test_probes_are_spread_over_the_model() -> None:
    names = [f"layer{i:02}" for i in range(15)]
    before, after = ({name: np.array([x, 0.0]) for name in names} for x in (0.0, 1.0))
    chosen = [probe.parameter for probe in choose_probes(before, after)]
    assert chosen == [f"layer{i:02}" for i in (0, 2, 4, 6, 8, 10, 12, 14)]


def test_probes_of_odd_models() -> None:
    assert choose_probes({}, {}) == ()
    assert choose_probes({"a": np.zeros(0), "b": np.zeros(2)}, {"b": np.zeros(3)}) == ()
    (scalar,) = choose_probes({"a": np.float32(0)}, {"a": np.float32(1)})
    assert (scalar.parameter, scalar.index) == ("a", ())
    after = {"a": np.array([NAN, 1.0, math.inf])}
    assert choose_probes({"a": np.zeros(3)}, after)[0].index == (1,)


def test_probes_of_a_model_that_has_them_not() -> None:
    assert read_probes(PROBES, {"weight": np.array(START)}) == START
    assert read_probes(PROBES, {"weight": np.zeros(2)}) is None
    assert read_probes(PROBES, {"weight": np.zeros((3, 3))}) is None
    assert read_probes(PROBES, {"bias": np.zeros(3)}) is None
    assert read_probes(PROBES, {"weight": np.array([1e300, 0.0, 0.0])}) is None
    assert read_probes((), {"weight": np.zeros(3)}) is None


def test_without_probes_some_are_chosen_in_the_first_round_with_replies() -> None:
    strategy, recorder = FedAvg(), Recorder()
    recorder.watch(strategy)
    grid = InProcessGrid(toy_app(failing=frozenset({0, 1})), {}, 2)
    initial = arrays(START)
    strategy.aggregate_train(
        1, grid.send_and_receive(strategy.configure_train(1, initial, ConfigRecord(), grid))
    )
    assert recorder.probes is None
    grid = InProcessGrid(toy_app(), {}, 2)
    strategy.aggregate_train(
        2, grid.send_and_receive(strategy.configure_train(2, initial, ConfigRecord(), grid))
    )
    recorder.close()
    assert recorder.probes == (Probe(parameter="weight", index=(0,)),)
    assert [round_.probes for round_ in recorder.rounds[:2]] == [(0.5,), (0.5,)]
    assert recorder.rounds[2].probes == recorder.rounds[2].train.weighted_mean


# --- metrics


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ({"loss": 1.0, "accuracy": 0.5}, Metrics(loss=1.0, accuracy=0.5)),
        ({"eval_loss": 1.0}, Metrics(other={"eval_loss": 1.0})),
        ({"accuracy": 56.3}, Metrics(other={"accuracy": 56.3})),
        ({"f1": 0.5, "glossy": 2, "lossy": 3}, Metrics(other={"f1": 0.5, "glossy": 2, "lossy": 3})),
        ({"loss": NAN, "accuracy": math.inf, "f1": 1.0}, Metrics(other={"f1": 1.0})),
        ({"loss": [1.0, 2.0]}, None),
        ({"loss": True, "accuracy": None}, None),
        ({"loss": 10**400}, None),
        ({"num-examples": 3}, None),
        ({}, None),
        (None, None),
    ],
)
def test_metrics_by_name(measured: dict[str, Any] | None, expected: Metrics | None) -> None:
    assert score(measured, weight="num-examples") == expected


def test_metrics_after_a_prefix() -> None:
    told = {"validation-loss": 1.0, "validation-accuracy": 0.5, "seconds": 3.0}
    assert score(told, "validation-") == Metrics(loss=1.0, accuracy=0.5)
    assert score(told, "test-") is None
