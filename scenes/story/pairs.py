"""Pairs of comparable runs: one with alike data and one with skewed data."""

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np

from fl_sim.record import Run

# Groups of settings, as a record names them.
STRATEGY, PARTITIONING, RECORDING = "strategy", "partitioning", "recording"
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


def settings(run: Run, *groups: str, free: str = SEED) -> frozenset[tuple[str, object]]:
    """Return a run's settings, without those of some groups, the seed, and a free one."""
    ignored = {SEED, free}.union(*(run.config_groups.get(group, ()) for group in groups))
    return frozenset((key, value) for key, value in run.settings.items() if key not in ignored)


def alike_and_skewed(
    runs: Sequence[Run], score: Callable[[Run], int], *, free: str = SEED
) -> Pair | None:
    """Return the best two runs that differ only in label skew, the more alike one first.

    Args:
        runs: the candidates.
        score: the usefulness of a run, 0 for none; the lower score of a pair counts. Among equals,
            pairs with one seed are preferred, then those with the largest difference in skew.
        free: a further setting that may differ.
    """
    known = [(run, skew(run)) for run in runs if score(run)]
    groups = PARTITIONING, RECORDING
    found = [
        ((min(score(one), score(other)), _same_seed(one, other), more - less), (one, other))
        for (one, less), (other, more) in permutations(known, 2)
        if less is not None
        and more is not None
        and more - less >= CLEARLY
        and one.strategy == other.strategy
        and settings(one, *groups, free=free) == settings(other, *groups, free=free)
    ]
    return max(found, key=lambda entry: entry[0])[1] if found else None


def _same_seed(one: Run, other: Run) -> bool:
    return one.provenance.seed == other.provenance.seed
