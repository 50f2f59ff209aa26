"""How the updates of one early round lie, in a run with alike data and in one with skewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees

from fl_sim.record import Run
from scenes import theme
from scenes.story.common import TOLD_ROUND
from scenes.story.drift import Drift, drift
from scenes.story.pairs import Pair, of_run
from scenes.story.specs import ArrowsSpec, VersusSpec
from scenes.text.languages import integer, percent
from scenes.text.lines import Line, Number, count, line, text

GRAM = f"from rounds[{TOLD_ROUND}].train.gram"


@dataclass(frozen=True)
class DriftSpec:
    """A round's updates in both runs, and what is measured of them.

    The captions are called as their beats. ``notes`` say what of an arrow is measured, and
    ``held_back`` whether skewed updates cancel more.
    """

    fans: tuple[ArrowsSpec, ArrowsSpec]
    start: str
    one_update: str
    its_average: str
    notes: tuple[str, str]
    mean_length: str
    updates: Line
    apart: Line
    angles: tuple[VersusSpec, VersusSpec]
    cancel: Line
    kept: VersusSpec
    held_back: bool


def drift_of(run: Run) -> Drift | None:
    """Return how the updates of the first round lie, where that is known."""
    train = run.rounds[TOLD_ROUND].train if len(run.rounds) > TOLD_ROUND else None
    if train is None or train.gram is None:
        return None
    weights = [reply.weight for reply in train.replies if reply.weight is not None]
    return drift(train.gram, weights) if len(weights) == len(train.replies) else None


def num_updates(run: Run) -> int:
    """Return of how many updates it is known how they lie."""
    found = drift_of(run)
    return len(found.lengths) if found else 0


def pull(pair: Pair) -> DriftSpec:
    """Return what is told of the first round of two runs, for both of which it is known."""
    one, other = drift_of(pair[0]), drift_of(pair[1])
    assert one is not None
    assert other is not None
    drifts = one, other
    between = _two_angles(pair, [found.between for found in drifts], _BETWEEN)
    aside = _two_angles(pair, [float(found.angles.mean()) for found in drifts], _ASIDE)
    kept = _kept(pair[0], one), _kept(pair[1], other)
    return DriftSpec(
        fans=(_fan(one, text("alike data")), _fan(other, text("skewed data"))),
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
            VersusSpec(aside[0], text("mean angle to the average"), aside[1], theme.UPDATE),
            VersusSpec(between[0], text("mean angle between two"), between[1], theme.UPDATE),
        ),
        cancel=_cancel(kept),
        kept=VersusSpec(kept[0], text("length kept"), kept[1], theme.MODEL),
        held_back=_held_back(kept),
    )


_ASIDE = f"mean angle of the updates to their mean weighted by n_k/n, degrees, {GRAM}"
_BETWEEN = f"mean angle between two updates over all pairs, degrees, {GRAM}"
_KEPT = (
    "norm of the updates' mean weighted by n_k/n, over the mean of their norms weighted alike, "
    f"{GRAM}"
)


def _fan(found: Drift, name: str) -> ArrowsSpec:
    arrows = [
        (float(length), float(angle), float(turn))
        for length, angle, turn in zip(found.lengths, found.angles, found.turns, strict=True)
    ]
    return ArrowsSpec(name, arrows, found.average, found.mean_length)


def _two_angles(pair: Pair, angles: Sequence[float], source: str) -> tuple[Number, Number]:
    """Return two angles in whole degrees, one of each run."""
    left, right = (
        of_run(run, Number(f"{integer(degrees(angle))}°", source, degrees(angle)))
        for run, angle in zip(pair, angles, strict=True)
    )
    return left, right


def _kept(run: Run, found: Drift) -> Number:
    value = found.average / found.mean_length
    return of_run(run, Number(percent(value, 0), _KEPT, value))


def _updates(run: Run) -> Line:
    """Say whose updates they are, and what the arrows are."""
    train = run.rounds[TOLD_ROUND].train
    trained = count(run, f"rounds[{TOLD_ROUND}].train.replies")
    if train is not None and len(train.replies) == len(run.partitions):
        return line(
            "All {n} workers train from one model. Red: their updates. Blue: the average.",
            n=trained,
        )
    return line(
        "{n} workers train from one model. Red: their updates. Blue: the average.", n=trained
    )


def _apart(between: tuple[Number, Number]) -> Line:
    """Say how the updates of skewed data lie, on the scale of the others."""
    return line("Skewed data, same scale: two updates lie {x} apart on average.", x=between[1])


def _cancel(kept: tuple[Number, Number]) -> Line:
    """Say what becomes of the lengths; the updates' mean length is marked beside the average."""
    alike, skewed = kept
    if _held_back(kept):
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


def _held_back(kept: tuple[Number, Number]) -> bool:
    """Whether the average of skewed updates keeps less of their length."""
    return kept[1].value < kept[0].value
