"""Grids of runs: settings that vary, each with its values, and the run of every combination.

A grid is a folder. Its ``grid.toml`` declares it, and the record of each point lies in a folder of
the point's name. Needs neither Flower nor Torch.
"""

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from fl_sim import record
from fl_sim.record import Run

Value = bool | int | float | str

FILE = "grid.toml"
GRIDS = Path(__file__).parent / "grids"  # those that come with the package
USUAL = "what-if"  # the one that a release without runs of its own shows
SETTINGS, OVER = "settings", "over"
SEED = "seed"  # repeats of one point differ by it
MOST_NAME = 64  # characters, as of a run's name
DIGITS = 8  # of the digest in the name of a point that would be called as another

_HEAD = """\
# A grid of runs: each combination of the values in [over], with what [settings] changes of the
# defaults. `fl-sim sweep` makes those that are not here yet.
"""


class GridError(record.RecordError):
    """A grid that cannot be used: names the file, what was found and what to do."""


@dataclass(frozen=True)
class Choice:
    """A value of an axis: the settings that it changes, that of the axis first."""

    changes: Mapping[str, Value]

    @property
    def text(self) -> str:
        """The choice as ``--over`` takes it, without the axis's own key: ``dirichlet:alpha=1``."""
        (_, value), *more = self.changes.items()
        return ":".join([_text(value), *(f"{key}={_text(one)}" for key, one in more)])


@dataclass(frozen=True)
class Axis:
    """A setting that varies, by its key, and its values."""

    key: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Point:
    """A run of a grid: its name, the position of its choice on each axis, and what it changes."""

    name: str
    at: tuple[int, ...]
    changes: Mapping[str, Value]


@dataclass(frozen=True)
class Grid:
    """Axes, and settings that all points share."""

    axes: Sequence[Axis]
    settings: Mapping[str, Value] = field(default_factory=dict)

    def points(self) -> list[Point]:
        """Return every combination, the last axis fastest; each has a name of its own."""
        found = []
        for at in product(*(range(len(axis.choices)) for axis in self.axes)):
            chosen = [axis.choices[i] for axis, i in zip(self.axes, at, strict=True)]
            changes = dict(self.settings)
            for choice in chosen:
                changes |= choice.changes
            found.append(Point("_".join(map(_slug, chosen)), at, changes))
        times = Counter(point.name for point in found)
        return [_named(point, times[point.name] > 1) for point in found]

    def as_toml(self) -> str:
        """Return the text of a ``grid.toml`` that declares the grid."""
        rows = [f"{key} = {json.dumps(value)}" for key, value in self.settings.items()]
        over = [f"{axis.key} = [{', '.join(map(_as_toml, axis.choices))}]" for axis in self.axes]
        return "\n".join([_HEAD, f"[{SETTINGS}]", *rows, "", f"[{OVER}]", *over, ""])


def read(folder: Path) -> Grid:
    """Return the grid that a folder declares.

    Raises:
        GridError: there is no such file, or it is no declaration of a grid.
    """
    file = folder / FILE
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise GridError(
            f"{folder}: there is no {FILE}. Declare a grid with: fl-sim sweep {folder} "
            "--over local-epochs=1,5"
        ) from error
    except (OSError, ValueError) as error:
        raise GridError(f"{file}: not readable: {error}") from error
    settings, over = tables.pop(SETTINGS, {}), tables.pop(OVER, {})
    if tables or not isinstance(settings, dict) or not isinstance(over, dict):
        raise GridError(f"{file}: it has two tables, [{SETTINGS}] and [{OVER}], and nothing else")
    try:
        return Grid([_axis(key, values) for key, values in over.items()], settings)
    except ValueError as error:
        raise GridError(f"{file}: {error}") from error


def _axis(key: str, values: Any) -> Axis:
    if not isinstance(values, list) or not values:
        raise ValueError(f"{key} is {values!r}; it must be a list of values")
    return Axis(key, [Choice(_changes(key, value)) for value in values])


def _changes(key: str, value: Any) -> Mapping[str, Value]:
    """Return what a value of an axis changes: a table has the axis's own setting, and others."""
    if not isinstance(value, dict):
        return {key: value}
    if key not in value:
        raise ValueError(f"a value of {key} is a table without {key}")
    return {key: value[key], **value}


def find(name_or_folder: str | Path) -> Path:
    """Return the folder of a grid, given it or the name of one that comes with the package."""
    folder = Path(name_or_folder)
    known = GRIDS / folder
    return known if not folder.is_dir() and (known / FILE).is_file() else folder


def loaded(folder: Path, grid: Grid) -> Iterator[tuple[Point, Run]]:
    """Give the points of a grid that have a record of their own settings, and that record.

    Raises:
        RecordError: a record cannot be used.
    """
    for point in grid.points():
        if record.file_of(folder / point.name):
            run = record.load(folder / point.name)
            if all(run.config.get(key) == value for key, value in point.changes.items()):
                yield point, run


def _text(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _as_toml(choice: Choice) -> str:
    pairs = [f"{key} = {json.dumps(value)}" for key, value in choice.changes.items()]
    return f"{{ {', '.join(pairs)} }}" if len(pairs) > 1 else pairs[0].partition(" = ")[2]


def _slug(choice: Choice) -> str:
    values = "-".join(map(_text, choice.changes.values()))
    return re.sub(r"[^A-Za-z0-9]+", "-", values).strip("-")


def _named(point: Point, is_taken: bool) -> Point:
    """Return a point with a name that no other one has, and that a run can have."""
    if not is_taken and len(point.name) <= MOST_NAME:
        return point
    digest = hashlib.sha256(json.dumps(sorted(point.changes.items())).encode()).hexdigest()
    start = point.name[: MOST_NAME - DIGITS - 1]
    return Point(f"{start}-{digest[:DIGITS]}", point.at, point.changes)
