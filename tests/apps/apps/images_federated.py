"""Images, tested by clients alone: nothing is told but an accuracy of each."""

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


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    strategy = record_strategy(FedAvg(), out)
    app = client_app(own, train, evaluate)
    return keep_model(own, strategy.start(grid(app), sent(untrained()), ROUNDS))


def train(model: Arrays, client: int) -> tuple[Arrays, Metrics]:
    return fit(model, images(client)), {"num-examples": len(images(client)[0])}


def evaluate(model: Arrays, client: int) -> Metrics:
    _, accuracy = measure(model, images(client))
    return {"accuracy": accuracy, "num-examples": len(images(client)[0])}
