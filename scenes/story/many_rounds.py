"""Many rounds: the same again, faster each time, until the history can be seen at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes import theme
from scenes.story.baselines import Comparison, comparison
from scenes.story.common import (
    TOLD_ROUND,
    accuracy,
    everyone,
    last_round,
    model_size,
    moved,
    num_workers,
    participants,
    plate,
    reading,
    round_number,
    status,
    workers,
)
from scenes.story.specs import (
    HistorySpec,
    LevelSpec,
    Metric,
    Plate,
    QuickRoundSpec,
    Reading,
    SeriesSpec,
    WorkerSpec,
)
from scenes.story.tests_by_round import last_tested, measured
from scenes.story.traffic import TESTING, bytes_are_known
from scenes.text.errors import NotRecordedError
from scenes.text.languages import decimal, percent
from scenes.text.lines import Line, Text, line, number_of, plural, read, text

PACES = (0.6, 0.35)  # of the rounds that are still shown on the stage
MOST_STEPS = 44  # in which the other rounds are drawn, some of them together where they are many
FIRST_STEP, LAST_STEP, QUICKER = 0.3, 0.1, 0.9  # seconds, and what one step has of the one before


@dataclass(frozen=True)
class StepSpec:
    """The round that the history is drawn up to, in how many seconds, and the overlay then."""

    round: int
    seconds: float
    so_far: Sequence[Metric]


@dataclass(frozen=True)
class ManyRoundsSpec:
    """All that the chapter shows. The captions are called as their beats."""

    title: str
    again: Line
    grid: Line
    grow: Line
    comparison: Comparison | None
    workers: Sequence[WorkerSpec]
    plate: Plate
    reading: Reading
    swift: Sequence[QuickRoundSpec]
    history: HistorySpec
    first_rounds: Sequence[StepSpec]
    paced_rounds: Sequence[StepSpec]
    so_far: Sequence[Metric]


def tell(runs: Sequence[Run]) -> ManyRoundsSpec:
    """Return what the chapter shows of the first run, and one in one place to compare with.

    Raises:
        UntoldError: the run lacks something of it.
    """
    run = runs[0]
    if last_round(run) < TOLD_ROUND:
        raise NotRecordedError(f"the run {run.name!r} has no round; record some with: fl-sim run")
    shown = _last_on_stage(run)
    compared = comparison(run, runs[1:])
    return ManyRoundsSpec(
        title=text("Many rounds"),
        again=_again(run),
        grid=line("Red marks: updates sent. The curves: how well the model did."),
        grow=_grow(run),
        comparison=compared,
        workers=workers(run),
        plate=plate(run, TOLD_ROUND),
        reading=_reading(run, TOLD_ROUND),
        swift=[_swift_spec(run, round_, pace) for round_, pace in _swift_rounds(run)],
        history=_history(run, compared),
        first_rounds=[StepSpec(r, FIRST_STEP, ()) for r in range(1, shown + 1)],
        paced_rounds=_paced_rounds(run, shown),
        so_far=_so_far(run, shown),
    )


def _swift_spec(run: Run, round_: int, pace: float) -> QuickRoundSpec:
    return QuickRoundSpec(
        status=status(run, round_, text("again")),
        picked=participants(run.rounds[round_]),
        model_size=model_size(run),
        plate=plate(run, round_),
        reading=_reading(run, round_),
        pace=pace,
    )


def _swift_rounds(run: Run) -> list[tuple[int, float]]:
    """Return the rounds that are still shown on the stage, each with its pace.

    They follow the one told in full without a gap, and some worker answered in each.
    """
    after = range(TOLD_ROUND + 1, len(run.rounds))
    shown = []
    for round_, pace in zip(after, PACES, strict=False):
        if not participants(run.rounds[round_]):
            break
        shown.append((round_, pace))
    return shown


def _last_on_stage(run: Run) -> int:
    """Return the last round that is shown on the stage, here or in the chapter of one round."""
    return max([TOLD_ROUND, *(round_ for round_, _ in _swift_rounds(run))])


def _paced_rounds(run: Run, after: int) -> list[StepSpec]:
    """Return the steps in which the history grows to its end, each quicker than the one before."""
    rounds = _stops(after, last_round(run))
    return [
        StepSpec(round_, max(LAST_STEP, FIRST_STEP * QUICKER**i), _so_far(run, round_))
        for i, round_ in enumerate(rounds)
    ]


def _stops(after: int, last: int) -> list[int]:
    """Return every round from one to the last; where they are many, ever more at a time."""
    rest = last - after
    if rest <= MOST_STEPS:
        return list(range(after + 1, last + 1))
    return sorted({after + -(-rest * (i + 1) ** 2 // MOST_STEPS**2) for i in range(MOST_STEPS)})


def _again(run: Run) -> Line:
    """Say that it is the same again, with other workers where some are drawn, and until when."""
    last = round_number(-1, run)
    if all(everyone(run, round_) for round_, _ in _swift_rounds(run)):
        return line("The same again and again, up to round {n}.", n=last)
    return line(
        "The same again and again, each time with a new draw of workers, up to round {n}.", n=last
    )


def _history(run: Run, compared: Comparison | None) -> HistorySpec:
    """Return the curves of accuracy and loss and who took part, by round."""
    first = _series(run, "accuracy", text("test accuracy"), compared.levels if compared else ())
    assert first is not None
    loss = _series(run, "loss", text("loss"))
    numbers = [number_of("partitions", i) for i in range(len(run.partitions))]
    return HistorySpec(
        series=(first, loss) if loss else (first,),
        participants=[participants(round_) for round_ in run.rounds[1:]],
        grid=text("updates sent"),
        rows=[line("worker {n}", n=numbers[0]), *numbers[1:]],
        first_round=line("round {r}", r=round_number(0, run)),
        last_round=line("round {r}", r=round_number(-1, run)),
        first_marked=line("round {r}", r=round_number(1, run)),
    )


def _series(
    run: Run, measure: str, name: Text, levels: Sequence[LevelSpec] = ()
) -> SeriesSpec | None:
    """Return a measure of every round that was tested, or nothing where none has it."""
    values = measured(run, measure)
    known = [round_ for round_, value in enumerate(values) if value is not None]
    if not known:
        return None
    form = percent if measure == "accuracy" else decimal
    first, last = (f"rounds[{round_}].central.{measure}" for round_ in (known[0], known[-1]))
    return SeriesSpec(name, values, read(run, first, form), read(run, last, form), levels)


def _so_far(run: Run, round_: int) -> list[Metric]:
    """Return the overlay after a round: the last accuracy known, and all bytes moved until then."""
    value = accuracy(run, last_tested(run, round_))
    shown = [Metric(value, text("test accuracy"), theme.INK)]
    if bytes_are_known(run):
        shown.append(Metric(moved(run, round_), _moved_so_far(run), theme.INK))
    return shown


def _moved_so_far(run: Run) -> str:
    """Name the bytes that are counted: those of the tests as well, where they were recorded."""
    if bytes_are_known(run, TESTING):
        return text("moved, tests included")
    return text("moved so far")


def _reading(run: Run, round_: int) -> Reading:
    """Return the front end's reading: that of the last test until a round."""
    return reading(run, last_tested(run, round_))


def _grow(run: Run) -> Line:
    """Say what the rounds do together, as it was: always all workers, or always a few."""
    everyone = len(run.partitions)
    if all(len(participants(round_)) == everyone for round_ in run.rounds[1:]):
        return line("Every worker trains in every round: the model learns from all.")
    everyone_once = {client for round_ in run.rounds for client in participants(round_)}
    if len(everyone_once) == everyone:
        return plural(
            num_workers(run),
            "The only worker trains in some rounds, but not in all.",
            "Only some train in a round, yet the model learns from all {n}.",
        )
    return line("Only some train in a round, yet the model learns from many.")
