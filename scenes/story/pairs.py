"""Which of several runs can be compared: the same in all but one respect."""

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np

from fl_sim.record import Run
from scenes.text.lines import Number

# Settings that say how photos are dealt out, and those that only say what is recorded.
DEALING = frozenset({"partitioning", "dirichlet-alpha", "classes-per-client"})
RECORDING = frozenset({"keep", "confusion-every", "full-round", "round-timeout", "failure-seed"})
ROUNDS, SEED = "num-server-rounds", "seed"
CLEARLY = 0.1  # by so much two runs' skew differs at least, where one is called different

Pair = tuple[Run, Run]


def of_run(run: Run, figure: Number) -> Number:
    """Say which run a figure is of, where several are told."""
    return Number(figure.text, f"{run.name}: {figure.source}", figure.value)


def skew(run: Run) -> float | None:
    """Return how unlike the workers' labels are, 0 to 1, or nothing where it is not known.

    It is the share of a worker's photos that would have to be of another kind for it to hold the
    kinds as all workers together do (total variation distance), the mean over the workers.
    """
    rows = [partition.label_counts for partition in run.partitions]
    if not rows or any(row is None for row in rows):
        return None
    counts = np.array(rows, dtype=float)
    held = counts.sum(axis=1, keepdims=True)
    if held.size == 0 or held.min() <= 0:
        return None
    together = counts.sum(axis=0) / counts.sum()
    return float(np.abs(counts / held - together).sum(axis=1).mean() / 2)


def settings(run: Run, besides: frozenset[str]) -> frozenset[tuple[str, object]]:
    """Return a run's strategy and settings besides some."""
    kept = ((key, value) for key, value in run.config.items() if key not in besides)
    return frozenset([("strategy of", run.strategy), *kept])


def alike_and_skewed(
    runs: Sequence[Run], spec_by: Callable[[Run], int], *, free: frozenset[str] = frozenset()
) -> Pair | None:
    """Return two runs that differ only in how the photos are dealt out, the more alike first.

    Args:
        runs: those to choose from.
        spec_by: how much a run can tell, 0 if nothing; a pair is as good as its poorer run. Among
            equals it is the pair with the greatest difference, and rather of one seed.
        free: settings that may differ as well.
    """
    known = [(run, skew(run)) for run in runs if spec_by(run)]
    besides = DEALING | RECORDING | {SEED} | free
    found = [
        ((min(spec_by(one), spec_by(other)), _same_seed(one, other), more - less), (one, other))
        for (one, less), (other, more) in permutations(known, 2)
        if less is not None
        and more is not None
        and more - less >= CLEARLY
        and settings(one, besides) == settings(other, besides)
    ]
    return max(found, key=lambda entry: entry[0])[1] if found else None


def _same_seed(one: Run, other: Run) -> bool:
    return one.provenance.seed == other.provenance.seed
