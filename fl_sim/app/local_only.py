"""A strategy of Flower without a federation: every client trains alone."""

from collections.abc import Iterable

from flwr.app import ArrayRecord, ConfigRecord, Message, MessageType, MetricRecord, RecordDict
from flwr.serverapp import Grid
from flwr.serverapp.strategy import Strategy


class LocalOnly(Strategy):
    """Has every client go on, in every round, from the model that it sent last.

    Nothing is averaged: there is no global model but the initial one, from which every client
    starts, and no federated evaluation. A client that fails goes on from its last model.
    """

    # Each client is sent something of its own.
    personal = True

    def __init__(self) -> None:
        self._models: dict[int, ArrayRecord] = {}

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Return a message for every connected client, each with its own model."""
        config["server-round"] = server_round
        return [
            Message(
                RecordDict({"arrays": self._models.get(node, arrays), "config": config}),
                node,
                MessageType.TRAIN,
            )
            for node in grid.get_node_ids()
        ]

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Keep each client's model; return no global one, and no average of metrics."""
        for reply in replies:
            if not reply.has_error():
                models = reply.content.array_records
                self._models[reply.metadata.src_node_id] = models["arrays"]
        return None, None

    def configure_evaluate(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Ask nobody: there is no model that all have."""
        return []

    def aggregate_evaluate(
        self, server_round: int, replies: Iterable[Message]
    ) -> MetricRecord | None:
        """Return nothing, as nobody was asked."""
        return None

    def summary(self) -> None:
        """Log nothing: there is no configuration."""
