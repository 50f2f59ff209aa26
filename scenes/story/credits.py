"""The credits: the film's title, the runs that its numbers come from, and the thanks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Self

from fl_sim import record
from fl_sim.record import Run
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, text
from scenes.text.naming import usual_title
from scenes.text.numbers import ELLIPSIS, Number, at, computed, quote
from scenes.text.sources import Source

MOST_NAME = 22  # characters of a run's name
HASH = 12  # characters of a hash, with the ellipsis


@dataclass(frozen=True)
class CreditsSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``film`` is the film's title, and ``recorded`` a line below it on where its numbers come from.
    """

    title: Line
    film: Text
    recorded: Text
    several: bool
    runs: Line
    thanks: Line

    def entitled(self, title: Text) -> Self:
        """Return the spec with a film's title of the user's own."""
        return replace(self, film=title)


def tell(runs: Sequence[Run]) -> CreditsSpec:
    """Return the chapter's spec for all runs."""
    several = len(runs) > 1
    return CreditsSpec(
        title=text("Credits"),
        film=usual_title(),
        recorded=_recorded(runs) if several else _one(runs[0]),
        several=several,
        runs=_caption(runs),
        thanks=_thanks(runs),
    )


def _caption(runs: Sequence[Run]) -> Line:
    """Return the caption on the number of runs."""
    if len(runs) == 1:
        return line("Every number comes from the record of this one run.")
    n = computed(len(runs), Language.integer, "count of the records given")
    return line("Every number comes from {n} recorded runs.", n=n)


def _thanks(runs: Sequence[Run]) -> Line:
    """Return the caption with thanks: to those whose work is known to have taken part."""
    shared = [
        name
        for package, name in _trainers().items()
        if all(package in run.provenance.versions for run in runs)
    ]
    if all(run.imported and "Flower" not in run.provenance.source for run in runs):
        return line("Thanks to all who made Manim.")
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


def _one(run: Run) -> Line:
    """Return the name of a run, and the start of its fingerprint."""
    return line(
        "run {run}, fingerprint {fingerprint}",
        run=quote(at(run).name, MOST_NAME),
        fingerprint=_fingerprint(run),
    )


def _fingerprint(run: Run) -> Number:
    """Return the start of a run's fingerprint; its source has the whole fingerprint."""
    whole = record.fingerprint(run)
    return Number(whole[: HASH - 1] + ELLIPSIS, Source("fingerprint {}", (whole,)))


def _recorded(runs: Sequence[Run]) -> Line:
    """Return the day on which all runs started, or the first and the last day, if known."""
    days = [day for run in runs if (day := _day(run)) is not None]
    if not days:
        return text("from recorded runs")
    first, last = (end(days, key=lambda day: day.value) for end in (min, max))
    if first.text == last.text:
        return line("recorded on {day}", day=first)
    return line("recorded from {first} to {last}", first=first, last=last)


def _day(run: Run) -> Number | None:
    """Return the day on which a run started, if known."""
    started = run.provenance.started
    if started is None:
        return None
    written = started.replace(tzinfo=UTC)  # the day of the record's own time zone
    return computed(written.timestamp(), Language.date, "{}", at(run).provenance.started)
