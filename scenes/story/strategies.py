"""Comparable runs: runs that differ only in strategy and seed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from fl_sim.record import Run
from scenes.story.pairs import CLEARLY, RECORDING, STRATEGY, settings, skew

PLAIN = "FedAvg"
MOST_AVERAGED = 10  # last rounds to average, but at most a third of all
ENDINGS = 3


@dataclass(frozen=True)
class ComparableRuns:
    """Comparable runs by strategy, plain averaging first, and sorted by seed."""

    by_strategy: Mapping[str, tuple[Run, ...]]

    @property
    def runs(self) -> list[Run]:
        """All runs."""
        return [run for runs in self.by_strategy.values() for run in runs]

    @property
    def first_averaged(self) -> int:
        """The first of the last rounds, whose accuracies are averaged to reduce noise."""
        rounds = min(len(run.rounds) for run in self.runs)
        return rounds - max(1, min(MOST_AVERAGED, (rounds - 1) // ENDINGS))

    @property
    def of_common_seeds(self) -> "ComparableRuns":
        """The runs of the seeds that every strategy has, or all if there is no such seed."""
        seeds = [{run.provenance.seed for run in runs} for runs in self.by_strategy.values()]
        common = set.intersection(*seeds)
        if not common:
            return self
        return ComparableRuns(
            {
                name: tuple(run for run in runs if run.provenance.seed in common)
                for name, runs in self.by_strategy.items()
            }
        )

    def score(self, run: Run) -> float:
        """Return a run's test accuracy, averaged over its last rounds."""
        return fmean(_accuracy(run, r) or 0.0 for r in range(self.first_averaged, len(run.rounds)))

    def scores(self, strategy: str) -> list[float]:
        """Return the scores of a strategy's runs."""
        return [self.score(run) for run in self.by_strategy[strategy]]

    def mean(self, strategy: str) -> float:
        """Return the mean score of a strategy's runs."""
        return fmean(self.scores(strategy))


def comparable_runs(runs: Sequence[Run]) -> ComparableRuns | None:
    """Return the largest set of comparable runs on skewed data, or None."""
    choices: dict[object, list[Run]] = defaultdict(list)
    for run in runs:
        if run.strategy and (skew(run) or 0.0) >= CLEARLY and _tested(run):
            choices[_in_common(run)].append(run)
    candidates = [_by_strategy_and_seed(chosen) for chosen in choices.values()]
    compared = [found for found in candidates if len(found.by_strategy) > 1]
    return max(compared, key=lambda found: len(found.runs), default=None)


def _in_common(run: Run) -> object:
    """Return values that are equal for comparable runs: their sizes, and other settings."""
    return len(run.rounds), len(run.partitions), settings(run, STRATEGY, RECORDING)


def _by_strategy_and_seed(runs: Sequence[Run]) -> ComparableRuns:
    """Return runs by strategy and seed; of several settings of a strategy, the most frequent."""
    variants: dict[str, dict[object, dict[int | None, Run]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for run in runs:
        own = frozenset((key, run.config.get(key)) for key in run.config_groups.get(STRATEGY, ()))
        variants[run.strategy or ""][own].setdefault(run.provenance.seed, run)
    chosen = {name: max(found.values(), key=len) for name, found in variants.items()}
    order = sorted(chosen, key=lambda name: name != PLAIN)
    return ComparableRuns({name: tuple(_by_seed(chosen[name])) for name in order})


def _by_seed(runs: Mapping[int | None, Run]) -> list[Run]:
    return [runs[seed] for seed in sorted(runs, key=lambda seed: -1 if seed is None else seed)]


def _accuracy(run: Run, round_: int) -> float | None:
    central = run.rounds[round_].central
    return None if central is None else central.accuracy


def _tested(run: Run) -> bool:
    """Whether every round that may be averaged was tested."""
    last = range(max(1, len(run.rounds) - MOST_AVERAGED), len(run.rounds))
    return bool(last) and all(_accuracy(run, round_) is not None for round_ in last)
