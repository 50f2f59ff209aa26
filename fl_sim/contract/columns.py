"""Lists of events as columns of arrays: small in the file, and quick to read.

A run of many clients has a hundred thousand replies. As JSON they would take a hundred times the
space. Each field of theirs is one array here, over all rounds, and a list of lists is its values
one after another with the length of each.

Absent is -1 among counts and lengths, and NaN among real numbers: neither can be a value. Numbers
in lists lie in single precision where that holds them: where each is the shortest decimal that
reads back as the same float32, as weights are that were recorded so, and losses of five digits.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import numpy.typing as npt

from fl_sim.contract.decimals import shortest

Column = npt.NDArray[Any]
Columns = Mapping[str, Column]
Row = dict[str, Any]

COUNT, REAL, COUNTS, REALS, METRICS = "count", "real", "counts", "reals", "metrics"
LISTS = (COUNTS, REALS)
COUNT_TYPES = (np.int8, np.int16, np.int32, np.int64)

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
MEASURES = ("loss", "accuracy")
OTHER = "other."

# What a half and a round hold in columns, and so never in JSON.
OF_HALF = ("sampled", "replies", "gram")
OF_ROUND = (CONFUSION,)

# Bytes of Python objects that a row (a reply, its metrics) and a value become while a record is
# loaded, at most. A file has its share of them: one that would be smaller is written wider.
ROW, VALUE = 1100, 100
MOST_MEMORY = 160  # bytes a byte of the file
FREE = 2**24  # bytes


def pack(data: Row) -> tuple[Row, dict[str, Column]]:
    """Divide a run's plain data into what stays JSON, and columns.

    The inverse of ``unpack``.

    Raises:
        OverflowError: a count has more than 63 bits.
    """
    rounds = [dict(round_) for round_ in data["rounds"]]
    columns: dict[str, Column] = {}
    for phase in PHASES:
        columns |= _pack_phase(phase, rounds)
    confusions = [_flat(round_.pop(CONFUSION, None)) for round_ in rounds]
    columns |= _pack_lists(CONFUSION, COUNTS, confusions)
    columns |= _pack_table("partitions", data.get("partitions") or [])
    rest = {key: value for key, value in data.items() if key != "partitions"}
    return {**rest, "rounds": rounds}, columns


def unpack(data: Row, columns: Columns) -> Row:
    """Return a run's plain data, with what lies in columns in its place.

    Raises:
        ValueError: the columns are not of one length, or not of the type they should have.
        KeyError: a list has no lengths, or no values.
    """
    _refuse(data, ("partitions",), "")
    rounds = [dict(round_) for round_ in _rows("rounds", data.get("rounds"))]
    for phase in PHASES:
        _unpack_phase(phase, rounds, columns)
    confusions = _of_rounds(CONFUSION, COUNTS, columns, len(rounds))
    for i, (round_, flat) in enumerate(zip(rounds, confusions, strict=True)):
        _refuse(round_, OF_ROUND, f"rounds[{i}].")
        if flat is not None:
            round_[CONFUSION] = _square(CONFUSION, flat)
    partitions = _unpack_table("partitions", columns)
    return {**data, "rounds": rounds, **({"partitions": partitions} if partitions else {})}


def unknown(names: Iterable[str]) -> list[str]:
    """Return the names that no column has."""
    return [name for name in names if name not in NAMES and not _is_metric(name)]


def least_size(columns: Columns) -> int:
    """Return how many bytes a file of these columns has at least.

    A file that would become far more Python objects than it has bytes is refused, and not written.
    """
    rows = 0
    for prefix in (*(f"{table}." for table in TABLES), *METRIC_PREFIXES):
        sizes = [
            column.size
            for name, column in columns.items()
            if name.startswith(prefix) and name + LENGTH not in columns
        ]
        rows += max(sizes, default=0)
    values = sum(column.size for column in columns.values())
    return max(0, ROW * rows + VALUE * values - FREE) // MOST_MEMORY


def widened(columns: Columns) -> dict[str, Column]:
    """Return the columns with whole numbers in their widest type."""
    return {
        name: column.astype(np.int64) if column.dtype.kind == "i" else column
        for name, column in columns.items()
    }


# --- names


def _fixed_names() -> Iterator[str]:
    for name in (GRAM, CONFUSION):
        yield from (name, name + LENGTH)
    yield from (phase + REPLIES for phase in PHASES)
    for table, fields in TABLES.items():
        for field, kind in fields.items():
            if kind != METRICS:
                yield f"{table}.{field}"
            if kind in LISTS:
                yield f"{table}.{field}{LENGTH}"


NAMES = frozenset(_fixed_names())
METRIC_PREFIXES = tuple(
    f"{table}.{field}."
    for table, fields in TABLES.items()
    for field, kind in fields.items()
    if kind == METRICS
)


def _is_metric(name: str) -> bool:
    """Tell whether a column holds a measure, of ours or of the app's own name."""
    keys = [name.removeprefix(prefix) for prefix in METRIC_PREFIXES if name.startswith(prefix)]
    return any(key in MEASURES or _is_own(key) for key in keys)


def _is_own(key: str) -> bool:
    return key.startswith(OTHER) and _own_key(_own_name(key)) == key


def _own_key(name: str) -> str:
    """Return an app's own name for a measure as part of a file name, whatever it contains."""
    return OTHER + quote(name, safe=" ")


def _own_name(key: str) -> str:
    return unquote(key.removeprefix(OTHER))


# --- packing


def _pack_phase(phase: str, rounds: list[Row]) -> dict[str, Column]:
    halves = [dict(round_[phase]) if phase in round_ else None for round_ in rounds]
    replies = [half.pop("replies") if half else [] for half in halves]
    grams = [_flat(half.pop("gram", None)) if half else None for half in halves]
    for round_, half in zip(rounds, halves, strict=True):
        if half is not None:
            if half.get("sampled"):
                del half["sampled"]  # those that replied and those that failed
            round_[phase] = half
    columns = _pack_table(phase, [reply for of_round in replies for reply in of_round])
    if columns:
        columns[phase + REPLIES] = _integers([len(of_round) for of_round in replies])
    return columns | _pack_lists(GRAM, REALS, grams)


def _pack_table(table: str, rows: Sequence[Row]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for field, kind in TABLES[table].items():
        columns |= _pack_field(f"{table}.{field}", kind, [row.get(field) for row in rows])
    return columns


def _pack_field(name: str, kind: str, values: Sequence[Any]) -> dict[str, Column]:
    if kind == METRICS:
        return _pack_metrics(name, values)
    if kind in LISTS:
        return _pack_lists(name, kind, values)
    if all(value is None for value in values):
        return {}
    if kind == COUNT:
        return {name: _integers([-1 if value is None else value for value in values])}
    return {name: np.array([np.nan if value is None else value for value in values], np.float64)}


def _pack_metrics(name: str, values: Sequence[Row | None]) -> dict[str, Column]:
    flat = [_flat_metrics(value or {}) for value in values]
    keys = sorted({key for row in flat for key in row})
    return {
        f"{name}.{key}": np.array([row.get(key, np.nan) for row in flat], np.float64)
        for key in keys
    }


def _flat_metrics(value: Row) -> dict[str, float]:
    plain = {key: value[key] for key in MEASURES if value.get(key) is not None}
    return plain | {_own_key(name): found for name, found in value.get("other", {}).items()}


def _pack_lists(name: str, kind: str, lists: Sequence[Sequence[Any] | None]) -> dict[str, Column]:
    if all(values is None for values in lists):
        return {}
    flat = [value for values in lists for value in values or ()]
    lengths = [-1 if values is None else len(values) for values in lists]
    column = _integers(flat) if kind == COUNTS else _narrowed(np.array(flat, np.float64))
    return {name: column, name + LENGTH: _integers(lengths)}


def _integers(values: Sequence[int]) -> Column:
    """Return whole numbers, -1 and above, in the narrowest type that holds them."""
    column = np.array(values, dtype=np.int64)
    top = column.max(initial=0)
    return column.astype(next(kind for kind in COUNT_TYPES if top <= np.iinfo(kind).max))


def _narrowed(column: npt.NDArray[np.float64]) -> Column:
    """Return the column in single precision if it can be read back from there."""
    with np.errstate(over="ignore", under="ignore"):
        narrow = column.astype(np.float32)
    return narrow if np.array_equal(shortest(narrow), column) else column


def _flat(rows: Sequence[Sequence[Any]] | None) -> list[Any] | None:
    return None if rows is None else [value for row in rows for value in row]


# --- unpacking


def _unpack_phase(phase: str, rounds: list[Row], columns: Columns) -> None:
    table = _unpack_table(phase, columns)
    counts = _reply_counts(phase, columns, len(rounds), len(table))
    grams = _of_rounds(GRAM, REALS, columns if phase == "train" else {}, len(rounds))
    replies = iter(table)
    for i, (round_, gram) in enumerate(zip(rounds, grams, strict=True)):
        of_round = list(islice(replies, counts[i]))
        if phase in round_:
            round_[phase] = _half(f"rounds[{i}].{phase}", round_[phase], of_round, gram)
        elif of_round or gram is not None:
            raise ValueError(f"rounds[{i}]: has no {phase}, and replies of it")


def _reply_counts(phase: str, columns: Columns, rounds: int, total: int) -> list[int]:
    """Return how many of a table's rows are of each round."""
    name = phase + REPLIES
    counts = [count or 0 for count in _counts(name, columns)] if total else [0] * rounds
    _check_length(name, len(counts), rounds, "rounds")
    _check_length(name, sum(counts), total, "replies")
    return counts


def _half(where: str, half: Any, replies: list[Row], gram: Sequence[Any] | None) -> Row:
    (half,) = _rows(where, [half])
    # Nobody was asked: known, and in no column.
    known = {key: value for key, value in half.items() if (key, value) != ("sampled", [])}
    _refuse(known, OF_HALF, f"{where}.")
    failed = [failure.get("client") for failure in _rows(where, half.get("failures", []))]
    asked = [reply.get("client") for reply in replies] + failed
    sampled = sorted(client for client in asked if isinstance(client, int))
    result = {**half, **({"sampled": sampled} if sampled else {}), "replies": replies}
    return result if gram is None else {**result, "gram": _square(GRAM, gram)}


def _unpack_table(table: str, columns: Columns) -> list[Row]:
    fields = {
        field: values
        for field, kind in TABLES[table].items()
        if (values := _unpack_field(f"{table}.{field}", kind, columns)) is not None
    }
    size = len(next(iter(fields.values()), ()))
    for field, values in fields.items():
        _check_length(f"{table}.{field}", len(values), size, "rows")
    names = list(fields)
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*fields.values(), strict=True)
    ]


def _unpack_field(name: str, kind: str, columns: Columns) -> Sequence[Any] | None:
    if kind == METRICS:
        return _unpack_metrics(f"{name}.", columns)
    if kind in LISTS:
        return _lists(name, kind, columns)
    if name not in columns:
        return None
    return _counts(name, columns) if kind == COUNT else _reals(name, columns)


def _unpack_metrics(prefix: str, columns: Columns) -> Sequence[Row | None] | None:
    mine = {name.removeprefix(prefix): name for name in columns if name.startswith(prefix)}
    if not mine:
        return None
    values = {key: _reals(name, columns) for key, name in mine.items()}
    size = len(next(iter(values.values())))
    for key, found in values.items():
        _check_length(prefix + key, len(found), size, "rows")
    plain = [key for key in values if key in MEASURES]
    own = {_own_name(key): values[key] for key in values if key not in MEASURES}
    rows = _rows_of(plain, [values[key] for key in plain], size)
    if not own:
        return [row or None for row in rows]
    others = _rows_of(list(own), list(own.values()), size)
    return [
        ({**row, "other": other} if other else row) or None
        for row, other in zip(rows, others, strict=True)
    ]


def _rows_of(names: Sequence[str], columns: Sequence[Sequence[Any]], size: int) -> list[Row]:
    """Return the rows of a table without what is absent."""
    if not names:
        return [{} for _ in range(size)]
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*columns, strict=True)
    ]


def _of_rounds(name: str, kind: str, columns: Columns, rounds: int) -> list[Sequence[Any] | None]:
    """Return the list of each round, none where there is no such column."""
    lists = _lists(name, kind, columns) or [None] * rounds
    _check_length(name, len(lists), rounds, "rounds")
    return lists


def _lists(name: str, kind: str, columns: Columns) -> list[Sequence[Any] | None] | None:
    if name not in columns and name + LENGTH not in columns:
        return None
    lengths = _counts(name + LENGTH, columns)
    column = _checked(name, columns, COUNT_TYPES if kind == COUNTS else (np.float32, np.float64))
    _check_length(name, column.size, sum(length or 0 for length in lengths), "by their lengths")
    values = (shortest(column) if column.dtype == np.float32 else column).tolist()
    ends = accumulate(length or 0 for length in lengths)
    return [
        None if length is None else values[end - length : end]
        for length, end in zip(lengths, ends, strict=True)
    ]


def _counts(name: str, columns: Columns) -> list[int | None]:
    column = _checked(name, columns, COUNT_TYPES)
    least = column.min(initial=0)
    if least < -1:
        raise ValueError(f"{name}: {least} is no count")
    values = column.tolist()
    return values if least == 0 else [None if value == -1 else value for value in values]


def _reals(name: str, columns: Columns) -> list[float | None]:
    column = _checked(name, columns, (np.float64,))
    return [None if math.isnan(value) else value for value in column.tolist()]


def _checked(name: str, columns: Columns, types: Sequence[type]) -> Column:
    column = columns[name]
    if column.ndim != 1 or column.dtype not in types:
        raise ValueError(f"{name}: is {column.dtype}, of {column.ndim} dimensions")
    return column


def _check_length(name: str, found: int, expected: int, what: str) -> None:
    if found != expected:
        raise ValueError(f"{name}: {found} for {expected} {what}")


def _square(name: str, flat: Sequence[Any]) -> list[Sequence[Any]]:
    size = math.isqrt(len(flat))
    _check_length(name, len(flat), size * size, "in a square")
    return [flat[i * size : (i + 1) * size] for i in range(size)]


def _rows(name: str, value: Any) -> list[Row]:
    """Return a list of objects, or say that it is none."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{name}: holds something else than objects")
    return value


def _refuse(row: Row, keys: Iterable[str], where: str) -> None:
    """Refuse what lies in columns a second time."""
    for key in keys:
        if key in row:
            raise ValueError(f"{where}{key}: belongs into the array file")
