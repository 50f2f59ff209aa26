"""The film's title, and rounds that play under it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes import theme
from scenes.errors import UntoldError
from scenes.figures import Line, Told, line, plural, text
from scenes.story.common import (
    model_size,
    num_workers,
    participants,
    plate,
    reading,
    round_number,
    workers,
)
from scenes.story.tests_by_round import last_tested
from scenes.told import PhraseTold, Plate, Reading, SwiftTold, WorkerTold

PACE = 0.38
MOST_ROUNDS = 2


@dataclass(frozen=True)
class OpeningTold:
    """All that the chapter shows, and its title, which only a list of chapters shows."""

    title: str
    phrases: Sequence[PhraseTold]
    subject: Line
    rounds: Line
    workers: Sequence[WorkerTold]
    plate: Plate
    reading: Reading
    played: Sequence[tuple[Told, SwiftTold]]


def tell(runs: Sequence[Run]) -> OpeningTold:
    """Return what the chapter shows of the first run.

    Raises:
        UntoldError: the run lacks something of it.
    """
    run = runs[0]
    if not run.partitions:
        raise UntoldError(f"the run {run.name!r} recorded nothing of its clients' data")
    return OpeningTold(
        title=text("Federated learning"),
        phrases=_phrases(run),
        subject=line("This is federated learning. Every number comes from a real run."),
        rounds=line("The model travels. The photos stay where they are."),
        workers=workers(run),
        plate=plate(run, 0),
        reading=reading(run, last_tested(run, 0)),
        played=[(_counter(run, round_), _swift(run, round_)) for round_ in _first_rounds(run)],
    )


def _phrases(run: Run) -> list[PhraseTold]:
    """Return the film's title."""
    return [
        PhraseTold(plural(num_workers(run), "{n} worker,", "{n} workers,"), theme.INK),
        PhraseTold(text("one model,"), theme.MODEL),
        PhraseTold(text("no shared photos"), theme.DATA),
    ]


def _first_rounds(run: Run) -> list[int]:
    """Return the first rounds in which workers answered.

    Raises:
        UntoldError: there is none.
    """
    answered = [r for r in range(1, len(run.rounds)) if participants(run.rounds[r])]
    if not answered:
        raise UntoldError(
            f"no client of the run {run.name!r} answered; record a run with: fl-sim run NAME"
        )
    return answered[:MOST_ROUNDS]


def _counter(run: Run, round_: int) -> Line:
    """Return which round is shown."""
    return line("round {r}", r=round_number(round_, run))


def _swift(run: Run, round_: int) -> SwiftTold:
    return SwiftTold(
        picked=participants(run.rounds[round_]),
        model_size=model_size(run),
        plate=plate(run, round_),
        reading=reading(run, last_tested(run, round_)),
        pace=PACE,
    )
