"""The strategies that a run can choose, and the settings of each.

To add one, write a class here and give it a name in ``STRATEGIES``. Its fields are its own
settings, named as the arguments of Flower's class; its docstring describes it.
"""

# ruff: noqa: PLC0415  # Flower takes seconds to import

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, TypedDict

from fl_sim.app.fields import BelowOne, Group, NotNegative, Positive

if TYPE_CHECKING:
    from flwr.serverapp.strategy import Strategy

    from fl_sim.app.settings import Settings


class StrategyChoice(Group, ABC):
    """A strategy that a run can choose."""

    personal: ClassVar[bool] = False  # whether each client keeps a model of its own

    @abstractmethod
    def make(self, settings: "Settings") -> "Strategy":
        """Return a new strategy of Flower."""


class _Sampling(TypedDict):
    fraction_train: float
    fraction_evaluate: float
    min_train_nodes: int
    min_evaluate_nodes: int
    min_available_nodes: int


def _sampling(settings: "Settings") -> _Sampling:
    # Flower asks two clients at least, and would wait for ever for the second of one.
    fewest = min(2, settings.num_partitions)
    return {
        "fraction_train": settings.fraction_train,
        "fraction_evaluate": settings.fraction_evaluate,
        "min_train_nodes": fewest,
        "min_evaluate_nodes": fewest,
        "min_available_nodes": fewest,
    }


class FedAvg(StrategyChoice):
    """The mean of the clients' models, weighted by their examples (arXiv 1602.05629)."""

    def make(self, settings: "Settings") -> "Strategy":
        from flwr.serverapp import strategy

        return strategy.FedAvg(**_sampling(settings))


class FedProx(StrategyChoice):
    """FedAvg with clients that are held near the model they received (arXiv 1812.06127)."""

    proximal_mu: NotNegative = 0.1
    """weight of the term that holds a client near the model it received"""

    def make(self, settings: "Settings") -> "Strategy":
        from flwr.serverapp import strategy

        # The term itself is the clients' to add: ``task.train`` does.
        return strategy.FedProx(**_sampling(settings), proximal_mu=self.proximal_mu)


class FedAvgM(StrategyChoice):
    """FedAvg with momentum on the server (arXiv 1909.06335)."""

    server_learning_rate: Positive = 0.1
    """step of the server; with momentum m it goes 1 / (1 - m) times as far in the end"""
    server_momentum: BelowOne = 0.9
    """momentum of the server"""

    def make(self, settings: "Settings") -> "Strategy":
        from flwr.serverapp import strategy

        return strategy.FedAvgM(
            **_sampling(settings),
            server_learning_rate=self.server_learning_rate,
            server_momentum=self.server_momentum,
        )


class _Adaptive(StrategyChoice):
    # Flower 1.41's FedAdam computes, and from round 2 on sends, in float64: twice the bytes down.

    eta: Positive = 0.01
    """learning rate of the server"""
    beta_1: BelowOne = 0.9
    """decay of the mean of updates"""
    beta_2: BelowOne = 0.99
    """decay of the mean of squared updates"""
    tau: Positive = 0.001
    """added to the root of that mean, so that no weight moves too far"""


class FedAdam(_Adaptive):
    """Adam on the server (arXiv 2003.00295)."""

    def make(self, settings: "Settings") -> "Strategy":
        from flwr.serverapp import strategy

        # Flower logs eta_l, and uses it for nothing.
        return strategy.FedAdam(
            **_sampling(settings), eta_l=settings.learning_rate, **self.model_dump()
        )


class FedYogi(_Adaptive):
    """Yogi on the server (arXiv 2003.00295)."""

    def make(self, settings: "Settings") -> "Strategy":
        from flwr.serverapp import strategy

        return strategy.FedYogi(
            **_sampling(settings), eta_l=settings.learning_rate, **self.model_dump()
        )


class FedMedian(StrategyChoice):
    """The median of the clients' models, weight by weight (arXiv 1803.01498)."""

    def make(self, settings: "Settings") -> "Strategy":
        from flwr.serverapp import strategy

        return strategy.FedMedian(**_sampling(settings))


class LocalOnly(StrategyChoice):
    """No federation: every client trains alone, and nothing is averaged."""

    personal: ClassVar[bool] = True

    def make(self, settings: "Settings") -> "Strategy":
        from fl_sim.app import local_only

        return local_only.LocalOnly()


STRATEGIES: dict[str, type[StrategyChoice]] = {
    "fedavg": FedAvg,
    "fedprox": FedProx,
    "fedavgm": FedAvgM,
    "fedadam": FedAdam,
    "fedyogi": FedYogi,
    "fedmedian": FedMedian,
    "local-only": LocalOnly,
}
