"""Readers of result files that others write: a Flower Result as JSON, and a table as CSV."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fl_sim.recording.measures import is_number, named

# Metrics by their names, by round.
Values = dict[int, dict[str, float]]

# As Flower's Result names its maps, and as its advanced example names them in a list of rounds.
MAPS = {
    "train": "train_metrics_clientapp",
    "evaluate": "evaluate_metrics_clientapp",
    "central": "evaluate_metrics_serverapp",
}
IN_A_LIST = {"train_metrics": "train", **{key: phase for phase, key in MAPS.items()}}
ROUND = ("round",)
TRAINING = ("train", "training", "fit")

DELIMITERS = ",;\t|"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)


class ImportFileError(Exception):
    """A file that no record can be made of: says what was found and what to do."""


@dataclass
class Results:
    """What a file says.

    Args:
        source: what kind of file it is.
        remedy: what to do in it about a round that is missing.
    """

    source: str
    remedy: str
    train: Values = field(default_factory=dict)
    evaluate: Values = field(default_factory=dict)
    central: Values = field(default_factory=dict)
    rounds: set[int] = field(default_factory=set)

    def add(self, phase: str, number: int, metrics: Mapping[str, float]) -> None:
        """Add what was measured in a round."""
        self.rounds.add(number)
        getattr(self, phase)[number] = dict(metrics)


# --- JSON


def read_json(text: str) -> Results:
    """Read a Flower ``Result``: an object with three maps by round, or a list of rounds.

    Raises:
        ImportFileError: it is neither, or holds what is no metric.
    """
    try:
        data = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise ImportFileError(f"is not readable as JSON ({reason}); save it anew") from error
    return _of_list(data) if isinstance(data, list) else _of_maps(data)


def _of_maps(data: Mapping[str, Any]) -> Results:
    known = {phase: data[key] for phase, key in MAPS.items() if data.get(key) is not None}
    if not known:
        raise ImportFileError(f"is no Flower Result: it has none of {', '.join(MAPS.values())}")
    results = Results("a Flower Result", 'add it to one of the maps, such as "4": {}')
    for phase, by_round in known.items():
        if not isinstance(by_round, dict):
            raise ImportFileError(f"{MAPS[phase]} is no map from rounds to metrics")
        numbers: dict[int, str] = {}
        for key, metrics in by_round.items():
            number = _whole(key)
            _check_new(number, numbers)
            numbers[number] = key
            results.add(phase, number, _metrics(metrics, f"{MAPS[phase]}, round {number}"))
    return results


def _of_list(data: Sequence[Any]) -> Results:
    results = Results("a Flower Result", 'add it to the list, such as {"round": 4}')
    for item in data:
        if not isinstance(item, dict) or "round" not in item:
            raise ImportFileError('is no list of rounds: an item has no "round"')
        number = _whole(item["round"])
        _check_new(number, results.rounds)
        results.rounds.add(number)
        for key, phase in IN_A_LIST.items():
            if item.get(key) is not None:
                results.add(phase, number, _metrics(item[key], f"{key}, round {number}"))
    return results


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ImportFileError(f"{twice!r} is there twice in one object; keep one of them")
    return found


def _metrics(metrics: Any, where: str) -> dict[str, float]:
    """Return the numbers among metrics. Flower's may be lists, which a record has no place for."""
    if not isinstance(metrics, dict):
        raise ImportFileError(f"{where}: holds no map of metrics")
    known = {k: v for k, v in metrics.items() if v is not None and not isinstance(v, list)}
    for name, value in known.items():
        _check_name(name)
        if not is_number(value):
            raise ImportFileError(
                f"{where}: {name} is {_repr(value)}; a metric is a finite number, so leave it out"
            )
    return known


# --- CSV


def read_table(text: str) -> Results:
    """Read a table with a column of rounds, and others with what was measured.

    Columns whose name begins with ``train`` are the clients' while they trained; the others are the
    server's. Columns without a name, and those of text, are left out.

    Raises:
        ImportFileError: a line or a cell is not what it should be.
    """
    header, lines = _lines(text)
    rounds = named(header, ROUND)
    if rounds is None:
        raise ImportFileError(f"has no column round, but {', '.join(map(repr, header))}")
    numbers = [_whole(cells[header.index(rounds)], line) for line, cells in lines]
    columns = {
        name: column
        for i, name in enumerate(header)
        if name not in (rounds, "") and (column := _column(name, i, lines)) is not None
    }
    results = Results("CSV", "add a line for it, with empty cells")
    for i, number in enumerate(numbers):
        _check_new(number, results.rounds)
        row = {name: value for name, column in columns.items() if (value := column[i]) is not None}
        train = {name for name in row if re.split(r"[^a-z]", name.lower())[0] in TRAINING}
        results.add("train", number, {name: row[name] for name in row if name in train})
        results.add("central", number, {name: row[name] for name in row if name not in train})
    return results


def _lines(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, and every line after it that is not empty, with its number."""
    first = text.lstrip("\r\n").splitlines()[0]
    try:
        delimiter = csv.Sniffer().sniff(first, DELIMITERS).delimiter
    except csv.Error:  # a single column
        delimiter = ","
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ImportFileError(f"line {reader.line_num} is not readable as CSV ({error})") from error
    (_, header), *rest = [(number, cells) for number, cells in lines if any(cells)] or [(0, [])]
    for name in header:
        _check_name(name)
        if name and header.count(name) > 1:
            raise ImportFileError(f"has two columns {name}; give them different names")
    for number, cells in rest:
        if len(cells) != len(header):
            raise ImportFileError(
                f"line {number} has {len(cells)} cells, the header {len(header)}; "
                "a cell that is not known is empty"
            )
    return header, rest


def _column(name: str, i: int, lines: Iterable[tuple[int, list[str]]]) -> list[float | None] | None:
    """Return a column's numbers, None for cells that are empty; or None for a column of text."""
    cells = [(line, cells[i]) for line, cells in lines]
    if not any(NUMBER.fullmatch(cell) or NOT_FINITE.fullmatch(cell) for _, cell in cells):
        measured = named([name], ("loss", "accuracy", "acc"))
        wrong = next(((line, cell) for line, cell in cells if cell), None)
        if measured is None or wrong is None:
            return None
        raise ImportFileError(_no_number(*wrong, name))
    return [_cell(line, cell, name) for line, cell in cells]


def _cell(line: int, cell: str, name: str) -> float | None:
    if not cell:
        return None
    value = float(cell) if NUMBER.fullmatch(cell) else None
    if value is None or not is_number(value):
        raise ImportFileError(_no_number(line, cell, name))
    return value


def _no_number(line: int, cell: str, name: str) -> str:
    return (
        f"line {line}: {name} is {_repr(cell)}; write a finite number such as 0.5, "
        "or leave the cell empty"
    )


# --- both


def _whole(value: Any, line: int | None = None) -> int:
    """Return the number of a round."""
    where = "" if line is None else f"line {line}: "
    number = float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else value
    if is_number(number) and number == int(number) and 0 <= number < 2**53:
        return int(number)
    raise ImportFileError(f"{where}round {_repr(value)} is no whole number from 0")


def _check_new(number: int, known: Iterable[int]) -> None:
    if number in known:
        raise ImportFileError(f"round {number} is there twice; keep one of them")


def _check_name(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise ImportFileError(f"{name!r} is no name that can be written") from error


def _repr(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 30 else f"{text[:30]}..."
