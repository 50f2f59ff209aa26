"""The headline metric: the one measure of its model by which a run is told, chosen once a run.

It is the metric that the app names; else the accuracy on the coordinator's test set; else that on
the clients' own data; else the first of ``KINDS`` that the coordinator or, after it, the clients
measured; else the loss in training. Of these, one that was measured in several rounds comes first.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isclose
from typing import Literal

from fl_sim.schema.checks import MEAN_TOLERANCE
from fl_sim.schema.model import Metrics, Round, Run

ACCURACY, LOSS = "accuracy", "loss"
Phase = Literal["central", "evaluate", "train"]
CENTRAL: Phase = "central"
FEDERATED: Phase = "evaluate"
TRAINING: Phase = "train"

# What names of metrics tell, in the order of choice, and whether more is better.
KINDS = {
    ACCURACY: True, "auc": True, "f1": True, "precision": True, "recall": True, "dice": True,
    "iou": True, "r2": True, "bleu": True, "perplexity": False, "rmse": False, "mse": False,
    "mae": False, LOSS: False,
}  # fmt: skip
# Whose mean over clients, weighted by their examples, is the value on all examples together.
ADDITIVE = frozenset({ACCURACY, "mse", "mae", LOSS})
SYNONYMS = {"acc": ACCURACY, "auroc": "auc", "ppl": "perplexity"}
# Words that make another measure of one, of which nothing is claimed.
OTHER = frozenset({"std", "var", "min", "max", "gap", "diff", "delta", "worst", "best"})
WORD = re.compile(r"[A-Z]+\d*(?![a-z])|[A-Z]?[a-z]+\d*|\d+")


@dataclass(frozen=True)
class Metric:
    """A metric: the phase of a round in which it is measured, its name there, and its kind."""

    phase: Phase
    name: str
    kind: str

    @property
    def more_is_better(self) -> bool | None:
        """Whether more is better; None if it is not known."""
        return KINDS.get(self.kind)

    def value(self, round_: Round) -> float | None:
        """Return the value after a round, or None if it was not measured."""
        return _values(round_, self.phase).get(self.name)

    def values(self, run: Run) -> list[float | None]:
        """Return the value after each round, None where it was not measured."""
        return [self.value(round_) for round_ in run.rounds]

    def is_mean(self, run: Run) -> bool:
        """Whether the values are means over clients, and not those on all their data together.

        Means of ``ADDITIVE`` kinds are both, where clients are weighed by their examples.
        """
        if self.phase == CENTRAL or (self.kind in ADDITIVE and run.weighted_by is None):
            return False
        return any(self._is_mean_in(round_) for round_ in run.rounds)

    def _is_mean_in(self, round_: Round) -> bool:
        each = _of_clients(round_, self.phase)
        value, mean = self.value(round_), _mean_of(each).get(self.name)
        if value is None or mean is None or len(each) < 2:
            return False
        return isclose(value, mean, rel_tol=MEAN_TOLERANCE, abs_tol=MEAN_TOLERANCE)

    def last_known(self, run: Run, upto: int = -1) -> int | None:
        """Return the last round in which the value is known, up to some round or of all."""
        known = [i for i, value in enumerate(self.values(run)) if value is not None]
        return max((i for i in known if i <= upto % len(run.rounds)), default=None)


def headline(run: Run) -> Metric | None:
    """Return the headline metric of a run, or None if its model was not measured."""
    once = None
    for found in candidates(run):
        known = sum(value is not None for value in found.values(run))
        if known > 1:
            return found
        once = once or (found if known else None)
    return once


def candidates(run: Run) -> Iterator[Metric]:
    """Give the metrics by which a run may be told, the best first."""
    names = {phase: _names(run, phase) for phase in (CENTRAL, FEDERATED, TRAINING)}
    if run.metric is not None:
        for phase, known in names.items():
            for name in (run.metric, kind_of(run.metric)):
                if name in known:
                    yield Metric(phase, name, known[name])
    measured: list[Phase] = [CENTRAL, FEDERATED]
    for kind in KINDS:
        for phase in measured:
            yield from (
                Metric(phase, name, kind) for name in names[phase] if names[phase][name] == kind
            )
    for kind in sorted(KINDS, key=lambda kind: kind != LOSS):
        yield from (
            Metric(TRAINING, name, kind)
            for name in names[TRAINING]
            if names[TRAINING][name] == kind
        )


def _names(run: Run, phase: Phase) -> Mapping[str, str]:
    """Return the names of a phase's metrics, each with its kind.

    What is called an accuracy or a loss and is not recorded as such is left in doubt.
    """
    found = dict.fromkeys(name for round_ in run.rounds for name in _values(round_, phase))
    own = {name for round_ in run.rounds for name in _own(round_, phase)}
    in_doubt = {ACCURACY: "", LOSS: ""}
    return {
        name: name if name in own else in_doubt.get(kind_of(name), kind_of(name)) for name in found
    }


def _own(round_: Round, phase: Phase) -> list[str]:
    """Return which of accuracy and loss a phase has as such."""
    evaluate = round_.evaluate
    each = [round_.central if phase == CENTRAL else _aggregated(round_, phase)]
    if evaluate is not None and is_mean_of_replies(round_, phase):
        each = [reply.metrics for reply in evaluate.replies]
    return [
        name
        for name in (ACCURACY, LOSS)
        if any(getattr(one, name, None) is not None for one in each)
    ]


def _aggregated(round_: Round, phase: Phase) -> Metrics | None:
    return getattr(getattr(round_, phase), "metrics", None)


def _values(round_: Round, phase: Phase) -> Mapping[str, float]:
    """Return the metrics of a phase by name."""
    if is_mean_of_replies(round_, phase):
        return _mean_of(_of_clients(round_, phase))
    measured = round_.central if phase == CENTRAL else _aggregated(round_, phase)
    return {} if measured is None else values_of(measured)


def values_of(measured: Metrics) -> Mapping[str, float]:
    """Return metrics by name."""
    own = {ACCURACY: measured.accuracy, LOSS: measured.loss}
    return {**measured.other, **{name: value for name, value in own.items() if value is not None}}


def is_mean_of_replies(round_: Round, phase: Phase) -> bool:
    """Whether a phase has no metrics of its own, but those of all clients and their weights."""
    evaluate = round_.evaluate
    if phase != FEDERATED or evaluate is None or evaluate.metrics is not None:
        return False
    return bool(_of_clients(round_, phase))


def _of_clients(round_: Round, phase: Phase) -> list[tuple[float, Mapping[str, float]]]:
    """Return each client's weight n_k / n and metrics, nothing unless all are known."""
    found: list[tuple[float | None, Metrics | None]] = []
    if phase == FEDERATED and round_.evaluate is not None:
        found = [(reply.weight, reply.metrics) for reply in round_.evaluate.replies]
    if phase == TRAINING and round_.train is not None:
        found = [(reply.weight, reply.train) for reply in round_.train.replies]
    known = [(weight, values_of(each)) for weight, each in found if weight is not None and each]
    return known if len(known) == len(found) else []


def _mean_of(each: Sequence[tuple[float, Mapping[str, float]]]) -> Mapping[str, float]:
    """Return the means, weighted by n_k / n, of the metrics that all clients measured."""
    if not each:
        return {}
    shared = set.intersection(*(set(values) for _, values in each))
    return {
        name: fsum(weight * values[name] for weight, values in each)
        for name in each[0][1]
        if name in shared
    }


def kind_of(name: str) -> str:
    """Return the kind of metric that a name tells, empty if it tells none."""
    words: list[str] = [word.lower() for word in WORD.findall(name)]
    found = {kind for word in words if (kind := SYNONYMS.get(word, word)) in KINDS}
    if len(found) != 1 or OTHER & set(words) or {"average", "precision"} <= set(words):
        return ""
    return found.pop()
