"""The run record: what training leaves behind, and all that the film may show.

A record is a folder with ``run.json`` (numbers and text) and one ``.npz`` file (arrays, and lists
of events as columns) that ``run.json`` names. ``load`` checks a record once, at the boundary;
whoever holds a ``Run`` may trust it. This module is the only one that both halves of the project
import, so it needs neither Flower nor Torch nor Manim.
"""

import gc
import hashlib
import json
import os
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from fl_sim.contract import arrays, columns, upgrades
from fl_sim.contract.checks import MEAN_TOLERANCE
from fl_sim.contract.model import (
    ARRAYS,
    SCHEMA_VERSION,
    ArrayFile,
    Dataset,
    Evaluate,
    EvaluateReply,
    Failure,
    Final,
    Metrics,
    ModelPath,
    Network,
    Partition,
    Probe,
    Provenance,
    Round,
    Run,
    Samples,
    Setting,
    Train,
    TrainReply,
)

__all__ = [
    "ARRAYS", "MEAN_TOLERANCE", "RUNS", "RUN_FILE", "SCHEMA_VERSION", "ArrayFile", "Dataset",
    "Evaluate", "EvaluateReply", "Failure", "Final", "Metrics", "ModelPath", "Network",
    "Partition", "Probe", "Provenance", "RecordError", "Round", "Run", "Samples", "Setting",
    "Train", "TrainReply", "fingerprint", "load", "names", "resolve", "save", "schema",
]  # fmt: skip

RUNS = Path(__file__).parent / "runs"
RUN_FILE = "run.json"

# What a clock read, and what a run is called, says nothing about what was computed.
HALF_CLOCKS = {"train": {"seconds"}, "evaluate": {"seconds"}}
CLOCKS_AND_LABELS = {
    "name": True,
    "final": True,
    "provenance": {"started", "finished"},
    "rounds": {"__all__": HALF_CLOCKS},
}
CLOCK_COLUMNS = ("train.seconds", "evaluate.seconds")

# How much of what was found is told: an error is one line, not the file.
MOST_SHOWN = 60  # characters of a value
MOST_TOLD = 300  # characters of all
MOST_ERRORS = 1000


class RecordError(Exception):
    """A record that cannot be used: names the file, the field, what was found and what to do."""


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
    found = (path.parent.name for path in RUNS.glob(f"*/{RUN_FILE}"))
    return sorted(name for name in found if not name.startswith("."))


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
    version = _version(path, data)
    stored = _read_arrays(folder, data, version)
    events = _events(stored)
    images = {name: stored[name] for name in ARRAYS if name in stored}
    try:
        _check_names(events if version < SCHEMA_VERSION else columns.unknown(events))
        with _no_garbage():
            if version < SCHEMA_VERSION:
                data = upgrades.upgrade(data, version)
            else:
                data = columns.unpack(data, events)
            return Run.model_validate({**data, **images})
    except ValidationError as error:
        raise RecordError(f"{path}: {_first_line(error)}. {_REMAKE}") from error
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise RecordError(f"{path}: {_said(error)}. {_REMAKE}") from error


def save(run: Run, path: str | Path) -> Path:
    """Write a record into the folder ``path`` and return the path of its ``run.json``.

    ``run.json`` is replaced in one step after its arrays are in place, so that a reader finds the
    old record or the new one, whole, at any moment.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    data, stored = _divided(run)
    content = _packed(stored) if stored else b""
    if stored:
        digest = hashlib.sha256(content).hexdigest()
        data["arrays"] = {"file": f"arrays-{digest[:8]}.npz", "sha256": digest}
    text = ("".join(_lines(data)) + "\n").encode()
    if stored:
        _replace(folder / data["arrays"]["file"], content)
    target = folder / RUN_FILE
    _replace(target, text)
    for stale in folder.glob("arrays-*.npz"):
        if stale.name != data.get("arrays", {}).get("file"):
            stale.unlink()
    return target


def fingerprint(run: Run) -> str:
    """Return the SHA-256 over all that was computed: not the clocks, the name and the saved model.

    Two runs of the same settings have the same one, wherever and whenever they ran.
    """
    data, stored = _divided(run, CLOCKS_AND_LABELS)
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode())
    for name in sorted(stored.keys() - set(CLOCK_COLUMNS)):
        array = stored[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}\0".encode() + array.tobytes())
    return digest.hexdigest()


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a run. Lists of events lie in the array file, as columns."""
    result = Run.model_json_schema()
    for name in ARRAYS:
        result["properties"].pop(name, None)
    return result


_REMAKE = "Restore the file, or make the run again with: fl-sim run"


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Collect no garbage: a large run is a million objects, and none of them is any."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _divided(
    run: Run, without: Mapping[str, Any] = MappingProxyType({})
) -> tuple[dict[str, Any], arrays.Arrays]:
    """Return what goes into ``run.json`` and what into the array file."""
    plain = run.model_dump(mode="json", exclude_none=True, exclude={"arrays": True, **without})
    data, stored = columns.pack(plain)
    return data, stored | {k: getattr(run, k) for k in ARRAYS if getattr(run, k) is not None}


def _packed(stored: arrays.Arrays) -> bytes:
    """Return the content of the array file, of a size that is not refused."""
    least = columns.least_size(_events(stored))
    content = arrays.write(stored, least)
    return content if len(content) >= least else arrays.write(columns.widened(stored), least)


def _events(stored: arrays.Arrays) -> arrays.Arrays:
    return {name: array for name, array in stored.items() if name not in ARRAYS}


def _check_names(unknown: Iterable[str]) -> None:
    for name in unknown:
        raise ValueError(f"arrays: {name!r} is not known")


def _version(path: Path, data: Any) -> int:
    if not isinstance(data, dict):
        raise RecordError(f"{path}: holds {type(data).__name__}, not an object. {_REMAKE}")
    version = data.get("schema_version")
    shown = reprlib.repr(version)
    if not isinstance(version, int) or isinstance(version, bool):
        raise RecordError(f"{path}: schema_version is {shown}, not a number. {_REMAKE}")
    if version > SCHEMA_VERSION:
        raise RecordError(
            f"{path}: schema_version is {shown}, this fedreel reads up to {SCHEMA_VERSION}. "
            "Upgrade with: pip install --upgrade fedreel"
        )
    if version < 1:
        raise RecordError(f"{path}: there is no schema_version {shown}. {_REMAKE}")
    return version


def _first_line(error: ValidationError) -> str:
    """Turn pydantic's first complaint into ``rounds[2].central.loss: what was found``."""
    if error.error_count() > MOST_ERRORS:
        return f"{error.error_count()} fields are wrong"
    first = error.errors(include_url=False)[0]
    field = ""
    for part in first["loc"]:
        field += f"[{part}]" if isinstance(part, int) else f".{part}"
    if first["type"] == "value_error":
        return _cut(f"{field.lstrip('.')}: {first['ctx']['error']}".removeprefix(": "))
    message = first["msg"][0].lower() + first["msg"][1:]
    shown = reprlib.repr(first["input"])
    found = "" if first["type"] == "missing" else f", found {_cut(shown, MOST_SHOWN)}"
    return _cut(f"{field.lstrip('.')}: {message}{found}")


def _said(error: Exception) -> str:
    return _cut(f"no {error}" if isinstance(error, KeyError) else str(error))


def _cut(text: str, most: int = MOST_TOLD) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def _read_arrays(folder: Path, data: dict[str, Any], version: int) -> arrays.Arrays:
    """Return the arrays that a record names, none if it names no file."""
    if not data.get("arrays"):
        return {}
    if version == 1 and isinstance(data["arrays"], dict):
        data["arrays"].pop("shapes", None)  # the arrays tell them
    try:
        spec = ArrayFile.model_validate(data["arrays"])
    except ValidationError as error:
        where = f"{folder / RUN_FILE}: arrays.{_first_line(error)}"
        raise RecordError(f"{where}. {_REMAKE}") from error
    path = folder / spec.file
    if path.parent != folder or "\0" in spec.file:
        found = reprlib.repr(spec.file)
        raise RecordError(f"{folder / RUN_FILE}: arrays.file: {found} is not a bare name")
    try:
        stored = arrays.read(path, spec.sha256)
        _check_density(stored, path.stat().st_size)
    except (OSError, arrays.ArraysError) as error:
        raise RecordError(f"{path}: not readable as arrays ({_said(error)}). {_REMAKE}") from error
    return stored


def _check_density(stored: arrays.Arrays, size: int) -> None:
    least = columns.least_size(_events(stored))
    if size < least:
        raise arrays.ArraysError(f"{size} bytes hold more than {least} should")


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
