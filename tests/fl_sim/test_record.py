"""The record: what goes in comes out, and what is wrong is told in one line."""

import contextlib
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_record import tiny_run

from fl_sim import record
from fl_sim.record import RecordError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    record.save(tiny_run(), folder)
    return folder


def test_what_is_saved_is_loaded(folder: Path) -> None:
    run, loaded = tiny_run(), record.load(folder)
    assert loaded.model_dump(exclude={"arrays"}) == run.model_dump(exclude={"arrays"})
    np.testing.assert_array_equal(loaded.thumbnails, run.thumbnails)
    np.testing.assert_array_equal(loaded.filters, run.filters)


def test_saving_twice_writes_the_same_bytes(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    record.save(record.load(folder), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_saving_replaces_the_arrays(folder: Path) -> None:
    run = tiny_run()
    record.save(run.model_copy(update={"filters": None}), folder)
    assert len(list(folder.glob("arrays-*.npz"))) == 1
    assert record.load(folder).filters is None


def test_a_record_needs_no_arrays(tmp_path: Path) -> None:
    run = tiny_run().model_copy(update={"filters": None, "thumbnails": None})
    record.save(run, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert record.load(tmp_path).arrays is None


def test_absent_is_not_zero(folder: Path) -> None:
    reply = json.loads((folder / "run.json").read_text())["rounds"][1]["train"]["replies"][0]
    assert "seconds" not in reply
    assert record.load(folder).rounds[1].train.replies[0].seconds is None


def test_lists_of_numbers_stay_on_one_line(folder: Path) -> None:
    assert '"loss_curve": [2.0, 1.0]' in (folder / "run.json").read_text()


def test_a_record_is_found_by_folder_file_and_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RUNS", folder.parent)
    for name in (folder, folder / "run.json", folder.name):
        assert record.resolve(name) == folder
    assert record.names() == [folder.name]


def test_the_schema_has_the_fields_and_not_the_arrays() -> None:
    schema = record.schema()
    assert set(record.Run.model_fields) - set(schema["properties"]) == set(record.ARRAYS)
    json.dumps(schema)


# --- what is wrong


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "run.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def error(folder: Path) -> str:
    with pytest.raises(RecordError) as caught:
        record.load(folder)
    return str(caught.value).replace(str(folder), "RUN")


REMAKE = "Restore the file, or make the run again with: fl-sim run"


def test_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "RUNS", tmp_path / "runs")
    with pytest.raises(RecordError) as caught:
        record.load("nowhere")
    assert str(caught.value) == (
        "nowhere: no run.json there, and no run of that name. Runs here: none. "
        "Make one with: fl-sim run nowhere"
    )


def test_truncated(folder: Path) -> None:
    path = folder / "run.json"
    path.write_bytes(path.read_bytes()[:100])
    assert error(folder).startswith("RUN/run.json: not readable as JSON (EOF while parsing")
    assert error(folder).endswith(REMAKE)


def test_newer(folder: Path) -> None:
    edit(folder, lambda data: data.update(schema_version=2))
    assert error(folder) == (
        "RUN/run.json: schema_version is 2, this fedreel reads up to 1. "
        "Upgrade with: pip install --upgrade fedreel"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("schema_version"), "schema_version is None, not a number"),
        (lambda data: data.update(schema_version="1"), "schema_version is '1', not a number"),
        (lambda data: data.pop("name"), "name: field required"),
        (
            lambda data: data.update(colour="red"),
            "colour: extra inputs are not permitted, found 'red'",
        ),
        (
            lambda data: data["rounds"][1]["central"].update(loss=float("nan")),
            "rounds[1].central.loss: input should be a finite number, found nan",
        ),
        (
            lambda data: data["rounds"][1]["central"].update(accuracy=1.5),
            "rounds[1].central.accuracy: input should be less than or equal to 1, found 1.5",
        ),
        (
            lambda data: data["network"].update(num_bytes="12"),
            "network.num_bytes: input should be a valid integer, found '12'",
        ),
        (
            lambda data: data["config"].update(seed=None),
            "config.seed: found None; a setting is true, false, a finite number or text",
        ),
        (lambda data: data.update(rounds=[]), "rounds: there is none; round 0 is the state before"),
        (
            lambda data: data["rounds"][1].update(number=2),
            "rounds: numbers [0, 2] are not 0, 1, ...",
        ),
        (
            lambda data: data["rounds"][1]["train"]["replies"][0].update(weight=0.5),
            "rounds[1].train: replies[0].weight: 0.5 differs from 0.25",
        ),
        (
            lambda data: data["rounds"][1]["train"].update(weighted_mean=[4.0, 5.1, 0.0]),
            "rounds[1].train: weighted_mean[1]: 5.1 differs from 5",
        ),
        (
            lambda data: data["rounds"][1]["train"]["replies"][1].update(probes=[5.0, 6.0]),
            "rounds[1].train: weighted_mean: 3 probes, a reply has another count",
        ),
        (
            lambda data: data["rounds"][1]["train"].update(sampled=[0, 1, 2]),
            "rounds[1].train: sampled: [0, 1, 2] were asked, [0, 1] answered",
        ),
        (
            lambda data: data["rounds"][1]["train"].update(sampled=[1, 0]),
            "rounds[1].train: sampled: (1, 0) is not ascending",
        ),
        (
            lambda data: data["rounds"][1]["train"]["replies"].reverse(),
            "rounds[1].train: replies: clients [1, 0] are not ascending",
        ),
        (
            lambda data: data["rounds"][1]["evaluate"]["metrics"].update(loss=1.6),
            "rounds[1].evaluate: metrics.loss: 1.6 differs from 1.5",
        ),
        (
            lambda data: data["rounds"][1].update(probes=[4.0, 5.0, 0.5]),
            "rounds[1].probes: differ from train.weighted_mean",
        ),
        (
            lambda data: data["rounds"][0].update(probes=[0.0]),
            "rounds[0]: 1 probes, the run has 3",
        ),
        (
            lambda data: data["partitions"].pop(),
            "rounds[1]: client 1 was sampled, there are 1",
        ),
        (
            lambda data: data["partitions"][0].update(label_counts=[2]),
            "partitions[0].label_counts: 1 counts for 2 classes",
        ),
        (
            lambda data: data["partitions"][0].update(label_counts=[2, 1]),
            "partitions[0].label_counts: sum to 3, it holds 2 examples",
        ),
        (
            lambda data: data["partitions"][0].update(thumbnail_labels=[2]),
            "partitions[0].thumbnail_labels: class 2 of 2",
        ),
        (
            lambda data: data["partitions"][0].update(thumbnail_labels=[]),
            "thumbnails: 1 a client, labels for {0, 1}",
        ),
        (
            lambda data: data["arrays"].update(sha256=1),
            "arrays.sha256: input should be a valid string, found 1",
        ),
        (lambda data: data["arrays"].update(file="../x"), "arrays.file: '../x' is not a bare name"),
    ],
)
def test_contradictions(
    folder: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    edit(folder, change)
    assert error(folder).startswith(f"RUN/run.json: {message}")


def test_not_an_object(folder: Path) -> None:
    (folder / "run.json").write_text("[]")
    assert error(folder) == f"RUN/run.json: holds list, not an object. {REMAKE}"


def test_other_arrays(folder: Path) -> None:
    path = next(folder.glob("*.npz"))
    path.write_bytes(path.read_bytes() + b"more")
    assert f"RUN/{path.name}: not readable as arrays (SHA-256 is" in error(folder)


def test_missing_arrays(folder: Path) -> None:
    path = next(folder.glob("*.npz"))
    path.unlink()
    assert f"RUN/{path.name}: not readable as arrays ([Errno 2]" in error(folder)


def put_arrays(folder: Path, content: bytes) -> None:
    """Replace the arrays, and let the record vouch for them."""
    next(folder.glob("*.npz")).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    edit(folder, lambda data: data["arrays"].update(sha256=digest))


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def test_arrays_of_another_shape(folder: Path) -> None:
    run = tiny_run()
    assert run.filters is not None
    put_arrays(folder, npz(thumbnails=run.thumbnails, filters=run.filters[:1]))
    assert "filters': (1, 1, 3, 2, 2)" in error(folder)


def test_arrays_are_never_unpickled(folder: Path) -> None:
    put_arrays(folder, npz(thumbnails=np.array([{}], dtype=object)))
    assert "not readable as arrays (Object arrays cannot be loaded" in error(folder)


def test_arrays_that_unpack_to_too_much(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MAX_ARRAY_BYTES", 100)
    assert "bytes unpacked, the limit is 100" in error(folder)


@pytest.mark.parametrize("key", record.ARRAYS)
def test_arrays_of_another_type(folder: Path, key: str) -> None:
    run = tiny_run()
    arrays = {"thumbnails": run.thumbnails, "filters": run.filters}
    arrays[key] = np.asarray(arrays[key], dtype=np.float64)
    put_arrays(folder, npz(**arrays))
    assert f"{key}: is float64" in error(folder)


def test_filters_that_are_not_finite(folder: Path) -> None:
    run = tiny_run()
    put_arrays(folder, npz(thumbnails=run.thumbnails, filters=run.filters * np.float32(np.nan)))
    assert "filters: hold a number that is not finite" in error(folder)


# --- anything else

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return each container with each of its keys."""
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else []
    )
    return [place for key in keys for place in [(value, key), *places(value[key])]]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_mutated_record_loads_or_says_why_not(folder: Path, data: st.DataObject) -> None:
    record.save(tiny_run(), folder)

    def mutate(content: dict[str, Any]) -> None:
        container, key = data.draw(st.sampled_from(places(content)))
        if data.draw(st.booleans()):
            container[key] = data.draw(JSON)
        else:
            del container[key]

    edit(folder, mutate)
    loads_or_says_why_not(folder)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), name=st.sampled_from(["run.json", "npz"]))
def test_damaged_bytes_load_or_say_why_not(folder: Path, data: st.DataObject, name: str) -> None:
    record.save(tiny_run(), folder)
    path = next(folder.glob(f"*{name}"))
    content = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(content) - 1))
    content[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    if name == "npz":
        put_arrays(folder, bytes(content))
    else:
        path.write_bytes(content)
    loads_or_says_why_not(folder)


def loads_or_says_why_not(folder: Path) -> None:
    with contextlib.suppress(RecordError):
        assert isinstance(record.load(folder), record.Run)
