"""The chapter on different data: label counts, client drift and accuracy of two runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from fl_sim.record import Partition, Run
from scenes.story.class_names import kind_name
from scenes.story.common import accuracy, central, chance, label_counts, rises, round_number
from scenes.story.pairs import CLEARLY, ROUNDS, Pair, alike_and_skewed, skew
from scenes.story.specs import LabelsSpec, LevelSpec, LineChartSpec, RunLineSpec
from scenes.story.update_arrows import DriftSpec, client_drift, num_updates
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, text
from scenes.text.numbers import Number, at, computed, number, position, with_run

DIRICHLET, ALPHA = "dirichlet", "dirichlet-alpha"
FEWEST_ROUNDS = 2  # of a curve
MOST_UNEQUAL = 2  # ratio of counts that are about equal


@dataclass(frozen=True)
class AccuracySpec:
    """The accuracy of both runs by round, and its caption."""

    curves: Line
    chart: LineChartSpec


@dataclass(frozen=True)
class DifferentDataSpec:
    """The contents of the chapter; ``drift`` or ``accuracy`` is None if not recorded."""

    title: Line
    labels: tuple[LabelsSpec, LabelsSpec]
    alike: Line
    skewed: Line
    drift: DriftSpec | None
    accuracy: AccuracySpec | None


def tell(runs: Sequence[Run]) -> DifferentDataSpec:
    """Return the chapter's spec for pairs of runs with alike and with skewed data.

    Raises:
        NotRecordedError: no two runs differ only in the partitioning of the photos.
    """
    drifting = alike_and_skewed(runs, num_updates, free=ROUNDS)
    tested = alike_and_skewed(runs, _rounds_tested)
    pair = drifting or tested
    if pair is None:
        raise NotRecordedError(
            f"{_names(runs)} cannot be compared. Give two runs with --run: one with alike and one "
            "with different data, the same otherwise, both with label counts"
        )
    drift = client_drift(drifting) if drifting else None
    return DifferentDataSpec(
        title=text("Different data"),
        labels=(
            _labels(pair[0], text("alike data"), text("alike data")),
            _labels(pair[1], _skewed_name(pair[1]), text("skewed data")),
        ),
        alike=_alike(pair[0]),
        skewed=_skewed(pair),
        drift=drift,
        accuracy=AccuracySpec(_curves(tested, drift), _chart(tested)) if tested else None,
    )


def _names(runs: Sequence[Run]) -> str:
    names = ", ".join(repr(run.name) for run in runs)
    return f"the run {names}" if len(runs) == 1 else f"the choice of runs {names}"


def _rounds_tested(run: Run) -> int:
    tested = [getattr(round_.central, "accuracy", None) is not None for round_ in run.rounds]
    return len(tested) - 1 if all(tested) and len(tested) > FEWEST_ROUNDS else 0


# --- label counts


def _skewed_name(run: Run) -> Text:
    """Return the name of the skewed data, with the Dirichlet setting if known."""
    alpha = run.config.get(ALPHA)
    if run.config.get("partitioning") != DIRICHLET or not isinstance(alpha, int | float):
        return text("skewed data")
    digits = len(f"{alpha:.4f}".rstrip("0").partition(".")[2])
    form = partial(Language.decimal, digits=digits)
    setting = with_run(run, computed(alpha, form, "{}", at(run).config[ALPHA]))
    return line("skewed data (Dirichlet, alpha {alpha})", alpha=setting)


def _labels(run: Run, name: Text, brief: Line) -> LabelsSpec:
    rows = [label_counts(run, worker) for worker in range(len(run.partitions))]
    workers = [with_run(run, position(at(run).partitions[worker])) for worker in range(len(rows))]
    tallest = np.unravel_index(np.argmax(np.array(rows)), (len(rows), len(rows[0])))
    worker, kind = map(int, tallest)
    most = number(at(run).partitions[worker].label_counts[kind], Language.integer)
    return LabelsSpec(
        name=name,
        brief=brief,
        counts=rows,
        numbers=[line("worker {n}", n=workers[0]), *workers[1:]],
        peak=_peak(run, with_run(run, most), kind),
        peak_at=(worker, kind),
    )


def _peak(run: Run, most: Number, kind: int) -> Text:
    """Return the label of the tallest bar: its count, and its class if named."""
    if run.dataset is None or not run.dataset.class_names:
        return most
    return line("{name}: {n}", name=kind_name(run, kind), n=most)


def _top_share(run: Run) -> Number:
    """Return the mean share of a worker's most frequent class in its photos."""
    counts = np.array([p.label_counts for p in run.partitions], dtype=float)
    value = float((counts.max(axis=1) / counts.sum(axis=1)).mean())
    words = "mean over {} of the largest of label_counts over their sum"
    share = computed(value, Language.whole_percent, words, at(run).partitions[:])
    return with_run(run, share)


def _alike(run: Run) -> Line:
    """Return the caption on the data of the less skewed run."""
    if (skew(run) or 0.0) < CLEARLY and all(map(_about_equal, run.partitions)):
        return line("Alike data: every worker holds all kinds, about equally.")
    return line("The more alike data: every worker's photos by kind.")


def _about_equal(part: Partition) -> bool:
    """Whether a worker holds all kinds, and at most twice as many of one as of another."""
    counts = part.label_counts or (0,)
    return 0 < max(counts) <= MOST_UNEQUAL * min(counts)


def _skewed(pair: Pair) -> Line:
    """Return the caption on the data of the skewed run."""
    one, other = (np.array([p.label_counts for p in run.partitions]).sum(axis=0) for run in pair)
    share = _top_share(pair[1])
    same = pair[0].dataset == pair[1].dataset
    if same and one.shape == other.shape and (one == other).all():
        return line(
            "Skewed: the same photos, but on average {share} of a worker's are of one kind.",
            share=share,
        )
    return line("Skewed: on average {share} of a worker's photos are of one kind.", share=share)


# --- accuracy


def _chart(pair: Pair) -> LineChartSpec:
    guess = _guessing(pair[0])
    names = text("alike data"), text("skewed data")
    return LineChartSpec(
        name=text("accuracy on the test photos"),
        series=[
            RunLineSpec(
                name,
                central(run, "accuracy"),
                with_run(run, accuracy(run, -1)),
            )
            for run, name in zip(pair, names, strict=True)
        ],
        first_round=line("round {r}", r=round_number(0, pair[0])),
        last_round=line("round {r}", r=round_number(-1, pair[0])),
        level=guess,
    )


def _guessing(run: Run) -> LevelSpec | None:
    if run.dataset is None or not run.dataset.class_names:
        return None
    guess = chance(run)
    return LevelSpec(line("guessing {chance}", chance=guess), guess.value)


def _curves(pair: Pair, drift: DriftSpec | None) -> Line:
    """Return the caption on the accuracies, with the reason if the drift shows it."""
    one, other = (with_run(run, accuracy(run, -1)) for run in pair)
    if rises(other, one) and drift is not None and drift.cancels_more:
        return line(
            "So less is learned. In the end {less} are right, with alike data {more}.",
            less=other,
            more=one,
        )
    return line(
        "In the end: {here} right with skewed data, {there} with alike data.",
        here=other,
        there=one,
    )
