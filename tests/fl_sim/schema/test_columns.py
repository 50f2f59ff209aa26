"""Columns of schema 2: read exactly, and refused where they fit no record."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_record import Data, peak_memory, put_arrays, put_old

from fl_sim import record
from fl_sim.record import RecordError
from fl_sim.schema import arrays, columns, text

V2 = Path(__file__).parents[2] / "data" / "record-v2"  # the full run of `tiny_record`

Stored = dict[str, Any]


def stored_record() -> tuple[Data, Stored]:
    """Return the data and the arrays of a record of schema 2."""
    with np.load(next(V2.glob("*.npz"))) as stored:
        return json.loads((V2 / "run.json").read_text()), dict(stored)


def refused(folder: Path, changes: Stored) -> str:
    """Return what is said of the record with other columns. None: without it."""
    data, known = stored_record()
    found = {name: array for name, array in {**known, **changes}.items() if array is not None}
    put_old(folder, data, found)
    with pytest.raises(RecordError) as caught:
        record.load(folder)
    message = str(caught.value).removeprefix(f"{folder}/run.json: ")
    return message.removeprefix("not laid out as in schema_version 2 (")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train.client": np.int8([0, 2])}, "ValueError('zip() argument"),
        ({"train.train.accuracy": np.zeros(2)}, "ValueError('zip() argument"),
        ({"train.client": None}, "KeyError('client')"),
        ({"train.probes#length": np.int8([2, 2])}, "ValueError('train.probes: its 6 values"),
        (
            {"train.probes#length": np.int8([2, 8, 2])},
            "ValueError('train.probes: its 6 values",
        ),
        (
            {"train.probes#length": np.int8([2, 6, -2])},
            "ValueError('train.probes#length: holds no lengths",
        ),
        (
            {"train.probes#length": np.float64([2, 2, 2])},
            "ValueError('train.probes#length: holds no lengths",
        ),
        ({"train.probes#length": None}, "ValueError('zip() argument"),
        ({"train.probes": None}, "ValueError(\"the array 'train.probes#length' is not known\")"),
        ({"train.client": np.uint8([0, 2, 1])}, "ValueError('train.client: is uint8, of 1 dim"),
        ({"train.client": np.int8([[0, 2, 1]])}, "ValueError('train.client: is int8, of 2 dim"),
        ({"train.client": np.int8(0)}, "ValueError('train.client: is int8, of 0 dimensions"),
        ({"train.client": np.array(["a"] * 3)}, "ValueError('train.client: is <U1, of 1"),
        ({"train.client": np.float64([0, 2, 1])}, "rounds[1].train.sampled[0]: input"),
        (
            {"train#replies": np.int8([0, 2, 1])},
            "ValueError('train#replies: its counts are not those of 4 rounds",
        ),
        (
            {"train#replies": np.int8([0, 1, 1, 0])},
            "ValueError('train#replies: its counts are not those of 4 rounds",
        ),
        ({"train#replies": np.int8([2, 0, 1, 0])}, "ValueError('a round has no train, and replies"),
        ({"train#replies": np.int8([0, 2, 3, -2])}, "ValueError('train#replies: holds no lengths"),
        (
            {"train#replies": None},
            "ValueError('train#replies: its counts are not those of 4 rounds",
        ),
        ({"train.gram#length": np.int8([-1, 4, 1])}, "ValueError('train.gram: 3 for 4 rounds"),
        ({"confusion#length": np.int8([8, -1])}, "ValueError('confusion: 2 for 4 rounds"),
        ({"train.weight": np.array([np.inf, 0, 0])}, "rounds[1].train.replies[0].weight: input"),
        ({"train.client": np.int8([0, -1, 1])}, "KeyError('client')"),
        ({"train.probes": np.full(6, np.nan)}, "rounds[1].train.replies[0].probes[0]: input"),
        ({"train.train": np.ones(3)}, "TypeError(\"'float' object does not"),
        ({"train.colour": np.ones(3)}, "rounds[1].train.replies[0].colour: extra inputs are not"),
        ({"colours": np.zeros(3)}, "ValueError(\"the array 'colours' is not known\")"),
    ],
)
def test_columns_that_fit_no_run(tmp_path: Path, changes: Stored, message: str) -> None:
    assert refused(tmp_path, changes).startswith(message)


def test_minus_one_is_absent_among_whole_numbers_alone(tmp_path: Path) -> None:
    data, stored = stored_record()
    put_old(tmp_path, data, {**stored, "train.train.loss": np.array([-1.0, np.nan, -0.0])})
    first, second = record.load(tmp_path).rounds[1].train.replies
    assert (first.train.loss, second.train) == (-1.0, None)
    assert (second.bytes_down, second.num_examples) == (None, 3)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20))
def test_a_float32_is_read_as_its_shortest_decimal(bits: list[int]) -> None:
    singles = np.array(bits, np.uint32).view(np.float32)
    known = singles[np.isfinite(singles)]
    found = columns._decimals(known)
    assert [np.float32(value).tobytes() for value in found] == [each.tobytes() for each in known]
    assert [repr(value) for value in found] == [repr(float(str(each))) for each in known]


# --- anything else

TYPES = ("i1", "i8", "u1", "f2", "f4", "f8", ">f8", "c8", "U3", "S0", "M8[s]", "?")


def mutate(stored: Stored, data: st.DataObject) -> None:
    """Change one column: its type, length, values, shape or name, or that it is there."""
    name = data.draw(st.sampled_from(sorted(stored)))
    column = stored[name]
    how = data.draw(st.sampled_from(["type", "length", "values", "shape", "rename", "drop", "add"]))
    if how == "type":
        kind = data.draw(st.sampled_from(TYPES))
        with contextlib.suppress(ValueError, TypeError, OverflowError), np.errstate(all="ignore"):
            stored[name] = column.real.astype(kind)
    elif how == "length":
        stored[name] = np.resize(column, data.draw(st.integers(0, 2 * column.size + 1)))
    elif how == "values" and column.ndim == 1 and column.dtype.kind in "if":
        changed = column.copy()
        info = np.iinfo if column.dtype.kind == "i" else np.finfo
        ends = [info(column.dtype).min, -2, -1, 0, 1, 2, info(column.dtype).max]
        odd = [np.nan, np.inf] if column.dtype.kind == "f" else []
        for i in data.draw(st.lists(st.integers(0, max(column.size - 1, 0)), max_size=3)):
            changed[i : i + 1] = data.draw(st.sampled_from([*ends, *odd]))
        stored[name] = changed
    elif how == "shape":
        stored[name] = column.reshape(data.draw(st.sampled_from([(-1, 1), (1, -1), (1, 1, -1)])))
    elif how == "rename":
        stored[data.draw(NAMES)] = stored.pop(name)
    elif how == "drop":
        del stored[name]
    else:
        stored[data.draw(NAMES)] = column


NAMES = st.sampled_from(sorted(stored_record()[1])) | st.builds(
    "{}{}".format,
    st.sampled_from(["train.train.", "train.", "evaluate.metrics.other.", ""]),
    st.text("abc.%/4#", max_size=6),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_columns_load_or_say_why_not(tmp_path: Path, data: st.DataObject) -> None:
    content, stored = stored_record()
    for _ in range(data.draw(st.integers(1, 4))):
        mutate(stored, data)
    put_old(tmp_path, content, stored)
    with contextlib.suppress(RecordError):
        assert isinstance(record.load(tmp_path), record.Run)


# --- no more memory than the file is worth


def replies_of(*fields: str) -> Stored:
    """Return columns of twenty thousand replies in which every field is zero."""
    counts = {"train#replies": np.int32([0, 20_000])}
    clients = {"train.client": np.arange(20_000, dtype=np.int16)}
    return {**counts, **clients, **{field: np.zeros(20_000) for field in fields}}


ROWS: dict[str, Stored] = {
    "clients": replies_of(),
    "metrics": replies_of("train.train.loss", "train.validation.loss", "train.test.loss"),
    "own": replies_of(*(f"train.train.other.{i}" for i in range(20))),
    "lists": {
        **replies_of(),
        "train.probes": np.zeros(200_000, np.float32),
        "train.probes#length": np.full(20_000, 10, np.int8),
    },
    "empty lists": {
        **replies_of(),
        "train.probes": np.zeros(0),
        "train.probes#length": np.zeros(20_000, np.int8),
    },
    "a long list": {
        **replies_of(),
        "train.probes": np.full(300_000, 0.1, np.float32),
        "train.probes#length": np.int32([300_000, *[-1] * 19_999]),
    },
    "partitions": {"partitions.thumbnail_labels#length": np.zeros(50_000, np.int8)},
}


def load_rows(folder: Path, name: str) -> int:
    """Load a record with some of these columns, if it can be; return the most memory it took."""
    content = io.BytesIO()
    np.savez_compressed(content, **ROWS[name])
    data = {"schema_version": 2, "name": "x", "num_clients": 50_000}
    rounds = [{"number": 0}, {"number": 1, "train": {}}]
    spec = put_arrays(folder, content.getvalue())
    (folder / "run.json").write_text(json.dumps({**data, "rounds": rounds, **spec}))

    def load() -> None:
        with contextlib.suppress(RecordError):
            record.load(folder)

    return peak_memory(load)


@pytest.mark.parametrize("name", ROWS)
def test_columns_become_no_more_than_is_estimated(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "FREE", 2**30)
    assert load_rows(tmp_path, name) < columns.memory(ROWS[name]) + 2**20


@pytest.mark.parametrize("name", ROWS)
def test_columns_of_too_little_are_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "FREE", 2**16)
    assert load_rows(tmp_path, name) < 2**23
    with pytest.raises(RecordError, match=r"\d+ bytes (would take \d+ bytes of mem|unpacked)"):
        record.load(tmp_path)
