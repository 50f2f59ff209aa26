"""Readers of what trackers keep in folders: TensorBoard's events, W&B's runs, MLflow's store.

Each is read by the tracker's own package, which is imported only here and only then.
"""

import json
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from fl_sim.recording.measures import is_number
from fl_sim.recording.results import ImportFileError, Layout, Results, listed, whole

# The number of a round, and metrics by name.
Rows = Iterator[tuple[int, dict[str, Any]]]

EVENTS = "events.out.tfevents"
MOST = 5  # runs that an error names


def read_tracker(path: Path, layout: Layout) -> Results | None:
    """Read what a tracker left in a file or a folder; None if it is of none that is known.

    Raises:
        ImportFileError: its package is not installed, or there are several runs.
    """
    for found, source, read in (
        (_events(path), "TensorBoard", _read_events),
        (_files(path, "*.wandb"), "W&B", _read_wandb),
        (_stores(path), "MLflow", _read_mlflow),
    ):
        if found:
            return _results(source, read, _one(found, layout), layout)
    return None


def _results(
    source: str, read: Callable[[Path, Layout], Rows], path: Path, layout: Layout
) -> Results:
    results = Results(source, "log it", layout, "step")
    try:
        rows = list(read(path, layout))
    except ImportFileError:
        raise
    except Exception as error:  # of another package
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise ImportFileError(f"is not readable by {source} ({reason})") from error
    for step, row in rows:
        if "round" in row:
            results.counted = "round"
        number = whole(row.pop("round", step))
        metrics = {
            name: value
            for name, value in row.items()
            if is_number(value) and not name.startswith("_")
        }
        results.add_by_name(number, metrics)
    return results


def _events(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.name.startswith(EVENTS) else []
    return sorted({file.parent for file in _files(path, f"{EVENTS}*")})


def _stores(path: Path) -> list[Path]:
    """Return MLflow's store: a database, or folders of experiments, each with meta.yaml."""
    if path.is_file():
        return [path] if path.suffix == ".db" and path.read_bytes()[:6] == b"SQLite" else []
    known = [each for each in (path / "mlruns", path) if list(each.glob("*/meta.yaml"))]
    return known[:1] or [file for file in (path / "mlflow.db",) if file.is_file()]


def _files(path: Path, pattern: str) -> list[Path]:
    if path.is_file():
        return [path] if path.match(pattern) else []
    return sorted(path.rglob(pattern))


def _one(found: list[Path], layout: Layout) -> Path:
    if len(found) > 1 and layout.run is not None:
        found = [each for each in found if layout.run in each.parts or each.stem == layout.run]
    if len(found) != 1:
        names = ", ".join(map(str, found[:MOST]))
        more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
        raise ImportFileError(f"holds several runs, {names}{more}; name the file or folder of one")
    return found[0]


def _package(name: str, module: str, export: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportFileError(
            f"is read by the package {name}, which is not here in a version that can; install it "
            f"with: pip install 'fedreel[{name}]', or {export}"
        ) from error


def _read_events(path: Path, _: Layout) -> Rows:
    module = _package(
        "tensorboard",
        "tensorboard.backend.event_processing.event_accumulator",
        "download the metric as CSV in TensorBoard",
    )
    events = module.EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    for tag in tags["scalars"]:
        for event in events.Scalars(tag):
            yield event.step, {tag: event.value}
    to_array = import_module("tensorboard.util.tensor_util").make_ndarray
    for tag in tags["tensors"]:
        for event in events.Tensors(tag):
            array = to_array(event.tensor_proto)
            yield event.step, {tag: array.item()} if array.size == 1 else {}


def _read_wandb(path: Path, _: Layout) -> Rows:
    export = "export the run as CSV from its page"
    store = _package("wandb", "wandb.sdk.internal.datastore", export).DataStore()
    messages = _package("wandb", "wandb.proto.wandb_internal_pb2", export)
    store.open_for_scan(str(path))
    while (data := store.scan_data()) is not None:
        message = messages.Record()
        message.ParseFromString(data)
        if message.WhichOneof("record_type") == "history":
            row = {
                item.key or ".".join(item.nested_key): json.loads(item.value_json)
                for item in message.history.item
            }
            yield int(row.pop("_step", message.history.step.num)), row


def _read_mlflow(path: Path, layout: Layout) -> Rows:
    module = _package("mlflow", "mlflow.tracking", "save the history of its metrics as CSV")
    # MLflow warns of its older form of a store, and reads it when it is told that this is known.
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    uri = path.absolute().as_uri() if path.is_dir() else f"sqlite:///{path.absolute()}"
    client = module.MlflowClient(tracking_uri=uri)
    experiments = [each.experiment_id for each in client.search_experiments()]
    runs = {each.info.run_id: each for each in client.search_runs(experiments)}
    chosen = [run for run in runs if run == layout.run] or list(runs)
    if not chosen:
        raise ImportFileError("is a store of MLflow without runs")
    if len(chosen) > 1:
        raise ImportFileError(f"holds several runs, {listed(chosen)}; say --run {chosen[0]}")
    for key in runs[chosen[0]].data.metrics:
        for point in client.get_metric_history(chosen[0], key):
            yield point.step, {key: point.value}
