"""One line records any strategy: Flower's, and those that users make of them."""

import json
import random
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.server.strategy import FedAvg as OldFedAvg
from flwr.serverapp import Grid
from flwr.serverapp.strategy import (
    Bulyan,
    DifferentialPrivacyServerSideAdaptiveClipping,
    DifferentialPrivacyServerSideFixedClipping,
    FedAdagrad,
    FedAdam,
    FedAvg,
    FedAvgM,
    FedMedian,
    FedProx,
    FedTrimmedAvg,
    FedXgbBagging,
    FedYogi,
    Krum,
    MultiKrum,
    QFedAvg,
    Result,
    Strategy,
)
from toy_app import COUNTER, START, arrays, metrics, model, start, toy_app

from fl_sim import record, record_client, record_strategy
from fl_sim.record import Metrics
from fl_sim.recording import rounds
from fl_sim.recording import strategy as recording
from fl_sim.recording.versions import MODULES
from fl_sim.running.in_process import InProcessGrid

CLIENTS = 6
MEASURED = {"train_loss": 2.0, "eval_acc": 0.25}

MAKERS: dict[str, Callable[[], Strategy]] = {
    "FedAvg": FedAvg,
    "FedProx": lambda: FedProx(proximal_mu=0.1),
    "FedAvgM": lambda: FedAvgM(server_learning_rate=0.5, server_momentum=0.9),
    "FedAdam": FedAdam,
    "FedAdagrad": FedAdagrad,
    "FedYogi": FedYogi,
    "FedMedian": FedMedian,
    "FedTrimmedAvg": FedTrimmedAvg,
    "QFedAvg": lambda: QFedAvg(client_learning_rate=0.1),
    "Krum": Krum,
    "MultiKrum": lambda: MultiKrum(num_nodes_to_select=2),
    "Bulyan": Bulyan,
    "DifferentialPrivacyServerSideFixedClipping": lambda: (
        DifferentialPrivacyServerSideFixedClipping(FedAvg(), 0.0, 0.5, CLIENTS)
    ),
    "DifferentialPrivacyServerSideAdaptiveClipping": lambda: (
        DifferentialPrivacyServerSideAdaptiveClipping(FedAvg(), 0.0, CLIENTS)
    ),
}
# Those whose model is the mean of what clients send, weighted by their examples.
AVERAGING = {"FedAvg", "FedProx"}


def grid(clients: int = CLIENTS, **app: Any) -> InProcessGrid:
    app.setdefault("measured", MEASURED)
    return InProcessGrid(toy_app(**app), {}, clients)


def dense(name: str = "") -> ArrayRecord:
    """Return a model without convolutions, with a counter such as BatchNorm's."""
    parameters = {
        "embedding": np.arange(6, dtype=np.float32).reshape(2, 3),
        "bias": np.zeros(2, np.float32),
        COUNTER: np.array(0),
    }
    if name == "QFedAvg":  # has no way with whole numbers
        del parameters[COUNTER]
    return model(**parameters)


def central(server_round: int, arrays: ArrayRecord) -> MetricRecord:
    return MetricRecord({"test_loss": 1.0 / (server_round + 1), "test_acc": 0.5})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "mine"


# --- Flower's strategies


@pytest.mark.parametrize("name", MAKERS)
def test_every_strategy_of_flower(name: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two of them collect garbage after each weight, of all that the tests have imported.
    monkeypatch.setattr("gc.collect", lambda: 0)
    random.seed(0)  # Flower's strategies shuffle
    bare = MAKERS[name]().start(grid(), dense(name), 3, evaluate_fn=central)
    random.seed(0)
    strategy = MAKERS[name]()
    assert record_strategy(strategy, out) is strategy
    seen = strategy.start(grid(), dense(name), 3, evaluate_fn=central)
    assert {key: array.data for key, array in seen.arrays.items()} == {
        key: array.data for key, array in bare.arrays.items()
    }
    run = record.load(out)
    assert (run.name, run.strategy, run.num_clients, len(run.rounds)) == ("mine", name, CLIENTS, 4)
    assert run.network == record.Network(num_parameters=8, num_bytes=dense(name).count_bytes())
    assert (run.filters, run.partitions, run.dataset, run.samples) == (None, (), None, None)
    assert [round_.central for round_ in run.rounds] == [
        Metrics(loss=round(1 / (r + 1), 7), accuracy=0.5) for r in range(4)
    ]
    assert {probe.parameter for probe in run.probes} == {"embedding", "bias"}
    for round_ in run.rounds[1:]:
        check_round(round_, name)


def check_round(round_: record.Round, name: str) -> None:
    everyone = tuple(range(CLIENTS))
    assert round_.train.sampled == round_.evaluate.sampled == everyone
    assert (round_.train.failures, round_.evaluate.failures) == ((), ())
    # Client k adds k + 1 to each of eight weights; its counter is none of them.
    norms = [float(f"{8**0.5 * (k + 1):.7g}") for k in everyone]
    assert [reply.update_norm for reply in round_.train.replies] == pytest.approx(norms, rel=1e-6)
    assert (round_.train.weighted_mean is not None) == (name in AVERAGING)
    assert round_.train.metrics == Metrics(loss=2.0, other={"eval_acc": 0.25})
    assert round_.evaluate.metrics == Metrics(accuracy=0.25, other={"train_loss": 2.0})
    assert round_.evaluate.averaged
    assert None not in (round_.probes, round_.train.gram, round_.train.seconds)


def test_what_is_recorded_before_a_wrapper_is_put_around(
    out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The strategy inside is watched: what it gets is clipped already, and noise comes later."""
    inner = record_strategy(FedAvg(), out)
    strategy = DifferentialPrivacyServerSideFixedClipping(inner, 0.5, 0.5, CLIENTS)
    strategy.start(grid(), dense(), 2, evaluate_fn=central)
    said = "`start` of FedAvg was not called, so the run record has no central evaluation. If "
    assert caplog.text.count(f"{said}another strategy wraps this one, record the wrapper") == 1
    run = record.load(out)
    assert (run.strategy, len(run.rounds)) == ("FedAvg", 3)
    assert [round_.train.weighted_mean for round_ in run.rounds[1:]] == [None, None]


def tree(number: int) -> bytes:
    """Return a booster with one tree, as much of it as Flower looks at."""
    params = {"num_trees": "1", "num_parallel_tree": "1"}
    content = {"gbtree_model_param": params, "iteration_indptr": [0, 1], "tree_info": [0]}
    trees = [{"id": 0, "leaf": number}]
    booster = {"gradient_booster": {"model": {**content, "trees": trees}}}
    return json.dumps({"learner": booster}).encode()


def test_trees_have_no_weights(out: Path) -> None:
    app = ClientApp()

    @app.train()
    def train(message: Message, context: Context) -> Message:
        client = int(context.node_config["partition-id"])
        sent = ArrayRecord([np.frombuffer(tree(client), np.uint8)])
        return Message(RecordDict({"arrays": sent, "metrics": metrics(client)}), reply_to=message)

    strategy = record_strategy(FedXgbBagging(fraction_evaluate=0.0), out)
    strategy.start(InProcessGrid(app, {}, 2), ArrayRecord([np.zeros(0, np.uint8)]), 2)
    run = record.load(out)
    half = run.rounds[1].train
    assert [reply.num_examples for reply in half.replies] == [1, 2]
    assert [reply.update_norm for reply in half.replies] == [None, None]
    assert (run.network, run.path, run.probes, half.gram) == (None, None, (), None)
    assert (run.rounds[1].probes, half.weighted_mean) == (None, None)


# --- users' own


class OwnLoop(FedAvg):
    """Runs the rounds by itself, as Flower's advanced example does, in words of its own."""

    def start(  # noqa: PLR0913, PLR0917  # Flower's
        self,
        grid: Grid,
        initial_arrays: ArrayRecord,
        num_rounds: int = 3,
        timeout: float = 3600,
        train_config: ConfigRecord | None = None,
        evaluate_config: ConfigRecord | None = None,
        evaluate_fn: Callable[[int, ArrayRecord], MetricRecord | None] | None = None,
    ) -> Result:
        config = train_config or ConfigRecord()
        result = Result()
        result.arrays = initial_arrays
        if evaluate_fn:
            evaluate_fn(0, initial_arrays)
        for number in range(1, num_rounds + 1):
            asked = self.configure_train(number, result.arrays, config, grid)
            made, _ = self.aggregate_train(number, grid.send_and_receive(asked, timeout=timeout))
            result.arrays = made or result.arrays
            asked = self.configure_evaluate(
                server_round=number, arrays=result.arrays, config=config, grid=grid
            )
            self.aggregate_evaluate(
                replies=iter(grid.send_and_receive(asked, timeout=timeout)), server_round=number
            )
            if evaluate_fn:
                evaluate_fn(arrays=result.arrays, server_round=number)
        return result


class ZeroBased(FedAvg):
    """Counts from zero, evaluates at the server alone, and halves what came of the round."""

    def start(self, grid: Grid, initial_arrays: ArrayRecord, **options: Any) -> Result:  # type: ignore[override]
        result = Result()
        result.arrays = initial_arrays
        for number in range(options["num_rounds"]):
            asked = self.configure_train(number, result.arrays, ConfigRecord(), grid)
            made, _ = self.aggregate_train(number, grid.send_and_receive(asked))
            result.arrays = arrays(made["weight"].numpy() / 2)
            options["evaluate_fn"](number, result.arrays)
        return result


class AsksByItself(FedAvg):
    """Chooses clients in words of its own, and never evaluates."""

    def start(self, grid: Grid, initial_arrays: ArrayRecord, num_rounds: int = 3) -> Result:  # type: ignore[override]
        result = Result()
        result.arrays = initial_arrays
        for number in range(1, num_rounds + 1):
            content = RecordDict({"arrays": result.arrays, "config": ConfigRecord()})
            asked = [Message(content, node, "train") for node in grid.get_node_ids()]
            made, _ = self.aggregate_train(number, grid.send_and_receive(asked))
            result.arrays = made or result.arrays
        return result


def final(run: record.Run) -> tuple[float, ...] | None:
    return run.rounds[-1].probes


def test_a_loop_of_its_own(out: Path) -> None:
    ours = record_strategy(OwnLoop(), out / "own")
    assert isinstance(ours, FedAvg)
    random.seed(0)
    ours.start(grid(), arrays(START), 3, evaluate_fn=central)
    random.seed(0)
    record_strategy(FedAvg(), out / "plain").start(grid(), arrays(START), 3, evaluate_fn=central)
    own, plain = record.load(out / "own"), record.load(out / "plain")
    assert own.strategy == "OwnLoop"
    known = {"provenance", "strategy", "name", "arrays", "rounds"}
    assert own.model_dump(exclude=known) == plain.model_dump(exclude=known)
    assert untimed(own) == untimed(plain)


def untimed(run: record.Run) -> list[dict[str, Any]]:
    clock = {"seconds": True, "replies": {"__all__": {"seconds"}}}
    return [r.model_dump(exclude={"train": clock, "evaluate": clock}) for r in run.rounds]


def test_a_loop_that_counts_from_zero_and_changes_the_model(out: Path) -> None:
    strategy = record_strategy(ZeroBased(), out)
    result = strategy.start(grid(2), arrays(START), num_rounds=3, evaluate_fn=central)
    run = record.load(out)
    assert [round_.number for round_ in run.rounds] == [0, 1, 2, 3]
    assert run.rounds[0].central is None
    assert [round_.central.loss for round_ in run.rounds[1:]] == [1.0, 0.5, 0.3333333]
    # The mean did not become the model.
    assert [round_.train.weighted_mean for round_ in run.rounds[1:]] == [None] * 3
    assert final(run) == pytest.approx(result.arrays["weight"].numpy()[:1])


def test_a_loop_that_chooses_clients_by_itself(out: Path) -> None:
    strategy = record_strategy(AsksByItself(), out)
    result = strategy.start(grid(2), arrays(START), 2)
    run = record.load(out)
    assert [round_.number for round_ in run.rounds] == [0, 1, 2]
    reply = run.rounds[2].train.replies[1]
    assert (reply.num_examples, reply.weight, reply.bytes_down) == (2, 2 / 3, None)
    assert run.rounds[2].train.sampled == (0, 1)
    assert len(result.arrays) == 1


class Mine(FedAvg):
    """Aggregates in another way."""

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        _, metrics = super().aggregate_train(server_round, replies)
        return arrays((1.0, 2.0, 3.0)), metrics


def test_an_aggregation_of_its_own(out: Path) -> None:
    record_strategy(Mine(), out).start(grid(2), arrays(START), 2)
    run = record.load(out)
    assert [round_.train.weighted_mean for round_ in run.rounds[1:]] == [None, None]
    assert final(run) == (2.0,)  # of the three, the second moved most


def test_a_strategy_that_is_used_without_start(out: Path) -> None:
    strategy = record_strategy(FedAvg(), out)
    OwnLoop.start(strategy, grid(2), arrays(START), 2)  # type: ignore[arg-type]
    assert len(record.load(out).rounds) == 3


# --- how start is called


@pytest.mark.parametrize("keywords", [False, True])
def test_start_by_position_and_by_keyword(out: Path, keywords: bool) -> None:
    strategy = record_strategy(FedAvg(), out)
    names = ("grid", "initial_arrays", "num_rounds", "timeout", "train_config", "evaluate_config")
    values = (grid(2), arrays(START), 2, 60.0, ConfigRecord(), ConfigRecord())
    if keywords:
        options = dict(zip(names, values, strict=True))
        strategy.start(**options, evaluate_fn=central)
    else:
        strategy.start(*values, central)
    assert [round_.central.loss for round_ in record.load(out).rounds] == [1.0, 0.5, 0.3333333]


def test_a_wrong_call_is_told_as_ever(out: Path) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'rounds'"):
        record_strategy(FedAvg(), out).start(grid(2), arrays(START), rounds=2)  # type: ignore[call-arg]


def test_no_central_evaluation(out: Path) -> None:
    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 2)
    run = record.load(out)
    assert [round_.central for round_ in run.rounds] == [None] * 3
    assert [round_.evaluate is None for round_ in run.rounds] == [True, False, False]


def test_a_central_evaluation_that_returns_nothing(out: Path) -> None:
    def seldom(server_round: int, found: ArrayRecord) -> MetricRecord | None:
        return central(server_round, found) if server_round == 2 else None

    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 3, evaluate_fn=seldom)
    found = [round_.central for round_ in record.load(out).rounds]
    assert [each is None for each in found] == [True, True, False, True]


def test_no_federated_evaluation(out: Path) -> None:
    record_strategy(FedAvg(fraction_evaluate=0.0), out).start(grid(2), arrays(START), 2)
    run = record.load(out)
    assert [round_.evaluate for round_ in run.rounds] == [None] * 3
    assert len(run.rounds) == 3


@pytest.mark.parametrize("value", [5, 0.125])
def test_what_weighs_clients_is_no_number_of_examples(out: Path, value: float) -> None:
    strategy = record_strategy(FedAvg(weighted_by_key="num_batches"), out)
    strategy.start(grid(2, measured={"num_batches": value, "loss": 1.0}), arrays(START), 1)
    run = record.load(out)
    assert run.weighted_by == "num_batches"
    for phase in (run.rounds[1].train, run.rounds[1].evaluate):
        assert [(each.num_examples, each.weight) for each in phase.replies] == [(None, 0.5)] * 2
        assert phase.metrics == Metrics(loss=1.0, other={"num-examples": 1.5})
    assert run.rounds[1].train.weighted_mean is not None
    assert run.rounds[1].train.replies[1].train.other["num_batches"] == value


def test_examples_counted_in_another_spelling(out: Path) -> None:
    strategy = record_strategy(FedAvg(weighted_by_key="num_examples"), out)
    strategy.start(grid(2, measured={"num_examples": 4, "loss": 1.0}), arrays(START), 1)
    run = record.load(out)
    assert run.weighted_by is None
    assert [reply.num_examples for reply in run.rounds[1].train.replies] == [4, 4]


def test_what_films_are_told_is_kept(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    strategy = record_strategy(FedAvg(), out, examples="patients", metric="auc")
    strategy.start(grid(2), arrays(START), 1)
    run = record.load(out)
    assert (run.examples, run.metric) == ("patients", "auc")
    assert "Run record: no metric is called auc; there are: " in caplog.text


@pytest.mark.parametrize("noun", ["", "x" * 25])
def test_a_noun_that_does_not_fit_into_a_caption(out: Path, noun: str) -> None:
    with pytest.raises(ValueError, match="examples: String should have at"):
        record_strategy(FedAvg(), out, examples=noun)


def test_no_round_at_all(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 0)
    assert "No run record was written: no round has ended" in caplog.text
    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 0, evaluate_fn=central)
    assert len(record.load(out).rounds) == 1


def test_starts_that_go_on_are_one_record(out: Path) -> None:
    whole = record_strategy(FedAvg(), out.with_name("whole"))
    whole.start(grid(2), arrays(START), 3, evaluate_fn=central)
    strategy, app, sent = record_strategy(FedAvg(), out), grid(2), arrays(START)
    for _ in range(3):
        sent = strategy.start(app, sent, num_rounds=1, evaluate_fn=lambda *_: None).arrays
    run = record.load(out)
    assert [round_.number for round_ in run.rounds] == [0, 1, 2, 3]
    probes = [round_.probes for round_ in run.rounds]
    assert probes == [round_.probes for round_ in record.load(out.with_name("whole")).rounds]
    assert {path.name for path in out.parent.iterdir()} == {"mine", "whole"}


def test_starts_that_go_on_are_evaluated_by_the_server(out: Path) -> None:
    strategy, sent = record_strategy(FedAvg(), out), arrays(START)
    for number in (1, 2):
        ours = record_strategy(strategy, out)  # asked for again, as in a loop
        sent = ours.start(grid(2), sent, 1, evaluate_fn=central).arrays
        assert len(record.load(out).rounds) == number + 1
    losses = [round_.central.loss for round_ in record.load(out).rounds]
    assert losses == [1.0, 0.5, 0.5]  # each start calls its only round 1


def test_a_new_strategy_that_goes_on_is_the_same_record(out: Path) -> None:
    whole = record_strategy(FedAvg(), out.with_name("whole"))
    whole.start(grid(2), arrays(START), 3)
    sent, app = arrays(START), grid(2)
    for _ in range(3):
        sent = record_strategy(FedAvg(), out).start(app, sent, 1).arrays
    probes = [round_.probes for round_ in record.load(out).rounds]
    assert probes == [round_.probes for round_ in record.load(out.with_name("whole")).rounds]
    # From another model, or otherwise, it is another run, which replaces what is there.
    for values, options in (((0.0, 0.0, 0.0), {}), (START, {"name": "else"})):
        again = record_strategy(FedAvg(), out, **options)
        again.start(grid(2), arrays(values), 1)
        assert len(record.load(out).rounds) == 2
    assert {path.name for path in out.parent.iterdir()} == {"mine", "whole"}


def test_two_runs_in_turn_have_a_record_each(out: Path) -> None:
    places = {name: out.with_name(name) for name in ("one", "two")}
    strategies = {name: record_strategy(FedAvg(), place) for name, place in places.items()}
    sent = dict.fromkeys(places, arrays(START))
    for _ in range(2):
        for name, strategy in strategies.items():
            sent[name] = strategy.start(grid(2), sent[name], 1).arrays
    assert [len(record.load(place).rounds) for place in places.values()] == [3, 3]
    assert {path.name for path in out.parent.iterdir()} == set(places)


def test_a_model_whose_counters_were_averaged_goes_on(out: Path) -> None:
    strategy, sent = record_strategy(FedAvg(), out), dense()
    for _ in range(2):
        result = strategy.start(grid(2), sent, 1)
        assert result.arrays[COUNTER].numpy().dtype.kind == "f"
        parameters = {name: array.numpy() for name, array in result.arrays.items()}
        counter = parameters[COUNTER].astype(np.int64)
        sent = model(**parameters | {COUNTER: counter})
    assert len(record.load(out).rounds) == 3


def test_a_start_with_another_model_leaves_a_second_record(out: Path) -> None:
    strategy = record_strategy(FedAvg(), out)
    strategy.start(grid(2), arrays(START), 2, evaluate_fn=central)
    strategy.start(grid(2), arrays(START), 3)
    first, second = record.load(out), record.load(out.with_name("mine-2"))
    assert (first.name, len(first.rounds)) == ("mine", 3)
    assert (second.name, len(second.rounds)) == ("mine-2", 4)
    assert second.rounds[0].probes == first.rounds[0].probes
    assert first.rounds[1].central is not None
    assert second.rounds[1].central is None


def test_one_strategy_has_one_record(out: Path) -> None:
    strategy = record_strategy(FedAvg(), out)
    with pytest.raises(ValueError, match=r"recorded in .*mine already; make a new strategy"):
        record_strategy(strategy, out.with_name("other"))


# --- what metrics are

PERCENT = (0.9, 12.5, 55.5, 80.1)


def in_percent(server_round: int, _: ArrayRecord) -> MetricRecord:
    return MetricRecord({"loss": 1.0, "accuracy": PERCENT[server_round]})


def test_percent_is_decided_once_a_run(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 3, evaluate_fn=in_percent)
    run = record.load(out)
    found = [round_.central for round_ in run.rounds]
    assert found == [Metrics(loss=1.0, other={"accuracy": value}) for value in PERCENT]
    measured = [round_.evaluate.metrics.accuracy for round_ in run.rounds[1:]]
    assert measured == [None] * 3  # the clients' are 0.25, of 1 or of 100
    said = "accuracy of the server is 12.5 in round 1, which is no share from 0 to 1"
    assert caplog.text.count(said) == 1
    assert "Say percent=True if all are in percent" in caplog.text


def test_percent_is_decided_while_a_run_is_written(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "WRITING", 1e9)
    seen = []

    def look(server_round: int, found: ArrayRecord) -> MetricRecord:
        if server_round:
            seen.append([round_.central.accuracy for round_ in record.load(out).rounds])
        return in_percent(server_round, found)

    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 3, evaluate_fn=look)
    assert seen == [[0.9], [None, None], [None, None, None]]


def test_percent_that_is_said(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    strategy = record_strategy(FedAvg(), out, percent=True)
    app = grid(2, measured={"eval_acc": 40.0})
    strategy.start(app, arrays(START), 3, evaluate_fn=in_percent)
    run = record.load(out)
    assert [round_.central.accuracy for round_ in run.rounds] == [0.009, 0.125, 0.555, 0.801]
    assert run.rounds[3].evaluate.metrics == Metrics(accuracy=0.4)
    assert run.rounds[3].evaluate.averaged
    assert "Run record: " not in caplog.text.replace("Run record: /", "")


def test_two_accuracies_are_neither(out: Path, caplog: pytest.LogCaptureFixture) -> None:
    def both(server_round: int, _: ArrayRecord) -> MetricRecord:
        return MetricRecord({"accuracy": 0.25 * server_round, "val_accuracy": 0.5})

    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 2, evaluate_fn=both)
    other = {"accuracy": 0.5, "val_accuracy": 0.5}
    assert record.load(out).rounds[2].central == Metrics(other=other)
    said = "accuracy and val_accuracy of the server may each be the accuracy: none is recorded"
    assert caplog.text.count(said) == 1
    assert "Say accuracy='accuracy'" in caplog.text
    chosen = record_strategy(FedAvg(), out, accuracy="val_accuracy")
    chosen.start(grid(2), arrays(START), 2, evaluate_fn=both)
    assert record.load(out).rounds[2].central == Metrics(accuracy=0.5, other={"accuracy": 0.5})


# --- models of other kinds


def test_an_average_of_half_precision(out: Path) -> None:
    start_from = model(weight=np.linspace(-0.1, 0.1, 40, dtype=np.float16))
    record_strategy(FedAvg(), out).start(grid(6), start_from, 3)
    run = record.load(out)
    for round_ in run.rounds[1:]:
        assert round_.train.weighted_mean == round_.probes is not None


def test_a_median_of_half_precision_is_no_average(out: Path) -> None:
    start_from = model(weight=np.linspace(-0.1, 0.1, 40, dtype=np.float16))
    record_strategy(FedMedian(), out).start(grid(6), start_from, 2)
    assert [each.train.weighted_mean for each in record.load(out).rounds[1:]] == [None, None]


@pytest.mark.parametrize(("updates", "kept"), [(None, False), (True, True), (False, False)])
def test_a_large_model(
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    updates: bool | None,
    kept: bool,
) -> None:
    monkeypatch.setattr(rounds, "LARGE", 2)
    strategy = record_strategy(FedAvg(), out, updates=updates)
    strategy.start(grid(2), arrays(START), 2)
    run = record.load(out)
    train = run.rounds[1].train
    assert (run.path is not None) == (train.gram is not None) == kept
    assert [reply.update_norm is not None for reply in train.replies] == [kept, kept]
    assert train.weighted_mean is not None
    said = "The model has 3 weights: the run record leaves out how clients' updates lie to each"
    assert caplog.text.count(said) == (updates is None)


# --- what it is told


def test_config_and_dataset(out: Path) -> None:
    config = {"lr": 0.5, "epochs": 1, "wide": True, "note": "by hand"}
    dataset = record.Dataset(name="letters", class_names=("a", "b"))
    strategy = record_strategy(FedAvg(), out, name="other", config=config, dataset=dataset)
    counts = record_client(lambda context: [1, int(context.node_config["partition-id"])])
    strategy.start(grid(2, mods=[counts]), arrays(START), 1)
    run = record.load(out)
    assert (run.name, run.config, run.dataset) == ("other", config, dataset)
    assert [part.label_counts for part in run.partitions] == [(1, 0), (1, 1)]
    assert run.provenance.source == "recorded"
    assert run.provenance.finished >= run.provenance.started


def test_a_dataset_without_classes(out: Path) -> None:
    strategy = record_strategy(FedAvg(), out, dataset=record.Dataset(name="prices"))
    strategy.start(grid(2), arrays(START), 1)
    assert record.load(out).dataset.class_names == ()


@pytest.mark.parametrize("value", [None, [1], float("nan")])
def test_a_config_that_a_record_cannot_keep(out: Path, value: Any) -> None:
    with pytest.raises(ValueError, match=r"config: lr: .* a setting is true, false"):
        record_strategy(FedAvg(), out, config={"lr": value})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"config": [1]}, r"config is \[1\]; give a mapping, such as context\.run_config"),
        ({"groups": {"strategy": "lr"}}, r"groups is .*; give a list of settings for each group"),
        ({"dataset": "letters"}, r"dataset is 'letters'; give a fl_sim\.record\.Dataset"),
    ],
)
def test_arguments_of_another_kind(out: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        record_strategy(FedAvg(), out, **options)


def test_packages_that_are_loaded_are_named(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is merely installed, such as PyTorch, has no part in the run."""
    for module in MODULES.keys() - {"flwr", "numpy"}:
        monkeypatch.delitem(sys.modules, module, raising=False)
    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 1)
    assert record.load(out).provenance.versions.keys() == {"python", "flwr", "numpy"}
    monkeypatch.setitem(sys.modules, "torch", None)
    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 1)
    assert "torch" in record.load(out).provenance.versions


def test_a_strategy_of_the_older_interface_names_the_import(out: Path) -> None:
    with pytest.raises(TypeError, match=r"FedAvg is no strategy.*fl-sim import FILE --name NAME"):
        record_strategy(OldFedAvg(), out)  # type: ignore[type-var]


def test_what_is_no_strategy(out: Path) -> None:
    with pytest.raises(TypeError, match=r"FedAvg is a class; pass a strategy made of it, such as"):
        record_strategy(FedAvg, out)  # type: ignore[type-var]
    with pytest.raises(TypeError, match=r"list is no strategy of flwr\.serverapp\.strategy"):
        record_strategy([], out)  # type: ignore[type-var]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        record_strategy(FedAvg(), tmp_path / "file")


# --- when something goes wrong


def test_a_run_that_diverges(out: Path) -> None:
    def diverged(server_round: int, _: ArrayRecord) -> MetricRecord:
        return MetricRecord({"loss": float("nan"), "accuracy": 0.1})

    strategy = record_strategy(FedAvg(), out)
    app = grid(2, measured={"train_loss": float("inf")}, talkative=True)
    strategy.start(app, arrays((float("nan"), float("inf"), 0.0)), 3, evaluate_fn=diverged)
    run = record.load(out)
    assert [round_.central for round_ in run.rounds] == [Metrics(accuracy=0.1)] * 4
    for round_ in run.rounds[1:]:
        assert (round_.train.gram, round_.train.metrics, round_.evaluate.metrics) == (None,) * 3
        assert [reply.update_norm for reply in round_.train.replies] == [None, None]
        assert [reply.loss_curve for reply in round_.train.replies] == [(2.0, 1.0)] * 2
        assert not round_.evaluate.averaged
    # The third weight is still a number, and the others are not followed.
    assert run.rounds[0].probes == (0.0,)
    assert run.path is None


class Unlucky(FedAvg):
    """Fails in the middle of round 3."""

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        if server_round == 3:
            raise RuntimeError("no luck")
        return super().aggregate_train(server_round, replies)


@pytest.mark.parametrize("writing", [recording.WRITING, 1e-9])
def test_rounds_that_ended_are_kept(
    out: Path, monkeypatch: pytest.MonkeyPatch, writing: float
) -> None:
    monkeypatch.setattr(recording, "WRITING", writing)
    with pytest.raises(RuntimeError, match="no luck"):
        record_strategy(Unlucky(), out).start(grid(2), arrays(START), 5)
    assert len(record.load(out).rounds) == 3


def test_a_record_is_there_after_each_round(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "WRITING", 1e9)
    rounds = []

    def look(server_round: int, _: ArrayRecord) -> None:
        rounds.append(len(record.load(out).rounds) if server_round else 0)

    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 3, evaluate_fn=look)
    assert rounds == [0, 1, 2, 3]


def test_training_goes_on_if_recording_fails(
    out: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("too large\nby far")

    bare = start(FedAvg(), toy_app(), 2, rounds=2)
    strategy = record_strategy(FedAvg(), out)
    monkeypatch.setattr(recording.Recorder, "end_train", fail)
    strategy = record_strategy(FedAvg(), out)
    seen = start(strategy, toy_app(), 2, rounds=2)
    assert seen.arrays["weight"].data == bare.arrays["weight"].data
    text = "The run record ends before round 1, training goes on: MemoryError: too large\n"
    assert caplog.text.count(text) == 1
    assert len(record.load(out).rounds) == 1


def test_training_goes_on_if_the_record_cannot_be_written(
    out: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(record, "save", fail)
    record_strategy(FedAvg(), out).start(grid(2), arrays(START), 3)
    text = "The run record could not be written: OSError: No space left on device"
    assert caplog.text.count(text) == 1
    assert "Run record:" not in caplog.text


@pytest.mark.parametrize(("classes", "counts"), [("ab", [1, 2, 3]), ("", [])])
def test_label_counts_that_contradict(
    out: Path, caplog: pytest.LogCaptureFixture, classes: str, counts: list[int]
) -> None:
    dataset = record.Dataset(name="letters", class_names=tuple(classes))
    strategy = record_strategy(FedAvg(), out, dataset=dataset)
    wrong = record_client(lambda context: counts or [1] * (1 + context.node_config["partition-id"]))
    strategy.start(grid(2, mods=[wrong]), arrays(START), 3)
    assert caplog.text.count("leaves out label counts") == 1
    run = record.load(out)
    assert (len(run.rounds), run.partitions) == (4, ())
