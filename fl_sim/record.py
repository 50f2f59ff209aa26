"""The run record: what training leaves behind, and all that the film may show.

A record is a folder with ``run.json`` (numbers and text) and one ``.npz`` file (arrays) that
``run.json`` names. ``load`` checks a record once, at the boundary; whoever holds a ``Run`` may
trust it. This module is the only one that both halves of the project import, so it needs neither
Flower nor Torch nor Manim.

A number that a run does not know is absent (``None`` here, no key in the file), never zero.
"""

import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import from_json

SCHEMA_VERSION = 1
RUNS = Path(__file__).parent / "runs"
RUN_FILE = "run.json"

# A sum of float32 products may differ from the same sum in float64 by some units of the last place.
MEAN_TOLERANCE = 1e-6
MAX_ARRAY_BYTES = 64 * 2**20

Count = Annotated[int, Field(strict=True, ge=0)]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
NonNegative = Annotated[Real, Field(ge=0)]
Share = Annotated[Real, Field(ge=0, le=1)]
Array = Annotated[npt.NDArray[Any], SkipJsonSchema()]


def _check_setting(value: Any) -> Any:
    plain = isinstance(value, bool | int | float | str)
    if not plain or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"found {value!r}; a setting is true, false, a finite number or text")
    return value


Setting = Annotated[bool | int | float | str, BeforeValidator(_check_setting)]


class RecordError(Exception):
    """A record that cannot be used: names the file, the field, what was found and what to do."""


class Model(BaseModel):
    """Frozen, closed base of everything in a record."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Metrics(Model):
    """How well a model does on a set of examples."""

    loss: NonNegative = Field(description="mean cross-entropy, nats an example")
    accuracy: Share = Field(description="share of examples labelled correctly, 0 to 1")


class Dataset(Model):
    """The whole dataset, before it is split among clients."""

    name: str = Field(description="the name that the data library gives it")
    num_train: Count = Field(description="examples in the train split")
    num_test: Count = Field(description="examples in the test split")
    class_names: tuple[str, ...] = Field(description="in the order of the labels")
    fingerprint: str = Field(description="SHA-256 over labels and pixels of both splits")


class Network(Model):
    """The model that is trained."""

    name: str
    num_parameters: Count
    num_bytes: Count = Field(description="bytes of one model as it is sent, as Flower counts them")


class Probe(Model):
    """One weight of the model, followed through the run so that the average can be redone."""

    parameter: str = Field(description="name in the model's state, such as conv1.weight")
    index: tuple[Count, ...] = Field(description="position in that parameter")


class Partition(Model):
    """One client's own data. Its position in ``Run.partitions`` is the client's number."""

    num_train: Count = Field(description="examples the client trains on")
    num_validation: Count = Field(description="examples the client keeps to evaluate with")
    label_counts: tuple[Count, ...] = Field(description="examples of each class, both parts")
    thumbnail_labels: tuple[Count, ...] = Field(
        default=(), description="class of each image of this client in the array `thumbnails`"
    )


class Failure(Model):
    """A client that was asked and did not deliver."""

    client: Count
    reason: str = Field(description="what Flower reported")


class TrainReply(Model):
    """What one client sent back after its local training, and what it measured there."""

    client: Count
    num_examples: Count = Field(description="n_k, the examples trained on")
    weight: Share = Field(description="n_k / n, the share in the average")
    bytes_down: Count | None = Field(default=None, description="bytes of arrays received")
    bytes_up: Count | None = Field(default=None, description="bytes of arrays sent")
    seconds: NonNegative | None = Field(default=None, description="local training, seconds")
    update_norm: NonNegative | None = Field(
        default=None, description="L2 norm of (sent weights - received weights)"
    )
    probes: tuple[Real, ...] | None = Field(
        default=None, description="the sent value of each of `Run.probes`"
    )
    loss_curve: tuple[NonNegative, ...] | None = Field(
        default=None, description="mean cross-entropy of each batch in order, nats an example"
    )
    train: Metrics | None = Field(default=None, description="over the last local epoch, as it ran")
    validation: Metrics | None = Field(default=None, description="own validation part, afterwards")


class EvaluateReply(Model):
    """What one client measured of the global model on its own validation part."""

    client: Count
    num_examples: Count
    weight: Share = Field(description="n_k / n, the share in the average")
    metrics: Metrics
    bytes_down: Count | None = Field(default=None, description="bytes of arrays received")
    bytes_up: Count | None = Field(default=None, description="bytes of metrics sent")
    seconds: NonNegative | None = Field(default=None, description="evaluation, seconds")


class Train(Model):
    """The training half of a round."""

    sampled: tuple[Count, ...] = Field(description="clients that were asked, ascending")
    replies: tuple[TrainReply, ...] = Field(description="ascending by client")
    failures: tuple[Failure, ...] = ()
    weighted_mean: tuple[Real, ...] | None = Field(
        default=None,
        description="weighted mean of the replies' probes as the strategy computed it; absent "
        "where the strategy forms the global model in another way",
    )
    seconds: NonNegative | None = Field(default=None, description="sampling to aggregate, seconds")

    @model_validator(mode="after")
    def _replies_agree(self) -> Self:
        _check_phase(self.sampled, self.replies, self.failures)
        if self.weighted_mean is not None:
            _check_mean("weighted_mean", self.weighted_mean, self.replies)
        return self


class Evaluate(Model):
    """The federated evaluation of a round."""

    sampled: tuple[Count, ...] = Field(description="clients that were asked, ascending")
    replies: tuple[EvaluateReply, ...] = Field(description="ascending by client")
    failures: tuple[Failure, ...] = ()
    metrics: Metrics | None = Field(default=None, description="weighted mean over the replies")
    seconds: NonNegative | None = Field(default=None, description="sampling to aggregate, seconds")

    @model_validator(mode="after")
    def _replies_agree(self) -> Self:
        _check_phase(self.sampled, self.replies, self.failures)
        if self.metrics is not None:
            for key in ("loss", "accuracy"):
                values = [getattr(reply.metrics, key) for reply in self.replies]
                mean = _weighted_sum([reply.weight for reply in self.replies], values)
                _check_close(f"metrics.{key}", getattr(self.metrics, key), mean)
        return self


class Round(Model):
    """One round. Round 0 is the state before any training, so it has neither half."""

    number: Count
    train: Train | None = None
    evaluate: Evaluate | None = None
    central: Metrics | None = Field(
        default=None, description="global model on the test split, after this round"
    )
    probes: tuple[Real, ...] | None = Field(
        default=None, description="global value of each of `Run.probes`, after this round"
    )


class Final(Model):
    """The global model after the last round, as saved."""

    file: str = Field(description="file beside run.json, safetensors")
    sha256: str = Field(description="of that file")
    test: Metrics = Field(description="the saved model on the test split")
    num_test: Count = Field(description="examples tested on")


class Provenance(Model):
    """Where the numbers come from."""

    seed: Count
    versions: dict[str, str] = Field(description="Python and packages that took part")
    code_hash: str = Field(description="SHA-256 over the app's source files")
    started: datetime = Field(description="UTC")
    finished: datetime = Field(description="UTC")


class ArrayFile(Model):
    """The ``.npz`` beside ``run.json``. Its name holds its hash, so the pair can't be mixed up."""

    file: str
    sha256: str
    shapes: dict[str, tuple[Count, ...]]


class Run(Model):
    """A whole run. ``rounds[r]`` is round r, and ``rounds[0]`` the state before training."""

    schema_version: Literal[1] = 1
    name: str
    strategy: str = Field(description="class name of the Flower strategy")
    provenance: Provenance
    config: dict[str, Setting] = Field(description="the app's run config")
    dataset: Dataset
    network: Network
    probes: tuple[Probe, ...] = ()
    partitions: tuple[Partition, ...]
    rounds: tuple[Round, ...]
    final: Final | None = None
    arrays: ArrayFile | None = None

    thumbnails: Array | None = Field(
        default=None, exclude=True, description="uint8, (clients, images, height, width, 3)"
    )
    filters: Array | None = Field(
        default=None,
        exclude=True,
        description="float32, (rounds + 1, filters, channels, height, width): the global model's "
        "first convolution after each round",
    )

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        _check_rounds(self)
        _check_partitions(self)
        _check_arrays(self)
        return self


def _check(condition: bool, field: str, found: str) -> None:
    if not condition:
        raise ValueError(f"{field}: {found}")


def _check_phase(
    sampled: Sequence[int],
    replies: Sequence["TrainReply | EvaluateReply"],
    failures: Sequence[Failure],
) -> None:
    """Everyone asked either replied or failed, once, and the weights are n_k / n."""
    _check(list(sampled) == sorted(set(sampled)), "sampled", f"{sampled} is not ascending")
    clients = [reply.client for reply in replies]
    _check(clients == sorted(set(clients)), "replies", f"clients {clients} are not ascending")
    answered = sorted(clients + [failure.client for failure in failures])
    _check(answered == list(sampled), "sampled", f"{list(sampled)} were asked, {answered} answered")
    total = sum(reply.num_examples for reply in replies)
    for i, reply in enumerate(replies):
        _check_close(f"replies[{i}].weight", reply.weight, reply.num_examples / max(total, 1))


def _weighted_sum(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(w * v for w, v in zip(weights, values, strict=True))


def _check_close(field: str, found: float, expected: float) -> None:
    tolerance = MEAN_TOLERANCE * max(1.0, abs(expected))
    _check(
        abs(found - expected) <= tolerance, field, f"{found} differs from {expected:.9g}, its sum"
    )


def _check_mean(field: str, mean: Sequence[float], replies: Sequence[TrainReply]) -> None:
    """Check that the server's average is the weighted mean of what the clients sent."""
    sent = [reply.probes for reply in replies]
    for i, value in enumerate(mean):
        column = [probes[i] for probes in sent if probes is not None and len(probes) == len(mean)]
        _check(len(column) == len(replies), field, f"{len(mean)} probes, a reply has another count")
        expected = _weighted_sum([reply.weight for reply in replies], column)
        _check_close(f"{field}[{i}]", value, expected)


def _check_rounds(run: Run) -> None:
    numbers = [round_.number for round_ in run.rounds]
    _check(numbers == list(range(len(numbers))), "rounds", f"numbers {numbers} are not 0, 1, ...")
    _check(bool(numbers), "rounds", "there is none; round 0 is the state before training")
    clients = len(run.partitions)
    for round_ in run.rounds:
        where = f"rounds[{round_.number}]"
        for phase in (round_.train, round_.evaluate):
            last = phase.sampled[-1] if phase and phase.sampled else -1
            _check(last < clients, where, f"client {last} was sampled, there are {clients}")
        _check_probes(run, round_, where)


def _check_probes(run: Run, round_: Round, where: str) -> None:
    replies = round_.train.replies if round_.train else ()
    for probes in (round_.probes, *(reply.probes for reply in replies)):
        count = len(run.probes) if probes is None else len(probes)
        _check(count == len(run.probes), where, f"{count} probes, the run has {len(run.probes)}")
    mean = round_.train.weighted_mean if round_.train else None
    if run.strategy == "FedAvg" and mean is not None:
        _check(round_.probes == mean, f"{where}.probes", "differ from train.weighted_mean")


def _check_partitions(run: Run) -> None:
    classes = len(run.dataset.class_names)
    for i, part in enumerate(run.partitions):
        where = f"partitions[{i}]"
        found = len(part.label_counts)
        _check(found == classes, f"{where}.label_counts", f"{found} counts for {classes} classes")
        total, size = sum(part.label_counts), part.num_train + part.num_validation
        _check(total == size, f"{where}.label_counts", f"sum to {total}, it holds {size} examples")
        top = max(part.thumbnail_labels, default=0)
        _check(top < max(classes, 1), f"{where}.thumbnail_labels", f"class {top} of {classes}")


def _check_arrays(run: Run) -> None:
    if run.thumbnails is not None:
        shape = run.thumbnails.shape
        _check(run.thumbnails.dtype == np.uint8, "thumbnails", f"is {run.thumbnails.dtype}")
        fits = len(shape) == 5 and shape[0] == len(run.partitions) and shape[-1] == 3
        _check(fits, "thumbnails", f"shape {shape} for {len(run.partitions)} clients")
        counts = {len(part.thumbnail_labels) for part in run.partitions}
        _check(counts == {shape[1]}, "thumbnails", f"{shape[1]} a client, labels for {counts}")
    if run.filters is not None:
        shape = run.filters.shape
        _check(run.filters.dtype == np.float32, "filters", f"is {run.filters.dtype}")
        fits = len(shape) == 5 and shape[0] == len(run.rounds)
        _check(fits, "filters", f"shape {shape} for {len(run.rounds)} rounds, round 0 included")
        _check(bool(np.isfinite(run.filters).all()), "filters", "hold a number that is not finite")


# --- files


def resolve(name_or_path: str | Path) -> Path:
    """Return the folder of a record, given a name under ``RUNS``, its folder or its ``run.json``.

    Raises:
        RecordError: nothing is there; the text lists the records that are.
    """
    path = Path(name_or_path)
    for folder in (path, path.parent if path.name == RUN_FILE else path, RUNS / path):
        if (folder / RUN_FILE).is_file():
            return folder
    known = ", ".join(names()) or "none"
    raise RecordError(
        f"{name_or_path}: no {RUN_FILE} there, and no run of that name. Runs here: {known}. "
        f"Make one with: fl-sim run {path.name}"
    )


def names() -> list[str]:
    """Return the names of the records under ``RUNS``, sorted."""
    return sorted(path.parent.name for path in RUNS.glob(f"*/{RUN_FILE}"))


def load(name_or_path: str | Path) -> Run:
    """Read and check a record.

    Raises:
        RecordError: it is missing, truncated, from a newer schema, or contradicts itself.
    """
    folder = resolve(name_or_path)
    path = folder / RUN_FILE
    try:
        data = from_json(path.read_bytes(), allow_inf_nan=True)
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: not readable as JSON ({error}). {_REMAKE}") from error
    _check_version(path, data)
    try:
        spec = ArrayFile.model_validate(data["arrays"]) if data.get("arrays") else None
    except ValidationError as error:
        raise RecordError(f"{path}: arrays.{_first_line(error)}. {_REMAKE}") from error
    arrays = _read_arrays(folder, spec) if spec else {}
    try:
        return Run.model_validate({**data, **arrays})
    except ValidationError as error:
        raise RecordError(f"{path}: {_first_line(error)}. {_REMAKE}") from error


def save(run: Run, path: str | Path) -> Path:
    """Write a record into the folder ``path`` and return the path of its ``run.json``.

    ``run.json`` is replaced in one step after its arrays are in place, so that a reader finds the
    old record or the new one, whole, at any moment.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {key: getattr(run, key) for key in ARRAYS if getattr(run, key) is not None}
    spec = _write_arrays(folder, arrays) if arrays else None
    data = run.model_copy(update={"arrays": spec}).model_dump(mode="json", exclude_none=True)
    target = folder / RUN_FILE
    _replace(target, ("".join(_lines(data)) + "\n").encode())
    for stale in folder.glob("arrays-*.npz"):
        if spec is None or stale.name != spec.file:
            stale.unlink()
    return target


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``run.json``."""
    result = Run.model_json_schema()
    for name in ARRAYS:
        result["properties"].pop(name, None)
    return result


ARRAYS = ("thumbnails", "filters")
_REMAKE = "Restore the file, or make the run again with: fl-sim run"


def _check_version(path: Path, data: Any) -> None:
    if not isinstance(data, dict):
        raise RecordError(f"{path}: holds {type(data).__name__}, not an object. {_REMAKE}")
    version = data.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise RecordError(f"{path}: schema_version is {version!r}, not a number. {_REMAKE}")
    if version > SCHEMA_VERSION:
        raise RecordError(
            f"{path}: schema_version is {version}, this fedreel reads up to {SCHEMA_VERSION}. "
            "Upgrade with: pip install --upgrade fedreel"
        )


def _first_line(error: ValidationError) -> str:
    """Turn pydantic's first complaint into ``rounds[2].central.loss: what was found``."""
    first = error.errors(include_url=False)[0]
    field = ""
    for part in first["loc"]:
        field += f"[{part}]" if isinstance(part, int) else f".{part}"
    if first["type"] == "value_error":
        return f"{field.lstrip('.')}: {first['ctx']['error']}".removeprefix(": ")
    message = first["msg"][0].lower() + first["msg"][1:]
    shown = repr(first["input"])
    found = "" if first["type"] == "missing" else f", found {shown[:60]}"
    return f"{field.lstrip('.')}: {message}{found}"


def _read_arrays(folder: Path, spec: ArrayFile) -> dict[str, npt.NDArray[Any]]:
    path = folder / spec.file
    if path.parent != folder:
        raise RecordError(f"{folder / RUN_FILE}: arrays.file: {spec.file!r} is not a bare name")
    try:
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != spec.sha256:
            raise ValueError(f"SHA-256 is {found[:12]}..., {RUN_FILE} says {spec.sha256[:12]}...")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MAX_ARRAY_BYTES:
            raise ValueError(f"{size} bytes unpacked, the limit is {MAX_ARRAY_BYTES}")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except Exception as error:  # a crafted archive can raise almost anything
        raise RecordError(f"{path}: not readable as arrays ({error}). {_REMAKE}") from error
    shapes = {name: array.shape for name, array in arrays.items()}
    if shapes != spec.shapes or not set(shapes) <= set(ARRAYS):
        raise RecordError(f"{path}: holds {shapes}, {RUN_FILE} says {spec.shapes}. {_REMAKE}")
    return arrays


def _write_arrays(folder: Path, arrays: dict[str, npt.NDArray[Any]]) -> ArrayFile:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    name = f"arrays-{digest[:8]}.npz"
    _replace(folder / name, buffer.getvalue())
    shapes = {key: array.shape for key, array in arrays.items()}
    return ArrayFile(file=name, sha256=digest, shapes=shapes)


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    """Serialise to JSON with lists of plain numbers on one line, so that a diff reads well."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not items or not (isinstance(value, dict) or any(isinstance(i, dict | list) for i in items)):
        yield json.dumps(value, ensure_ascii=False, allow_nan=False)
        return
    named = isinstance(value, dict)
    keys = [f"{json.dumps(key)}: " for key in value] if named else [""] * len(value)
    yield "{" if named else "["
    for i, (key, item) in enumerate(zip(keys, items, strict=True)):
        yield f"{',' if i else ''}\n{indent} {key}"
        yield from _lines(item, indent + " ")
    yield f"\n{indent}" + ("}" if named else "]")
