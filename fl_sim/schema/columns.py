"""The reader of schema 2's columns: a list of replies was one array for each of their fields.

``train.client`` holds the client of every training reply, ``train.validation.loss`` the loss on its
validation part, and so on. A list of lists is its values one after another, beside an array of
lengths. Absent is -1 among whole numbers and NaN among real ones.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from fl_sim.schema.text import OBJECT, VALUE
from fl_sim.wording import count

Row = dict[str, Any]
Columns = Mapping[str, npt.NDArray[Any]]

LENGTH = "#length"
REPLIES = "#replies"


def memory(columns: Columns) -> int:
    """Return an estimate of the memory that columns take as Python objects, bytes."""
    rows: dict[str, int] = {}
    for name, column in columns.items():
        table = name.rpartition(".")[0]
        if name + LENGTH not in columns:
            rows[table] = max(rows.get(table, 0), column.size)
    values = sum(column.size for column in columns.values())
    return OBJECT * sum(rows.values()) + VALUE * values


def read_run(data: Row, columns: Columns) -> Row:
    """Return a run's data with what lies in columns in its place."""
    left = dict(columns)
    rounds = [dict(round_) for round_ in data["rounds"]]
    confusions = _read_squares("confusion", left, len(rounds))
    grams = _read_squares("train.gram", left, len(rounds))
    trains = _read_replies("train", left, len(rounds))
    evaluates = _read_replies("evaluate", left, len(rounds))
    partitions = _read_table("partitions", left)
    if left:
        raise ValueError(f"the array {min(left)!r} is not known")
    for i, round_ in enumerate(rounds):
        _add(round_, "confusion", confusions[i])
        _add_replies(round_, "train", trains[i])
        _add_replies(round_, "evaluate", evaluates[i])
        _add(round_.get("train", {}), "gram", grams[i])
    return {"partitions": partitions, **data, "rounds": rounds}


def _add(row: Row, name: str, value: Any) -> None:
    if value is not None:
        row[name] = value


def _add_replies(round_: Row, phase: str, replies: list[Row]) -> None:
    """Add the replies of a phase, and who was sampled: those that replied and those that failed."""
    if phase not in round_:
        if replies:
            raise ValueError(f"a round has no {phase}, and replies of it")
        return
    found = {"replies": replies, **round_[phase]}
    clients = [each["client"] for each in (*found["replies"], *found.get("failures", ()))]
    round_[phase] = {**({"sampled": sorted(clients)} if clients else {}), **found}


def _read_replies(phase: str, left: dict[str, Any], rounds: int) -> list[list[Row]]:
    """Return the replies of each round."""
    replies = iter(_read_table(phase, left))
    counts = _lengths(phase + REPLIES, left.pop(phase + REPLIES, np.zeros(rounds, int)), least=0)
    found = [list(islice(replies, each)) for each in counts]
    if len(found) != rounds or next(replies, None) is not None:
        raise ValueError(f"{phase}{REPLIES}: its counts are not those of {count(rounds, 'round')}")
    return found


def _read_table(table: str, left: dict[str, Any]) -> list[Row]:
    """Return the rows of a table, without what is absent."""
    prefix = f"{table}."
    names = [name for name in left if name.startswith(prefix) and not name.endswith(LENGTH)]
    columns = [_read(name, left) for name in names]
    ways = [_way(name.removeprefix(prefix)) for name in names]
    rows: list[Row] = []
    for values in zip(*columns, strict=True):
        row: Row = {}
        for way, value in zip(ways, values, strict=True):
            if value is not None:
                _put(row, way, value)
        rows.append(row)
    return rows


def _way(name: str) -> list[str]:
    """Return the keys that lead to a field; an app's own name for a metric was quoted."""
    *way, last = name.split(".", 2)
    return [*way, unquote(last) if len(way) == 2 else last]


def _put(row: Row, way: list[str], value: Any) -> None:
    *outer, last = way
    for key in outer:
        row = row.setdefault(key, {})
    row[last] = value


def _read_squares(name: str, left: dict[str, Any], rounds: int) -> list[list[Any] | None]:
    """Return a square matrix for each round, or None."""
    if name not in left:
        return [None] * rounds
    found = [None if flat is None else list(_rows(flat)) for flat in _read(name, left)]
    if len(found) != rounds:
        raise ValueError(f"{name}: {len(found)} for {count(rounds, 'round')}")
    return found


def _rows(flat: list[Any]) -> Iterator[list[Any]]:
    size = math.isqrt(len(flat))
    for start in range(0, len(flat), size or 1):
        yield flat[start : start + size]


def _read(name: str, left: dict[str, Any]) -> list[Any]:
    """Return the values of a column, or its lists, with None for what is absent."""
    column, lengths = left.pop(name), left.pop(name + LENGTH, None)
    if column.ndim != 1 or column.dtype.kind not in "if":
        raise ValueError(f"{name}: is {column.dtype}, of {column.ndim} dimensions")
    if lengths is None:
        absent = column == -1 if column.dtype.kind == "i" else np.isnan(column)
        pairs = zip(column.tolist(), absent.tolist(), strict=True)
        return [None if gone else value for value, gone in pairs]
    values = iter(_decimals(column))
    sizes = _lengths(name + LENGTH, lengths, least=-1)
    if sum(size for size in sizes if size > 0) != column.size:
        raise ValueError(f"{name}: its {column.size} values are not those of its lengths")
    return [None if size == -1 else list(islice(values, size)) for size in sizes]


def _lengths(name: str, column: npt.NDArray[Any], least: int) -> list[int]:
    if column.ndim != 1 or column.dtype.kind != "i" or column.min(initial=0) < least:
        raise ValueError(f"{name}: holds no lengths")
    sizes: list[int] = column.tolist()
    return sizes


def _decimals(column: npt.NDArray[Any]) -> list[Any]:
    """Return numbers; one of single precision stands for the shortest decimal that reads as it."""
    single = column.dtype == np.float32
    return [float(str(value)) for value in column] if single else column.tolist()
