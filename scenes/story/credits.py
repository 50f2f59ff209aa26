"""The credits: all run records, their software, data and code, and the thanks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from functools import partial

from fl_sim import record
from fl_sim.record import Run
from scenes.story.common import last_round, round_number
from scenes.story.specs import ColumnSpec, FactSpec
from scenes.story.traffic import masked
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import ELLIPSIS, Number, at, computed, number, quote, with_run
from scenes.text.sources import Source

MOST_LISTED = 7  # runs in the table
MOST_NAME = 22  # characters of a name in the table
MOST_FACT = 44  # characters of a fact
HASH = 12  # characters of a hash, with the ellipsis
PARTITIONING = "partitioning"  # the setting for the split of the photos
DP_NOISE = "dp-noise"  # the setting for noise, in parts of the clipping norm
NOISED = "noised"  # the form of updates to which clients have added noise
RECORDED = "recorded"  # the source of a run that was not imported


@dataclass(frozen=True)
class CreditsSpec:
    """The contents of the chapter; captions have the names of their beats.

    Several runs are a table with a line on those left out, a single run is a list of facts.
    """

    title: Line
    runs: Line
    thanks: Line
    table: Sequence[ColumnSpec]
    left_out: Line | None
    run: Sequence[FactSpec]
    made_with: Sequence[FactSpec]


def tell(runs: Sequence[Run]) -> CreditsSpec:
    """Return the chapter's spec for all runs."""
    several = len(runs) > 1
    return CreditsSpec(
        title=text("The records"),
        runs=_caption(runs),
        thanks=_thanks(runs),
        table=_table(_listed(runs)) if several else (),
        left_out=_left_out(runs),
        run=() if several else _run(runs[0]),
        made_with=_made_with(runs),
    )


def _caption(runs: Sequence[Run]) -> Line:
    """Return the caption on the number of runs."""
    if len(runs) == 1:
        return line("Every number comes from the record of this one run.")
    return line(
        "Every number comes from {n} recorded runs, each with a fingerprint.",
        n=computed(len(runs), Language.integer, "count of the records given"),
    )


def _thanks(runs: Sequence[Run]) -> Line:
    """Return the caption with thanks: to those whose work is known to have taken part."""
    if all("torch" in run.provenance.versions and run.dataset is not None for run in runs):
        return line("Thanks to all who made Flower, PyTorch, Manim and the data set.")
    shared = [
        name
        for package, name in _trainers().items()
        if all(package in run.provenance.versions for run in runs)
    ]
    if not shared:
        return line("Thanks to all who made Flower and Manim.")
    return line("Thanks to all who made Flower, {trainer} and Manim.", trainer=shared[0])


def _trainers() -> dict[str, Line]:
    """Return the names of the packages that train, in the order in which they are thanked."""
    return {
        "torch": text("PyTorch"),
        "tensorflow": text("TensorFlow"),
        "jax": text("JAX"),
        "scikit-learn": text("scikit-learn"),
        "xgboost": text("XGBoost"),
        "lightgbm": text("LightGBM"),
        "catboost": text("CatBoost"),
    }


def _left_out(runs: Sequence[Run]) -> Line | None:
    """Return the line under the table on runs left out, if any."""
    more = len(runs) - MOST_LISTED
    if more <= 0:
        return None
    n = computed(more, Language.integer, "count of the records given, less those listed")
    return plural(n, "and one more", "and {n} more")


def _table(runs: Sequence[Run]) -> list[ColumnSpec]:
    """Return the columns of a table with a row for each run."""
    return [
        ColumnSpec(text("run"), _cells(runs, lambda run: _name(run, MOST_NAME))),
        ColumnSpec(text("strategy"), _cells(runs, _strategy), rank=2),
        ColumnSpec(
            text("rounds"), _cells(runs, lambda run: round_number(last_round(run), run)), True, 1
        ),
        ColumnSpec(text("seed"), _cells(runs, _seed), True, 3),
        ColumnSpec(text("fingerprint"), _cells(runs, _fingerprint)),
    ]


def _cells(runs: Sequence[Run], cell_of: Callable[[Run], Text]) -> list[Text]:
    """Return a column's cells, with run names in the sources of numbers."""
    return [_of_run(run, cell_of(run)) for run in runs]


def _of_run(run: Run, cell: Text) -> Text:
    if isinstance(cell, Number):
        return with_run(run, cell)
    if isinstance(cell, Line):
        parts = ((name, _of_run(run, part)) for name, part in cell.parts)
        return replace(cell, parts=tuple(parts))
    return cell


def _listed(runs: Sequence[Run]) -> list[Run]:
    """Return the runs to list, in order: the first run, the longest run of each kind, others."""
    longest: dict[tuple[object, ...], int] = {}
    for i, run in enumerate(runs):
        best = longest.setdefault(_kind(run, runs[0]), i)
        if last_round(run) > last_round(runs[best]):
            longest[_kind(run, runs[0])] = i
    needed = {0, *longest.values()}
    by_need = sorted(range(len(runs)), key=lambda i: i not in needed)
    return [runs[i] for i in sorted(by_need[:MOST_LISTED])]


def _kind(run: Run, first: Run) -> tuple[object, ...]:
    """Return the kind of a run: strategy, one place or not, partitioning, and failures."""
    phases = [phase for r in run.rounds for phase in (r.train, r.evaluate) if phase is not None]
    failed = any(phase.failures for phase in phases)
    return (
        run.strategy == first.strategy,
        run.num_clients == 1,
        run.config.get(PARTITIONING),
        failed,
    )


def _run(run: Run) -> list[FactSpec]:
    """Return the facts about a single run."""
    facts = [
        FactSpec(text("run"), _name(run, MOST_FACT)),
        FactSpec(text("strategy"), _strategy(run)),
        FactSpec(text("rounds"), round_number(last_round(run), run)),
        FactSpec(text("seed"), _seed(run)),
        FactSpec(text("fingerprint"), _fingerprint(run)),
    ]
    if run.provenance.source != RECORDED:
        facts.append(FactSpec(text("source"), quote(at(run).provenance.source, MOST_FACT)))
    return facts


def _made_with(runs: Sequence[Run]) -> list[FactSpec]:
    """Return the facts that all runs share: versions, data set, days and code."""
    facts = (
        (text("Flower"), _agreed(runs, lambda run: _version(run, "flwr"))),
        *(
            (name, _agreed(runs, partial(_version, package=package)))
            for package, name in _trainers().items()
        ),
        (text("Python"), _agreed(runs, lambda run: _version(run, "python"))),
        (text("data set"), _agreed(runs, _dataset)),
        (text("recorded"), _days(runs)),
        (text("code"), _agreed(runs, _code)),
    )
    return [FactSpec(name, fact) for name, fact in facts if fact is not None]


def _agreed(runs: Sequence[Run], fact_of: Callable[[Run], Number | None]) -> Number | None:
    """Return the fact that is the same for all runs, or None."""
    facts = [fact_of(run) for run in runs]
    texts = {None if fact is None else fact.text for fact in facts}
    return facts[0] if len(texts) == 1 else None


def _version(run: Run, package: str) -> Number | None:
    if package not in run.provenance.versions:
        return None
    return quote(at(run).provenance.versions[package])


def _dataset(run: Run) -> Number | None:
    return None if run.dataset is None else quote(at(run).dataset.name, MOST_FACT)


def _code(run: Run) -> Number | None:
    if run.provenance.code_hash is None:
        return None
    return quote(at(run).provenance.code_hash, HASH)


def _days(runs: Sequence[Run]) -> Text | None:
    """Return the day on which the runs started, or the first and the last day."""
    days = [day for run in runs if (day := _day(run)) is not None]
    if not days:
        return None
    first, last = (end(days, key=lambda day: day.value) for end in (min, max))
    if first.text == last.text:
        return first
    return line("{first} to {last}", first=first, last=last)


def _day(run: Run) -> Number | None:
    """Return the day on which a run started, if known."""
    started = run.provenance.started
    if started is None:
        return None
    written = started.replace(tzinfo=UTC)  # the day of the record's own time zone
    return computed(written.timestamp(), Language.date, "{}", at(run).provenance.started)


def _name(run: Run, most: int) -> Number:
    return quote(at(run).name, most)


def _strategy(run: Run) -> Text:
    """Return a run's strategy, and what its updates or its model were hidden by."""
    known: Number | Line = text("unknown") if run.strategy is None else quote(at(run).strategy)
    for hidden in (text("masked updates") if masked(run) else None, _noise(run)):
        if hidden is not None:
            known = line("{strategy}, {hidden}", strategy=known, hidden=hidden)
    return known


def _noise(run: Run) -> Line | None:
    """Return the noise in a run, in parts of the clipping norm, and what it spent of privacy."""
    trained = [(i, round_.train) for i, round_ in enumerate(run.rounds) if round_.train]
    noised = [(i, train) for i, train in trained if train.privacy or train.form == NOISED]
    if not noised:
        return None
    last, train = noised[-1]
    if train.privacy is None or train.privacy.epsilon is None:
        return text("noise")
    spent = at(run).rounds[last].train.privacy.epsilon
    epsilon = number(spent, partial(Language.decimal, digits=1))
    if not isinstance(run.config.get(DP_NOISE), float):
        return line("noise, epsilon {e}", e=epsilon)
    return line("noise z={z}, epsilon {e}", z=number(at(run).config[DP_NOISE], _short), e=epsilon)


def _short(language: Language, value: float) -> str:
    """Return a number with as many decimals as it has, and at most two."""
    return language.decimal(value, next((i for i in (0, 1) if round(value, i) == value), 2))


def _seed(run: Run) -> Text:
    """Return a run's seed, if known, without separators in every language."""
    seed = run.provenance.seed
    if seed is None:
        return text("unknown")
    return replace(quote(at(run).provenance.seed), value=float(seed))


def _fingerprint(run: Run) -> Number:
    """Return the start of a run's fingerprint; its source has the whole fingerprint."""
    whole = record.fingerprint(run)
    return Number(whole[: HASH - 1] + ELLIPSIS, Source("fingerprint {}", (whole,)))
