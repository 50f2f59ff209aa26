"""The chapter on many rounds: the wall and the gauge round by round, or the whole history."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes.story.alone import best_alone, gauge
from scenes.story.baselines import Comparison, comparison, in_one_place
from scenes.story.common import (
    SHOWN_ROUND,
    accuracy,
    check_shared,
    drawn_anew,
    everyone,
    last_round,
    moved,
    num_workers,
    participants,
    round_number,
    who_trained_is_known,
    worker_number,
)
from scenes.story.headline import ACCURACY, CENTRAL, LOSS, Headline, main_metric
from scenes.story.specs import (
    NOTHING,
    ClimbSpec,
    ClimbStepSpec,
    HistorySpec,
    LevelSpec,
    Metric,
    SeriesSpec,
)
from scenes.story.tests_by_round import last_tested
from scenes.story.traffic import TESTING, bytes_are_known
from scenes.story.wall import right_after, wall
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import Number, at, computed, with_run

PAIR = 2  # workers that are called both
MOST_STEPS = 44  # steps for the other rounds; many rounds share steps
FIRST_STEP, LAST_STEP, QUICKER = 0.3, 0.1, 0.9  # seconds, and the ratio of a step to the one before
# The same on the wall, whose lights need time to change.
FIRST_CHANGE, LAST_CHANGE = 1.1, 0.4
NEARLY = 0.75  # part of a gap
QUESTION = "?"  # the same in every language


@dataclass(frozen=True)
class StepSpec:
    """A step of the history: its last round, its seconds, and the overlay."""

    round: int
    seconds: float
    so_far: Sequence[Metric]


@dataclass(frozen=True)
class ManyRoundsSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``accuracy`` says whether the first curve is that of the accuracy.
    """

    title: Line
    accuracy: bool
    again: Line
    passed: Line | None
    ended: Line
    grid: Line
    grow: Line
    levels: Sequence[LevelSpec]
    climb: ClimbSpec | None
    history: HistorySpec
    first_rounds: Sequence[StepSpec]
    paced_rounds: Sequence[StepSpec]
    so_far: Sequence[Metric]


def tell(runs: Sequence[Run]) -> ManyRoundsSpec:
    """Return the chapter's spec for the first run, compared with training in one place.

    Raises:
        NotRecordedError: the run lacks data.
    """
    run = runs[0]
    check_shared(run)
    if last_round(run) < SHOWN_ROUND:
        raise NotRecordedError(f"the run {run.name!r} has no rounds. Use a run that has")
    metric = main_metric(run)
    last_shown = SHOWN_ROUND
    compared = comparison(run, runs[1:]) if metric.is_test_accuracy else None
    climb = _climb(run, runs, metric)
    return ManyRoundsSpec(
        title=text("Many rounds"),
        accuracy=metric.kind == ACCURACY,
        again=_again(run),
        passed=_passed(climb, best_alone(runs)),
        ended=_gap(run, runs, climb) or (compared.caption if compared else _ended(run, metric)),
        grid=_grid(run, metric),
        grow=_grow(run),
        levels=compared.levels if compared else (),
        climb=climb,
        history=_history(run, metric, compared),
        first_rounds=[StepSpec(r, FIRST_STEP, ()) for r in range(1, last_shown + 1)],
        paced_rounds=_paced_rounds(run, metric, last_shown),
        so_far=_so_far(run, metric, last_shown),
    )


# --- on the wall


def _climb(run: Run, runs: Sequence[Run], metric: Headline) -> ClimbSpec | None:
    """Return the climb of a run whose answers to test examples were recorded, or None."""
    shown, start = wall(run), right_after(run, 0)
    if shown is None or start is None or not metric.is_test_accuracy:
        return None
    peak = best_alone(runs)
    there = next((other for other in runs if in_one_place(run, other)), None)
    steps = _changes(run, metric)
    passed = next((i for i, step in enumerate(steps, 1) if _is_higher(step, peak)), len(steps))
    return ClimbSpec(
        wall=shown,
        gauge=gauge(peak, there),
        history=_history(run, metric, None),
        question=QUESTION,
        start=_change(run, metric, 0, FIRST_CHANGE),
        first=steps[:passed],
        rest=steps[passed:],
    )


def _changes(run: Run, metric: Headline) -> list[ClimbStepSpec]:
    """Return the steps after round 0, each quicker than the one before."""
    return [
        _change(run, metric, round_, max(LAST_CHANGE, FIRST_CHANGE * QUICKER**i))
        for i, round_ in enumerate(_stops(0, last_round(run)))
    ]


def _change(run: Run, metric: Headline, round_: int, seconds: float) -> ClimbStepSpec:
    known = metric.last_known(run, round_)
    value = 0.0 if known is None else metric.value(run.rounds[known]) or 0.0
    shown = NOTHING if known is None else line("{x} right", x=metric.number(run, known))
    bytes_ = line("{moved} moved, tests included", moved=moved(run, round_))
    return ClimbStepSpec(
        round=round_,
        seconds=seconds,
        right=right_after(run, round_),
        value=value,
        counter=line("round {r} of {n}", r=round_number(round_, run), n=round_number(-1, run)),
        known=shown,
        moved=bytes_ if round_ and bytes_are_known(run, TESTING) else NOTHING,
    )


def _is_higher(step: ClimbStepSpec, peak: Number | None) -> bool:
    return peak is not None and step.value > peak.value


def _passed(climb: ClimbSpec | None, peak: Number | None) -> Line | None:
    """Return the caption on the round that passes the best worker alone, or None."""
    if climb is None or not _is_higher(climb.first[-1], peak):
        return None
    parts = dict(climb.first[-1].counter.parts)  # type: ignore[union-attr]
    return line("Round {r}: better than any worker alone.", r=parts["r"])


def _gap(run: Run, runs: Sequence[Run], climb: ClimbSpec | None) -> Line | None:
    """Return what became of the gap between the best worker alone and training in one place."""
    peak, there = best_alone(runs), next((one for one in runs if in_one_place(run, one)), None)
    if climb is None or peak is None or there is None:
        return None
    here, level = (accuracy(one, last_tested(one)) for one in (run, there))
    if not peak.value < min(here.value, level.value):
        return None
    parts = {"here": here, "there": with_run(there, level)}
    closed = (here.value - peak.value) / (level.value - peak.value)
    if closed >= 1:
        return line("The gap is closed: {here} right. In one place: {there}.", **parts)
    if closed >= NEARLY:
        return line("The gap is nearly closed: {here} right. In one place: {there}.", **parts)
    return line("Part of the gap is closed: {here} right. In one place: {there}.", **parts)


def _ended(run: Run, metric: Headline) -> Line:
    """Return the caption on the end of a run that nothing is compared with."""
    values = metric.values(run)
    first = next(i for i, value in enumerate(values) if value is not None)
    last = metric.last_known(run) or 0
    parts: dict[str, Number | Line] = {
        "metric": metric.title(run),
        "last": metric.number(run, last),
    }
    if first == last:
        return plural(
            round_number(last, run),
            "After {n} round, {metric}: {last}.",
            "After {n} rounds, {metric}: {last}.",
            **parts,
        )
    return plural(
        round_number(last, run),
        "After {n} round, {metric}: {last}. At first, {first}.",
        "After {n} rounds, {metric}: {last}. At first, {first}.",
        first=metric.number(run, first),
        **parts,
    )


def _paced_rounds(run: Run, metric: Headline, after: int) -> list[StepSpec]:
    """Return the steps of the remaining history, each quicker than the one before."""
    rounds = _stops(after, last_round(run))
    return [
        StepSpec(round_, max(LAST_STEP, FIRST_STEP * QUICKER**i), _so_far(run, metric, round_))
        for i, round_ in enumerate(rounds)
    ]


def _stops(after: int, last: int) -> list[int]:
    """Return the last round of each step: every round, or for many rounds ever larger steps."""
    rest = last - after
    if rest <= MOST_STEPS:
        return list(range(after + 1, last + 1))
    return sorted({after + -(-rest * (i + 1) ** 2 // MOST_STEPS**2) for i in range(MOST_STEPS)})


def _again(run: Run) -> Line:
    """Return the caption on repeated rounds, and on sampling if workers are sampled."""
    last = round_number(-1, run)
    if last_round(run) == SHOWN_ROUND:
        return line("This run has one round. Longer ones repeat it again and again.")
    if not drawn_anew(run) or everyone(run, SHOWN_ROUND):
        return line("The same again and again, up to round {n}.", n=last)
    return line(
        "The same again and again, each time with a new draw of workers, up to round {n}.", n=last
    )


def _history(run: Run, metric: Headline, compared: Comparison | None) -> HistorySpec:
    """Return the headline metric, the loss beside it, and participants by round."""
    loss = _loss_beside(run, metric)
    workers = round(num_workers(run).value) if _is_known(run) else 0
    numbers = [worker_number(run, i) for i in range(workers)]
    return HistorySpec(
        series=[
            _series(run, metric, compared.levels if compared else ()),
            *([_series(run, loss)] if loss else []),
        ],
        participants=[participants(round_) for round_ in run.rounds[1:]],
        grid=text("updates sent"),
        rows=[*(line("worker {n}", n=first) for first in numbers[:1]), *numbers[1:]],
        first_round=line("round {r}", r=round_number(0, run)),
        last_round=line("round {r}", r=round_number(-1, run)),
        first_marked=line("round {r}", r=round_number(1, run)),
    )


def _loss_beside(run: Run, metric: Headline) -> Headline | None:
    """Return the loss on the same data as another metric, if known."""
    loss = Headline(metric.phase, LOSS, LOSS)
    return loss if metric.name != LOSS and loss.last_known(run) is not None else None


def _series(run: Run, metric: Headline, levels: Sequence[LevelSpec] = ()) -> SeriesSpec:
    """Return a metric by round."""
    values = metric.values(run)
    known = [round_ for round_, value in enumerate(values) if value is not None]
    first, last = (metric.number(run, round_) for round_ in (known[0], known[-1]))
    return SeriesSpec(metric.title(run), values, first, last, levels)


def _so_far(run: Run, metric: Headline, round_: int) -> list[Metric]:
    """Return the overlay after a round: the last known headline metric, and all bytes so far."""
    known = metric.last_known(run, round_)
    metrics = []
    if known is not None:
        metrics.append(Metric(metric.number(run, known), metric.title(run), "ink"))
    if bytes_are_known(run):
        metrics.append(Metric(moved(run, round_), _moved_so_far(run), "ink"))
    return metrics


def _moved_so_far(run: Run) -> Line:
    """Return the name of the bytes so far, which include tests if recorded."""
    if bytes_are_known(run, TESTING):
        return text("moved, tests included")
    return text("moved so far")


def _is_known(run: Run) -> bool:
    """Whether it was recorded who trained in some round."""
    return any(map(who_trained_is_known, run.rounds))


def _grid(run: Run, metric: Headline) -> Line:
    """Return the caption on the first rounds of the history."""
    if not _is_known(run):
        return line("A curve shows how well the model did, round by round.")
    if metric.phase == CENTRAL and metric.kind in (ACCURACY, LOSS):
        return line("Red marks: updates sent. A curve shows how well the model did.")
    parts = {
        "curve": text("The upper curve") if _loss_beside(run, metric) else text("The curve"),
        "metric": metric.title(run),
    }
    if metric.more_is_better is None:
        return line("{curve}: {metric}.", **parts)
    if metric.more_is_better:
        return line("{curve}: {metric}. More is better.", **parts)
    return line("{curve}: {metric}. Less is better.", **parts)


def _grow(run: Run) -> Line:
    """Return the caption on participation: all workers, or some in each round, or none ever."""
    each = [len(participants(round_)) for round_ in run.rounds[1:]]
    once = len({client for round_ in run.rounds for client in participants(round_)})
    n = num_workers(run)
    if not _is_known(run):
        return line("Who trained in which round was not recorded.")
    if not once:
        return line("Not one update came in any round: there was nothing to learn from.")
    if min(each) == n.value:
        return plural(
            n,
            "The only worker trains in every round.",
            "Every worker trains in every round: the model learns from all.",
        )
    if once < n.value:
        words = "count of the clients in {}"
        return line(
            "Only some train in a round. In all rounds together, {some} of {n} did.",
            some=computed(once, Language.integer, words, at(run).rounds[:].train.replies[:].client),
            n=n,
        )
    return _some_rounds(n, everyone_at_times=max(each) == n.value)


def _some_rounds(n: Number, *, everyone_at_times: bool) -> Line:
    """Return the caption on workers that all train in some rounds and not in all."""
    if n.value == PAIR:
        return line("Not both train in every round, yet the model learns from both.")
    if everyone_at_times and n.value > 1:
        return line("Not all train in every round, yet the model learns from all {n}.", n=n)
    return plural(
        n,
        "The only worker trains in some rounds, but not in all.",
        "Only some train in a round, yet the model learns from all {n}.",
    )
