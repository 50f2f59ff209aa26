"""The record: what goes in comes out, and what is wrong is told in one line."""

import contextlib
import json
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tiny_record import full_run, images_of, many_clients, plain, put, put_changed, tiny_run

from fl_sim import record
from fl_sim.contract import columns
from fl_sim.record import RecordError

Data = dict[str, Any]
Change = Callable[[Data], object]


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
    loaded = record.load(tmp_path)
    assert plain(loaded) == plain(run)
    assert images_of(loaded).keys() == images_of(run).keys()
    for key, array in images_of(run).items():
        np.testing.assert_array_equal(getattr(loaded, key), array, strict=True)


def test_saving_twice_writes_the_same_bytes(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    record.save(record.load(folder), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_saving_replaces_the_arrays(folder: Path) -> None:
    run = tiny_run()
    record.save(run.model_copy(update={"filters": None}), folder)
    assert len(list(folder.glob("arrays-*.npz"))) == 1
    assert record.load(folder).filters is None


def test_what_cannot_be_saved_leaves_the_old_record(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    no_text = tiny_run().model_copy(update={"name": "\ud800", "filters": None})
    with pytest.raises(UnicodeEncodeError):
        record.save(no_text, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_record_needs_no_arrays(tmp_path: Path) -> None:
    record.save(bare_run(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert record.load(tmp_path).arrays is None


def test_absent_is_not_zero(folder: Path) -> None:
    train = record.load(folder).rounds[1].train
    assert train is not None
    assert (train.replies[0].seconds, train.gram, train.metrics) == (None, None, None)
    assert "seconds" not in json.loads((folder / "run.json").read_text())["rounds"][1]["train"]


def test_events_lie_in_the_array_file(folder: Path) -> None:
    data = json.loads((folder / "run.json").read_text())
    assert "partitions" not in data
    assert set(data["rounds"][1]["train"]) == {"failures", "weighted_mean"}


def test_lists_of_numbers_stay_on_one_line(folder: Path) -> None:
    assert '"weighted_mean": [4.0, 5.0, 0.0]' in (folder / "run.json").read_text()


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


def edit(folder: Path, change: Change) -> None:
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


def test_not_an_object(folder: Path) -> None:
    (folder / "run.json").write_text("[]")
    assert error(folder) == f"RUN/run.json: holds list, not an object. {REMAKE}"


def in_round(index: int, *path: Any, **values: Any) -> Change:
    """Return a change of some values in a round."""

    def change(data: Data) -> None:
        found = data["rounds"][index]
        for key in path:
            found = found[key]
        found.update(values)

    return change


def with_arrays(**found: Any) -> Change:
    return lambda data: data.update(found)


FIELDS = [
    (lambda data: data.pop("name"), "name: field required"),
    (
        lambda data: data.update(colour="red"),
        "colour: extra inputs are not permitted, found 'red'",
    ),
    (
        in_round(1, "central", loss=float("nan")),
        "rounds[1].central.loss: input should be a finite number, found nan",
    ),
    (
        in_round(1, "central", accuracy=1.5),
        "rounds[1].central.accuracy: input should be less than or equal to 1, found 1.5",
    ),
    (
        in_round(1, central={"other": {}}),
        "rounds[1].central: metrics: hold nothing; leave them out",
    ),
    (
        lambda data: data["network"].update(num_bytes="12"),
        "network.num_bytes: input should be a valid integer, found '12'",
    ),
    (
        lambda data: data["network"].update(num_bytes=2**63),
        "network.num_bytes: input should be less than or equal to 9223372036854775807, "
        "found 9223372036854775808",
    ),
    (
        lambda data: data["config"].update(seed=None),
        "config.seed: found None; a setting is true, false, a finite number or text",
    ),
    (
        in_round(1, "evaluate", failures=[{"client": 0, "kind": "tired"}]),
        "rounds[1].evaluate.failures[0].kind: input should be 'error' or 'no reply', found 'tired'",
    ),
]

ROUNDS = [
    (lambda data: data.update(rounds=[]), "rounds: there is none; round 0 is the state before"),
    (in_round(1, number=2), "rounds: numbers [0, 2] are not 0, 1, ..."),
    (
        in_round(1, "evaluate", failures=[{"client": 1, "kind": "no reply"}]),
        "rounds[1].evaluate: sampled: (1, 1) is not ascending",
    ),
    (
        lambda data: data["rounds"][1]["train"]["replies"].reverse(),
        "rounds[1].train: replies: clients [1, 0] are not ascending",
    ),
    (
        in_round(1, "train", "replies", 0, weight=0.5),
        "rounds[1].train: replies[0].weight: 0.5 differs from 0.25, its sum",
    ),
    (
        in_round(1, "evaluate", "replies", 0, num_examples=None),
        "rounds[1].evaluate: replies[0].weight: is a share of an unknown number of examples",
    ),
    (
        in_round(1, "train", weighted_mean=[4.0, 5.1, 0.0]),
        "rounds[1].train: weighted_mean[1]: 5.1 differs from 5, its sum",
    ),
    (
        in_round(1, "train", "replies", 1, probes=[5.0, 6.0]),
        "rounds[1].train: weighted_mean: 3 probes, a reply has another count",
    ),
    (
        in_round(1, "train", "replies", 1, probes=None),
        "rounds[1].train: weighted_mean: 3 probes, a reply has another count",
    ),
    (
        in_round(1, "train", "replies", 1, weight=None),
        "rounds[1].train: weighted_mean: a reply has no weight",
    ),
    (
        in_round(1, "evaluate", "metrics", loss=1.6),
        "rounds[1].evaluate: metrics.loss: 1.6 differs from 1.5, its sum",
    ),
    (
        in_round(1, "evaluate", "metrics", accuracy=0.5),
        "rounds[1].evaluate: metrics.accuracy: 0.5 differs from 1, its sum",
    ),
    (
        lambda data: data["rounds"][1]["evaluate"].pop("metrics"),
        "rounds[1].evaluate: averaged: true, and there are no metrics",
    ),
    (in_round(1, probes=[4.0, 5.0, 0.5]), "rounds[1].probes: differ from train.weighted_mean"),
    (in_round(0, probes=[0.0]), "rounds[0]: 1 probes, the run has 3"),
    (
        lambda data: data.update(num_clients=1),
        "rounds[1]: client 1 was sampled, there are 1",
    ),
]

PARTITIONS = [
    (lambda data: data["partitions"].pop(), "partitions: 1 for 2 clients"),
    (lambda data: data.pop("num_clients"), "partitions: 2 for None clients"),
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
]

ARRAYS = [
    (
        with_arrays(thumbnails=np.zeros((2, 1, 2, 2, 3))),
        "thumbnails: is float64",
    ),
    (
        with_arrays(thumbnails=np.zeros((2, 1, 2, 2, 4), np.uint8)),
        "thumbnails: shape (2, 1, 2, 2, 4)",
    ),
    (
        with_arrays(thumbnails=np.zeros((2, 2, 2, 3), np.uint8)),
        "thumbnails: shape (2, 2, 2, 3)",
    ),
    (
        with_arrays(thumbnails=np.zeros((3, 1, 2, 2, 3), np.uint8)),
        "thumbnails: shape (3, 1, 2, 2, 3) for 2 clients",
    ),
    (with_arrays(filters=np.zeros((2, 1, 3, 2, 2))), "filters: is float64"),
    (
        with_arrays(filters=np.zeros((1, 1, 3, 2, 2), np.float32)),
        "filters: shape (1, 1, 3, 2, 2) for 2 rounds, round 0 included",
    ),
    (
        with_arrays(filters=np.full((2, 1, 3, 2, 2), np.nan, np.float32)),
        "filters: hold a number that is not finite",
    ),
    (
        with_arrays(sample_images=np.zeros((1, 2, 2, 3), np.uint8)),
        "sample_images: there are no samples",
    ),
]

# Of the full record.
FULL = [
    (
        in_round(1, "train", gram=[[25.0, 8.0], [8.5, 4.0]]),
        "rounds[1].train: gram: is not symmetric",
    ),
    (
        in_round(1, "train", gram=[[25.0, 8.0], [8.0, 4.1]]),
        "rounds[1].train: gram[1][1]: 4.1 is not the square of update_norm",
    ),
    (
        in_round(1, "train", gram=[[-25.0, 8.0], [8.0, 4.0]]),
        "rounds[1].train: gram[0][0]: -25 is not the square of update_norm",
    ),
    (
        in_round(1, "train", "replies", 0, update_norm=1e200),
        "rounds[1].train: gram[0][0]: 25 is not the square of update_norm",
    ),
    (in_round(2, "train", gram=[[1.0, 0.0], [0.0, 1.0]]), "rounds[2].train: gram: 2 rows for 1"),
    (
        in_round(0, confusion=[[1, 1], [1, 0]]),
        "rounds[0].confusion: 3 for 4 test examples",
    ),
    (in_round(0, confusion=[[4]]), "rounds[0].confusion: 1 rows for 2 classes"),
    (lambda data: data.pop("dataset"), "rounds[0].confusion: of classes without a dataset"),
    (lambda data: data["path"]["points"].pop(), "path.points: 3 for 4 rounds from 0"),
    (
        lambda data: data["path"].update(explained=[0.5]),
        "path.explained[1]: field required",
    ),
    (lambda data: data["samples"].update(labels=[0, 2]), "samples.labels: class 2 of 2"),
    (lambda data: data["samples"]["last"].pop(), "samples.last: 1 for 2 samples"),
    (lambda data: data["samples"]["first"][1].pop(), "samples.first[1]: 1 for 2 classes"),
    (
        with_arrays(sample_images=np.zeros((1, 2, 2, 3), np.uint8)),
        "sample_images: shape (1, 2, 2, 3) for 2 samples",
    ),
    (
        with_arrays(sample_images=np.zeros((2, 2, 2, 3), np.int8)),
        "sample_images: is int8",
    ),
    (lambda data: data.pop("samples"), "sample_images: there are no samples"),
]


@pytest.mark.parametrize(
    ("run", "change", "message"),
    [
        *((tiny_run(), *case) for case in [*FIELDS, *ROUNDS, *PARTITIONS, *ARRAYS]),
        *((full_run(), *case) for case in FULL),
    ],
)
def test_contradictions(tmp_path: Path, run: record.Run, change: Change, message: str) -> None:
    put_changed(tmp_path, run, change)
    assert error(tmp_path).startswith(f"RUN/run.json: {message}")
    assert error(tmp_path).endswith(f". {REMAKE}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda data: data["rounds"][1]["train"].update(sampled=[0, 1]),
            "rounds[1].train.sampled: belongs into the array file",
        ),
        (
            lambda data: data["rounds"][1]["evaluate"].update(replies=[]),
            "rounds[1].evaluate.replies: belongs into the array file",
        ),
        (
            lambda data: data["rounds"][0].update(confusion=[]),
            "rounds[0].confusion: belongs into the array file",
        ),
        (lambda data: data.update(partitions=[]), "partitions: belongs into the array file"),
        (lambda data: data.update(rounds=5), "rounds: holds something else than objects"),
        (
            lambda data: data["rounds"][1].update(train=None),
            "rounds[1].train: holds something else than objects",
        ),
        (
            lambda data: data["rounds"][1].pop("evaluate"),
            "rounds[1]: has no evaluate, and replies of it",
        ),
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
            "rounds[1].train: weighted_mean[0]: 4.0 differs from 0, its sum",
        ),
    ],
)
def test_json_and_columns_contradict_each_other(folder: Path, change: Change, message: str) -> None:
    edit(folder, change)
    assert error(folder).startswith(f"RUN/run.json: {message}")


@pytest.mark.parametrize(
    ("half", "message"),
    [
        ({"sampled": (0, 1), "replies": ()}, "sampled: [0, 1] were asked, [] answered"),
        ({"sampled": (1, 0), "replies": ()}, "sampled: (1, 0) is not ascending"),
        ({"sampled": (), "replies": (), "gram": ((1.0,),)}, "gram: 1 rows for 0 replies"),
        (
            {"sampled": (0,), "replies": ({"client": 0},), "gram": ((1.0, 2.0),)},
            "gram: 1 rows for 1 replies",
        ),
    ],
)
def test_halves_that_no_file_can_hold(half: Data, message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"Value error, {message} [type=")):
        record.Train.model_validate(half)


def test_a_long_list_is_cut() -> None:
    with pytest.raises(ValidationError) as caught:
        record.Train(sampled=tuple(range(1000)), replies=())
    told = "sampled: [0, 1, 2, 3, 4, 5, ...] were asked, [] answered"
    assert told in str(caught.value)


def test_a_long_value_is_cut(folder: Path) -> None:
    edit(folder, lambda data: data.update(network="n" * 1000))
    assert len(error(folder)) < 250


def test_many_errors_are_counted(folder: Path) -> None:
    edit(folder, lambda data: data.update({f"key-{i}": i for i in range(1001)}))
    assert error(folder) == f"RUN/run.json: 1001 fields are wrong. {REMAKE}"


def test_other_arrays(folder: Path) -> None:
    path = next(folder.glob("*.npz"))
    path.write_bytes(path.read_bytes() + b"more")
    assert f"RUN/{path.name}: not readable as arrays (SHA-256 is" in error(folder)


def test_missing_arrays(folder: Path) -> None:
    path = next(folder.glob("*.npz"))
    path.unlink()
    assert f"RUN/{path.name}: not readable as arrays ([Errno 2]" in error(folder)


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
    max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RUNS = st.sampled_from([tiny_run(), full_run()])


@many_examples
@given(data=st.data(), run=RUNS)
def test_a_mutated_run_loads_or_says_why_not(
    tmp_path: Path, data: st.DataObject, run: record.Run
) -> None:
    content, stored = columns.pack(plain(run))
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(content, data)
    put(tmp_path, content, {**stored, **images_of(run)})
    if data.draw(st.booleans()):
        edit(tmp_path, lambda found: mutate(found, data))
    loads_or_says_why_not(tmp_path)


@many_examples
@given(data=st.data(), run=RUNS)
def test_damaged_bytes_load_or_say_why_not(
    tmp_path: Path, data: st.DataObject, run: record.Run
) -> None:
    content, stored = columns.pack(plain(run))
    put(tmp_path, content, {**stored, **images_of(run)})
    path = tmp_path / "run.json"
    damaged = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(damaged) - 1))
    damaged[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    path.write_bytes(damaged)
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

MANY = 10_000


def repeated(text: str, *fields: str) -> str:
    rest = "".join(f", {field}" for field in fields)
    return f'{{"schema_version": 2, "name": "many"{rest}, "rounds": [{text}]}}'


@pytest.mark.parametrize(
    "text",
    [
        repeated("[" * MANY),
        repeated("1, " * MANY + "1"),
        repeated("{}, " * MANY + "{}"),
        repeated(", ".join(f'{{"number": {i}, "central": {{"loss": 1}}}}' for i in range(MANY))),
        repeated('{"number": 0, "train": {}}, ' * MANY + "{}"),
        repeated(", ".join(["9" * 4000] * 100)),
        repeated(", ".join(["9" * 5000] * 100)),
        repeated('{"number": 0}', *(f'"{i}": 1' for i in range(MANY))),
        repeated('{"number": 0}', '"probes": [' + "1, " * MANY + "1]"),
        repeated('{"number": 0}', '"versions": {' + '"1": 1, ' * MANY + '"2": 1}'),
    ],
    ids=lambda text: text[30:60],
)
def test_text_takes_less_than_a_hundred_times_its_size(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    tracemalloc.start()
    with contextlib.suppress(RecordError):
        record.load(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * len(text) + 2**20


# --- fingerprints


@pytest.mark.parametrize("run", [tiny_run(), full_run(), bare_run()], ids=lambda run: run.name)
def test_a_fingerprint_outlives_the_file(run: record.Run, tmp_path: Path) -> None:
    record.save(run, tmp_path)
    assert record.fingerprint(record.load(tmp_path)) == record.fingerprint(run)


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
    halves = path[:1] == ("rounds",) and path[2] in ("train", "evaluate")
    return (
        path == ("name",)
        or path[0] == "final"
        or path in (("provenance", "started"), ("provenance", "finished"))
        or (halves and path[-1] == "seconds" and "other" not in path)
    )


@pytest.mark.parametrize("run", [tiny_run(), full_run()], ids=lambda run: run.name)
def test_a_fingerprint_is_of_all_but_clocks_and_labels(run: record.Run) -> None:
    data = plain(run)
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
