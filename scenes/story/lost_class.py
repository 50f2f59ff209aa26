"""A class that a model lost in one round, as hardly any of it was trained on."""

from collections.abc import Iterator
from dataclasses import dataclass

from fl_sim.record import Round, Run

LOST = 0.5  # of the class's test examples, at least
FEW = 0.01  # of all examples of the class, at most


@dataclass(frozen=True)
class LostClass:
    """A class that was recognised before a round, and then was not.

    Args:
        label: of the class.
        round: the number of the round.
        right: its test examples that were recognised before, and after.
        held: its examples that each worker holds who delivered in the round, by worker.
    """

    label: int
    round: int
    right: tuple[int, int]
    held: dict[int, int]

    @property
    def fall(self) -> int:
        """How many test examples are no longer recognised."""
        before, after = self.right
        return before - after


def lost_class(run: Run) -> LostClass | None:
    """Return the class that was lost last, of two in one round the one that lost more.

    A class counts as lost where the right answers fall by ``LOST`` of its test examples, and those
    who trained hold ``FEW`` of its examples. None where that never is, or is not known.
    """
    return max(_all_lost(run), key=lambda lost: (lost.round, lost.fall), default=None)


def _all_lost(run: Run) -> Iterator[LostClass]:
    counts = [part.label_counts for part in run.partitions if part.label_counts]
    if not counts or len(counts) < len(run.partitions):
        return
    for before, after in zip(run.rounds, run.rounds[1:], strict=False):
        for label, right in enumerate(_right(before, after)):
            held = {client: counts[client][label] for client in _trained(after)}
            few = sum(held.values()) <= FEW * sum(of_all[label] for of_all in counts)
            lost = LostClass(label, after.number, right, held)
            if held and few and lost.fall >= LOST * _tested(after, label) > 0:
                yield lost


def _right(before: Round, after: Round) -> list[tuple[int, int]]:
    """Return the right answers of each class before and after a round, none if not known."""
    if before.confusion is None or after.confusion is None:
        return []
    matrices = zip(before.confusion, after.confusion, strict=True)
    return [(one[label], other[label]) for label, (one, other) in enumerate(matrices)]


def _trained(round_: Round) -> list[int]:
    return [reply.client for reply in round_.train.replies] if round_.train else []


def _tested(round_: Round, label: int) -> int:
    return sum(round_.confusion[label]) if round_.confusion else 0
