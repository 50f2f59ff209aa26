"""The section in which a reader walks a grid of runs: which settings vary, and what came of each.

Nothing is computed between two runs; where one is missing, the page says so. The runs are in a
script, which the page loads when the section comes near, and in a table on a page of its own.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from fl_sim import grid as grids
from fl_sim import record
from fl_sim.grid import SEED, Axis, Choice, Grid, Point
from fl_sim.record import Run
from scenes.release.page.rounds import rounded
from scenes.release.page.templating import environment
from scenes.release.page.trial import write_script
from scenes.text.language import Language

FOLDER = "grid"
SCRIPT = "assets/what-if.js"
ALPHA = "dirichlet-alpha"

At = tuple[int, ...]  # the position of a choice on each axis


@dataclass(frozen=True)
class WhatIf:
    """A grid in a folder, with the records of its points that are there."""

    folder: Path
    grid: Grid
    found: Sequence[tuple[Point, Run]]

    @classmethod
    def of(cls, name_or_folder: str) -> Self:
        """Return a grid by the name of one that comes with fedreel, or by its folder.

        Raises:
            RecordError: it cannot be used, or has no run yet.
        """
        folder = grids.find(name_or_folder)
        grid = grids.read(folder)
        found = list(grids.loaded(folder, grid))
        if not found:
            stale = any(record.file_of(folder / point.name) for point in grid.points())
            why = "its runs have other settings" if stale else "no run yet"
            command = f"fl-sim sweep {folder}{' --force' if stale else ''}"
            raise grids.GridError(f"{folder}: {why}; make them with: {command}")
        return cls(folder, grid, found)

    @property
    def axes(self) -> list[tuple[int, Axis]]:
        """The axes that a reader moves along, with their positions: all but the seed's."""
        return [(i, axis) for i, axis in enumerate(self.grid.axes) if axis.key != SEED]

    @cached_property
    def missing(self) -> list[Point]:
        """The points that were not run."""
        there = {point.name for point, _ in self.found}
        return [point for point in self.grid.points() if point.name not in there]

    def at(self, point: Point) -> At:
        """Return where a reader finds a point; repeats with other seeds are in one place."""
        return tuple(point.at[i] for i, _ in self.axes)

    def with_choice(self, axis: int, choice: int) -> list[Run]:
        """Return the runs with a choice on an axis, by their positions."""
        return [run for point, run in self.found if point.at[axis] == choice]


def files(folder: Path) -> list[Path]:
    """Return the files that a grid consists of: its declaration and its records'."""
    points = (folder / point.name for point in grids.read(folder).points())
    there = [path for path in points if record.file_of(path)]
    return [folder / grids.FILE, *(file for path in there for file in record.parts(path))]


# --- words


def axis_name(key: str, language: Language) -> str:
    """Return what an axis is called, or its key if it has no name."""
    _ = language.translate
    names = {
        "partitioning": _("Who holds which photos"),
        ALPHA: _("Alpha of the skew: the smaller, the fewer kinds a worker has"),
        "num-partitions": _("Workers"),
        "fraction-train": _("Workers that train in a round"),
        "local-epochs": _("Passes over a worker's own photos in a round"),
        "strategy": _("What the coordinator makes of the updates"),
        "learning-rate": _("Step of the workers' descent"),
        "num-server-rounds": _("Rounds"),
    }
    return names.get(key, key)


def choice_name(choice: Choice, key: str, runs: Sequence[Run], language: Language) -> str:
    """Return what a choice on an axis is called; ``runs`` are those that have it."""
    namer = _NAMERS.get(key)
    named = namer(choice, runs, language) if namer else ""
    return named or _number(choice.changes[key], language) or choice.text


def _number(value: object, language: Language) -> str:
    """Return a number with all of its digits, and nothing for another value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    places = Decimal(str(value)).normalize().as_tuple().exponent
    return language.decimal(value, max(0, -places) if isinstance(places, int) else 0)


def _strategy(choice: Choice, runs: Sequence[Run], language: Language) -> str:
    names = {run.strategy or "" for run in runs}
    return names.pop() if len(names) == 1 and len(choice.changes) == 1 else ""


def _dealing(choice: Choice, runs: Sequence[Run], language: Language) -> str:
    _ = language.translate
    match choice.changes["partitioning"], len(choice.changes):
        case "iid", 1:
            return _("alike for all")
        case "dirichlet", 1 | 2:
            own = choice.changes.get(ALPHA)
            alphas = {run.config.get(ALPHA) for run in runs} if own is None else {own}
            alpha = _number(alphas.pop(), language) if len(alphas) == 1 else ""
            return _("skewed, alpha {a}").format(a=alpha) if alpha else ""
    return ""


def _cohort(choice: Choice, runs: Sequence[Run], language: Language) -> str:
    """Return how many of how many workers were asked in each round, if it is always as many."""
    asked = {(_asked(round_), run.num_clients) for run in runs for round_ in run.rounds[1:]}
    if len(asked) != 1:
        return ""
    few, workers = asked.pop()
    words = {"few": language.integer(few), "n": language.integer(workers or 0)}
    return language.translate("{few} of {n} workers").format(**words) if workers else ""


def _asked(round_: record.Round) -> int:
    train = round_.train
    return len(train.replies) + len(train.failures) if train else 0


_NAMERS: Mapping[str, Callable[[Choice, Sequence[Run], Language], str]] = {
    "partitioning": _dealing,
    "fraction-train": _cohort,
    "strategy": _strategy,
}


# --- what is written


def script_name(code: str) -> str:
    """Return the path of the runs' script in a language."""
    return f"{FOLDER}/runs.{code}.js"


def table_name(page: str) -> str:
    """Return the file name of the table that goes with a page, such as ``index.de.html``."""
    return page.replace("index", "what-if", 1)


def write_grid(what_if: WhatIf, folder: Path) -> list[Path]:
    """Copy a grid into a release's folder, and return the paths of the copies."""
    target = folder / FOLDER
    target.mkdir()
    written = [Path(shutil.copyfile(what_if.folder / grids.FILE, target / grids.FILE))]
    for point, run in what_if.found:
        (target / point.name).mkdir()
        written += record.copy(what_if.folder / point.name, run, target / point.name)
    return written


def write_runs(what_if: WhatIf, folder: Path, language: Language) -> Path:
    """Write the script of a grid's runs in a language, and return its path."""
    return write_script(folder, script_name(language.code), runs_data(what_if, language))


def runs_data(what_if: WhatIf, language: Language) -> dict[str, Any]:
    """Return what the page's script knows of a grid, as a JSON object."""
    runs = defaultdict(list)
    for point, run in what_if.found:
        runs[",".join(map(str, what_if.at(point)))].append(_run_data(point, run))
    return {
        "language": language.code,
        "axes": [
            {
                "name": axis_name(axis.key, language),
                "choices": choice_names(what_if, i, language),
                "slides": _slides(axis),
            }
            for i, axis in what_if.axes
        ],
        "runs": runs,
        "labels": _labels(language),
    }


def choice_names(what_if: WhatIf, axis: int, language: Language) -> list[str]:
    """Return what the choices on an axis, by its position, are called."""
    own = what_if.grid.axes[axis]
    return [
        choice_name(choice, own.key, what_if.with_choice(axis, i), language)
        for i, choice in enumerate(own.choices)
    ]


def _slides(axis: Axis) -> bool:
    """Whether the choices of an axis are numbers in order, and nothing else."""
    values = [choice.changes[axis.key] for choice in axis.choices]
    numbers = [one for one in values if isinstance(one, int | float) and not isinstance(one, bool)]
    return len(numbers) == len(values) and numbers in (sorted(numbers), sorted(numbers)[::-1])


def _run_data(point: Point, run: Run) -> dict[str, Any]:
    return {
        "name": point.name,
        "file": f"{FOLDER}/{point.name}/{record.RUN_FILE}",
        "seed": run.provenance.seed,
        "fingerprint": record.fingerprint(run),
        "accuracy": accuracies(run),
    }


def accuracies(run: Run) -> list[float | None]:
    """Return the accuracy after each round, None where it was not measured."""
    return [
        rounded(one.accuracy) if one else None for one in (round_.central for round_ in run.rounds)
    ]


def _labels(language: Language) -> dict[str, str]:
    _ = language.translate
    return {
        "after": _("Accuracy after round {n}"),
        "span": _("{least} to {most}, {n} seeds"),
        "unknown": _("not measured"),
        "missing": _("These settings were not run together, so nothing is shown."),
        "before": _("Before your last step: {result}"),
        "curve": _("{measure} by round: {first} at first, {last} at last"),
        "accuracy": _("Accuracy"),
        "round": _("round"),
        "drawn": _("Coloured: these settings. Dashed: those before. Grey: all other runs."),
        "run": _("run"),
        "seed": _("seed"),
        "fingerprint": _("fingerprint"),
    }


def write_table(what_if: WhatIf, folder: Path, page: str, title: str, language: Language) -> Path:
    """Write the table of a grid's runs, and return its path.

    Args:
        what_if: the grid.
        folder: the release's folder.
        page: the file name of the release's page in the language.
        title: the title of that page.
        language: the language.
    """
    text = (
        environment(language)
        .get_template("what-if.html")
        .render(
            code=language.code,
            back=page,
            title=title,
            axes=[axis_name(axis.key, language) for _, axis in what_if.axes],
            rows=_rows(what_if, language),
            grid=f"{FOLDER}/{grids.FILE}",
            declared=what_if.grid.as_toml(),
        )
    )
    (folder / table_name(page)).write_text(text, "utf-8")
    return folder / table_name(page)


def _rows(what_if: WhatIf, language: Language) -> list[dict[str, Any]]:
    """Return the rows of the table: every point, with its run or none."""
    names = {i: choice_names(what_if, i, language) for i, _ in what_if.axes}
    runs = {point.name: run for point, run in what_if.found}
    return [
        {
            "choices": [names[i][point.at[i]] for i, _ in what_if.axes],
            "run": _row(point, runs[point.name]) if point.name in runs else None,
        }
        for point in what_if.grid.points()
    ]


def _row(point: Point, run: Run) -> dict[str, Any]:
    data = _run_data(point, run)
    return {**data, "rounds": run.rounds[-1].number, "accuracy": data["accuracy"][-1]}
