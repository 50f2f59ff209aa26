"""Records: what is saved is loaded, and what is wrong is told in one line."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tiny_record import (
    edit,
    full_run,
    many_clients,
    peak_memory,
    plain,
    put,
    put_text,
    read,
    tiny_run,
)

from fl_sim import record
from fl_sim.record import RecordError
from fl_sim.schema import text

Data = dict[str, Any]
Change = Callable[[Data], object]

IMAGES = ("thumbnails", "filters", "sample_images")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    record.save(tiny_run(), folder)
    return folder


def bare_run(**fields: Any) -> record.Run:
    return record.Run(name="bare", rounds=(record.Round(number=0),), **fields)


@pytest.mark.parametrize(
    "run", [tiny_run(), full_run(), bare_run(), many_clients(1000, 2)], ids=lambda run: run.name
)
def test_what_is_saved_is_loaded(run: record.Run, tmp_path: Path) -> None:
    record.save(run, tmp_path)
    stored = record.plain(tmp_path)
    stored.pop("arrays", None)
    assert plain(record.load(tmp_path)) == plain(run) == stored


def test_saving_twice_writes_the_same_bytes(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    record.save(record.load(folder), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_saving_replaces_the_arrays(folder: Path) -> None:
    run = tiny_run()
    record.save(run.model_copy(update={"filters": None}), folder)
    assert len(list(folder.glob("arrays-*.npz"))) == 1
    assert record.load(folder).filters is None


@pytest.mark.parametrize(
    ("update", "error"),
    [
        ({"name": "\ud800"}, ValueError),
        ({"rounds": (record.Round.model_construct(number=0, probes=(math.inf,)),)}, ValueError),
    ],
)
def test_what_cannot_be_saved_leaves_the_old_record(
    folder: Path, update: Data, error: type[Exception]
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(error):
        record.save(tiny_run().model_copy(update={"filters": None, **update}), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_name_may_look_like_a_number_that_is_not_finite(tmp_path: Path) -> None:
    record.save(bare_run(strategy="NaN, Infinity"), tmp_path)
    assert record.load(tmp_path).strategy == "NaN, Infinity"


def test_a_record_needs_no_arrays(tmp_path: Path) -> None:
    record.save(bare_run(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json.gz"]
    assert record.load(tmp_path).arrays is None


def test_absent_is_not_zero(folder: Path) -> None:
    train = record.load(folder).rounds[1].train
    assert train is not None
    assert (train.replies[0].seconds, train.gram, train.metrics) == (None, None, None)
    assert "seconds" not in read(folder)["rounds"][1]["train"]


def test_arrays_lie_in_the_array_file(folder: Path) -> None:
    thumbnails = tiny_run().thumbnails
    found = read(folder)["thumbnails"]
    assert (found["dtype"], found["shape"]) == ("uint8", [2, 1, 2, 2, 3])
    with np.load(next(folder.glob("*.npz"))) as stored:
        np.testing.assert_array_equal(stored[found["sha256"]], thumbnails, strict=True)


def test_a_record_is_found_by_folder_file_and_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RUNS", folder.parent)
    for name in (folder, folder / "run.json.gz", folder.name):
        assert record.resolve(name) == folder
    assert record.names() == [folder.name]


def test_plain_data_need_no_arrays(folder: Path) -> None:
    next(folder.glob("*.npz")).unlink()
    assert record.plain(folder) == read(folder)


# --- what is wrong


def error(folder: Path) -> str:
    with pytest.raises(RecordError) as caught:
        record.load(folder)
    return str(caught.value).replace(str(folder), "RUN")


REMAKE = "Restore the file, or make the record again"


def test_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "RUNS", tmp_path / "runs")
    with pytest.raises(RecordError) as caught:
        record.load("nowhere")
    assert str(caught.value) == (
        "nowhere: no run.json.gz there, and no run of that name. Make one with: fl-sim run nowhere"
    )


def test_a_misspelt_run_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"run of that name\. Did you mean reference\? List"):
        record.load("referense")
    record.save(tiny_run(), tmp_path / "again")
    with pytest.raises(RecordError) as caught:
        record.load(tmp_path / "agian")
    assert f" Did you mean {tmp_path / 'again'}? " in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        ("mine", "fl-sim run mine"),
        ("my run", "fl-sim run NAME"),
        ("/no/runs/again", "fl-sim run again --out /no/runs/again"),
        ("/no/runs/again/run.json.gz", "fl-sim run again --out /no/runs/again"),
        ("/no/my runs/it's", "fl-sim run NAME --out '/no/my runs/it'\"'\"'s'"),
    ],
)
def test_what_is_missing_has_the_command_that_makes_it(asked: str, command: str) -> None:
    with pytest.raises(RecordError) as caught:
        record.load(asked)
    assert str(caught.value).endswith(f" Make one with: {command}")


def test_a_name_that_no_folder_can_have() -> None:
    with pytest.raises(RecordError, match=r"^x+: File name too long\. Check the path$"):
        record.load("x" * 300)


def test_truncated(folder: Path) -> None:
    path = folder / "run.json.gz"
    path.write_bytes(path.read_bytes()[:100])
    assert error(folder) == (
        f"RUN/run.json.gz: not readable as JSON (the file ends too early). {REMAKE}"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "holds list, not an object. "),
        (b"{", "not readable as JSON (EOF while parsing"),
        (b'{"schema_version": 4}', "schema_version is 4, this fedreel reads up to 3. Upgrade"),
        (b'{"schema_version": 0}', "there is no schema_version 0. "),
        (b'{"schema_version": "3"}', "schema_version is '3', not a number. "),
        (b'{"schema_version": true}', "schema_version is True, not a number. "),
        (b"{}", "schema_version is None, not a number. "),
        (b'{"schema_version": 3, "arrays": 1}', "arrays.: input should be a valid dictionary"),
    ],
)
def test_no_record(folder: Path, content: bytes, message: str) -> None:
    put_text(folder, content)
    assert error(folder).startswith(f"RUN/run.json.gz: {message}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda data: data["arrays"].update(sha256=1),
            "arrays.sha256: input should be a valid string, found 1",
        ),
        (lambda data: data["arrays"].update(file="../x"), "arrays.file: '../x' is not a bare name"),
        (
            lambda data: data["arrays"].update(file="a\0b"),
            "arrays.file: 'a\\x00b' is not a bare name",
        ),
        (
            lambda data: data["arrays"].update(shapes={}),
            "arrays.shapes: extra inputs are not permitted, found {}",
        ),
        (
            lambda data: data.update(arrays=None),
            "thumbnails: the array file holds no array {'dtype': 'uint8'",
        ),
        (
            lambda data: data["filters"].update(shape=[1]),
            "filters: the array file holds no array {'dtype': 'float32'",
        ),
        (lambda data: data.update(filters=[1]), "filters: input should be an instance of ndarray"),
        (lambda data: data.update(filters={}), "filters: the array file holds no array {}"),
    ],
)
def test_the_two_files_contradict_each_other(folder: Path, change: Change, message: str) -> None:
    edit(folder, change)
    assert error(folder).startswith(f"RUN/run.json.gz: {message}")


def test_a_long_value_is_cut(folder: Path) -> None:
    edit(folder, lambda data: data.update(network="n" * 1000))
    assert len(error(folder)) < 250


def test_many_errors_are_counted(folder: Path) -> None:
    edit(folder, lambda data: data.update({f"key-{i}": i for i in range(1001)}))
    assert error(folder) == f"RUN/run.json.gz: 1001 fields are wrong. {REMAKE}"


def test_other_arrays(folder: Path) -> None:
    path = next(folder.glob("*.npz"))
    path.write_bytes(path.read_bytes() + b"more")
    assert f"RUN/{path.name}: not readable as arrays (SHA-256 is" in error(folder)


def test_missing_arrays(folder: Path) -> None:
    path = next(folder.glob("*.npz"))
    path.unlink()
    assert f"RUN/{path.name}: not readable as arrays ([Errno 2]" in error(folder)


# --- any run

COUNTS = st.none() | st.integers(0, 2**63 - 1)
REALS = st.floats(allow_nan=False, allow_infinity=False) | st.floats(
    allow_nan=False, allow_infinity=False, width=32
)
METRICS = st.none() | st.builds(
    record.Metrics, loss=REALS, other=st.dictionaries(st.text(max_size=5), REALS, max_size=2)
)


@st.composite
def runs(draw: st.DrawFn) -> record.Run:
    """Return a run of up to four clients that answer with anything, or fail, or are not asked."""
    clients = draw(st.integers(1, 4))
    rounds = [record.Round(number=0)]
    for number in range(1, draw(st.integers(1, 3)) + 1):
        train = draw(st.none() | train_phases(clients))
        rounds.append(record.Round(number=number, train=train, central=draw(METRICS)))
    partitions = st.builds(
        record.Partition,
        num_train=COUNTS,
        label_counts=st.none() | st.lists(st.integers(0, 2**40), max_size=3),
    )
    parts = draw(st.just([]) | st.lists(partitions, min_size=clients, max_size=clients))
    return record.Run(name="any", num_clients=clients, rounds=rounds, partitions=parts)


@st.composite
def train_phases(draw: st.DrawFn, clients: int) -> record.Train:
    sampled = sorted(draw(st.sets(st.integers(0, clients - 1))))
    failed = [client for client in sampled if draw(st.booleans())]
    replies = [
        record.TrainReply(
            client=client,
            num_examples=draw(COUNTS),
            seconds=draw(st.none() | st.floats(0, 1e300)),
            loss_curve=draw(st.none() | st.lists(REALS, max_size=3)),
            train=draw(METRICS),
            test=draw(METRICS),
        )
        for client in sampled
        if client not in failed
    ]
    failures = [record.Failure(client=client, kind="error") for client in failed]
    gram = draw(st.none() | st.just([[0.1] * len(replies)] * len(replies)))
    return record.Train(sampled=sampled, replies=replies, failures=failures, gram=gram)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(run=runs())
def test_any_run_is_loaded_as_it_was(tmp_path: Path, run: record.Run) -> None:
    record.save(run, tmp_path)
    assert repr(record.load(tmp_path)) == repr(run)  # every digit, and the sign of zero


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
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    return [place for key in keys for place in [(value, key), *places(value[key])]]


def mutate(value: Data, data: st.DataObject) -> None:
    """Replace, remove, rename or exchange something."""
    container, key = data.draw(st.sampled_from(places(value)))
    how = data.draw(st.sampled_from(["replace", "remove", "rename", "exchange"]))
    if how == "replace":
        container[key] = data.draw(JSON)
    elif how == "remove":
        del container[key]
    elif how == "rename" and isinstance(container, dict):
        container[data.draw(st.text(max_size=8))] = container.pop(key)
    else:
        other, at = data.draw(st.sampled_from(places(value)))
        container[key] = json.loads(json.dumps(other[at]))


many_examples = settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RUNS = st.sampled_from([tiny_run(), full_run()])


@many_examples
@given(data=st.data(), run=RUNS)
def test_a_mutated_run_loads_or_says_why_not(
    tmp_path: Path, data: st.DataObject, run: record.Run
) -> None:
    record.save(run, tmp_path)
    content = read(tmp_path)
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(content, data)
    put(tmp_path, content)
    loads_or_says_why_not(tmp_path)


@many_examples
@given(data=st.data(), run=RUNS, compressed=st.booleans())
def test_damaged_bytes_load_or_say_why_not(
    tmp_path: Path, data: st.DataObject, run: record.Run, compressed: bool
) -> None:
    path = record.save(run, tmp_path)
    damaged = bytearray(path.read_bytes() if compressed else json.dumps(read(tmp_path)).encode())
    start = data.draw(st.integers(0, len(damaged) - 1))
    damaged[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    if compressed:
        path.write_bytes(damaged)
    else:
        put_text(tmp_path, bytes(damaged))
    loads_or_says_why_not(tmp_path)


def loads_or_says_why_not(folder: Path) -> None:
    """Load a record; if it is one, it can be saved, and is loaded again."""
    try:
        run = record.load(folder)
    except RecordError:
        return
    record.save(run, folder / "again")
    assert plain(record.load(folder / "again")) == plain(run)


# --- no more memory than the file is worth


def test_a_large_record_takes_a_fixed_multiple_of_its_size(tmp_path: Path) -> None:
    record.save(many_clients(1000, 20), tmp_path)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert peak_memory(lambda: record.load(tmp_path)) < text.FREE + text.MOST_MEMORY * size


@pytest.mark.parametrize(
    "run", [tiny_run(), full_run(), bare_run(), many_clients(1000, 5)], ids=lambda run: run.name
)
def test_what_is_saved_is_never_refused(
    tmp_path: Path, run: record.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that compresses very well is not compressed."""
    monkeypatch.setattr(text, "FREE", 0)
    record.save(run, tmp_path)
    assert plain(record.load(tmp_path)) == plain(run)


# --- fingerprints


@pytest.mark.parametrize("run", [tiny_run(), full_run(), bare_run()], ids=lambda run: run.name)
def test_a_fingerprint_outlives_the_file(run: record.Run, tmp_path: Path) -> None:
    record.save(run, tmp_path)
    assert record.fingerprint(record.load(tmp_path)) == record.fingerprint(run)


def without_arrays(data: Data) -> Data:
    return {key: value for key, value in data.items() if key not in IMAGES}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of each number and text in plain data."""
    if not isinstance(value, dict | list):
        return [path]
    keys = value if isinstance(value, dict) else range(len(value))
    return [leaf for key in keys for leaf in leaves(value[key], (*path, key))]


def with_another(data: Data, path: tuple[Any, ...]) -> record.Run | None:
    """Return the run with another value in one place, or None if it does not fit."""
    copy = json.loads(json.dumps(data))
    container = copy
    for key in path[:-1]:
        container = container[key]
    container[path[-1]] = another(container[path[-1]])
    try:
        return record.Run.model_validate(copy)
    except ValidationError:
        return None


def another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value.replace("2026", "2027") if "2026" in value else f"{value}!"
    return value + 1 if isinstance(value, int) else 0.75 * value + 0.01


def is_clock_or_label(path: tuple[Any, ...]) -> bool:
    phase = path[:1] == ("rounds",) and path[2] in ("train", "evaluate")
    return (
        path == ("name",)
        or path[0] in ("final", "schema_version")
        or path in (("provenance", "started"), ("provenance", "finished"))
        or (phase and path[-1] == "seconds" and "other" not in path)
    )


@pytest.mark.parametrize("run", [tiny_run(), full_run()], ids=lambda run: run.name)
def test_a_fingerprint_is_of_all_but_clocks_and_labels(run: record.Run) -> None:
    data = without_arrays(plain(run))
    data["config"]["seconds"] = 1  # a setting, whatever it is called
    data["rounds"][1]["train"]["replies"][0]["train"] = {"other": {"seconds": 1.0}}
    before = record.fingerprint(record.Run.model_validate(data))
    found = {path: changed for path in leaves(data) if (changed := with_another(data, path))}
    assert len(found) > 20
    same = {path for path, changed in found.items() if record.fingerprint(changed) == before}
    assert same == {path for path in found if is_clock_or_label(path)}
    assert len(same) > 2


@pytest.mark.parametrize("key", ["thumbnails", "filters"])
def test_a_fingerprint_is_of_the_arrays_too(key: str) -> None:
    run, changed = tiny_run(), getattr(tiny_run(), key).copy()
    changed[0, 0, 0, 0, 0] += 1
    other = run.model_copy(update={key: changed})
    assert record.fingerprint(other) != record.fingerprint(run)
