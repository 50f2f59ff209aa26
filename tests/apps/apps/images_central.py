"""Images, each model tested by the server; clients tell what they hold."""

from pathlib import Path

import numpy as np
from flwr.app import Context
from flwr.serverapp.strategy import FedAvg

from apps.kit import (
    KINDS,
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
    tested,
    untrained,
)
from fl_sim import record, record_client, record_strategy

DATASET = record.Dataset(name="shapes", num_test=60, class_names=KINDS)


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    strategy = record_strategy(FedAvg(), out, config={"rate": 0.15}, dataset=DATASET)
    app = client_app(own, train, evaluate, [record_client(label_counts)])
    evaluate_fn = tested(own, test)
    return keep_model(
        own, strategy.start(grid(app), sent(untrained()), ROUNDS, evaluate_fn=evaluate_fn)
    )


def train(model: Arrays, client: int) -> tuple[Arrays, Metrics]:
    trained = fit(model, images(client))
    loss, _ = measure(trained, images(client))
    return trained, {"train_loss": loss, "num-examples": len(images(client)[0])}


def evaluate(model: Arrays, client: int) -> Metrics:
    loss, accuracy = measure(model, images(client))
    return {"eval_loss": loss, "eval_acc": accuracy, "num-examples": len(images(client)[0])}


def test(model: Arrays) -> Metrics:
    loss, accuracy = measure(model, images(None))
    return {"loss": loss, "accuracy": accuracy}


def label_counts(context: Context) -> list[int]:
    labels = images(int(context.node_config["partition-id"]))[1]
    return np.bincount(labels, minlength=len(KINDS)).tolist()
