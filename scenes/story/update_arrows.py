"""Directions of the first round's updates, of a run with alike data and one with uneven data."""

from dataclasses import dataclass
from math import degrees

import numpy as np

from fl_sim.record import Run
from scenes.story.class_names import kind_name
from scenes.story.common import SHOWN_ROUND
from scenes.story.drift import Drift, drift
from scenes.story.kinds_wall import NAME
from scenes.story.pairs import Pair
from scenes.story.specs import ArrowsSpec
from scenes.text.lines import Line, Text, line, text
from scenes.text.numbers import at, count, position, with_run

MOST_LABELLED = 12  # arrows
AGREE = 60  # degrees between two updates up to which they agree
APART = 15  # degrees by which others are clearly further apart


@dataclass(frozen=True)
class DriftSpec:
    """The updates of both runs, the name of their start, and captions named like their beats."""

    arrows: tuple[ArrowsSpec, ArrowsSpec]
    start: Line
    updates: Line
    apart: Line


def drift_of(run: Run) -> Drift | None:
    """Return the angles of the first round's updates, if known and not of noise."""
    train = run.rounds[SHOWN_ROUND].train if len(run.rounds) > SHOWN_ROUND else None
    if train is None or train.gram is None or train.form != "plain":
        return None
    return drift(train.gram)


def num_updates(run: Run) -> int:
    """Return the number of updates with known angles."""
    found = drift_of(run)
    return len(found.angles) if found else 0


def client_drift(pair: Pair) -> DriftSpec:
    """Return the spec of the first round of two runs with known angles."""
    one, other = drift_of(pair[0]), drift_of(pair[1])
    assert one is not None
    assert other is not None
    angles = degrees(one.between), degrees(other.between)
    return DriftSpec(
        arrows=(
            _arrows(pair[0], one, text("alike photos")),
            _arrows(pair[1], other, text("uneven photos"), labelled=True),
        ),
        start=text("the model they all start from"),
        updates=_updates(pair[0]),
        apart=_apart(*angles),
    )


def _arrows(run: Run, found: Drift, name: Line, *, labelled: bool = False) -> ArrowsSpec:
    labelled = labelled and len(found.angles) <= MOST_LABELLED
    return ArrowsSpec(
        name=name,
        arrows=list(zip(found.angles.tolist(), found.turns.tolist(), strict=True)),
        labels=_labels(run) if labelled else [],
        note=text("directions only"),
    )


def _labels(run: Run) -> list[tuple[Text, Text]]:
    """Return each update's worker, and the kind that it holds most of."""
    train = run.rounds[SHOWN_ROUND].train
    labels: list[tuple[Text, Text]] = []
    for reply in train.replies if train else ():
        held = run.partitions[reply.client].label_counts or (0,)
        number = with_run(run, position(at(run).partitions[reply.client]))
        labels.append((number, kind_name(run, int(np.argmax(held)), NAME)))
    return labels


def _updates(run: Run) -> Line:
    """Return the caption on the workers that trained."""
    replies = at(run).rounds[SHOWN_ROUND].train.replies
    return line(
        "From one model {n} workers set out. Do their updates point the same way?",
        n=count(replies),
    )


def _apart(alike: float, uneven: float) -> Line:
    """Return the caption on how far apart updates are, by the mean angles in degrees."""
    if alike <= AGREE and uneven - alike >= APART:
        return text("Alike photos: the lessons agree. Uneven photos: they pull apart.")
    if uneven - alike >= APART:
        return text("Uneven photos: the lessons pull further apart.")
    return text("Alike or uneven photos: the lessons differ about as much.")
