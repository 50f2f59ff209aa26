"""Clients that are weighed by their batches: nobody counts examples."""

import math
from pathlib import Path

from flwr.serverapp.strategy import FedAvg

from apps.kit import (
    ROUNDS,
    Arrays,
    Metrics,
    Own,
    client_app,
    fit,
    grid,
    images,
    keep_model,
    measure,
    sent,
    untrained,
)
from fl_sim import record_strategy

BATCH = 8


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    strategy = record_strategy(FedAvg(weighted_by_key="num_batches"), out)
    app = client_app(own, train, evaluate)
    return keep_model(own, strategy.start(grid(app), sent(untrained()), ROUNDS))


def train(model: Arrays, client: int) -> tuple[Arrays, Metrics]:
    return fit(model, images(client)), {"num_batches": batches(client)}


def evaluate(model: Arrays, client: int) -> Metrics:
    loss, accuracy = measure(model, images(client))
    return {"loss": loss, "accuracy": accuracy, "num_batches": batches(client)}


def batches(client: int) -> int:
    return math.ceil(len(images(client)[0]) / BATCH)
