"""Records that one can check by hand, and a way to write them wrong."""

import gzip
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from fl_sim import record
from fl_sim.schema import arrays

SENT = ((1.0, 2.0, -3.0), (5.0, 6.0, 1.0))
NUM_EXAMPLES = (1, 3)
AVERAGE = (4.0, 5.0, 0.0)  # a quarter of the first and three quarters of the second

Data = dict[str, Any]


def tiny_run() -> record.Run:
    """Return a valid run: two clients, three weights, one round."""
    return record.Run(
        name="tiny",
        strategy="FedAvg",
        provenance=record.Provenance(
            seed=0,
            versions={"python": "3.11"},
            code_hash="0" * 64,
            started=datetime(2026, 1, 1, 12, tzinfo=UTC),
            finished=datetime(2026, 1, 1, 13, tzinfo=UTC),
        ),
        config={"seed": 0, "learning-rate": 0.5, "verbose": False, "note": "by hand"},
        num_clients=2,
        dataset=record.Dataset(
            name="dots", num_train=6, num_test=2, class_names=("even", "odd"), fingerprint="f" * 64
        ),
        network=record.Network(name="line", num_parameters=3, num_bytes=12),
        probes=tuple(record.Probe(parameter="weight", index=(i,)) for i in range(3)),
        partitions=(
            record.Partition(
                num_train=1, num_validation=1, label_counts=(1, 1), thumbnail_labels=(0,)
            ),
            record.Partition(
                num_train=3, num_validation=1, label_counts=(2, 2), thumbnail_labels=(1,)
            ),
        ),
        rounds=(
            record.Round(
                number=0, central=record.Metrics(loss=2.0, accuracy=0.0), probes=(0.0, 0.0, 0.0)
            ),
            _first_round(),
        ),
        final=record.Final(
            file="model.safetensors",
            sha256="a" * 64,
            test=record.Metrics(loss=1.0, accuracy=0.5),
            num_test=2,
        ),
        thumbnails=np.arange(2 * 1 * 2 * 2 * 3, dtype=np.uint8).reshape(2, 1, 2, 2, 3),
        filters=np.linspace(-1, 1, 2 * 12, dtype=np.float32).reshape(2, 1, 3, 2, 2),
    )


def _first_round() -> record.Round:
    replies = tuple(
        record.TrainReply(
            client=client,
            num_examples=NUM_EXAMPLES[client],
            weight=NUM_EXAMPLES[client] / 4,
            probes=SENT[client],
            loss_curve=(2.0, 1.0),
        )
        for client in (0, 1)
    )
    evaluated = record.EvaluateReply(
        client=1, num_examples=1, weight=1.0, metrics=record.Metrics(loss=1.5, accuracy=1.0)
    )
    return record.Round(
        number=1,
        train=record.Train(sampled=(0, 1), replies=replies, weighted_mean=AVERAGE),
        evaluate=record.Evaluate(
            sampled=(0, 1),
            replies=(evaluated,),
            failures=(record.Failure(client=0, kind="error", reason="went out"),),
            metrics=record.Metrics(loss=1.5, accuracy=1.0),
            averaged=True,
        ),
        central=record.Metrics(loss=1.0, accuracy=0.5),
        probes=AVERAGE,
    )


def full_run() -> record.Run:
    """Return a valid run with all that a record can hold: three clients, three rounds.

    Client 1 fails in round 1, only client 1 trains in round 2, and nobody does anything in round 3.
    """
    return record.Run(
        name="full",
        strategy="FedAvg",
        provenance=record.Provenance(source="by hand", started=datetime(2026, 1, 1, tzinfo=UTC)),
        num_clients=3,
        dataset=record.Dataset(name="dots", num_train=9, num_test=4, class_names=("even", "odd")),
        network=record.Network(num_parameters=2, num_bytes=8),
        probes=tuple(record.Probe(parameter="weight", index=(i,)) for i in range(2)),
        partitions=(
            record.Partition(num_train=1, num_validation=1, label_counts=(2, 0)),
            record.Partition(label_counts=(0, 300)),
            record.Partition(num_train=3),
        ),
        rounds=(
            record.Round(
                number=0,
                central=record.Metrics(loss=2.0, accuracy=0.25, other={"f1 (macro)": 0.2}),
                probes=(0.0, 0.0),
                confusion=((1, 1), (2, 0)),
            ),
            _round_with_failures(),
            _round_without_evaluation(),
            record.Round(number=3, central=record.Metrics(other={"f1 (macro)": 0.5})),
        ),
        path=record.ModelPath(
            points=((-2.0, 0.0), (0.0, 1.5), (1.0, -1.5), (1.0, 0.0)), explained=(0.75, 0.25)
        ),
        samples=record.Samples(
            labels=(0, 1), first=((0.5, 0.5), (0.25, 0.75)), last=((0.875, 0.125), (0.0, 1.0))
        ),
        sample_images=np.arange(2 * 2 * 2 * 3, dtype=np.uint8).reshape(2, 2, 2, 3),
    )


def _round_with_failures() -> record.Round:
    """Return a round in which updates of (3, 4) and (0, 2) are averaged by 1 : 3."""
    first = record.TrainReply(
        client=0,
        num_examples=1,
        weight=0.25,
        bytes_down=8,
        bytes_up=5_000_000_000,
        seconds=0.5,
        update_norm=5.0,
        probes=(3.0, 4.0),
        loss_curve=(0.1, 2.34567),
        train=record.Metrics(loss=0.7),
        validation=record.Metrics(accuracy=1.0, other={"f1/macro": 0.125}),
        test=record.Metrics(other={"f1/macro": 0.25, "\0Ärger%": -1e300}),
    )
    second = record.TrainReply(
        client=2, num_examples=3, weight=0.75, update_norm=2.0, probes=(0.0, 2.0), loss_curve=()
    )
    return record.Round(
        number=1,
        train=record.Train(
            sampled=(0, 1, 2),
            replies=(first, second),
            failures=(record.Failure(client=1, kind="error", code=1, reason="out of memory"),),
            weighted_mean=(0.75, 2.5),
            metrics=record.Metrics(loss=0.7),
            gram=((25.0, 8.0), (8.0, 4.0)),
            seconds=1.5,
        ),
        evaluate=record.Evaluate(
            sampled=(0, 2),
            replies=(record.EvaluateReply(client=0, bytes_down=8, seconds=0.25),),
            failures=(record.Failure(client=2, kind="no reply"),),
        ),
        probes=(0.75, 2.5),
    )


def _round_without_evaluation() -> record.Round:
    reply = record.TrainReply(
        client=1, num_examples=2, weight=1.0, probes=(1.75, 2.5), update_norm=1.0
    )
    return record.Round(
        number=2,
        train=record.Train(
            sampled=(1,), replies=(reply,), weighted_mean=(1.75, 2.5), gram=((1.0,),)
        ),
        probes=(1.75, 2.5),
        confusion=((0, 2), (0, 2)),
    )


def many_clients(clients: int, rounds: int) -> record.Run:
    """Return a run in which every client answers in every round."""
    everyone = range(clients)
    return record.Run(
        name="many",
        num_clients=clients,
        partitions=tuple(record.Partition(num_train=1 + client % 7) for client in everyone),
        rounds=(
            record.Round(number=0),
            *(_round_of_many(number, clients) for number in range(1, rounds + 1)),
        ),
    )


def _round_of_many(number: int, clients: int) -> record.Round:
    replies = tuple(
        record.TrainReply(
            client=client,
            num_examples=1 + client % 7,
            update_norm=1 / (client + number),
            loss_curve=(0.5, 0.25, round(client / clients, 4)),
            train=record.Metrics(loss=1 / (1 + client)),
        )
        for client in range(clients)
    )
    return record.Round(
        number=number, train=record.Train(sampled=tuple(range(clients)), replies=replies)
    )


# --- files written without a check


def plain(run: record.Run) -> Data:
    """Return a run as plain data, each array by its type, shape and hash."""
    return run.model_dump(mode="json", exclude_none=True, exclude={"arrays"})


def put(folder: Path, data: Data, stored: Mapping[str, Any] | None = None) -> None:
    """Write plain data and arrays, whatever they hold."""
    spec = {} if stored is None else put_arrays(folder, arrays.write(stored))
    put_text(folder, json.dumps({**data, **spec}).encode())


def put_arrays(folder: Path, content: bytes) -> Data:
    """Write an array file, whatever it holds, and return what names it in a record."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "arrays.npz").write_bytes(content)
    return {"arrays": {"file": "arrays.npz", "sha256": hashlib.sha256(content).hexdigest()}}


def put_text(folder: Path, text: bytes) -> None:
    """Write the compressed text of a record, whatever it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / record.RUN_FILE).write_bytes(gzip.compress(text))


def put_changed(folder: Path, run: record.Run, change: Callable[[Data], object]) -> None:
    """Write a run after a change to its plain data, which may set arrays."""
    stored: dict[str, Any] = {}
    data = run.model_dump(mode="json", exclude_none=True, exclude={"arrays"}, context=stored)
    change(data)
    for key, value in data.items():
        if isinstance(value, np.ndarray):
            data[key] = arrays.describe(value)
            stored[data[key]["sha256"]] = value
    put(folder, data, stored)


def put_old(folder: Path, data: Data, stored: Mapping[str, Any]) -> None:
    """Write a record of schema 1 or 2, whatever it holds."""
    spec = put_arrays(folder, arrays.write(stored))
    (folder / record.OLD_RUN_FILE).write_text(json.dumps({**data, **spec}))


def read(folder: Path) -> Data:
    """Return the plain data in the file of a record."""
    data: Data = json.loads(gzip.decompress((folder / record.RUN_FILE).read_bytes()))
    return data


def edit(folder: Path, change: Callable[[Data], object]) -> None:
    """Change the plain data in the file of a record."""
    data = read(folder)
    change(data)
    put(folder, data)


def peak_memory(load: Callable[[], object]) -> int:
    """Return the most memory that a call took at a time, bytes."""
    tracemalloc.start()
    try:
        load()
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak
