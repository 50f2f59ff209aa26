"""Data of the run view beside the film: each round's result, and its time in the film."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fl_sim.record import Round, Run
from scenes.release.page.places import place_of
from scenes.render.clips import BeatMetadata, TimedText
from scenes.story.common import who_trained_is_known

DIGITS = 5  # decimal places of a measure
MOST_LISTED = 12  # workers by number, where they are too many for a card each
MOST_CARDS = 100  # workers


def view_of(run: Run) -> dict[str, Any]:
    """Return the data of a run for the view, as a JSON object."""
    workers = run.num_clients or len(run.partitions)
    cards = workers if workers <= MOST_CARDS else 0
    return {
        "name": run.name,
        "cards": cards,
        "rounds": [_round(round_, None if cards else MOST_LISTED) for round_ in run.rounds],
    }


def _round(round_: Round, most: int | None) -> dict[str, Any]:
    """Return the data of a round; with ``most``, its first workers and how many there are."""
    central, train = round_.central, round_.train
    trained = sorted(reply.client for reply in train.replies) if train else []
    failed = sorted(failure.client for failure in train.failures) if train else []
    return {
        "accuracy": rounded(central.accuracy if central else None),
        "loss": rounded(central.loss if central else None),
        "known": round_.number == 0 or who_trained_is_known(round_),
        "trained": trained[:most],
        "failed": failed[:most],
        **({"all": [len(trained), len(failed)]} if most else {}),
    }


def in_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows with the same fields as a list for each field, which is half as long as JSON."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def rounded(value: float | None) -> float | None:
    """Return a measure with as many digits as the page has."""
    return None if value is None else round(value, DIGITS)


@dataclass(frozen=True)
class RoundCue:
    """The time, seconds, from which the film shows a run and a round of it, if any."""

    at: float
    run: str
    round: int | None


def round_cues(
    beats: Sequence[BeatMetadata], start: float, runs: Sequence[str]
) -> Iterator[RoundCue]:
    """Yield the rounds that a chapter shows, each with its time.

    The round shown is the latest one among the numbers new on screen. Captions are ignored, since
    they also name future rounds.

    Args:
        beats: the chapter's beats.
        start: the chapter's start in the film, seconds.
        runs: the names of its runs, the default one first.
    """
    last = RoundCue(start, runs[0], None)
    yield last
    before: frozenset[str] = frozenset()
    for beat in beats:
        latest: dict[str, int] = {}
        for at in sorted({one.at for one in beat.other_texts}):
            new = [one for one in beat.other_texts if one.at == at and one.text not in before]
            round_, run = max(_rounds(new, runs), default=(-1, runs[0]))
            # Within a beat rounds only go forward: an earlier one is on screen for comparison.
            if round_ <= latest.get(run, -1):
                continue
            latest[run] = round_
            if (last.run, last.round) != (run, round_):
                last = RoundCue(start + max(at, beat.start), run, round_)
                yield last
        before = frozenset(one.text for one in beat.texts)


def _rounds(texts: Sequence[TimedText], runs: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the round of each text that names any: the first of them, as in "round 2 of 30"."""
    for one in texts:
        named = []
        for number in one.numbers:
            place = place_of(number.source, runs[0]).around[0]
            match place.steps:
                case ("rounds", int(round_), *_):
                    named.append((round_, place.run))
        yield from sorted(named)[:1]
