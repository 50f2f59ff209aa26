"""Pairs of comparable runs: one with alike data and one with skewed data."""

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np

from fl_sim.record import Run

# Settings for the split of photos, and settings that only affect the record.
PARTITIONING = frozenset({"partitioning", "dirichlet-alpha", "classes-per-client"})
RECORDING = frozenset({"keep", "confusion-every", "full-round", "round-timeout", "failure-seed"})
ROUNDS, SEED = "num-server-rounds", "seed"
CLEARLY = 0.1  # least difference in skew between alike and skewed data

Pair = tuple[Run, Run]


def skew(run: Run) -> float | None:
    """Return the label skew of the workers, 0 to 1, or None if unknown.

    It is the mean total variation distance of a worker's label distribution to that of all workers
    together.
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


def settings(run: Run, ignored: frozenset[str]) -> frozenset[tuple[str, object]]:
    """Return a run's strategy and settings, without the ignored ones."""
    kept = ((key, value) for key, value in run.config.items() if key not in ignored)
    return frozenset([("strategy of", run.strategy), *kept])


def alike_and_skewed(
    runs: Sequence[Run], score: Callable[[Run], int], *, free: frozenset[str] = frozenset()
) -> Pair | None:
    """Return the best two runs that differ only in label skew, the more alike one first.

    Args:
        runs: the candidates.
        score: the usefulness of a run, 0 for none; the lower score of a pair counts. Among equals,
            pairs with one seed are preferred, then those with the largest difference in skew.
        free: further settings that may differ.
    """
    known = [(run, skew(run)) for run in runs if score(run)]
    ignored = PARTITIONING | RECORDING | {SEED} | free
    found = [
        ((min(score(one), score(other)), _same_seed(one, other), more - less), (one, other))
        for (one, less), (other, more) in permutations(known, 2)
        if less is not None
        and more is not None
        and more - less >= CLEARLY
        and settings(one, ignored) == settings(other, ignored)
    ]
    return max(found, key=lambda entry: entry[0])[1] if found else None


def _same_seed(one: Run, other: Run) -> bool:
    return one.provenance.seed == other.provenance.seed
