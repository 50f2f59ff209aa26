"""A strategy with a start of its own, which ends as soon as the model is good enough."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flwr.app import ArrayRecord, ConfigRecord, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg, Result

from apps import images_central
from apps.kit import Own, client_app, grid, keep_model, sent, tested, untrained
from fl_sim import record_strategy

ENOUGH = 0.7
MOST_ROUNDS = 10


class Patient(FedAvg):
    """Trains until the server's accuracy is enough."""

    def start(  # of its own
        self,
        grid: Grid,
        initial_arrays: ArrayRecord,
        num_rounds: int = MOST_ROUNDS,
        *,
        evaluate_fn: Callable[[int, ArrayRecord], MetricRecord | None] | None = None,
        **_: Any,
    ) -> Result:
        """Return the first model that is good enough."""
        arrays, result = initial_arrays, Result()
        assert evaluate_fn is not None
        evaluate_fn(0, arrays)
        for server_round in range(1, num_rounds + 1):
            asked = self.configure_train(server_round, arrays, ConfigRecord(), grid)
            trained, _ = self.aggregate_train(server_round, grid.send_and_receive(asked))
            arrays = trained or arrays
            tested = evaluate_fn(server_round, arrays)
            if tested is not None and tested["accuracy"] >= ENOUGH:
                break
        result.arrays = arrays
        return result


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    own = Own()
    strategy = record_strategy(Patient(fraction_evaluate=0.0), out)
    app = client_app(own, images_central.train, images_central.evaluate)
    evaluate_fn = tested(own, images_central.test)
    result = strategy.start(grid(app), sent(untrained()), evaluate_fn=evaluate_fn)
    return keep_model(own, result)
