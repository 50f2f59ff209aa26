"""Flower's strategies, by name, as the settings want them."""

from collections.abc import Callable
from typing import TypedDict

from flwr.serverapp.strategy import (
    FedAdam,
    FedAvg,
    FedAvgM,
    FedMedian,
    FedProx,
    FedYogi,
    Strategy,
)

from fl_sim.app.local_only import LocalOnly
from fl_sim.app.settings import Settings


class _Sampling(TypedDict):
    fraction_train: float
    fraction_evaluate: float
    min_train_nodes: int
    min_evaluate_nodes: int
    min_available_nodes: int


class _Adaptive(TypedDict):
    eta: float
    eta_l: float
    beta_1: float
    beta_2: float
    tau: float


def _sampling(settings: Settings) -> _Sampling:
    # Flower asks two clients at least, and would wait for ever for the second of one.
    fewest = min(2, settings.num_partitions)
    return {
        "fraction_train": settings.fraction_train,
        "fraction_evaluate": settings.fraction_evaluate,
        "min_train_nodes": fewest,
        "min_evaluate_nodes": fewest,
        "min_available_nodes": fewest,
    }


def _adaptive(settings: Settings) -> _Adaptive:
    # Flower 1.41's FedAdam computes, and from round 2 on sends, in float64: twice the bytes down.
    return {
        "eta": settings.eta,
        "eta_l": settings.learning_rate,  # Flower logs it, and uses it for nothing
        "beta_1": settings.beta_1,
        "beta_2": settings.beta_2,
        "tau": settings.tau,
    }


def _fedprox(settings: Settings) -> Strategy:
    # The term itself is the clients' to add: ``task.train`` does.
    return FedProx(**_sampling(settings), proximal_mu=settings.proximal_mu)


def _fedavgm(settings: Settings) -> Strategy:
    return FedAvgM(
        **_sampling(settings),
        server_learning_rate=settings.server_learning_rate,
        server_momentum=settings.server_momentum,
    )


STRATEGIES: dict[str, Callable[[Settings], Strategy]] = {
    "fedavg": lambda settings: FedAvg(**_sampling(settings)),
    "fedprox": _fedprox,
    "fedadam": lambda settings: FedAdam(**_sampling(settings), **_adaptive(settings)),
    "fedyogi": lambda settings: FedYogi(**_sampling(settings), **_adaptive(settings)),
    "fedavgm": _fedavgm,
    "fedmedian": lambda settings: FedMedian(**_sampling(settings)),
    "local-only": lambda settings: LocalOnly(),
}


def make(settings: Settings) -> Strategy:
    """Return a new strategy, of the name and with the numbers that the settings give."""
    return STRATEGIES[settings.strategy](settings)
