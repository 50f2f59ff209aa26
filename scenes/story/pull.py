"""How the updates of one early round lie, in a run with alike data and in one with skewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees

from fl_sim.record import Run
from scenes import theme
from scenes.figures import Figure, Line, count, line, text
from scenes.language import integer, percent
from scenes.story.common import TOLD_ROUND, accuracy
from scenes.story.drift import Drift, drift
from scenes.story.pairs import Pair, of_run
from scenes.told import FanTold, VersusTold

PLAIN = ("FedAvg", "FedProx")  # strategies whose new model is the average of what was sent
GRAM = f"from rounds[{TOLD_ROUND}].train.gram"


@dataclass(frozen=True)
class PullTold:
    """A round's updates in both runs, and what is measured of them.

    The captions are called as their beats; ``served`` and ``after`` are absent where the new model
    is not the average, or was not tested.
    """

    fans: tuple[FanTold, FanTold]
    start: str
    one_update: str
    its_average: str
    free: str
    mean_length: str
    updates: Line
    average: Line
    apart: Line
    angles: tuple[VersusTold, VersusTold]
    cancel: Line
    kept: VersusTold
    served: Line | None
    after: VersusTold | None


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


def pull(pair: Pair) -> PullTold:
    """Return what is told of the first round of two runs, for both of which it is known."""
    one, other = drift_of(pair[0]), drift_of(pair[1])
    assert one is not None
    assert other is not None
    drifts = one, other
    between = _two_angles(pair, [found.between for found in drifts], _BETWEEN)
    aside = _two_angles(pair, [float(found.angles.mean()) for found in drifts], _ASIDE)
    kept = _kept(pair[0], one), _kept(pair[1], other)
    right = _right_after(pair)
    return PullTold(
        fans=(_fan(one, text("alike data")), _fan(other, text("skewed data"))),
        start=text("the model they all start from"),
        one_update=text("one update"),
        its_average=text("their average"),
        updates=_updates(pair[0]),
        average=line(
            "Blue: their average. Each arrow's length and its angle to blue are as measured."
        ),
        free=text("an arrow's place around blue is free"),
        mean_length=text("mean length"),
        apart=_apart(between),
        angles=(
            VersusTold(aside[0], text("mean angle to the average"), aside[1], theme.UPDATE),
            VersusTold(between[0], text("mean angle between two"), between[1], theme.UPDATE),
        ),
        cancel=_cancel(kept),
        kept=VersusTold(kept[0], text("length kept"), kept[1], theme.MODEL),
        served=_served(right) if right else None,
        after=VersusTold(right[0], text("accuracy after it"), right[1], theme.INK)
        if right
        else None,
    )


_ASIDE = f"mean angle of the updates to their mean weighted by n_k/n, degrees, {GRAM}"
_BETWEEN = f"mean angle between two updates over all pairs, degrees, {GRAM}"
_KEPT = (
    "norm of the updates' mean weighted by n_k/n, over the mean of their norms weighted alike, "
    f"{GRAM}"
)


def _fan(found: Drift, name: str) -> FanTold:
    arrows = [
        (float(length), float(angle), float(turn))
        for length, angle, turn in zip(found.lengths, found.angles, found.turns, strict=True)
    ]
    return FanTold(name, arrows, found.average, found.mean_length)


def _two_angles(pair: Pair, angles: Sequence[float], source: str) -> tuple[Figure, Figure]:
    """Return two angles in whole degrees, one of each run."""
    left, right = (
        of_run(run, Figure(f"{integer(degrees(angle))}°", source, degrees(angle)))
        for run, angle in zip(pair, angles, strict=True)
    )
    return left, right


def _kept(run: Run, found: Drift) -> Figure:
    value = found.average / found.mean_length
    return of_run(run, Figure(percent(value, 0), _KEPT, value))


def _updates(run: Run) -> Line:
    """Say whose updates they are, and what an arrow is."""
    train = run.rounds[TOLD_ROUND].train
    trained = count(run, f"rounds[{TOLD_ROUND}].train.replies")
    if train is not None and len(train.replies) == len(run.partitions):
        return line(
            "To compare, all {n} workers train from the same model. A red arrow: one update.",
            n=trained,
        )
    return line(
        "To compare, {n} workers train from the same model. A red arrow: one update.", n=trained
    )


def _apart(between: tuple[Figure, Figure]) -> Line:
    """Say how the updates of skewed data lie, on the scale of the others."""
    alike, skewed = between
    if alike.value < skewed.value:
        return line(
            "Skewed data, same scale: each pulls its own way, any two are {x} apart on average.",
            x=skewed,
        )
    return line("Skewed data, same scale: any two updates are {x} apart on average.", x=skewed)


def _cancel(kept: tuple[Figure, Figure]) -> Line:
    """Say what becomes of the lengths; the updates' mean length is marked beside the average."""
    alike, skewed = kept
    if skewed.value < alike.value:
        return line(
            "Pulls aside cancel: the average keeps {less} of an update's mean length, not {more}.",
            less=skewed,
            more=alike,
        )
    return line(
        "The average keeps {here} of an update's mean length, with alike data {there}.",
        here=skewed,
        there=alike,
    )


def _right_after(pair: Pair) -> tuple[Figure, Figure] | None:
    """Return what the round's new model gets right, where it is the average and was tested."""
    tested = [getattr(run.rounds[TOLD_ROUND].central, "accuracy", None) for run in pair]
    if None in tested or any(run.strategy not in PLAIN for run in pair):
        return None
    left, right = (of_run(run, accuracy(run, TOLD_ROUND)) for run in pair)
    return left, right


def _served(right: tuple[Figure, Figure]) -> Line:
    """Say what the average is worth."""
    alike, skewed = right
    if skewed.value < alike.value:
        return line(
            "The new model names {less} of the test photos right, not {more}.",
            less=skewed,
            more=alike,
        )
    return line(
        "The new model names {here} of photos right, and {there} with alike data.",
        here=skewed,
        there=alike,
    )
