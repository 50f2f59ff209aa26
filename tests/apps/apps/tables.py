"""Tables: a logistic regression on patients of three hospitals, judged by its AUC."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.serverapp.strategy import FedAvg

from apps.kit import (
    ROUNDS,
    Arrays,
    Examples,
    Metrics,
    Own,
    client_app,
    fit,
    grid,
    keep_model,
    measure,
    sent,
    softmax,
    tested,
)
from fl_sim import record_strategy

COLUMNS = 5


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    strategy = record_strategy(FedAvg(), out)
    zeros = {"weight": np.zeros((2, COLUMNS), np.float32), "bias": np.zeros(2, np.float32)}
    app = client_app(own, train, evaluate)
    evaluate_fn = tested(own, test)
    return keep_model(own, strategy.start(grid(app), sent(zeros), ROUNDS, evaluate_fn=evaluate_fn))


@cache
def patients(hospital: int | None) -> Examples:
    """Return the rows of a hospital, and who of them is ill; None is the study's own."""
    random = np.random.default_rng(50 if hospital is None else hospital)
    count = 80 if hospital is None else 30 + 20 * hospital
    x = random.normal(size=(count, COLUMNS)).astype(np.float32)
    risk = x @ np.linspace(-1, 2, COLUMNS) + random.normal(size=count)
    return x, (risk > 0).astype(np.int64)


def train(model: Arrays, hospital: int) -> tuple[Arrays, Metrics]:
    trained = fit(model, patients(hospital), rate=0.2)
    loss, _ = measure(trained, patients(hospital))
    return trained, {"log_loss": loss, "num-examples": len(patients(hospital)[0])}


def evaluate(model: Arrays, hospital: int) -> Metrics:
    return {**judged(model, patients(hospital)), "num-examples": len(patients(hospital)[0])}


def test(model: Arrays) -> Metrics:
    return judged(model, patients(None))


def judged(model: Arrays, examples: Examples) -> Metrics:
    x, ill = examples
    shares = softmax(x @ model["weight"].T + model["bias"])[:, 1]
    return {"auc": auc(shares, ill), "f1": f1(shares > 0.5, ill)}


def auc(shares: npt.NDArray[Any], ill: npt.NDArray[Any]) -> float:
    """Return how often somebody who is ill gets a larger share than somebody who is not."""
    pairs = shares[ill == 1][:, None] - shares[ill == 0][None]
    return float((pairs > 0).mean() + (pairs == 0).mean() / 2)


def f1(said: npt.NDArray[Any], ill: npt.NDArray[Any]) -> float:
    """Return the harmonic mean of precision and recall."""
    hits = int((said & (ill == 1)).sum())
    return 2 * hits / (int(said.sum()) + int(ill.sum()))
