"""Readers of CSV: a line for each round, for each metric of a round, or for each client."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from fl_sim.recording.meaning import MEASURES, words_of
from fl_sim.recording.measures import is_number
from fl_sim.recording.results import (
    NUMBER,
    PERCENT,
    ImportFileError,
    Layout,
    Results,
    check_name,
    is_absent,
    listed,
    no_round,
    round_name,
    short,
    whole,
)
from fl_sim.wording import count

DELIMITERS = ",;\t|"
# What trackers write beside the metrics: W&B's ranges and clocks, TensorBoard's clock.
RANGES = ("__MIN", "__MAX")
CLOCKS = ({"timestamp"}, {"runtime"}, {"wall", "time"}, {"relative", "time"})
OF_RUN = re.compile(r"(?P<run>.+) - (?P<name>.+)")  # as W&B's charts name their lines
OF_TAG = re.compile(r".*tag-(?P<name>.+)")  # as TensorBoard names its files
LONG = {"key", "value", "step"}  # MLflow's
TAGGED = {"wall time", "step", "value"}  # TensorBoard's
CLIENT = {"client", "cid", "partition", "node"}


@dataclass
class Table:
    """A table: its header, and each line with its number in the file."""

    header: list[str]
    lines: list[tuple[int, list[str]]]

    def column(self, name: str) -> list[tuple[int, str]]:
        """Return the cells of a column, each with the number of its line."""
        place = self.header.index(name)
        return [(line, cells[place]) for line, cells in self.lines]


def read_table(text: str, title: str, layout: Layout) -> Results:
    """Read a table with a column of rounds, and others with what was measured.

    Columns without a name, and those of text, are left out.

    Args:
        text: of the file.
        title: its name, which tells the metric of a table of TensorBoard's.
        layout: what the user says of it.

    Raises:
        ImportFileError: a line or a cell is not what it should be.
    """
    table = _without_ranges(_table(text))
    known = {name.lower() for name in table.header}
    if known >= LONG:
        return _read_long(table, layout)
    if known == TAGGED:
        return _read_tagged(table, title, layout)
    table = _of_run(table, layout)
    if layout.clients is not None:
        return _read_clients(table, layout)
    return _read_rounds(table, "CSV", layout)


# --- kinds of tables


def _read_rounds(table: Table, source: str, layout: Layout) -> Results:
    results, rounds, numbers = _begun(table, source, layout)
    columns = _columns(table, {rounds}, layout)
    _check_lines(table, numbers, columns)
    for i, number in enumerate(numbers):
        results.rounds.add(number)
        row = {name: value for name, each in columns.items() if (value := each[i]) is not None}
        results.add_by_name(number, row)
    return results


def _read_clients(table: Table, layout: Layout) -> Results:
    results, rounds, numbers = _begun(table, "CSV", layout)
    assert layout.clients is not None
    if layout.clients not in table.header:
        raise ImportFileError(f"has no column {layout.clients!r}, but {listed(table.header)}")
    names = [cell for _, cell in table.column(layout.clients)]
    columns = _columns(table, {rounds, layout.clients}, layout)
    order = {name: i for i, name in enumerate(sorted(set(names), key=_by_number))}
    pairs = list(zip(numbers, names, strict=True))
    for i, (number, name) in enumerate(pairs):
        if (number, name) in pairs[:i]:
            raise ImportFileError(f"client {name} is there twice in round {number}; keep one line")
        row = {key: value for key, each in columns.items() if (value := each[i]) is not None}
        results.add_of_client(number, order[name], row)
    return results


def _read_long(table: Table, layout: Layout) -> Results:
    """Read MLflow's form: a line for each metric of each step."""
    by_name = {name.lower(): name for name in table.header}
    runs = next((by_name[name] for name in ("run_id", "run_uuid", "run") if name in by_name), None)
    table = _lines_of_run(table, runs, layout)
    results = Results("CSV of MLflow", "add a line for it", layout, by_name["step"])
    keys, values, steps = (table.column(by_name[name]) for name in ("key", "value", "step"))
    for (line, key), (_, cell), (_, step) in zip(keys, values, steps, strict=True):
        value = _cell(line, cell, key, layout)
        number = whole(step, line)
        check_name(key)
        if value is not None:
            results.add_by_name(number, {key: value})
    return results


def _read_tagged(table: Table, title: str, layout: Layout) -> Results:
    """Read TensorBoard's form: one metric, whose name stands in that of the file."""
    found = OF_TAG.fullmatch(title)
    value = next(name for name in table.header if name.lower() == "value")
    name = found["name"] if found else title
    header = [name if each == value else each for each in table.header]
    return _read_rounds(Table(header, table.lines), "CSV of TensorBoard", layout)


def _begun(table: Table, source: str, layout: Layout) -> tuple[Results, str, list[int]]:
    rounds = round_name(table.header, layout)
    if rounds is None:
        raise no_round(table.header)
    numbers = [whole(cell, line) for line, cell in table.column(rounds)]
    return Results(source, "add a line for it, with empty cells", layout, rounds), rounds, numbers


def _check_lines(
    table: Table, numbers: Sequence[int], columns: dict[str, list[float | None]]
) -> None:
    """Check that no round has two lines with the same cell: a line for each client, say."""
    seen: set[tuple[int, str]] = set()
    for i, number in enumerate(numbers):
        filled = {(number, name) for name, column in columns.items() if column[i] is not None}
        if filled & seen or (not filled and number in numbers[:i]):
            named = [name for name in table.header if CLIENT & set(words_of(name))]
            what = (
                f"; of a line for each client, say --client-column {quote(named[0])}"
                if named
                else ""
            )
            raise ImportFileError(f"round {number} is there twice; keep one of them{what}")
        seen |= filled


# --- runs in one file


def _of_run(table: Table, layout: Layout) -> Table:
    """Return a table of one run, its columns without the name of the run."""
    found = {name: match for name in table.header if (match := OF_RUN.fullmatch(name))}
    runs = list(dict.fromkeys(match["run"] for match in found.values()))
    if not runs:
        return table
    run = _chosen(runs, layout)
    kept = [name for name in table.header if name not in found or found[name]["run"] == run]
    header = [found[name]["name"] if name in found else name for name in kept]
    places = [table.header.index(name) for name in kept]
    return _checked(
        Table(header, [(line, [cells[i] for i in places]) for line, cells in table.lines])
    )


def _lines_of_run(table: Table, runs: str | None, layout: Layout) -> Table:
    if runs is None:
        return table
    cells = [cell for _, cell in table.column(runs)]
    run = _chosen(list(dict.fromkeys(cells)), layout)
    lines = [line for line, cell in zip(table.lines, cells, strict=True) if cell == run]
    return Table(table.header, lines)


def _chosen(runs: Sequence[str], layout: Layout) -> str:
    if layout.run in runs:
        assert layout.run is not None
        return layout.run
    if layout.run is not None:
        raise ImportFileError(f"has no run {layout.run!r}, but {listed(runs)}")
    if len(runs) > 1:
        raise ImportFileError(f"holds several runs, {listed(runs)}; say --run {quote(runs[0])}")
    return runs[0] if runs else ""


# --- lines and cells


def _table(text: str) -> Table:
    """Return the header, and every line after it that is not empty."""
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
    if len(header) == 1 and round_name(header, Layout()) is None:
        raise ImportFileError(
            "seems to be plain text, neither JSON nor a table; a table would do that begins with a "
            "line such as round,loss,accuracy"
        )
    for number, cells in rest:
        if len(cells) != len(header):
            raise ImportFileError(
                f"line {number} has {count(len(cells), 'cell')}, the header {len(header)}; "
                "a cell that is not known is empty"
            )
    return _checked(Table(header, rest))


def _checked(table: Table) -> Table:
    for name in table.header:
        check_name(name)
        if name and table.header.count(name) > 1:
            raise ImportFileError(f"has two columns {name}; give them different names")
    return table


def _without_ranges(table: Table) -> Table:
    kept = [i for i, name in enumerate(table.header) if not name.endswith(RANGES)]
    lines = [(line, [cells[i] for i in kept]) for line, cells in table.lines]
    return Table([table.header[i] for i in kept], lines)


def _columns(table: Table, apart: set[str], layout: Layout) -> dict[str, list[float | None]]:
    """Return the columns of numbers, without what is no metric."""
    found = {}
    for name in table.header:
        words = set(words_of(name))
        clock = any(words >= clock for clock in CLOCKS)
        if name in apart or not name or name.startswith("_") or clock:
            continue
        column = _column(name, table.column(name), layout)
        if column is not None:
            found[name] = column
    return found


def _column(
    name: str, cells: Sequence[tuple[int, str]], layout: Layout
) -> list[float | None] | None:
    """Return a column's numbers, None for cells without one; or None for a column of text."""
    if not any(NUMBER.fullmatch(cell) or PERCENT.fullmatch(cell) for _, cell in cells):
        measured = MEASURES.keys() & set(words_of(name))
        wrong = next(((line, cell) for line, cell in cells if not is_absent(cell)), None)
        if not measured or wrong is None:
            return None
        raise ImportFileError(_no_number(*wrong, name))
    return [_cell(line, cell, name, layout) for line, cell in cells]


def _cell(line: int, cell: str, name: str, layout: Layout) -> float | None:
    """Return the number in a cell: of 12% the share 0.12, unless that is what a user says of it."""
    if is_absent(cell):
        return None
    if found := PERCENT.fullmatch(cell):
        value: float | None = float(found["number"]) / (1 if layout.is_percent(name) else 100)
    else:
        value = float(cell) if NUMBER.fullmatch(cell) else None
    if value is None or not is_number(value):
        raise ImportFileError(_no_number(line, cell, name))
    return value


def _no_number(line: int, cell: str, name: str) -> str:
    return (
        f"line {line}: {name} is {short(cell)}; write a finite number such as 0.5, "
        "or leave the cell empty"
    )


def _by_number(name: str) -> tuple[bool, float, str]:
    """Return a key that puts 2 before 10, and numbers before names."""
    number = NUMBER.fullmatch(name) is not None
    return not number, float(name) if number else 0.0, name
