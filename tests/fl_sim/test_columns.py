"""Lists of events as columns: exact, narrow, and refused where they fit no record."""

import contextlib
import json
import math
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tiny_record import Data, full_run, images_of, many_clients, plain, put, tiny_run

from fl_sim import record
from fl_sim.contract import arrays, columns
from fl_sim.contract.columns import Column
from fl_sim.record import RecordError


def packed(run: record.Run) -> tuple[Data, dict[str, Column]]:
    return columns.pack(plain(run))


def test_the_columns_of_a_run() -> None:
    _, stored = packed(full_run())
    absent = math.nan
    expected = {
        "confusion": [1, 1, 2, 0, 0, 2, 0, 2],
        "confusion#length": [4, -1, 4, -1],
        "evaluate#replies": [0, 1, 0, 0],
        "evaluate.bytes_down": [8],
        "evaluate.client": [0],
        "evaluate.seconds": [0.25],
        "partitions.label_counts": [2, 0, 0, 300],
        "partitions.label_counts#length": [2, 2, -1],
        "partitions.num_train": [1, -1, 3],
        "partitions.num_validation": [1, -1, -1],
        "partitions.thumbnail_labels": [],
        "partitions.thumbnail_labels#length": [0, 0, 0],
        "train#replies": [0, 2, 1, 0],
        "train.bytes_down": [8, -1, -1],
        "train.bytes_up": [5_000_000_000, -1, -1],
        "train.client": [0, 2, 1],
        "train.gram": [25, 8, 8, 4, 1],
        "train.gram#length": [-1, 4, 1, -1],
        "train.loss_curve": [np.float32(0.1), np.float32(2.34567)],
        "train.loss_curve#length": [2, 0, -1],
        "train.num_examples": [1, 3, 2],
        "train.probes": [3, 4, 0, 2, 1.75, 2.5],
        "train.probes#length": [2, 2, 2],
        "train.seconds": [0.5, absent, absent],
        "train.test.other.%00%C3%84rger%25": [-1e300, absent, absent],
        "train.test.other.f1%2Fmacro": [0.25, absent, absent],
        "train.train.loss": [0.7, absent, absent],
        "train.update_norm": [5, 2, 1],
        "train.validation.accuracy": [1, absent, absent],
        "train.validation.other.f1%2Fmacro": [0.125, absent, absent],
        "train.weight": [0.25, 0.75, 1],
    }
    assert sorted(stored) == sorted(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(stored[name], values, err_msg=name)
    assert columns.unknown(stored) == []


def test_what_stays_json() -> None:
    data, _ = packed(full_run())
    assert [sorted(round_) for round_ in data["rounds"]] == [
        ["central", "number", "probes"],
        ["evaluate", "number", "probes", "train"],
        ["number", "probes", "train"],
        ["central", "number"],
    ]
    assert data["rounds"][1]["evaluate"] == {
        "failures": [{"client": 2, "kind": "no reply"}],
        "averaged": False,
    }


@pytest.mark.parametrize(
    "run", [tiny_run(), full_run(), many_clients(1000, 3)], ids=lambda run: run.name
)
def test_unpacking_is_the_inverse_of_packing(run: record.Run) -> None:
    data, stored = packed(run)
    before = json.dumps(data)
    unpacked = columns.unpack(data, stored)
    assert plain(record.Run.model_validate(unpacked)) == plain(run)
    assert json.dumps(data) == before


# --- numbers


@pytest.mark.parametrize(
    ("top", "bits"),
    [(0, 8), (127, 8), (128, 16), (32767, 16), (32768, 32), (2**31, 64), (2**63 - 1, 64)],
)
def test_counts_take_the_narrowest_type(top: int, bits: int) -> None:
    run = record.Run(
        name="wide",
        num_clients=2,
        partitions=(record.Partition(num_train=top), record.Partition()),
        rounds=(record.Round(number=0),),
    )
    data, stored = packed(run)
    assert stored["partitions.num_train"].dtype == np.dtype(f"i{bits // 8}")
    assert stored["partitions.num_train"].tolist() == [top, -1]
    assert columns.unpack(data, stored) == plain(run)


def with_curve(*losses: float) -> record.Run:
    reply = record.TrainReply(client=0, loss_curve=losses)
    train = record.Train(sampled=(0,), replies=(reply,))
    rounds = (record.Round(number=0), record.Round(number=1, train=train))
    return record.Run(name="curve", rounds=rounds)


def curve_in(run: record.Run) -> tuple[str, list[float]]:
    """Return the type in which a loss curve is kept, and what is read from there."""
    data, stored = packed(run)
    read = columns.unpack(data, stored)["rounds"][1]["train"]["replies"][0]["loss_curve"]
    return stored["train.loss_curve"].dtype.name, read


@pytest.mark.parametrize(
    ("losses", "kind"),
    [
        ((), "float32"),
        ((2.3106, 0.1, 1e-5, 123450.0), "float32"),
        ((0.052723322, -0.031597164), "float32"),
        ((1e-20, 1e30, -1e-45), "float32"),
        ((0.1, 1 / 3), "float64"),
        ((1e300,), "float64"),
        ((1e-300,), "float64"),
        ((16777217.0,), "float64"),
    ],
)
def test_numbers_in_lists_are_narrow_where_nothing_is_lost(
    losses: tuple[float, ...], kind: str
) -> None:
    assert curve_in(with_curve(*losses)) == (kind, list(losses))


@settings(max_examples=500)
@given(st.lists(st.integers(0, 2**32 - 1), max_size=20))
@example([0x00000001, 0x00800000, 0x7F7FFFFF, 0x80000000, 0xFF7FFFFF])
def test_every_float32_is_kept_as_its_shortest_decimal(bits: list[int]) -> None:
    singles = np.array(bits, np.uint32).view(np.float32)
    losses = [float(str(single)) for single in singles if np.isfinite(single)]
    kind, read = curve_in(with_curve(*losses))
    assert [struct.pack("d", loss) for loss in read] == [struct.pack("d", x) for x in losses]
    assert kind == "float32"


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
        train = draw(st.none() | train_halves(clients))
        rounds.append(record.Round(number=number, train=train, central=draw(METRICS)))
    partitions = st.builds(
        record.Partition,
        num_train=COUNTS,
        label_counts=st.none() | st.lists(st.integers(0, 2**40), max_size=3),
    )
    parts = draw(st.just([]) | st.lists(partitions, min_size=clients, max_size=clients))
    return record.Run(name="any", num_clients=clients, rounds=rounds, partitions=parts)


@st.composite
def train_halves(draw: st.DrawFn, clients: int) -> record.Train:
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


@settings(max_examples=300)
@given(runs())
def test_any_run_is_unpacked_as_it_was(run: record.Run) -> None:
    data, stored = packed(run)
    assert columns.unknown(stored) == []
    assert record.Run.model_validate(columns.unpack(data, stored)) == run


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(run=runs())
def test_any_run_is_loaded_as_it_was(tmp_path: Path, run: record.Run) -> None:
    record.save(run, tmp_path)
    assert plain(record.load(tmp_path)) == plain(run)


def test_a_name_of_a_measure_has_its_limit() -> None:
    name = "\N{GRINNING FACE}" * 1000
    metrics = record.Metrics(other={name: 1.0})
    run = record.Run(name="names", rounds=(record.Round(number=0), first_round(metrics)))
    data, stored = packed(run)
    assert record.Run.model_validate(columns.unpack(data, stored)) == run
    arrays.write(stored)
    with pytest.raises(ValidationError, match="at most 1000 characters"):
        record.Metrics(other={f"{name}!": 1.0})


def first_round(metrics: record.Metrics) -> record.Round:
    reply = record.TrainReply(client=0, test=metrics)
    return record.Round(number=1, train=record.Train(sampled=(0,), replies=(reply,)))


# --- what is wrong


def refused(stored: dict[str, Any]) -> str:
    """Return what the loader says of the full run with other columns. None: without it."""
    data, known = packed(full_run())
    changed = {name: array for name, array in {**known, **stored}.items() if array is not None}
    with pytest.raises((ValueError, KeyError)) as caught:
        record.Run.model_validate(columns.unpack(data, changed))
    return str(caught.value)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ({"train.client": np.int8([0, 2])}, "train.num_examples: 3 for 2 rows"),
        ({"train.num_examples": np.int8([1, 3])}, "train.num_examples: 2 for 3 rows"),
        ({"train.probes#length": np.int8([2, 2])}, "train.probes: 6 for 4 by their lengths"),
        ({"train.probes#length": np.int8([2, 4])}, "train.probes: 2 for 3 rows"),
        ({"train.probes#length": np.int8([2, 6, -2])}, "train.probes#length: -2 is no count"),
        ({"train.probes#length": None}, "'train.probes#length'"),
        ({"train.probes": None}, "'train.probes'"),
        ({"train.train.loss": np.zeros(2)}, "train.train: 2 for 3 rows"),
        ({"train.train.accuracy": np.zeros(2)}, "train.train.accuracy: 2 for 3 rows"),
        ({"train.client": np.float64([0, 2, 1])}, "train.client: is float64, of 1 dimensions"),
        ({"train.client": np.uint8([0, 2, 1])}, "train.client: is uint8, of 1 dimensions"),
        ({"train.client": np.int8([[0, 2, 1]])}, "train.client: is int8, of 2 dimensions"),
        ({"train.client": np.int8(0)}, "train.client: is int8, of 0 dimensions"),
        ({"train.weight": np.float32([1, 2, 3])}, "train.weight: is float32, of 1 dimensions"),
        ({"train.weight": np.array(["a"] * 3)}, "train.weight: is <U1, of 1 dimensions"),
        ({"train.probes": np.zeros(6, np.float16)}, "train.probes: is float16, of 1 dimensions"),
        ({"train.probes": np.zeros(6, ">f8")}, "train.probes: is >f8, of 1 dimensions"),
        ({"train#replies": np.int8([0, 2, 1])}, "train#replies: 3 for 4 rounds"),
        ({"train#replies": np.int8([0, 2, 2, 0])}, "train#replies: 4 for 3 replies"),
        ({"train#replies": np.int8([2, 0, 1, 0])}, "rounds[0]: has no train, and replies of it"),
        ({"train#replies": np.int8([0, 2, 3, -2])}, "train#replies: -2 is no count"),
        ({"train#replies": None}, "'train#replies'"),
        ({"evaluate#replies": np.int8([0, 0, 0, 1])}, "rounds[3]: has no evaluate, and replies"),
        ({"train.gram#length": np.int8([-1, 5, -1, -1])}, "train.gram: 5 for 4 in a square"),
        ({"train.gram#length": np.int8([-1, 4, 1])}, "train.gram: 3 for 4 rounds"),
        ({"train.gram#length": np.int8([4, -1, 1, -1])}, "rounds[0]: has no train, and replies"),
        ({"confusion#length": np.int8([8, -1])}, "confusion: 2 for 4 rounds"),
        ({"confusion#length": np.int8([3, 5, -1, -1])}, "confusion: 3 for 1 in a square"),
        ({"confusion": np.zeros(8)}, "confusion: is float64, of 1 dimensions"),
    ],
)
def test_columns_that_fit_no_run(stored: dict[str, Any], message: str) -> None:
    assert refused(stored).startswith(message)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ({"train.weight": np.array([np.inf, 0, 0])}, "rounds.1.train.replies.0.weight"),
        ({"train.client": np.int8([0, -1, 1])}, "rounds.1.train.replies.1.client"),
        ({"train.train.loss": np.array([np.inf, 1, 1])}, "rounds.1.train.replies.0.train.loss"),
        ({"train.probes": np.full(6, np.nan)}, "rounds.1.train.replies.0.probes.0"),
        ({"partitions.label_counts": np.int8([2, 0, -1, 1])}, "partitions.1.label_counts.0"),
    ],
)
def test_values_that_fit_no_field(stored: dict[str, Any], message: str) -> None:
    assert refused(stored).splitlines()[1] == message


@pytest.mark.parametrize(
    "name",
    [
        "",
        "train",
        "train.",
        "train.colour",
        "train.train",
        "train.train.",
        "train.train.f1",
        "train.train.other",
        "train.train.other.a/b",  # not as it is written
        "train.train.other.%41",
        "train.train#length",
        "train.client#length",
        "train.gram.loss",
        "evaluate.train.loss",
        "partitions#replies",
        "rounds",
    ],
)
def test_unknown_names(name: str, tmp_path: Path) -> None:
    assert columns.unknown(["train.client", name, "train.test.other.f1 score"]) == [name]
    data, stored = packed(full_run())
    put(tmp_path, data, {**stored, name: np.zeros(3)})
    with pytest.raises(RecordError, match=re.escape(f"run.json: arrays: {name!r} is not known")):
        record.load(tmp_path)


# --- anything else

TYPES = ("i1", "i8", "u1", "f2", "f4", "f8", ">f8", "c8", "U3", "S0", "M8[s]", "?")


def mutate(stored: dict[str, Column], data: st.DataObject) -> None:
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


NAMES = st.sampled_from(sorted(columns.NAMES)) | st.builds(
    "{}{}".format, st.sampled_from(columns.METRIC_PREFIXES), st.text("abc.%/4#", max_size=6)
)


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), run=st.sampled_from([tiny_run(), full_run()]))
def test_mutated_columns_load_or_say_why_not(
    tmp_path: Path, data: st.DataObject, run: record.Run
) -> None:
    content, stored = packed(run)
    stored |= images_of(run)
    for _ in range(data.draw(st.integers(1, 4))):
        mutate(stored, data)
    put(tmp_path, content, stored)
    with contextlib.suppress(RecordError):
        assert isinstance(record.load(tmp_path), record.Run)
