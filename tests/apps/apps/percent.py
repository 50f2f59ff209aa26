"""Accuracies in percent, the server's and the clients'; the app says so."""

from pathlib import Path

from flwr.serverapp.strategy import FedAvg

from apps import images_central
from apps.kit import (
    ROUNDS,
    Arrays,
    Metrics,
    Own,
    client_app,
    grid,
    images,
    keep_model,
    measure,
    sent,
    tested,
    untrained,
)
from fl_sim import record_strategy


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    strategy = record_strategy(FedAvg(), out, percent=True)
    app = client_app(own, images_central.train, evaluate)
    evaluate_fn = tested(own, test)
    return keep_model(
        own, strategy.start(grid(app), sent(untrained()), ROUNDS, evaluate_fn=evaluate_fn)
    )


def evaluate(model: Arrays, client: int) -> Metrics:
    _, accuracy = measure(model, images(client))
    return {"val_acc": 100 * accuracy, "num-examples": len(images(client)[0])}


def test(model: Arrays) -> Metrics:
    _, accuracy = measure(model, images(None))
    return {"test_acc": 100 * accuracy}
