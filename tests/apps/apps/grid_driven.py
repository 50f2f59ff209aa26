"""No strategy: the server app sends through the grid and averages by itself."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from flwr.app import ConfigRecord, Message, MessageType, RecordDict
from flwr.serverapp import Grid

from apps import images_central
from apps.kit import ROUNDS, Arrays, Own, client_app, received, sent, untrained
from apps.kit import grid as grid_of
from fl_sim import record_grid


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    app = client_app(own, images_central.train, images_central.evaluate)
    own.model = serve(record_grid(grid_of(app), out))
    return own


def serve(grid: Grid) -> Arrays:
    """Train, and have each model evaluated by every client."""
    model = untrained()
    for server_round in range(1, ROUNDS + 1):
        replies = grid.send_and_receive(messages(grid, model, MessageType.TRAIN, server_round))
        model = mean(list(replies))
        grid.send_and_receive(messages(grid, model, MessageType.EVALUATE, server_round))
    return model


def messages(grid: Grid, model: Arrays, kind: str, server_round: int) -> list[Message]:
    """Return a message to each client."""
    content = {"arrays": sent(model), "config": ConfigRecord({"server-round": server_round})}
    return [
        grid.create_message(RecordDict(content), kind, node, str(server_round))
        for node in grid.get_node_ids()
    ]


def mean(replies: Iterable[Message]) -> Arrays:
    """Return the mean of what clients sent, by their examples."""
    counts = [reply.content["metrics"]["num-examples"] for reply in replies]
    models = [received(reply.content["arrays"]) for reply in replies]
    return {
        name: np.average([each[name] for each in models], axis=0, weights=counts).astype(np.float32)
        for name in models[0]
    }
