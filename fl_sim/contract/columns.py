"""Lists of events as columns of arrays: small in the file, and quick to read.

A run of many clients has a hundred thousand replies. As JSON they would take a hundred times the
space. Each field of theirs is one array here, over all rounds, and a list of lists is its values
one after another with the length of each.

Absent is -1 among counts and lengths, and NaN among real numbers: neither can be a value.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]
Row = dict[str, Any]

COUNT, REAL, COUNTS, REALS, METRICS = "count", "real", "counts", "reals", "metrics"

TABLES: dict[str, dict[str, str]] = {
    "partitions": {
        "num_train": COUNT,
        "num_validation": COUNT,
        "label_counts": COUNTS,
        "thumbnail_labels": COUNTS,
    },
    "train": {
        "client": COUNT,
        "num_examples": COUNT,
        "weight": REAL,
        "bytes_down": COUNT,
        "bytes_up": COUNT,
        "seconds": REAL,
        "update_norm": REAL,
        "probes": REALS,
        "loss_curve": REALS,
        "train": METRICS,
        "validation": METRICS,
        "test": METRICS,
    },
    "evaluate": {
        "client": COUNT,
        "num_examples": COUNT,
        "weight": REAL,
        "metrics": METRICS,
        "bytes_down": COUNT,
        "bytes_up": COUNT,
        "seconds": REAL,
    },
}
PHASES = ("train", "evaluate")
GRAM, CONFUSION = "train.gram", "confusion"
LENGTH = "#length"
REPLIES = "#replies"


def pack(data: Row) -> tuple[Row, dict[str, npt.NDArray[Any]]]:
    """Divide a run's plain data into what stays JSON, and columns.

    The inverse of ``unpack``. Numbers in lists keep seven digits.
    """
    rounds = [dict(round_) for round_ in data["rounds"]]
    columns: dict[str, npt.NDArray[Any]] = {}
    for phase in PHASES:
        columns |= _pack_phase(phase, rounds)
    columns |= _pack_lists(CONFUSION, [_flat(round_.pop(CONFUSION, None)) for round_ in rounds])
    partitions = data.get("partitions") or []
    rest = {key: value for key, value in data.items() if key != "partitions"}
    columns |= _pack_table("partitions", partitions)
    return {**rest, "rounds": rounds}, columns


def unpack(data: Row, columns: Arrays) -> Row:
    """Return a run's plain data, with what lies in columns in its place.

    Raises:
        ValueError: the columns are not of one length, or not of the type they should have.
    """
    rounds = [dict(round_) for round_ in _rows(data.get("rounds"))]
    for phase in PHASES:
        _unpack_phase(phase, rounds, columns)
    for round_, flat in zip(rounds, _lists(CONFUSION, columns, len(rounds)), strict=True):
        if flat is not None:
            round_[CONFUSION] = _square(CONFUSION, [int(value) for value in flat])
    partitions = _unpack_table("partitions", columns)
    return {**data, "rounds": rounds, **({"partitions": partitions} if partitions else {})}


def names() -> frozenset[str]:
    """Return the fixed names of columns; those of an app's own metrics come on top."""
    found = {GRAM, GRAM + LENGTH, CONFUSION, CONFUSION + LENGTH}
    for table, fields in TABLES.items():
        found.add(table + REPLIES)
        found |= {f"{table}.{field}" for field in fields}
        found |= {f"{table}.{field}{LENGTH}" for field in fields}
    return frozenset(found)


# --- packing


def _pack_phase(phase: str, rounds: list[Row]) -> dict[str, npt.NDArray[Any]]:
    halves = [dict(round_[phase]) if phase in round_ else None for round_ in rounds]
    replies = [half.pop("replies") if half else [] for half in halves]
    for round_, half in zip(rounds, halves, strict=True):
        if half is not None:
            if half.get("sampled"):
                del half["sampled"]  # those that replied and those that failed
            round_[phase] = half
    columns = _pack_table(phase, [reply for of_round in replies for reply in of_round])
    if columns:
        columns[phase + REPLIES] = _integers([len(of_round) for of_round in replies])
    if phase == "train":
        columns |= _pack_lists(
            GRAM, [_flat(half.pop("gram", None)) if half else None for half in halves]
        )
    return columns


def _pack_table(table: str, rows: Sequence[Row]) -> dict[str, npt.NDArray[Any]]:
    columns: dict[str, npt.NDArray[Any]] = {}
    for field, kind in TABLES[table].items():
        values = [row.get(field) for row in rows]
        columns |= _pack_field(f"{table}.{field}", kind, values)
    return columns


def _pack_field(name: str, kind: str, values: Sequence[Any]) -> dict[str, npt.NDArray[Any]]:
    if all(value is None for value in values):
        return {}
    if kind == COUNT:
        return {name: _integers([-1 if value is None else value for value in values])}
    if kind == REAL:
        return {name: np.array([np.nan if value is None else value for value in values])}
    if kind == METRICS:
        return _pack_metrics(name, values)
    return _pack_lists(name, values, narrow=kind == REALS)


def _pack_metrics(name: str, values: Sequence[Any]) -> dict[str, npt.NDArray[Any]]:
    flat = [_flat_metrics(value) for value in values]
    keys = sorted({key for row in flat for key in row})
    return {
        f"{name}.{key}": np.array([row.get(key, np.nan) for row in flat], dtype=np.float64)
        for key in keys
    }


def _flat_metrics(value: Row | None) -> dict[str, float]:
    value = value or {}
    plain = {key: value[key] for key in ("loss", "accuracy") if value.get(key) is not None}
    return plain | {f"other.{key}": found for key, found in value.get("other", {}).items()}


def _pack_lists(
    name: str, lists: Sequence[Sequence[Any] | None], *, narrow: bool = False
) -> dict[str, npt.NDArray[Any]]:
    if all(values is None for values in lists):
        return {}
    flat = [value for values in lists for value in values or ()]
    whole = all(isinstance(value, int) for value in flat)
    values = _integers(flat) if whole else np.array(flat, np.float32 if narrow else np.float64)
    lengths = _integers([-1 if values is None else len(values) for values in lists])
    return {name: values, name + LENGTH: lengths}


def _integers(values: Sequence[int]) -> npt.NDArray[Any]:
    """Return whole numbers in the narrowest type that holds them."""
    array = np.array(values, dtype=np.int64)
    ends = (array.min(initial=-1), array.max(initial=0))
    return array.astype(np.result_type(*map(np.min_scalar_type, ends)))


def _flat(rows: Sequence[Sequence[Any]] | None) -> list[Any] | None:
    return None if rows is None else [value for row in rows for value in row]


# --- unpacking


def _unpack_phase(phase: str, rounds: list[Row], columns: Arrays) -> None:
    counts = _counts(columns.get(phase + REPLIES, np.zeros(len(rounds), np.int64)))
    replies = iter(_unpack_table(phase, columns))
    grams = _lists(GRAM, columns, len(rounds)) if phase == "train" else [None] * len(rounds)
    for round_, count, gram in zip(rounds, counts, grams, strict=True):
        of_round = list(islice(replies, count or 0))
        if phase not in round_:
            if of_round or gram is not None:
                raise ValueError(f"{phase}: replies of a round that has no such half")
            continue
        round_[phase] = _half(round_[phase], of_round, gram)
    if next(replies, None) is not None:
        raise ValueError(f"{phase}: replies of no round")


def _half(half: Any, replies: list[Row], gram: Any) -> Row:
    (half,) = _rows([half])
    failed = [failure.get("client") for failure in _rows(half.get("failures", []))]
    asked = [reply["client"] for reply in replies if "client" in reply]
    sampled = sorted(client for client in asked + failed if isinstance(client, int))
    result = {**half, **({"sampled": sampled} if sampled else {}), "replies": replies}
    return result if gram is None else {**result, "gram": _square(GRAM, list(gram))}


def _unpack_table(table: str, columns: Arrays) -> list[Row]:
    own = {name for name in columns if name.startswith(f"{table}.") and name != GRAM}
    fields = {
        field: found
        for field, kind in TABLES[table].items()
        if (found := _unpack_field(f"{table}.{field}", kind, columns, own)) is not None
    }
    sizes = {len(values) for values in fields.values()}
    if len(sizes) > 1:
        raise ValueError(f"{table}: columns of {sorted(sizes)} rows")
    return [
        {field: values[i] for field, values in fields.items() if values[i] is not None}
        for i in range(max(sizes, default=0))
    ]


def _unpack_field(
    name: str, kind: str, columns: Arrays, own: Iterable[str]
) -> Sequence[Any] | None:
    if kind == METRICS:
        return _unpack_metrics(name, columns, own)
    if name not in columns:
        return None
    if kind == COUNT:
        return _counts(columns[name])
    if kind == REAL:
        return _reals(columns[name])
    found = list(_lists(name, columns, None))
    return [None if values is None else list(values) for values in found]


def _unpack_metrics(name: str, columns: Arrays, own: Iterable[str]) -> Sequence[Any] | None:
    mine = {
        key.removeprefix(f"{name}."): _reals(columns[key])
        for key in sorted(own)
        if key.startswith(f"{name}.")
    }
    if not mine:
        return None
    if len({len(values) for values in mine.values()}) > 1:
        raise ValueError(f"{name}: columns of different lengths")
    rows = zip(*mine.values(), strict=True)
    return [_metrics(dict(zip(mine, row, strict=True))) for row in rows]


def _metrics(flat: Mapping[str, float | None]) -> Row | None:
    known = {key: value for key, value in flat.items() if value is not None}
    other = {key[len("other.") :]: known[key] for key in known if key.startswith("other.")}
    result: Row = {key: value for key, value in known.items() if not key.startswith("other.")}
    return (result | ({"other": other} if other else {})) or None


def _lists(name: str, columns: Arrays, count: int | None) -> Iterator[Sequence[Any] | None]:
    """Give each list; where there is no such column, ``count`` times None."""
    if name not in columns and name + LENGTH not in columns:
        yield from [None] * (count or 0)
        return
    lengths = _counts(columns[name + LENGTH])
    values = _values(columns[name])
    if sum(length or 0 for length in lengths) != len(values):
        raise ValueError(f"{name}: {len(values)} values, other lengths")
    start = 0
    for length in lengths:
        yield None if length is None else values[start : start + length]
        start += length or 0


def _values(column: npt.NDArray[Any]) -> list[Any]:
    _check_flat(column, "iuf")
    if column.dtype == np.float32:
        # The shortest decimal that reads back as the same number: what was written.
        column = column.astype("U").astype(np.float64)
    return list(column.tolist())


def _counts(column: npt.NDArray[Any]) -> list[int | None]:
    _check_flat(column, "iu")
    return [None if value == -1 else value for value in column.tolist()]


def _reals(column: npt.NDArray[Any]) -> list[float | None]:
    _check_flat(column, "f")
    return [None if math.isnan(value) else value for value in column.tolist()]


def _check_flat(column: npt.NDArray[Any], kinds: str) -> None:
    if column.ndim != 1 or column.dtype.kind not in kinds:
        raise ValueError(f"a column is {column.dtype}, of {column.ndim} dimensions")


def _square(name: str, flat: Sequence[Any]) -> list[Sequence[Any]]:
    size = round(len(flat) ** 0.5)
    if size * size != len(flat):
        raise ValueError(f"{name}: {len(flat)} values are no square")
    return [flat[i * size : (i + 1) * size] for i in range(size)]


def _rows(value: Any) -> list[Row]:
    """Return a list of objects, or say that it is none."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("a list of objects was expected among rounds, halves or failures")
    return value
