"""The server's side of the app: federated averaging, recorded."""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from logging import getLogger
from operator import lt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import (
    ArrayRecord,
    ConfigRecord,
    Context,
    Error,
    Message,
    MessageType,
    MetricRecord,
    RecordDict,
)
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg
from safetensors.torch import load, save

from fl_sim import record
from fl_sim.app import provenance, task
from fl_sim.app.cohort import SeededCohort
from fl_sim.app.settings import PLACES, Settings
from fl_sim.recording.recorder import CLIENT, Recorder, score
from fl_sim.recording.versions import versions

MODEL_FILE = "model.safetensors"
IMAGE_SHAPE = (32, 32, 3)
THUMBNAILS_A_CLIENT = 6
THUMBNAILS = 120  # in all, so that the record of many clients stays small
NODES_TIMEOUT = 300  # seconds

# Weights followed through the run, from every layer. In round 2 of the reference run each moves
# visibly, and differently on each client.
PROBES = tuple(
    record.Probe(parameter=parameter, index=index)
    for parameter, index in (
        ("conv1.weight", (3, 1, 4, 0)),
        ("conv1.weight", (5, 0, 0, 2)),
        ("conv2.weight", (15, 1, 4, 3)),
        ("fc1.weight", (11, 398)),
        ("fc2.weight", (70, 31)),
        ("fc3.weight", (0, 59)),
        ("fc3.weight", (7, 40)),
        ("fc3.bias", (1,)),
    )
)

app = ServerApp()


class ClientError(RuntimeError):
    """The clients are too few, cannot be told apart, or do not run the server's code."""


@dataclass(frozen=True)
class Client:
    """What a client told of itself before the first round."""

    node: int
    partition: record.Partition
    images: npt.NDArray[np.uint8]


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Train, and leave the record in the folder that the setting ``out`` names."""
    started = datetime.now(UTC)
    settings = Settings.of(context.run_config)
    data = task.load_data(settings.dataset)
    clients = ask_clients(grid, settings)
    nodes = [client.node for client in clients]
    strategy = FedAvg(
        fraction_train=settings.fraction_train, fraction_evaluate=settings.fraction_evaluate
    )
    model = task.initial_model(settings.seed, len(data.class_names))
    recorder = Recorder(SeededCohort(strategy, settings.seed, nodes), nodes, _probes(model))

    def evaluate(server_round: int, arrays: ArrayRecord) -> MetricRecord:
        model.load_state_dict(arrays.to_torch_state_dict())
        return _test(model, data)

    initial = ArrayRecord(model.state_dict())
    recorder.start(grid, initial, settings.num_server_rounds, evaluate_fn=evaluate)
    if not settings.out:
        getLogger("flwr").warning("setting `out` names no folder: no record is kept")
        return
    folder = Path(settings.out)
    run = record.Run(
        name=settings.name,
        strategy=type(strategy).__name__,
        provenance=_provenance(settings.seed, started),
        config={key: value for key, value in context.run_config.items() if key not in PLACES},
        dataset=_dataset(data),
        network=_network(model, initial),
        probes=recorder.probes,
        partitions=tuple(client.partition for client in clients),
        rounds=tuple(recorder.rounds),
        final=save_and_test(model, data, folder),
        thumbnails=_stack(clients),
        filters=recorder.filters(),
    )
    record.save(run, folder)


def ask_clients(grid: Grid, settings: Settings) -> list[Client]:
    """Return the clients in the order of their numbers, which Flower calls partition ids.

    Raises:
        ClientError: some do not appear or answer, share a number, or run other code.
    """
    count = min(THUMBNAILS_A_CLIENT, THUMBNAILS // settings.num_partitions)
    question = RecordDict({"config": ConfigRecord({"thumbnails": count})})
    nodes = _wait_for_nodes(grid, settings.num_partitions)
    replies = grid.send_and_receive([Message(question, node, MessageType.QUERY) for node in nodes])
    clients: dict[int, Client] = {}
    for reply in replies:
        if reply.has_error():
            raise ClientError(_reason(reply.error))
        told: dict[str, Any] = dict(reply.content.config_records[CLIENT])
        if told["code-hash"] != provenance.code_hash():
            raise ClientError("a client runs other code than the server; start both anew")
        clients[told["partition-id"]] = _client(reply.metadata.src_node_id, told)
    numbers = list(range(settings.num_partitions))
    if sorted(clients) != numbers:
        raise ClientError(f"clients {sorted(clients)} answered, {numbers} were expected")
    return _as_many_images([clients[number] for number in numbers])


def _reason(error: Error) -> str:
    """Return what the client raised, without the exception that Flower wraps it in."""
    wrapped = error.reason or f"a client failed with error code {error.code}"
    return wrapped.rpartition("Message: ")[2].removesuffix("'>")


def _wait_for_nodes(grid: Grid, wanted: int) -> list[int]:
    deadline = time.monotonic() + NODES_TIMEOUT
    while len(nodes := list(grid.get_node_ids())) < wanted and time.monotonic() < deadline:
        time.sleep(1)
    if len(nodes) != wanted:
        raise ClientError(
            f"{len(nodes)} clients are connected, num-partitions is {wanted}; "
            f"start with: flwr run . --federation-config num-supernodes={wanted}"
        )
    return nodes


def _client(node: int, told: dict[str, Any]) -> Client:
    partition = record.Partition(
        num_train=told["num-train"],
        num_validation=told["num-validation"],
        label_counts=tuple(told["label-counts"]),
        thumbnail_labels=tuple(told["thumbnail-labels"]),
    )
    pixels = np.frombuffer(told["thumbnails"], dtype=np.uint8)
    return Client(node, partition, pixels.reshape(-1, *IMAGE_SHAPE))


def save_and_test(model: task.Net, data: task.Data, folder: Path) -> record.Final:
    """Save the global model into ``folder``, and test what the file gives back."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / MODEL_FILE
    path.write_bytes(save(model.state_dict()))
    content = path.read_bytes()
    saved = task.Net(len(data.class_names))
    saved.load_state_dict(load(content))
    return record.Final(
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        test=score(_test(saved, data)),
        num_test=len(data.test),
    )


def _test(model: task.Net, data: task.Data) -> MetricRecord:
    result = task.evaluate(model, data.test)
    return MetricRecord({"loss": result.loss, "accuracy": result.accuracy})


def _as_many_images(clients: list[Client]) -> list[Client]:
    """Show as many images of each client as the poorest has."""
    count = min(len(client.images) for client in clients)
    return [
        Client(
            client.node,
            client.partition.model_copy(
                update={"thumbnail_labels": client.partition.thumbnail_labels[:count]}
            ),
            client.images[:count],
        )
        for client in clients
    ]


def _probes(model: task.Net) -> list[record.Probe]:
    """Return the probes that this model has: the last layer's depend on the number of classes."""
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    return [probe for probe in PROBES if all(map(lt, probe.index, shapes[probe.parameter]))]


def _stack(clients: list[Client]) -> npt.NDArray[np.uint8] | None:
    """Return the thumbnails, (clients, images, height, width, 3), or None if there are none."""
    images = np.stack([client.images for client in clients])
    return images if images.size else None


def _provenance(seed: int, started: datetime) -> record.Provenance:
    return record.Provenance(
        seed=seed,
        versions=versions(),
        code_hash=provenance.code_hash(),
        started=started,
        finished=datetime.now(UTC),
    )


def _dataset(data: task.Data) -> record.Dataset:
    return record.Dataset(
        name=data.name,
        num_train=len(data.train),
        num_test=len(data.test),
        class_names=data.class_names,
        fingerprint=data.fingerprint(),
    )


def _network(model: task.Net, arrays: ArrayRecord) -> record.Network:
    return record.Network(
        name="LeNet",
        num_parameters=sum(parameter.numel() for parameter in model.parameters()),
        num_bytes=arrays.count_bytes(),
    )
