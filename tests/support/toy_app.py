"""A client app that one can check by hand: client k has k + 1 examples and adds k + 1 to all."""

from collections.abc import Mapping, Sequence

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.clientapp.typing import Mod
from flwr.serverapp.strategy import Result, Strategy

from fl_sim.recording.replies import CLIENT
from fl_sim.running.in_process import InProcessGrid

START = (0.5, -0.25, 1.0)
COUNTER = "num_batches_tracked"


def arrays(values: Sequence[float]) -> ArrayRecord:
    """Return a model of one parameter, `weight`."""
    return model(weight=np.array(values, dtype=np.float32))


def model(**parameters: np.ndarray) -> ArrayRecord:
    """Return a model of any parameters."""
    return ArrayRecord({name: Array(np.asarray(value)) for name, value in parameters.items()})


def toy_app(
    failing: frozenset[int] = frozenset(),
    *,
    talkative: bool = False,
    measured: Mapping[str, float] | None = None,
    mods: Sequence[Mod] = (),
) -> ClientApp:
    """Return the app.

    Args:
        failing: clients that raise.
        talkative: whether clients tell what only they know.
        measured: metrics of every client, instead of a loss of k + 1 and an accuracy of 1/4.
        mods: of the app.
    """
    app = ClientApp(mods=list(mods))

    def client_of(context: Context) -> int:
        client = int(context.node_config["partition-id"])
        if client in failing:
            raise RuntimeError(f"client {client} is out of battery")
        return client

    @app.train()
    def train(message: Message, context: Context) -> Message:
        client = client_of(context)
        (record,) = message.content.array_records.values()
        sent = model(
            **{name: moved(name, array.numpy(), client + 1) for name, array in record.items()}
        )
        content = RecordDict({"arrays": sent, "metrics": metrics(client, measured)})
        if talkative:
            told = {"seconds": 1.5, "loss-curve": [2.0, 1.0]}
            validation = {"validation-loss": 0.5, "validation-accuracy": 0.75}
            content[CLIENT] = ConfigRecord({**told, **validation})
        return Message(content, reply_to=message)

    @app.evaluate()
    def evaluate(message: Message, context: Context) -> Message:
        content = RecordDict({"metrics": metrics(client_of(context), measured)})
        return Message(content, reply_to=message)

    return app


def moved(name: str, array: np.ndarray, step: int) -> np.ndarray:
    """Return a parameter as training leaves it; a counter is whole, as in a model of Torch's."""
    kind = np.dtype(np.int64) if name == COUNTER else array.dtype
    return (array + kind.type(step)).astype(kind)


def metrics(client: int, measured: Mapping[str, float] | None = None) -> MetricRecord:
    """Return the metrics of a client."""
    known = {"loss": 1.0 + client, "accuracy": 0.25} if measured is None else measured
    return MetricRecord({"num-examples": client + 1, **known})


def start(strategy: Strategy, app: ClientApp, clients: int, rounds: int = 1) -> Result:
    """Run a strategy on the toy app."""
    return strategy.start(InProcessGrid(app, {}, clients), arrays(START), rounds)


def nodes(clients: int) -> list[int]:
    """Return the node ids of the in-process grid."""
    return list(InProcessGrid(ClientApp(), {}, clients).get_node_ids())
