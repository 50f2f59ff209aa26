"""A program that records a run with whatever version of Flower is installed, without a simulation.

It needs Flower, NumPy and pydantic alone, and prints the version. `.ci/versions` runs it.
"""

import sys
import tempfile
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MessageType, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg

from fl_sim import record, record_client, record_grid, record_strategy

NODES = (11, 12, 13)
ROUNDS = 2

app = ClientApp(mods=[record_client(lambda context: [context.node_id, 1])])


@app.train()
def train(message: Message, context: Context) -> Message:
    """Add a node's id to every weight."""
    model = message.content["arrays"]
    arrays = ArrayRecord([each.numpy() + context.node_id for each in model.values()])
    metrics = MetricRecord({"train_loss": 2.0, "num-examples": context.node_id})
    return Message(RecordDict({"arrays": arrays, "metrics": metrics}), reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Measure an accuracy."""
    metrics = MetricRecord({"eval_acc": 0.5, "num-examples": context.node_id})
    return Message(RecordDict({"metrics": metrics}), reply_to=message)


class Direct(Grid):
    """A grid that calls the client app."""

    def __init__(self) -> None:
        self._replies: dict[str, Message] = {}

    def set_run(self, *_: Any) -> None:
        """Set nothing."""

    run: Any = None

    def create_message(  # as Flower has it
        self,
        content: RecordDict,
        message_type: str,
        dst_node_id: int,
        group_id: str,
        ttl: float | None = None,
    ) -> Message:
        """Return a message."""
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def get_node_ids(self) -> Iterable[int]:
        """Return the nodes."""
        return NODES

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Have messages answered."""
        ids = []
        for message in messages:
            node = message.metadata.dst_node_id
            partition = {"partition-id": NODES.index(node), "num-partitions": len(NODES)}
            key = str(len(self._replies) + 1)
            message.metadata.__dict__["_message_id"] = key
            self._replies[key] = app(message, Context(1, node, partition, RecordDict(), {}))
            ids.append(key)
        return ids

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """Return replies."""
        return [self._replies[key] for key in message_ids]

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        """Have messages answered."""
        return self.pull_messages(self.push_messages(messages))


def tested(server_round: int, _: ArrayRecord) -> MetricRecord:
    """Measure something."""
    return MetricRecord({"accuracy": 0.25 * server_round})


def by_hand(grid: Grid) -> None:
    """Send what a strategy would."""
    for server_round in range(1, ROUNDS + 1):
        for kind in (MessageType.TRAIN, MessageType.EVALUATE):
            content = RecordDict({"arrays": ArrayRecord([np.full(3, server_round, np.float32)])})
            grid.send_and_receive(
                [grid.create_message(content, kind, node, str(server_round)) for node in NODES]
            )


def check(run: record.Run) -> None:
    """Check what a record knows."""
    assert len(run.rounds) == ROUNDS + 1
    assert [part.label_counts for part in run.partitions] == [(node, 1) for node in NODES]
    for round_ in run.rounds[1:]:
        assert round_.train
        assert round_.evaluate
        assert round_.train.sampled == round_.evaluate.sampled == (0, 1, 2)
        assert [each.num_examples for each in round_.train.replies] == list(NODES)
        assert all(each.seconds is not None for each in round_.train.replies)
        assert [each.metrics and each.metrics.accuracy for each in round_.evaluate.replies] == [
            0.5
        ] * 3


def main() -> None:
    """Record both ways, and check the records."""
    try:  # newer versions ask who sends a message
        from flwr.supercore.task_identity import TaskIdentity  # noqa: PLC0415

        TaskIdentity.task_id = TaskIdentity.run_id = TaskIdentity.node_id = 1
    except ImportError:
        pass
    with tempfile.TemporaryDirectory() as folder:
        arrays = ArrayRecord([np.zeros(3, np.float32)])
        strategy = record_strategy(FedAvg(), f"{folder}/strategy")
        strategy.start(Direct(), arrays, ROUNDS, evaluate_fn=tested)
        run = record.load(f"{folder}/strategy")
        check(run)
        central = [each.central and each.central.accuracy for each in run.rounds]
        assert central == [0.0, 0.25, 0.5]
        by_hand(record_grid(Direct(), f"{folder}/grid"))
        check(record.load(f"{folder}/grid"))
    sys.stdout.write(f"flwr {version('flwr')}: recorded\n")


if __name__ == "__main__":
    main()
