"""Runs that differ in their strategy and their seed only, side by side."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from fl_sim.record import Run
from scenes.story.pairs import CLEARLY, DEALING, RECORDING, SEED, skew
from scenes.text.lines import text

PLAIN = "FedAvg"
# Settings that only some strategies use, and the one that names the strategy.
OWN = frozenset(
    {
        "strategy",
        "proximal-mu",
        "server-learning-rate",
        "server-momentum",
        "eta",
        "beta-1",
        "beta-2",
        "tau",
    }
)
FREE = OWN | RECORDING | {SEED}
MOST_AVERAGED = 10  # rounds, and a third of all at most
ENDINGS = 3


@dataclass(frozen=True)
class Field:
    """Comparable runs by strategy, plain averaging first, those of one strategy by seed."""

    by_strategy: Mapping[str, tuple[Run, ...]]

    @property
    def runs(self) -> list[Run]:
        """All runs."""
        return [run for runs in self.by_strategy.values() for run in runs]

    @property
    def first_averaged(self) -> int:
        """The first of the last rounds, whose mean counts: single rounds go up and down."""
        rounds = min(len(run.rounds) for run in self.runs)
        return rounds - max(1, min(MOST_AVERAGED, (rounds - 1) // ENDINGS))

    def score(self, run: Run) -> float:
        """Return a run's accuracy on the test split, the mean over its last rounds."""
        return fmean(_accuracy(run, r) or 0.0 for r in range(self.first_averaged, len(run.rounds)))

    def scores(self, strategy: str) -> list[float]:
        """Return the scores of a strategy's runs."""
        return [self.score(run) for run in self.by_strategy[strategy]]

    def mean(self, strategy: str) -> float:
        """Return the mean score of a strategy's runs."""
        return fmean(self.scores(strategy))

    def always_better(self, strategy: str, than: str) -> bool | None:
        """Whether a strategy does better with every seed; None where they share fewer than two."""
        mine, theirs = (
            {run.provenance.seed: self.score(run) for run in self.by_strategy[name]}
            for name in (strategy, than)
        )
        shared = mine.keys() & theirs.keys() - {None}
        return all(mine[seed] > theirs[seed] for seed in shared) if len(shared) > 1 else None

    @property
    def equal_training(self) -> bool:
        """Whether the runs of one seed trained on equally many photos, whatever the strategy."""
        trained: dict[int | None, set[int | None]] = defaultdict(set)
        for run in self.runs:
            trained[run.provenance.seed].add(_trained(run))
        return all(len(found) == 1 and None not in found for found in trained.values())


def field(runs: Sequence[Run]) -> Field | None:
    """Return the largest choice of runs on different data that differ in strategy and seed only."""
    choices: dict[object, list[Run]] = defaultdict(list)
    for run in runs:
        if run.strategy and (skew(run) or 0.0) >= CLEARLY and _tested(run):
            choices[_kept(run, FREE)].append(run)
    fields = [_field(chosen) for chosen in choices.values()]
    compared = [found for found in fields if len(found.by_strategy) > 1]
    return max(compared, key=lambda found: len(found.runs), default=None)


def with_alike_data(field_: Field, runs: Sequence[Run]) -> Run | None:
    """Return a run of plain averaging whose workers hold alike data, the same otherwise."""
    wanted = _kept(field_.runs[0], FREE | DEALING)
    unlike = min(skew(run) or 0.0 for run in field_.runs)
    for run in runs:
        found = skew(run)
        if run.strategy != PLAIN or found is None or not _tested(run):
            continue
        if unlike - found >= CLEARLY and _kept(run, FREE | DEALING) == wanted:
            return run
    return None


def note(strategy: str) -> str:
    """Return what a strategy changes, in plain words; nothing for one that is not known here."""
    known = {
        PLAIN: text("plain averaging"),
        "FedProx": text("workers held near the model"),
        "FedAvgM": text("the average keeps momentum"),
        "FedAdam": text("a step size for each weight"),
        "FedYogi": text("a step size for each weight"),
        "FedMedian": text("the median, not the average"),
    }
    return known.get(strategy, "")


def _kept(run: Run, free: frozenset[str]) -> object:
    """Return what comparable runs have in common: their settings but some, and their length."""
    kept = {key: value for key, value in run.config.items() if key not in free}
    return len(run.rounds), len(run.partitions), frozenset(kept.items())


def _field(runs: Sequence[Run]) -> Field:
    """Sort runs by strategy; of a strategy with several settings, those with the most runs."""
    variants: dict[str, dict[object, dict[int | None, Run]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for run in runs:
        own = frozenset((key, run.config.get(key)) for key in OWN)
        variants[run.strategy or ""][own].setdefault(run.provenance.seed, run)
    chosen = {name: max(found.values(), key=len) for name, found in variants.items()}
    order = sorted(chosen, key=lambda name: name != PLAIN)
    return Field({name: tuple(_by_seed(chosen[name])) for name in order})


def _by_seed(runs: Mapping[int | None, Run]) -> list[Run]:
    return [runs[seed] for seed in sorted(runs, key=lambda seed: -1 if seed is None else seed)]


def _accuracy(run: Run, round_: int) -> float | None:
    central = run.rounds[round_].central
    return None if central is None else central.accuracy


def _tested(run: Run) -> bool:
    """Whether every round that may count was tested."""
    last = range(max(1, len(run.rounds) - MOST_AVERAGED), len(run.rounds))
    return bool(last) and all(_accuracy(run, round_) is not None for round_ in last)


def _trained(run: Run) -> int | None:
    """Return on how many photos all workers trained in all rounds, each counted every time."""
    replies = [reply for round_ in run.rounds if round_.train for reply in round_.train.replies]
    known = [reply.num_examples for reply in replies if reply.num_examples is not None]
    return sum(known) if len(known) == len(replies) else None
