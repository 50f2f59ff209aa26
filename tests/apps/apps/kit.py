"""What small Flower apps have in common: their clients, their own numbers, and a linear model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import Array, ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.clientapp.typing import Mod
from flwr.serverapp.strategy import Result

from fl_sim.running.in_process import InProcessGrid

Arrays = Mapping[str, npt.NDArray[Any]]
Metrics = Mapping[str, float]
# A client's work, from the model and the client's number.
Train = Callable[[Arrays, int], tuple[Arrays, Metrics]]
Evaluate = Callable[[Arrays, int], Metrics]

CLIENTS = 3
ROUNDS = 3


@dataclass
class Own:
    """What an app knows of its own run, to compare a record with.

    Args:
        train: what clients have measured in training, in the order in which they were asked.
        evaluate: the same of evaluation.
        central: what the server has measured, from round 0.
        model: the last one.
    """

    train: list[tuple[int, Metrics]] = field(default_factory=list)
    evaluate: list[tuple[int, Metrics]] = field(default_factory=list)
    central: list[Metrics] = field(default_factory=list)
    model: Arrays = field(default_factory=dict)


def client_app(own: Own, train: Train, evaluate: Evaluate, mods: Sequence[Mod] = ()) -> ClientApp:
    """Return a client app of two functions."""
    app = ClientApp(mods=list(mods))

    @app.train()
    def on_train(message: Message, context: Context) -> Message:
        arrays, metrics = train(*_asked(message, context))
        own.train.append((_client(context), metrics))
        content = RecordDict({"arrays": sent(arrays), "metrics": MetricRecord(dict(metrics))})
        return Message(content, reply_to=message)

    @app.evaluate()
    def on_evaluate(message: Message, context: Context) -> Message:
        metrics = evaluate(*_asked(message, context))
        own.evaluate.append((_client(context), metrics))
        return Message(RecordDict({"metrics": MetricRecord(dict(metrics))}), reply_to=message)

    return app


def grid(app: ClientApp) -> InProcessGrid:
    """Return what connects a server app with the clients of an app, in this process."""
    return InProcessGrid(app, {}, CLIENTS)


def keep_model(own: Own, result: Result) -> Own:
    """Return what an app knows of its run, with the model that came of it."""
    own.model = received(result.arrays)
    return own


def tested(own: Own, test: Callable[[Arrays], Metrics]) -> Callable[..., MetricRecord]:
    """Return a central evaluation of a function."""

    def evaluate_fn(server_round: int, arrays: ArrayRecord) -> MetricRecord:
        own.central.append(test(received(arrays)))
        return MetricRecord(dict(own.central[-1]))

    return evaluate_fn


def sent(arrays: Arrays) -> ArrayRecord:
    """Return arrays as Flower sends them."""
    return ArrayRecord({name: Array(np.asarray(array)) for name, array in arrays.items()})


def received(record: ArrayRecord) -> Arrays:
    """Return arrays that Flower has sent."""
    return {name: array.numpy() for name, array in record.items()}


def _asked(message: Message, context: Context) -> tuple[Arrays, int]:
    (record,) = message.content.array_records.values()
    return received(record), _client(context)


def _client(context: Context) -> int:
    return int(context.node_config["partition-id"])


# --- a linear model of classes

Examples = tuple[npt.NDArray[Any], npt.NDArray[Any]]  # and their labels


def softmax(scores: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return probabilities, row by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def fit(model: Arrays, examples: Examples, steps: int = 3, rate: float = 0.15) -> Arrays:
    """Return a linear model after some steps of gradient descent."""
    x, labels = examples
    flat = x.reshape(len(x), -1)
    weight, bias = model["weight"].astype(np.float64), model["bias"].astype(np.float64)
    rows = weight.reshape(len(weight), -1)
    wanted = np.eye(len(weight))[labels]
    for _ in range(steps):
        error = (softmax(flat @ rows.T + bias) - wanted) / len(x)
        rows = rows - rate * error.T @ flat
        bias = bias - rate * error.sum(axis=0)
    found = {"weight": rows.reshape(weight.shape), "bias": bias}
    return {name: array.astype(np.float32) for name, array in found.items()}


def measure(model: Arrays, examples: Examples) -> tuple[float, float]:
    """Return the mean cross-entropy and the share of right answers of a linear model."""
    x, labels = examples
    rows = model["weight"].reshape(len(model["weight"]), -1)
    shares = softmax(x.reshape(len(x), -1) @ rows.T + model["bias"])
    loss = -np.log(shares[np.arange(len(x)), labels]).mean()
    return float(loss), float((shares.argmax(axis=1) == labels).mean())


# --- images of three shapes

SIDE = 6
KINDS = ("bar", "column", "diagonal")


@cache
def images(client: int | None) -> Examples:
    """Return noisy images of three shapes, of a client or, for None, of the server."""
    random = np.random.default_rng(99 if client is None else client)
    count = 60 if client is None else 20 + 10 * client
    labels = random.integers(len(KINDS), size=count)
    shapes = np.zeros((len(KINDS), SIDE, SIDE))
    shapes[0, 2], shapes[1, :, 3], shapes[2] = 1, 1, np.eye(SIDE)
    pixels = shapes[labels] + random.normal(scale=1.2, size=(count, SIDE, SIDE))
    return pixels[:, None].astype(np.float32), labels


def untrained() -> Arrays:
    """Return a model of these images: a filter as large as an image for each kind."""
    weight = np.random.default_rng(7).normal(scale=0.1, size=(len(KINDS), 1, SIDE, SIDE))
    return {"weight": weight.astype(np.float32), "bias": np.zeros(len(KINDS), np.float32)}
