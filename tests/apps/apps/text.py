"""Text: a bag of words into a frozen layer, of which only a small adapter is sent."""

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.serverapp.strategy import FedAvg

from apps.kit import ROUNDS, Arrays, Metrics, Own, client_app, grid, keep_model, sent, softmax
from fl_sim import record_strategy

WORDS, RANK = 12, 2


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    strategy = record_strategy(FedAvg(fraction_evaluate=1.0), out, name="next-word")
    adapter = {
        "adapter.down": np.random.default_rng(3).normal(size=(WORDS, RANK)).astype(np.float32),
        "adapter.up": np.zeros((RANK, WORDS), np.float32),
    }
    app = client_app(own, train, evaluate)
    return keep_model(own, strategy.start(grid(app), sent(adapter), ROUNDS))


@cache
def frozen() -> npt.NDArray[Any]:
    """Return the layer that every client has, and that is never sent."""
    return np.random.default_rng(4).normal(size=(WORDS, WORDS)) / 4


@cache
def sentences(client: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return bags of words, and the word that follows each."""
    random = np.random.default_rng(client)
    bags = random.poisson(0.5, size=(25 + 5 * client, WORDS)).astype(np.float64)
    return bags, (bags.argmax(axis=1) + 1) % WORDS


def train(adapter: Arrays, client: int) -> tuple[Arrays, Metrics]:
    bags, following = sentences(client)
    down, up = adapter["adapter.down"].astype(np.float64), adapter["adapter.up"].astype(np.float64)
    for _ in range(8):
        error = softmax(bags @ (frozen() + down @ up)) - np.eye(WORDS)[following]
        step = bags.T @ error / len(bags)
        down, up = down - 0.3 * step @ up.T, up - 0.3 * down.T @ step
    trained = {"adapter.down": down.astype(np.float32), "adapter.up": up.astype(np.float32)}
    return trained, {"train_loss": cross_entropy(trained, client), "num-examples": len(bags)}


def evaluate(adapter: Arrays, client: int) -> Metrics:
    loss = cross_entropy(adapter, client)
    return {"perplexity": math.exp(loss), "num-examples": len(sentences(client)[0])}


def cross_entropy(adapter: Arrays, client: int) -> float:
    bags, following = sentences(client)
    shares = softmax(bags @ (frozen() + adapter["adapter.down"] @ adapter["adapter.up"]))
    return float(-np.log(shares[np.arange(len(bags)), following]).mean())
