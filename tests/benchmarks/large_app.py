"""A Flower app with a linear model of many weights and ten clients, recorded or not.

    python large_app.py WEIGHTS STEPS [FOLDER]

It trains for three rounds, with FOLDER recorded into it, and prints the processor time, user and
system, from the start of the strategy to its end, seconds. In each round, each client takes STEPS
steps of gradient descent, with 32 examples each.
"""

import sys
import time
from pathlib import Path

import numpy as np
from flwr.app import Array, ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import FedAvg

from fl_sim import record_strategy
from fl_sim.running.in_process import InProcessGrid

CLIENTS, ROUNDS, BATCH = 10, 3, 32
OUTPUTS, RATE = 1000, 1e-3

app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    """Return the model after some steps on a client's examples."""
    client = int(context.node_config["partition-id"])
    random = np.random.default_rng(client)
    weights = message.content["arrays"]["weights"].numpy().copy()
    for _ in range(int(sys.argv[2])):
        inputs = random.normal(size=(BATCH, len(weights))).astype(np.float32)
        error = inputs @ weights - client
        weights -= RATE / BATCH * (inputs.T @ error)
    metrics = MetricRecord({"train_loss": float((error**2).mean()), "num-examples": 100 + client})
    content = RecordDict({"arrays": _sent(weights), "metrics": metrics})
    return Message(content, reply_to=message)


def main(weights: int, folder: Path | None) -> None:
    """Run the app, and print the processor time it took."""
    strategy = FedAvg(fraction_evaluate=0.0)
    if folder is not None:
        strategy = record_strategy(strategy, folder)
    start_from = _sent(np.zeros((weights // OUTPUTS, OUTPUTS), np.float32))
    grid = InProcessGrid(app, {}, CLIENTS)
    start = time.process_time()
    strategy.start(grid, start_from, ROUNDS)
    print(time.process_time() - start)


def _sent(weights: np.ndarray) -> ArrayRecord:
    return ArrayRecord({"weights": Array(weights)})


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
