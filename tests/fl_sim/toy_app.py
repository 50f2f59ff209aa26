"""A client app that one can check by hand: client k has k + 1 examples and adds k + 1 to all."""

import numpy as np
from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import Result, Strategy

from fl_sim.recording.recorder import CLIENT
from fl_sim.running.in_process import InProcessGrid

START = (0.5, -0.25, 1.0)


def arrays(values: tuple[float, ...]) -> ArrayRecord:
    """Return a model of one parameter, `weight`."""
    return ArrayRecord({"weight": Array(np.array(values, dtype=np.float32))})


def toy_app(failing: frozenset[int] = frozenset(), *, talkative: bool = False) -> ClientApp:
    """Return the app; `failing` clients raise, talkative ones tell what only they know."""
    app = ClientApp()

    def client_of(context: Context) -> int:
        client = int(context.node_config["partition-id"])
        if client in failing:
            raise RuntimeError(f"client {client} is out of battery")
        return client

    @app.train()
    def train(message: Message, context: Context) -> Message:
        client = client_of(context)
        weight = message.content.array_records["arrays"]["weight"].numpy() + np.float32(client + 1)
        content = RecordDict({"arrays": arrays(tuple(weight)), "metrics": metrics(client)})
        if talkative:
            told = {"seconds": 1.5, "loss-curve": [2.0, 1.0]}
            validation = {"validation-loss": 0.5, "validation-accuracy": 0.75}
            content[CLIENT] = ConfigRecord({**told, **validation})
        return Message(content, reply_to=message)

    @app.evaluate()
    def evaluate(message: Message, context: Context) -> Message:
        return Message(RecordDict({"metrics": metrics(client_of(context))}), reply_to=message)

    return app


def metrics(client: int) -> MetricRecord:
    """Return the metrics of a client."""
    return MetricRecord({"num-examples": client + 1, "loss": 1.0 + client, "accuracy": 0.25})


def start(strategy: Strategy, app: ClientApp, clients: int, rounds: int = 1) -> Result:
    """Run a strategy on the toy app."""
    return strategy.start(InProcessGrid(app, {}, clients), arrays(START), rounds)


def nodes(clients: int) -> list[int]:
    """Return the node ids of the in-process grid."""
    return list(InProcessGrid(ClientApp(), {}, clients).get_node_ids())
