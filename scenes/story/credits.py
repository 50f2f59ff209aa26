"""Where the numbers come from: the runs, what they ran with, and whom to thank."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fl_sim import record
from fl_sim.record import Run
from scenes.story.common import last_round, round_number
from scenes.story.pairs import of_run
from scenes.story.specs import ColumnSpec, FactSpec
from scenes.text.languages import date, integer
from scenes.text.lines import ELLIPSIS, Line, Number, Text, line, plural, quote, read, text

MOST_LISTED = 7  # runs in the table
MOST_NAME = 22  # characters of a name in the table
MOST_FACT = 44  # characters of a fact
HASH = 12  # characters shown of a hash, the mark of the cut included
DEALT = "partitioning"  # the setting that says how the photos were dealt out
RECORDED = "recorded"  # the source of a run that was not imported


@dataclass(frozen=True)
class CreditsSpec:
    """All that the chapter shows. The captions are called as their beats.

    Several runs are told as a table with a line for those left out, a single one as facts.
    """

    title: str
    runs: Line
    thanks: Line
    table: Sequence[ColumnSpec]
    left_out: Line | None
    run: Sequence[FactSpec]
    made_with: Sequence[FactSpec]


def tell(runs: Sequence[Run]) -> CreditsSpec:
    """Return what the chapter shows of all runs. It needs nothing that a run may lack."""
    several = len(runs) > 1
    return CreditsSpec(
        title=text("The records"),
        runs=_caption(runs),
        thanks=line("Thanks to all who made Flower, PyTorch, Manim and the data set."),
        table=_table(_listed(runs)) if several else (),
        left_out=_left_out(runs),
        run=() if several else _run(runs[0]),
        made_with=_made_with(runs),
    )


def _caption(runs: Sequence[Run]) -> Line:
    """Say that every number was recorded, and where."""
    if len(runs) == 1:
        return line("Every number comes from the record of this one run.")
    return line(
        "Every number comes from {n} recorded runs, each with a fingerprint.",
        n=_number(len(runs)),
    )


def _number(value: int) -> Number:
    return Number(integer(value), "count of the records given", float(value))


def _left_out(runs: Sequence[Run]) -> Line | None:
    more = len(runs) - MOST_LISTED
    if more <= 0:
        return None
    figure = Number(integer(more), "count of the records given, less those listed", float(more))
    return plural(figure, "and one more", "and {n} more")


def _table(runs: Sequence[Run]) -> list[ColumnSpec]:
    """Return a row for each run, column by column."""
    return [
        ColumnSpec(text("run"), _cells(runs, lambda run: _name(run, MOST_NAME))),
        ColumnSpec(
            text("strategy"), _cells(runs, lambda run: _known(run, "strategy", quote)), rank=2
        ),
        ColumnSpec(
            text("rounds"), _cells(runs, lambda run: round_number(last_round(run), run)), True, 1
        ),
        ColumnSpec(
            text("seed"),
            _cells(runs, lambda run: _known(run, "provenance.seed", _seed)),
            True,
            3,
        ),
        ColumnSpec(text("fingerprint"), _cells(runs, _fingerprint)),
    ]


def _cells(runs: Sequence[Run], ask: Callable[[Run], Text]) -> list[Text]:
    """Return what is told of each run, whose name stands in its source."""
    cells = [(run, ask(run)) for run in runs]
    return [of_run(run, cell) if isinstance(cell, Number) else cell for run, cell in cells]


def _listed(runs: Sequence[Run]) -> list[Run]:
    """Return the runs that are listed, in their order: one of each kind before any other.

    Of each kind that is the longest, and the very first run is always among them.
    """
    longest: dict[tuple[object, ...], int] = {}
    for i, run in enumerate(runs):
        best = longest.setdefault(_kind(run, runs[0]), i)
        if last_round(run) > last_round(runs[best]):
            longest[_kind(run, runs[0])] = i
    needed = {0, *longest.values()}
    by_need = sorted(range(len(runs)), key=lambda i: i not in needed)
    return [runs[i] for i in sorted(by_need[:MOST_LISTED])]


def _kind(run: Run, first: Run) -> tuple[object, ...]:
    """Return what sets a run apart from others: who took part, and how."""
    halves = [half for r in run.rounds for half in (r.train, r.evaluate) if half is not None]
    failed = any(half.failures for half in halves)
    return run.strategy == first.strategy, run.num_clients == 1, run.config.get(DEALT), failed


def _run(run: Run) -> list[FactSpec]:
    """Return what sets a run apart."""
    facts = [
        FactSpec(text("run"), _name(run, MOST_FACT)),
        FactSpec(text("strategy"), _known(run, "strategy", quote)),
        FactSpec(text("rounds"), round_number(last_round(run), run)),
        FactSpec(text("seed"), _known(run, "provenance.seed", _seed)),
        FactSpec(text("fingerprint"), _fingerprint(run)),
    ]
    if run.provenance.source != RECORDED:
        facts.append(FactSpec(text("source"), quote(run, "provenance.source", MOST_FACT)))
    return facts


def _made_with(runs: Sequence[Run]) -> list[FactSpec]:
    """Return what all runs have in common: versions, data, day and code."""
    spec = (
        (text("Flower"), _agreed(runs, lambda run: _version(run, "flwr"))),
        (text("PyTorch"), _agreed(runs, lambda run: _version(run, "torch"))),
        (text("Python"), _agreed(runs, lambda run: _version(run, "python"))),
        (text("data set"), _agreed(runs, _dataset)),
        (text("recorded"), _days(runs)),
        (text("code"), _agreed(runs, _code)),
    )
    return [FactSpec(name, value) for name, value in spec if value is not None]


def _agreed(runs: Sequence[Run], ask: Callable[[Run], Number | None]) -> Number | None:
    """Return what every run says, or nothing where they differ or do not know."""
    answers = [ask(run) for run in runs]
    texts = {None if answer is None else answer.text for answer in answers}
    return answers[0] if len(texts) == 1 else None


def _version(run: Run, package: str) -> Number | None:
    if package not in run.provenance.versions:
        return None
    return quote(run, f"provenance.versions.{package}")


def _dataset(run: Run) -> Number | None:
    return None if run.dataset is None else quote(run, "dataset.name", MOST_FACT)


def _code(run: Run) -> Number | None:
    if run.provenance.code_hash is None:
        return None
    return quote(run, "provenance.code_hash", HASH)


def _days(runs: Sequence[Run]) -> Text | None:
    """Return the day on which the runs began, or the first and the last of these days."""
    days = sorted(run.provenance.started for run in runs if run.provenance.started is not None)
    if not days:
        return None
    first, last = _day(days[0]), _day(days[-1])
    if first.text == last.text:
        return first
    return line("{first} to {last}", first=first, last=last)


def _day(started: datetime) -> Number:
    return Number(date(started), "provenance.started", started.timestamp())


def _name(run: Run, most: int) -> Number:
    return quote(run, "name", most)


def _known(run: Run, path: str, ask: Callable[[Run, str], Any]) -> Text:
    """Return what a record says, or that it does not say it."""
    value: Any = run
    for part in path.split("."):
        value = getattr(value, part)
    return text("unknown") if value is None else ask(run, path)


def _seed(run: Run, path: str) -> Number:
    return read(run, path, str)


def _fingerprint(run: Run) -> Number:
    """Return the start of a run's fingerprint; its source has all of it."""
    whole = record.fingerprint(run)
    return Number(whole[: HASH - 1] + ELLIPSIS, f"fingerprint {whole}")
