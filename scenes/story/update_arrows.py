"""Updates of the first round as arrows, for a run with alike data and one with skewed data."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees

from fl_sim.record import Run
from scenes.story.common import SHOWN_ROUND, rises
from scenes.story.drift import Drift, drift
from scenes.story.pairs import Pair
from scenes.story.specs import ArrowsSpec, VersusSpec
from scenes.text.language import Language
from scenes.text.lines import Line, line, text
from scenes.text.numbers import Form, Number, at, computed, count, with_run

# Sources of measures; the place is that of the inner products.
TO_AVERAGE = "mean angle of the updates to their mean weighted by n_k/n, degrees, from {}"
BETWEEN_TWO = "mean angle between two updates over all pairs, degrees, from {}"
LENGTH_KEPT = (
    "norm of the updates' mean weighted by n_k/n, over the mean of their norms weighted alike, "
    "from {}"
)


@dataclass(frozen=True)
class DriftSpec:
    """The updates of both runs, with measures and captions named like their beats.

    ``notes`` explain the arrows; ``cancels_more`` says whether skewed updates cancel more.
    """

    arrows: tuple[ArrowsSpec, ArrowsSpec]
    start: Line
    one_update: Line
    its_average: Line
    notes: tuple[Line, Line]
    mean_length: Line
    updates: Line
    apart: Line
    angles: tuple[VersusSpec, VersusSpec]
    cancel: Line
    kept: VersusSpec
    cancels_more: bool


def drift_of(run: Run) -> Drift | None:
    """Return the lengths and angles of the first round's updates, if known and not of noise."""
    train = run.rounds[SHOWN_ROUND].train if len(run.rounds) > SHOWN_ROUND else None
    if train is None or train.gram is None or train.form != "plain":
        return None
    weights = [reply.weight for reply in train.replies if reply.weight is not None]
    return drift(train.gram, weights) if len(weights) == len(train.replies) else None


def num_updates(run: Run) -> int:
    """Return the number of updates with known lengths and angles."""
    found = drift_of(run)
    return len(found.lengths) if found else 0


def client_drift(pair: Pair) -> DriftSpec:
    """Return the spec of the first round of two runs with known angles."""
    one, other = drift_of(pair[0]), drift_of(pair[1])
    assert one is not None
    assert other is not None
    drifts = one, other
    between = _two_angles(pair, [found.between for found in drifts], BETWEEN_TWO)
    aside = _two_angles(pair, [float(found.angles.mean()) for found in drifts], TO_AVERAGE)
    kept = _kept(pair[0], one), _kept(pair[1], other)
    return DriftSpec(
        arrows=(_arrows(one, text("alike data")), _arrows(other, text("skewed data"))),
        start=text("the model they all start from"),
        one_update=text("one update"),
        its_average=text("their average"),
        updates=_updates(pair[0]),
        notes=(
            text("in space: true lengths and angles to blue"),
            text("the direction around blue is free"),
        ),
        mean_length=text("mean length"),
        apart=_apart(between),
        angles=(
            VersusSpec(aside[0], text("mean angle to the average"), aside[1], "update"),
            VersusSpec(between[0], text("mean angle between two"), between[1], "update"),
        ),
        cancel=_cancel(kept),
        kept=VersusSpec(kept[0], text("length kept"), kept[1], "model"),
        cancels_more=_cancels_more(kept),
    )


def _arrows(found: Drift, name: Line) -> ArrowsSpec:
    arrows = [
        (float(length), float(angle), float(turn))
        for length, angle, turn in zip(found.lengths, found.angles, found.turns, strict=True)
    ]
    return ArrowsSpec(name, arrows, found.average, found.mean_length)


def _two_angles(pair: Pair, angles: Sequence[float], words: str) -> tuple[Number, Number]:
    """Return an angle of each run in whole degrees."""
    left, right = (
        _measured(run, degrees(angle), _degrees, words)
        for run, angle in zip(pair, angles, strict=True)
    )
    return left, right


def _degrees(language: Language, value: float) -> str:
    return f"{language.integer(value)}°"


def _kept(run: Run, found: Drift) -> Number:
    """Return the length of the average relative to the mean length of the updates."""
    kept = found.average / found.mean_length
    return _measured(run, kept, Language.whole_percent, LENGTH_KEPT)


def _measured(run: Run, value: float, form: Form, words: str) -> Number:
    """Return a number computed from the inner products of a run's updates."""
    gram = at(run).rounds[SHOWN_ROUND].train.gram
    return with_run(run, computed(value, form, words, gram))


def _updates(run: Run) -> Line:
    """Return the caption on the workers and the arrows."""
    train = run.rounds[SHOWN_ROUND].train
    trained = count(at(run).rounds[SHOWN_ROUND].train.replies)
    if train is not None and len(train.replies) == len(run.partitions):
        return line(
            "All {n} workers train from one model. Red: their updates. Blue: the average.",
            n=trained,
        )
    return line(
        "{n} workers train from one model. Red: their updates. Blue: the average.", n=trained
    )


def _apart(between: tuple[Number, Number]) -> Line:
    """Return the caption on the angle between two updates of skewed data."""
    return line("Skewed data, same scale: two updates lie {x} apart on average.", x=between[1])


def _cancel(kept: tuple[Number, Number]) -> Line:
    """Return the caption on the length that the average keeps."""
    alike, skewed = kept
    if _cancels_more(kept):
        return line(
            "Sideways pulls cancel out: {less} of the mean length is left, not {more}.",
            less=skewed,
            more=alike,
        )
    return line(
        "The average keeps {here} of their mean length, with alike data {there}.",
        here=skewed,
        there=alike,
    )


def _cancels_more(kept: tuple[Number, Number]) -> bool:
    """Whether skewed updates cancel more than alike ones."""
    return rises(kept[1], kept[0])
