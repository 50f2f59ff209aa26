"""What sentences of a film claim of a run, and whether it holds by the record alone."""

import re
from collections.abc import Callable, Iterable
from math import isclose

from fl_sim.record import Run, Train

Claim = Callable[[Run], bool]


def _trainings(run: Run) -> list[Train]:
    return [round_.train for round_ in run.rounds if round_.train is not None]


def _first(run: Run) -> Train | None:
    return run.rounds[1].train if len(run.rounds) > 1 else None


def _averages(run: Run) -> bool:
    """Whether the first round's model is the weighted average, or nothing says otherwise."""
    train, held = _first(run), run.rounds[1].probes
    if train is None or (train.weighted_mean is None and run.probes):
        return False
    pairs = zip(train.weighted_mean or (), held or (), strict=False)
    return all(isclose(one, other, abs_tol=1e-4) for one, other in pairs)


def _unequal(run: Run) -> bool:
    train = _first(run)
    counts = {reply.num_examples for reply in train.replies} if train else set()
    return len(counts) > 1 and run.weighted_by is None


def _clients(run: Run) -> int:
    return len(run.partitions) or run.num_clients or 0


def _all_sampled(run: Run) -> bool:
    train = _first(run)
    return train is not None and len(train.sampled or ()) == _clients(run)


def _who_sent(run: Run) -> set[int]:
    return {reply.client for train in _trainings(run) for reply in train.replies}


def _losses_fall(run: Run) -> bool:
    train = _first(run)
    curves = [reply.loss_curve or () for reply in train.replies] if train else []
    return all(curve[-1] < curve[0] for curve in curves if len(curve) > 1)


def _learns_from_all(run: Run) -> bool:
    return len(_who_sent(run)) == _clients(run)


def _in_every_round(run: Run) -> bool:
    sent = [len(train.replies) for train in _trainings(run)]
    return len(sent) == len(run.rounds) - 1 and set(sent) == {_clients(run)}


def _drawn(run: Run) -> bool:
    return len({train.sampled for train in _trainings(run)}) > 1


def _all_together(run: Run) -> bool:
    return not any(train.replies for train in _trainings(run))


CLAIMS: dict[str, Claim] = {
    r"[Tt]heir average is the new model": _averages,
    r"(More photos|More data) count more": _unequal,
    r"(All \d+|Both) workers take part": _all_sampled,
    r"the loss,? (wobbles and )?falls": _losses_fall,
    r"the model learns from": _learns_from_all,
    r"Every worker trains in every round": _in_every_round,
    r"at random|a new draw of workers": _drawn,
    r"Not one update came in any round": _all_together,
}


def false_claims(run: Run, texts: Iterable[str]) -> list[str]:
    """Return the texts that claim what does not hold for a run."""
    return [
        text
        for text in texts
        for pattern, holds in CLAIMS.items()
        if re.search(pattern, text) and not holds(run)
    ]
