"""What clients tell of themselves by a mod, and the numbers that they then go by."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import FedAvg
from processes import run
from toy_app import START, arrays, metrics, start, toy_app

from fl_sim import record, record_client, record_strategy
from fl_sim.recording.client_mod import LabelCounts
from fl_sim.recording.renumber import MOST_CLIENTS, Numbering, renumber
from fl_sim.recording.replies import CLIENT
from fl_sim.running.in_process import InProcessGrid


def replies(app: ClientApp, kind: str = "train", clients: int = 2) -> list[Message]:
    grid = InProcessGrid(app, {}, clients)
    content = RecordDict({"arrays": arrays(START)})
    messages = [Message(content, node, kind) for node in grid.get_node_ids()]
    return list(grid.send_and_receive(messages))


def told(app: ClientApp, kind: str = "train") -> list[dict[str, Any]]:
    return [dict(reply.content.config_records[CLIENT]) for reply in replies(app, kind)]


# --- the mod


@pytest.mark.parametrize("kind", ["train", "evaluate"])
def test_it_tells_who_and_how_long(kind: str) -> None:
    for client, found in enumerate(told(toy_app(mods=[record_client()]), kind)):
        assert found.pop("seconds") > 0
        assert found == {"partition-id": client, "num-partitions": 2}


def counting(asked: list[int]) -> LabelCounts:
    def label_counts(context: Context) -> list[int]:
        client = int(context.node_config["partition-id"])
        asked.append(client)
        return [client, 10 * client]

    return label_counts


def test_it_asks_for_label_counts_once_a_client() -> None:
    asked: list[int] = []
    app = toy_app(mods=[record_client(counting(asked))])
    for kind in ("train", "evaluate", "train"):
        assert [found["label-counts"] for found in told(app, kind)] == [[0, 0], [1, 10]]
    assert asked == [0, 1]


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        ({"cat": 1, "dog": 2}, "it returned {'cat': 1, 'dog': 2}"),
        ({0: 1, 1: 2}, "it returned {0: 1, 1: 2}"),
        (np.array([[1, 2]]), "it returned array([[1, 2]])"),
        (np.array([1.0, 2.0]), "it returned array([1., 2.])"),
        (np.int64(3), "it returned np.int64(3)"),
        ([1, -1], "it returned [1, -1]"),
        ([], "it returned []"),
        (None, "it returned None"),
        ("12", "it returned '12'"),
        ("x" * 500, f"it returned '{'x' * 87}..."),
    ],
)
def test_label_counts_of_another_form_end_no_training(
    returned: object, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = toy_app(mods=[record_client(lambda context: returned)])  # type: ignore[arg-type,return-value]
    for found in (*told(app), *told(app, "evaluate")):
        assert found.keys() == {"seconds", "partition-id", "num-partitions"}
    (said,) = caplog.messages
    assert said.startswith("Run record: no label counts, since label_counts has to return a list")
    assert said.endswith(f", such as [120, 80]: {problem}")


def test_label_counts_that_raise_end_no_training(caplog: pytest.LogCaptureFixture) -> None:
    def label_counts(context: Context) -> list[int]:
        if context.node_config["partition-id"] == 0:
            raise KeyError("labels\nof nobody")
        return np.array([1, 2], np.uint8)  # type: ignore[return-value]

    first, second = told(toy_app(mods=[record_client(label_counts)]))
    assert "label-counts" not in first
    assert second["label-counts"] == [1, 2]
    (said,) = caplog.messages
    assert said.endswith(r": it raised KeyError: 'labels\nof nobody'")


# As Flower 1.21 has it: no name of a type alone.
OLDER = """
import sys
import flwr.app
known = "Array ArrayRecord ConfigRecord Context Message MessageType MetricRecord"
for name in set(flwr.app.__all__) - {*known.split(), "RecordDict"}:
    delattr(flwr.app, name)
sys.modules["flwr.clientapp.typing"] = None
from fl_sim import record_client, record_strategy
print(callable(record_client()), callable(record_strategy))
"""


def test_it_needs_no_name_of_a_newer_flower() -> None:
    done = run(sys.executable, "-c", OLDER)
    assert (done.returncode, done.stdout) == (0, "True True\n"), done.stderr


def test_label_counts_that_are_no_function() -> None:
    with pytest.raises(TypeError, match=r"label_counts is \[1, 2\]; give a function that takes"):
        record_client([1, 2])  # type: ignore[arg-type]


def test_what_the_app_tells_itself_stays() -> None:
    found = told(toy_app(talkative=True, mods=[record_client()]))[1]
    assert (found["seconds"], found["loss-curve"]) == (1.5, [2.0, 1.0])
    assert found["partition-id"] == 1


def test_a_client_that_fails_tells_nothing() -> None:
    first, second = replies(toy_app(failing=frozenset({0}), mods=[record_client()]))
    assert (first.has_error(), second.has_error()) == (True, False)


def test_a_client_without_partitions() -> None:
    app = toy_app(mods=[record_client()])
    grid = InProcessGrid(app, {}, 1)
    (context,) = grid._contexts.values()
    context.node_config.clear()
    context.node_config |= {"partition-id": "north"}
    app = ClientApp(mods=[record_client()])

    @app.train()
    def train(message: Message, _: Context) -> Message:
        return Message(RecordDict({"arrays": arrays(START)}), reply_to=message)

    grid._client_app = app
    message = Message(
        RecordDict({"arrays": arrays(START)}), next(iter(grid.get_node_ids())), "train"
    )
    (reply,) = grid.send_and_receive([message])
    assert set(reply.content.config_records[CLIENT]) == {"seconds"}


def test_queries_and_the_rest_of_a_reply_are_left_alone() -> None:
    app = ClientApp(mods=[record_client()])

    @app.query()
    def query(message: Message, _: Context) -> Message:
        content = {"metrics": metrics(0), "mine": ConfigRecord({"a": 1})}
        return Message(RecordDict(content), reply_to=message)

    @app.train()
    def train(message: Message, _: Context) -> Message:
        return query(message, _)

    assert {name for reply in replies(app, "query") for name in reply.content} == {
        "metrics",
        "mine",
    }
    trained = replies(app)[0].content
    assert set(trained) == {"metrics", "mine", CLIENT}
    assert trained["mine"] == ConfigRecord({"a": 1})


def test_training_is_the_same_with_it() -> None:
    bare, seen = (
        start(FedAvg(), toy_app(mods=mods), 2, rounds=2) for mods in ([], [record_client()])
    )
    assert bare.arrays["weight"].data == seen.arrays["weight"].data


def test_it_comes_into_the_record(tmp_path: Path) -> None:
    class Reversed(InProcessGrid):
        """Hands out node ids in the other order, so that numbers have to be put right."""

        def __init__(self, app: ClientApp, clients: int) -> None:
            super().__init__(app, {}, clients)
            contexts = list(self._contexts.values())
            for context, number in zip(contexts, reversed(range(clients)), strict=True):
                context.node_config["partition-id"] = number

    app = toy_app(mods=[record_client(counting([]))])
    record_strategy(FedAvg(), tmp_path).start(Reversed(app, 3), arrays(START), 1)
    run = record.load(tmp_path)
    assert run.num_clients == 3
    assert [part.label_counts for part in run.partitions] == [(0, 0), (1, 10), (2, 20)]
    train = run.rounds[1].train
    # Client k has k + 1 examples and moves each of three weights by k + 1.
    assert [reply.num_examples for reply in train.replies] == [1, 2, 3]
    assert [reply.update_norm for reply in train.replies] == [1.732051, 3.464102, 5.196152]
    assert train.gram == ((3.0, 6.0, 9.0), (6.0, 12.0, 18.0), (9.0, 18.0, 27.0))
    assert all(reply.seconds > 0 for reply in train.replies)
    assert all(reply.seconds > 0 for reply in run.rounds[1].evaluate.replies)


# --- numbers

Told = Mapping[int, Mapping[str, Any]]


def numbering(told: Told, nodes: int = 3) -> Numbering:
    """Return the numbering of nodes 100, 101, ..., met in this order."""
    return Numbering.of({100 + i: i for i in range(nodes)}, told)


def ids(*numbers: Any) -> Told:
    return {100 + i: {"partition-id": n} for i, n in enumerate(numbers) if n is not None}


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        ({}, [0, 1, 2]),
        (ids(2, 0, 1), [2, 0, 1]),
        (ids(None, None, 0), [1, 2, 0]),
        (ids(None, 0), [1, 0, 2]),
        (ids(1, 1, 0), [0, 1, 2]),
        (ids(3, 2, 1), [2, 1, 0]),
        (ids(10**6, None, 7), [1, 2, 0]),
        (ids("a", -1, 0), [1, 2, 0]),
        ({999: {"partition-id": 0}}, [0, 1, 2]),
    ],
    ids=[
        "nobody tells", "all do", "one does", "the second", "two the same", "counted from 1",
        "ranks", "no numbers", "a stranger",
    ],
)  # fmt: skip
def test_a_client_has_the_number_that_it_tells(told: Told, numbers: list[int]) -> None:
    found = numbering(told)
    assert ([found.numbers[i] for i in range(3)], found.count) == (numbers, 3)


def test_there_are_as_many_clients_as_partitions() -> None:
    found = numbering({100: {"partition-id": 4, "num-partitions": 5}})
    assert ([found.numbers[i] for i in range(3)], found.count) == ([4, 0, 1], 5)
    beyond = numbering({100: {"partition-id": 4, "num-partitions": MOST_CLIENTS + 1}})
    assert ([beyond.numbers[i] for i in range(3)], beyond.count) == ([0, 1, 2], 3)


@pytest.mark.parametrize("counts", ["many", [1.5], [-1], [], None])
def test_label_counts_that_are_none(counts: Any) -> None:
    assert numbering({100: {"label-counts": counts}}).partitions() == ()


def test_label_counts_of_some_clients() -> None:
    found = numbering({101: {"partition-id": 2, "label-counts": [3, 4]}}).partitions()
    assert [part.label_counts for part in found] == [None, None, (3, 4)]


def round_() -> record.Round:
    """Return a round in which clients 0 and 2 trained, 1 failed, and 1 evaluated."""
    replies = tuple(
        record.TrainReply(client=client, num_examples=n, weight=n / 4, update_norm=norm)
        for client, n, norm in ((0, 1, 1.0), (2, 3, 2.0))
    )
    return record.Round(
        number=1,
        train=record.Train(
            sampled=(0, 1, 2),
            replies=replies,
            failures=(record.Failure(client=1, kind="no reply"),),
            gram=((1.0, -2.0), (-2.0, 4.0)),
        ),
        evaluate=record.Evaluate(sampled=(1,), replies=(record.EvaluateReply(client=1),)),
    )


def test_everything_in_a_round_is_renumbered() -> None:
    found = renumber(round_(), {0: 2, 1: 0, 2: 1})
    assert found.train.sampled == (0, 1, 2)
    assert [(r.client, r.num_examples) for r in found.train.replies] == [(1, 3), (2, 1)]
    assert found.train.failures == (record.Failure(client=0, kind="no reply"),)
    assert found.train.gram == ((4.0, -2.0), (-2.0, 1.0))
    assert (found.evaluate.sampled, found.evaluate.replies[0].client) == ((0,), 0)
    assert record.Round.model_validate(found.model_dump()) == found


def test_nothing_changes_where_numbers_are_right() -> None:
    same = round_()
    assert renumber(same, {0: 0, 1: 1, 2: 2}) is same


def test_what_a_round_has_not_is_not_renumbered() -> None:
    bare = record.Round(number=1, train=record.Train(metrics=record.Metrics(loss=1.0)))
    assert renumber(bare, {0: 1, 1: 0}) == bare
