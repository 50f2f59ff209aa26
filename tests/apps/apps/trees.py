"""Boosted trees by bagging: the server puts clients' stumps together and averages nothing."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import ArrayRecord, Message, MetricRecord
from flwr.serverapp.strategy import FedAvg

from apps.kit import ROUNDS, Arrays, Metrics, Own, client_app, grid, keep_model, received, sent
from fl_sim import record_strategy

RATE = 0.5


class Bagging(FedAvg):
    """Puts the stumps of all clients into the ensemble."""

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Return the ensemble with what the clients have grown."""
        replies = sorted(replies, key=lambda reply: reply.metadata.src_node_id)
        _, metrics = super().aggregate_train(server_round, replies)
        if server_round == 1:
            self.stumps = np.zeros((0, 4))
        grown = [received(reply.content["arrays"])["stumps"] for reply in replies]
        self.stumps = np.concatenate([self.stumps, *grown])
        return sent({"stumps": self.stumps}), metrics


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    strategy = record_strategy(Bagging(), out)
    app = client_app(own, train, evaluate)
    empty = sent({"stumps": np.zeros((0, 4))})
    return keep_model(own, strategy.start(grid(app), empty, ROUNDS))


def houses(client: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return two features of some houses, and their prices."""
    random = np.random.default_rng(client)
    x = random.uniform(size=(40 + 10 * client, 2))
    return x, np.where(x[:, 0] > 0.5, 3.0, 1.0) + x[:, 1]


def predict(stumps: npt.NDArray[Any], x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the sum of what stumps say: a feature, a threshold, a value below and one above."""
    found = np.zeros(len(x))
    for feature, threshold, below, above in stumps:
        found += RATE * np.where(x[:, int(feature)] > threshold, above, below)
    return found


def train(model: Arrays, client: int) -> tuple[Arrays, Metrics]:
    """Grow one stump on what the ensemble leaves."""
    x, prices = houses(client)
    left = prices - predict(model["stumps"], x)
    stumps = [stump(feature, t, x, left) for feature in (0, 1) for t in (0.25, 0.5, 0.75)]
    best = min(stumps, key=lambda each: float(((left - predict(each[None], x) / RATE) ** 2).sum()))
    return {"stumps": best[None]}, {"num-examples": len(x)}


def stump(
    feature: int, threshold: float, x: npt.NDArray[Any], left: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Return a stump with the means of what is left on both sides of a threshold."""
    above = x[:, feature] > threshold
    return np.array([feature, threshold, left[~above].mean(), left[above].mean()])


def evaluate(model: Arrays, client: int) -> Metrics:
    x, prices = houses(client)
    error = float(np.sqrt(((prices - predict(model["stumps"], x)) ** 2).mean()))
    return {"rmse": error, "num-examples": len(x)}
