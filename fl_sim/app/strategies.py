"""The strategies that a run can choose, and the settings of each.

To add one of Flower's, write a class here that has its name and, as fields, those of its arguments
that are settings; then give it a name in ``STRATEGIES``. One that is not Flower's has a ``make`` of
its own. The docstrings describe strategies and settings.
"""

# ruff: noqa: PLC0415  # Flower takes seconds to import

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from fl_sim.app.fields import BelowOne, Group, NotNegative, Positive

if TYPE_CHECKING:
    from flwr.serverapp.strategy import Strategy

    from fl_sim.app.settings import Settings


class StrategyChoice(Group):
    """A strategy that a run can choose."""

    personal: ClassVar[bool] = False  # whether each client keeps a model of its own
    averages: ClassVar[bool] = True  # whether all that it needs is the mean of the models
    plain: ClassVar[bool] = False  # whether that mean is the next model

    def make(self, settings: Settings) -> Strategy:
        """Return a new strategy of Flower, of the class that is called as this one."""
        from flwr.serverapp import strategy

        from fl_sim.app.settings import SettingError

        name = type(self).__name__
        try:
            made: Strategy = getattr(strategy, name)(**self.arguments(settings))
        except (AttributeError, TypeError, ValueError) as error:
            raise SettingError(f"Flower makes no strategy {name}: {error}") from error
        return made

    def arguments(self, settings: Settings) -> dict[str, Any]:
        """Return the arguments of Flower's class."""
        # Flower's own least is two: a fraction would not mean what it says, and of one client a run
        # would wait for ever for the second. Masks hide nothing of one.
        fewest = 2 if settings.secure_aggregation else 1
        return {
            "fraction_train": settings.fraction_train,
            "fraction_evaluate": settings.fraction_evaluate,
            "min_train_nodes": fewest,
            "min_evaluate_nodes": 1,
            "min_available_nodes": fewest,
            **self.model_dump(),
        }


class FedAvg(StrategyChoice):
    """The mean of the clients' models, weighted by their examples (arXiv 1602.05629)."""

    plain: ClassVar[bool] = True


class FedProx(StrategyChoice):
    """FedAvg with clients that are held near the model they received (arXiv 1812.06127)."""

    plain: ClassVar[bool] = True

    # The clients add the term: ``descent`` does.
    proximal_mu: NotNegative = 0.1
    """weight of the term that holds a client near the model it received"""


class FedAvgM(StrategyChoice):
    """FedAvg with momentum on the server (arXiv 1909.06335)."""

    server_learning_rate: Positive = 0.1
    """step of the server; with momentum m it goes 1 / (1 - m) times as far in the end"""
    server_momentum: BelowOne = 0.9
    """momentum of the server"""


class FedAdam(StrategyChoice):
    """Adam on the server (arXiv 2003.00295)."""

    # Flower 1.41's FedAdam computes, and from round 2 on sends, in float64: twice the bytes down.
    eta: Positive = 0.01
    """learning rate of the server"""
    beta_1: BelowOne = 0.9
    """decay of the mean of updates"""
    beta_2: BelowOne = 0.99
    """decay of the mean of squared updates"""
    tau: Positive = 0.001
    """added to the root of that mean, so that no weight moves too far"""

    def arguments(self, settings: Settings) -> dict[str, Any]:
        """Return the arguments; Flower logs ``eta_l``, and uses it for nothing."""
        return {**super().arguments(settings), "eta_l": settings.learning_rate}


class FedYogi(FedAdam):
    """Yogi on the server (arXiv 2003.00295)."""


class FedMedian(StrategyChoice):
    """The median of the clients' models, weight by weight (arXiv 1803.01498)."""

    averages: ClassVar[bool] = False


class LocalOnly(StrategyChoice):
    """No federation: every client trains alone, and nothing is averaged."""

    personal: ClassVar[bool] = True
    averages: ClassVar[bool] = False

    def make(self, settings: Settings) -> Strategy:
        """Return this package's own strategy."""
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
