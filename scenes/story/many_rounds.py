"""Many rounds: the same again, faster each time, until the history can be seen at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes import theme
from scenes.figures import Figure, Line, line, number_of, read, text, total
from scenes.language import decimal, integer
from scenes.story.common import (
    ALL_PHOTOS,
    TOLD_ROUND,
    TOLD_WORKER,
    accuracy,
    central,
    chance,
    everyone,
    last_round,
    model_size,
    moved,
    num_workers,
    participants,
    picked,
    plate,
    reading,
    round_number,
    status,
    workers,
)
from scenes.told import HistoryTold, Metric, Plate, Reading, SeriesTold, SwiftTold, WorkerTold


@dataclass(frozen=True)
class ManyRoundsTold:
    """All that the chapter shows. The captions are called as their beats."""

    title: str
    grid: Line
    grow: Line
    chance: Line
    one_worker: Line
    moved: Line
    workers: Sequence[WorkerTold]
    plate: Plate
    reading: Reading
    swift: Sequence[SwiftTold]
    history: HistoryTold
    first_rounds: Sequence[tuple[int, float]]
    paced_rounds: Sequence[tuple[int, float]]
    so_far: Sequence[Sequence[Metric]]
    worker: int
    summary: Sequence[Metric]


def tell(runs: Sequence[Run]) -> ManyRoundsTold:
    """Return what the chapter shows of the first run.

    Raises:
        UntoldError: the run lacks something of it.
    """
    run = runs[0]
    shown = _last_on_stage(run)
    return ManyRoundsTold(
        title=text("Many rounds"),
        grid=_grid(run),
        grow=_grow(run),
        chance=_against_chance(run),
        one_worker=_one_worker(run),
        moved=_moved(run),
        workers=workers(run),
        plate=plate(run, TOLD_ROUND),
        reading=reading(run, TOLD_ROUND),
        swift=[_swift_told(run, round_, pace) for round_, pace in _swift_rounds(run)],
        history=_history(run),
        first_rounds=_first_rounds(run, shown),
        paced_rounds=_paced_rounds(run, shown),
        so_far=[_so_far(run, round_) for round_ in range(len(run.rounds))],
        worker=TOLD_WORKER,
        summary=_summary(run),
    )


def _swift_told(run: Run, round_: int, pace: float) -> SwiftTold:
    return SwiftTold(
        caption=_swift(run, round_),
        status=status(run, round_, text("again")),
        picked=picked(run, round_),
        model_size=model_size(run),
        plate=plate(run, round_),
        reading=reading(run, round_),
        pace=pace,
    )


def _swift_rounds(run: Run) -> list[tuple[int, float]]:
    """Return the rounds that are still shown on the stage, each with its pace."""
    shown = zip(range(TOLD_ROUND + 1, len(run.rounds)), (0.9, 0.5), strict=False)
    return list(shown)


def _last_on_stage(run: Run) -> int:
    """Return the last round that is shown on the stage, here or in the chapter of one round."""
    return max([TOLD_ROUND, *(round_ for round_, _ in _swift_rounds(run))])


def _first_rounds(run: Run, upto: int) -> list[tuple[int, float]]:
    """Return the rounds that the history begins with, which the stage has shown already."""
    return [(round_, 0.4) for round_ in range(1, upto + 1)]


def _paced_rounds(run: Run, after: int) -> list[tuple[int, float]]:
    """Return the rounds that only the history shows, with seconds that become fewer."""
    seconds = (max(0.16, 0.6 * 0.87**i) for i in range(len(run.rounds)))
    return list(zip(range(after + 1, len(run.rounds)), seconds, strict=False))


def _swift(run: Run, round_: int) -> Line:
    """Say that it begins again: with others first, then that it goes on from there."""
    if round_ == TOLD_ROUND + 1 and everyone(run, round_):
        return line("The same again. This run goes on to round {n}.", n=round_number(-1, run))
    if round_ == TOLD_ROUND + 1:
        return line(
            "The same again, with a new draw of workers. This run goes on to round {n}.",
            n=round_number(-1, run),
        )
    return line("And again, from the model that the last round made. (Its tests are not shown.)")


def _history(run: Run) -> HistoryTold:
    """Return the curves of loss and accuracy and who took part, by round."""
    guess = chance(run)
    last = len(run.partitions) - 1
    return HistoryTold(
        series=(
            SeriesTold(
                text("accuracy"),
                central(run, "accuracy"),
                accuracy(run, 0),
                accuracy(run, -1),
                (line("guessing {chance}", chance=guess), guess.value),
            ),
            SeriesTold(
                text("loss"),
                central(run, "loss"),
                read(run, "rounds[0].central.loss", decimal),
                read(run, "rounds[-1].central.loss", decimal),
            ),
        ),
        participants=[participants(round_) for round_ in run.rounds[1:]],
        num_workers=len(run.partitions),
        first_worker=line("worker {n}", n=number_of("partitions", 0)),
        last_worker=line("worker {n}", n=number_of("partitions", last)),
        first_round=line("round {r}", r=round_number(0, run)),
        last_round=line("round {r}", r=round_number(-1, run)),
    )


def _so_far(run: Run, round_: int) -> list[Metric]:
    """Return the overlay after a round: accuracy, and all bytes moved until then."""
    return [
        Metric(accuracy(run, round_), text("test accuracy"), theme.INK),
        Metric(moved(run, round_), text("moved so far"), theme.INK),
    ]


def _grid(run: Run) -> Line:
    """Say how to read the grid."""
    return line("Red: a worker sent an update. Above the rows: how the model did.")


def _grow(run: Run) -> Line:
    """Say what the rounds do together, as it was: always all workers, or always a few."""
    everyone = len(run.partitions)
    if all(len(participants(round_)) == everyone for round_ in run.rounds[1:]):
        return line("Every worker takes part in every round. The model learns from all of them.")
    everyone_once = {client for round_ in run.rounds for client in participants(round_)}
    if len(everyone_once) == everyone:
        return line(
            "A few workers train in each round. In time the model learns from all {n}.",
            n=num_workers(run),
        )
    return line("A few workers train in each round. In time the model learns from many.")


def _one_worker(run: Run) -> Line:
    """Say how often one worker took part."""
    worker = TOLD_WORKER
    took_part = sum(worker in participants(round_) for round_ in run.rounds)
    source = f"count of rounds[*].train.replies[*] with client {worker}"
    k, times = number_of("partitions", worker), Figure(integer(took_part), source, took_part)
    if took_part == last_round(run):
        return line("Worker {k} took part in every round, {times} times.", k=k, times=times)
    return line(
        "Worker {k} took part in {times} of {n} rounds. Others trained the model in between.",
        k=k,
        times=times,
        n=round_number(-1, run),
    )


def _against_chance(run: Run) -> Line:
    """Say what came of all rounds."""
    return line(
        "After {n} rounds, {accuracy} are named right. Guessing would get {chance}.",
        n=round_number(-1, run),
        accuracy=accuracy(run, -1),
        chance=chance(run),
    )


def _moved(run: Run) -> Line:
    """Say what travelled and what did not."""
    return line(
        "{moved} of weights and scores travelled for it. Not one photo did.",
        moved=moved(run, last_round(run)),
    )


def _summary(run: Run) -> list[Metric]:
    """Return what is to be remembered: how good it became, what moved, and what stayed."""
    end = last_round(run)
    stayed = line("of {n} photos moved", n=total(run, ALL_PHOTOS, integer))
    return [
        Metric(accuracy(run, end), text("of test photos right"), theme.INK),
        Metric(moved(run, end), text("moved, out and back"), theme.INK),
        Metric(text("none"), stayed, theme.DATA),
    ]
