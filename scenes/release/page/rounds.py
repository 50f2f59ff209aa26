"""What a run's rounds came to, for the view beside the film, and which of them is told when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fl_sim.record import Round, Run
from scenes.release.page.places import place_of
from scenes.render.clips import BeatNotes, Shown

ROUND = re.compile(r"rounds\[(\d+)\]")
DIGITS = 5  # of a measure, behind the decimal point


def view_of(run: Run) -> dict[str, Any]:
    """Return what the view shows of a run, as JSON has it."""
    return {
        "name": run.name,
        "workers": run.num_clients or len(run.partitions),
        "rounds": [_round(round_) for round_ in run.rounds],
    }


def _round(round_: Round) -> dict[str, Any]:
    central, train = round_.central, round_.train
    accuracy = central.accuracy if central else None
    loss = central.loss if central else None
    return {
        "accuracy": None if accuracy is None else round(accuracy, DIGITS),
        "loss": None if loss is None else round(loss, DIGITS),
        "trained": [reply.client for reply in train.replies] if train else [],
        "failed": [failure.client for failure in train.failures] if train else [],
    }


@dataclass(frozen=True)
class Turn:
    """From when on, seconds, the film tells of a run, and of which of its rounds, if of one."""

    at: float
    run: str
    round: int | None


def turns(beats: Sequence[BeatNotes], start: float, runs: Sequence[str]) -> Iterator[Turn]:
    """Yield the rounds that a chapter tells of, each from when it is told on.

    That is the latest round among the numbers that are new on screen. Captions do not count, since
    they also speak of rounds to come.

    Args:
        beats: the chapter's.
        start: when it begins in the film, seconds.
        runs: the names of its runs, the one that it tells of if no other is named first.
    """
    last = Turn(start, runs[0], None)
    yield last
    before: frozenset[str] = frozenset()
    for beat in beats:
        latest: dict[str, int] = {}
        for at in sorted({one.at for one in beat.besides}):
            new = [one for one in beat.besides if one.at == at and one.text not in before]
            round_, run = max(_rounds(new, runs), default=(-1, runs[0]))
            # Within a beat rounds only go on: an earlier one stands there to compare with.
            if round_ <= latest.get(run, -1):
                continue
            latest[run] = round_
            if (last.run, last.round) != (run, round_):
                last = Turn(start + max(at, beat.start), run, round_)
                yield last
        before = frozenset(one.text for one in beat.shown)


def _rounds(shown: Sequence[Shown], runs: Sequence[str]) -> Iterator[tuple[int, str]]:
    for one in shown:
        for figure in one.figures:
            place = place_of(figure.source, runs, runs[0])
            if found := ROUND.match(place.path):
                yield int(found.group(1)), place.run
