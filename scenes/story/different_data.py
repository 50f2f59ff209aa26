"""Workers that hold different kinds of photos: how their updates pull apart, and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fl_sim.record import Run
from scenes.story.class_names import kind_name
from scenes.story.common import accuracy, central, chance, label_counts, round_number
from scenes.story.pairs import CLEARLY, ROUNDS, Pair, alike_and_skewed, of_run, skew
from scenes.story.specs import LabelsSpec, LevelSpec, LineChartSpec, RunLineSpec
from scenes.story.update_arrows import DriftSpec, num_updates, pull
from scenes.text.errors import NotRecordedError
from scenes.text.languages import decimal, integer, percent
from scenes.text.lines import Line, Number, Text, line, number_of, read, text

DIRICHLET, ALPHA = "dirichlet", "dirichlet-alpha"
FEWEST_ROUNDS = 2  # that make a curve


@dataclass(frozen=True)
class CostSpec:
    """What came of all rounds in both runs."""

    curves: Line
    chart: LineChartSpec


@dataclass(frozen=True)
class DifferentDataSpec:
    """All that the chapter shows; ``pull`` or ``cost`` is absent where it is not recorded."""

    title: str
    deals: tuple[LabelsSpec, LabelsSpec]
    alike: Line
    skewed: Line
    pull: DriftSpec | None
    cost: CostSpec | None


def tell(runs: Sequence[Run]) -> DifferentDataSpec:
    """Return what the chapter shows: of two runs an early round, of two runs all rounds.

    Raises:
        UntoldError: no two of the runs differ in nothing but how the photos are dealt out.
    """
    pulling = alike_and_skewed(runs, num_updates, free=frozenset({ROUNDS}))
    tested = alike_and_skewed(runs, _rounds_tested)
    dealt = pulling or tested
    if dealt is None:
        raise NotRecordedError(
            f"{_names(runs)} cannot be compared: it needs one run with alike and one with "
            "different data, the same in all else, with label counts; give both with --run"
        )
    pulled = pull(pulling) if pulling else None
    return DifferentDataSpec(
        title=text("Different data"),
        deals=(
            _deal(dealt[0], text("alike data"), text("alike data")),
            _deal(dealt[1], _skewed_name(dealt[1]), text("skewed data")),
        ),
        alike=_alike(dealt[0]),
        skewed=_skewed(dealt),
        pull=pulled,
        cost=CostSpec(_curves(tested, pulled), _chart(tested)) if tested else None,
    )


def _names(runs: Sequence[Run]) -> str:
    names = ", ".join(repr(run.name) for run in runs)
    return f"the run {names}" if len(runs) == 1 else f"the choice of runs {names}"


def _rounds_tested(run: Run) -> int:
    tested = [getattr(round_.central, "accuracy", None) is not None for round_ in run.rounds]
    return len(tested) - 1 if all(tested) and len(tested) > FEWEST_ROUNDS else 0


# --- how the photos are dealt out


def _skewed_name(run: Run) -> Text:
    """Name the skewed data, with the setting that made them where it is known."""
    alpha = run.config.get(ALPHA)
    if run.config.get("partitioning") != DIRICHLET or not isinstance(alpha, int | float):
        return text("skewed data")
    digits = len(f"{alpha:.4f}".rstrip("0").partition(".")[2])
    figure = Number(decimal(alpha, digits), f"{run.name}: config.{ALPHA}", float(alpha))
    return line("skewed data (Dirichlet, alpha {alpha})", alpha=figure)


def _deal(run: Run, name: Text, brief: str) -> LabelsSpec:
    rows = [label_counts(run, worker) for worker in range(len(run.partitions))]
    numbers = [number_of("partitions", worker) for worker in range(len(rows))]
    at = np.unravel_index(np.argmax(np.array(rows)), (len(rows), len(rows[0])))
    worker, kind = int(at[0]), int(at[1])
    most = read(run, f"partitions[{worker}].label_counts[{kind}]", integer)
    return LabelsSpec(
        name=name,
        brief=brief,
        counts=rows,
        numbers=[line("worker {n}", n=numbers[0]), *numbers[1:]],
        peak=_peak(run, of_run(run, most), kind),
        peak_at=(worker, kind),
    )


def _peak(run: Run, most: Number, kind: int) -> Text:
    """Name the tallest bar by its kind, where kinds have names."""
    if run.dataset is None or not run.dataset.class_names:
        return most
    return line("{name}: {n}", name=kind_name(run, kind), n=most)


def _top_share(run: Run) -> Number:
    """Return the share of a worker's photos that its most frequent kind has, on average."""
    counts = np.array([p.label_counts for p in run.partitions], dtype=float)
    value = float((counts.max(axis=1) / counts.sum(axis=1)).mean())
    source = "mean over partitions[*] of the largest of label_counts over their sum"
    return of_run(run, Number(percent(value, 0), source, value))


def _alike(run: Run) -> Line:
    """Say how the more alike data look: alike, where they are."""
    if (skew(run) or 0.0) < CLEARLY:
        return line("Alike data: every worker holds all kinds, about equally.")
    return line("The more alike data: every worker's photos by kind.")


def _skewed(dealt: Pair) -> Line:
    """Say what is different: the same photos, where they are the same."""
    one, other = (np.array([p.label_counts for p in run.partitions]).sum(axis=0) for run in dealt)
    share = _top_share(dealt[1])
    if one.shape == other.shape and (one == other).all():
        return line(
            "Skewed: the same photos, but on average {share} of a worker's are of one kind.",
            share=share,
        )
    return line("Skewed: on average {share} of a worker's photos are of one kind.", share=share)


# --- what it costs in the end


def _chart(pair: Pair) -> LineChartSpec:
    guess = _guessing(pair[0])
    names = text("alike data"), text("skewed data")
    return LineChartSpec(
        name=text("accuracy on the test photos"),
        series=[
            RunLineSpec(
                name,
                central(run, "accuracy"),
                of_run(run, accuracy(run, -1)),
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


def _curves(pair: Pair, pulled: DriftSpec | None) -> Line:
    """Say what came of all rounds, and why, where it was seen."""
    one, other = (of_run(run, accuracy(run, -1)) for run in pair)
    if other.value < one.value and pulled is not None and pulled.held_back:
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
