"""The chapter on remedies: what one of them does, and how accuracies on uneven data change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fl_sim.record import Run
from scenes.story.specs import GaugeMarkSpec, GaugeSpec, WorkingSpec
from scenes.story.strategies import PLAIN, ComparableRuns, comparable_runs
from scenes.text.errors import LABEL_COUNTS, NO_COUNTS, NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import Number, at, computed

TWO = 2  # remedies: the one that is shown, and another

Picture = Literal["leash", "momentum"]
PICTURES: dict[str, Picture] = {"FedProx": "leash", "FedAvgM": "momentum"}


@dataclass(frozen=True)
class RemediesSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``working`` is None if there is no picture of what the remedy does, ``others`` if there are no
    others. ``note`` says of which runs and rounds the gauge shows the mean.
    """

    title: Line
    working: WorkingSpec | None
    gain: Line
    others: Line | None
    gauge: GaugeSpec
    note: Line


def tell(runs: Sequence[Run]) -> RemediesSpec:
    """Return the chapter's spec for the largest set of comparable runs.

    Raises:
        NotRecordedError: no run of plain averaging differs from others only in strategy and seed.
    """
    found = comparable_runs(runs)
    if found is None or PLAIN not in found.by_strategy:
        names = ", ".join(repr(run.name) for run in runs)
        raise NotRecordedError(
            f"no two strategies can be compared among the runs {names}. {_advice(runs)}"
        )
    found = found.of_common_seeds
    shown = _shown(found)
    return RemediesSpec(
        title=text("Remedies"),
        working=_working(shown),
        gain=_gain(found, shown),
        others=_others(found, shown),
        gauge=_gauge(found, shown),
        note=_note(found),
    )


def _advice(runs: Sequence[Run]) -> str:
    """Return what it takes to compare strategies, as far as runs of their kind can have it."""
    if all(run.imported for run in runs):
        return NO_COUNTS
    known = "" if any(run.by_own_app for run in runs) else f"label counts by {LABEL_COUNTS}, "
    return (
        f"Give runs with --run that have the same skewed data, rounds and settings, {known}and a "
        f"test after every round, some of them with the strategy {PLAIN}"
    )


def _remedies(found: ComparableRuns) -> list[str]:
    return [name for name in found.by_strategy if name != PLAIN]


def _shown(found: ComparableRuns) -> str:
    """Return the remedy with the largest mean of those with a picture, or of all."""
    pictured = [name for name in _remedies(found) if name in PICTURES]
    return max(pictured or _remedies(found), key=found.mean)


def _working(shown: str) -> WorkingSpec | None:
    picture = PICTURES.get(shown)
    if picture is None:
        return None
    remedies = {
        "leash": line("One remedy: each worker is held close to the shared model."),
        "momentum": line("One remedy is momentum: each step keeps part of the last."),
    }
    labels = {
        "leash": (text("shared model"), text("held close")),
        "momentum": (text("plain averaging"), text("with momentum")),
    }
    parts = {
        "momentum": (text("this round's pull"), text("part of the last step"), text("the new step"))
    }
    return WorkingSpec(remedies[picture], picture, *labels[picture], parts.get(picture, ()))


# --- captions


def _gain(found: ComparableRuns, shown: str) -> Line:
    """Return the caption on what the remedy changes."""
    before, after = _mean(found, PLAIN), _mean(found, shown)
    gained = after.value > before.value and after.text != before.text
    picture = PICTURES.get(shown)
    if picture == "leash" and gained:
        return line("Held closer to the shared model: {a} becomes {b}.", a=before, b=after)
    if picture == "leash":
        return line("Held closer to the shared model: {a}, then {b}. No gain.", a=before, b=after)
    if picture == "momentum" and gained:
        return line("What pulls apart cancels: {a} becomes {b}.", a=before, b=after)
    if picture == "momentum":
        return line("With momentum: {a}, then {b}. No gain.", a=before, b=after)
    if gained:
        return line("With another strategy: {a} becomes {b}.", a=before, b=after)
    return line("With another strategy: {a}, then {b}. No gain.", a=before, b=after)


def _others(found: ComparableRuns, shown: str) -> Line | None:
    """Return the caption on the other remedies, or None without any."""
    best = _best_other(found, shown)
    if best is None:
        return None
    if best.value <= _mean(found, PLAIN).value:
        return line("None of the others gains anything: at best {x}.", x=best)
    if len(_remedies(found)) > TWO:
        return line("Other remedies get up to {x}.", x=best)
    return line("Another remedy gets {x}.", x=best)


def _best_other(found: ComparableRuns, shown: str) -> Number | None:
    others = [name for name in _remedies(found) if name != shown]
    return _mean(found, max(others, key=found.mean)) if others else None


# --- the gauge


def _gauge(found: ComparableRuns, shown: str) -> GaugeSpec:
    before, after = _mean(found, PLAIN), _mean(found, shown)
    marks = [
        GaugeMarkSpec(before.value, before, text("plain averaging")),
        GaugeMarkSpec(after.value, after, _name(shown)),
    ]
    best = _best_other(found, shown)
    if best is not None:
        marks.append(GaugeMarkSpec(best.value, best, text("best of the others")))
    low, high = (
        computed(end, Language.whole_percent, f"the {word} accuracy that there is")
        for word, end in (("lowest", 0.0), ("highest", 1.0))
    )
    return GaugeSpec(low, high, (0.0, 1.0), marks)


def _name(shown: str) -> Line:
    names = {"leash": text("held close"), "momentum": text("with momentum")}
    return names.get(PICTURES.get(shown, ""), text("with a remedy"))


def _mean(found: ComparableRuns, strategy: str) -> Number:
    """Return a strategy's accuracy: the mean over its runs and their last rounds."""
    runs = found.by_strategy[strategy]
    return computed(
        found.mean(strategy),
        Language.percent,
        "mean over {} of the mean of {}",
        ", ".join(run.name for run in runs),
        at(runs[0]).rounds[found.first_averaged :].central.accuracy,
    )


def _note(found: ComparableRuns) -> Line:
    """Return of which runs and rounds the gauge shows the mean."""
    run, first = found.runs[0], found.first_averaged
    rounds = computed(
        len(run.rounds) - first, Language.integer, "count of {}", at(run).rounds[first:]
    )
    last = plural(rounds, "last {n} round", "last {n} rounds")
    numbers = {len(runs) for runs in found.by_strategy.values()}
    if len(numbers) > 1:
        return line("mean over seeds, {rounds}", rounds=last)
    words = "count of the runs with the strategy {}"
    seeds = computed(numbers.pop(), Language.integer, words, PLAIN)
    return line(
        "mean over {seeds}, {rounds}", seeds=plural(seeds, "{n} seed", "{n} seeds"), rounds=last
    )
