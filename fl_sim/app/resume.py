"""A wrapper of a strategy whose rounds are counted from where a run was interrupted."""

from collections.abc import Callable, Iterable

from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import Strategy

from fl_sim.app.cohort import Wrapper

EvaluateFn = Callable[[int, ArrayRecord], MetricRecord | None]


class Resumed(Wrapper):
    """A strategy whose first round is the one after ``done``.

    Flower's ``start`` counts from 1 and knows no other beginning.
    """

    def __init__(self, strategy: Strategy, done: int) -> None:
        super().__init__(strategy)
        self._done = done

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Configure the round of the whole run."""
        return super().configure_train(server_round + self._done, arrays, config, grid)

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Aggregate in the round of the whole run."""
        return super().aggregate_train(server_round + self._done, replies)

    def configure_evaluate(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Configure the round of the whole run."""
        return super().configure_evaluate(server_round + self._done, arrays, config, grid)

    def aggregate_evaluate(
        self, server_round: int, replies: Iterable[Message]
    ) -> MetricRecord | None:
        """Aggregate in the round of the whole run."""
        return super().aggregate_evaluate(server_round + self._done, replies)

    def evaluated_by(self, evaluate_fn: EvaluateFn) -> EvaluateFn:
        """Return a central evaluation that does not do the last round again that has ended."""

        def evaluate(server_round: int, arrays: ArrayRecord) -> MetricRecord | None:
            return evaluate_fn(server_round + self._done, arrays) if server_round else None

        return evaluate
