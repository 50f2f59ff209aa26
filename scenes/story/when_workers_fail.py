"""Workers fail in the middle of a round; the round closes with the updates that came."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Round, Run, Train
from scenes.story.common import (
    accuracy,
    model_size,
    num_workers,
    picked,
    plate,
    reading,
    round_number,
    updates,
    workers,
)
from scenes.story.specs import (
    FailureSpec,
    Plate,
    Reading,
    RepliesSpec,
    SeriesSpec,
    UpdateSpec,
    WorkerSpec,
)
from scenes.text.errors import NotRecordedError
from scenes.text.languages import integer
from scenes.text.lines import Line, Number, count, line, number_of, plural, quote, text

ERROR = "error"
RUN_NAME = 14  # characters of the run's name under the title


@dataclass(frozen=True)
class FailingRoundSpec:
    """A round in which workers failed. The captions are called as their beats."""

    status: Line
    ask: Line
    fail: Line
    close: Line
    workers: Sequence[WorkerSpec]
    picked: Sequence[int]
    model_size: Number
    trained: Sequence[int]
    outages: Sequence[FailureSpec]
    updates: Sequence[UpdateSpec]
    plate: Plate
    new_plate: Plate
    reading: Reading
    before_and_after: tuple[Number, Number, Line]


@dataclass(frozen=True)
class WhenWorkersFailSpec:
    """All that the chapter shows; without a round in which some failed and some did not, less."""

    title: str
    round: FailingRoundSpec | None
    all_rounds: Line
    none_came: Line | None
    attendance: RepliesSpec


def tell(runs: Sequence[Run]) -> WhenWorkersFailSpec:
    """Return what the chapter shows of the first run in which a client failed.

    Raises:
        UntoldError: no client failed, or the run lacks something of the round shown.
    """
    run = next((run for run in runs if any(map(_failures, run.rounds))), None)
    if run is None:
        names = " and ".join(repr(run.name) for run in runs)
        raise NotRecordedError(
            f"no client failed in {names}: take a run with failures, like 'dropouts'"
        )
    round_ = _telling_round(run)
    return WhenWorkersFailSpec(
        title=text("When workers fail"),
        round=None if round_ is None else _round(run, round_),
        all_rounds=_all_rounds(run),
        none_came=_none_came(run),
        attendance=_attendance(run),
    )


def _failures(round_: Round) -> int:
    return len(round_.train.failures) if round_.train else 0


def _telling_round(run: Run) -> int | None:
    """Return the first round with failures of both kinds and replies; else with any failure."""
    closed = [round_ for round_ in run.rounds if _failures(round_) and _train(round_).replies]
    both = [round_ for round_ in closed if len({f.kind for f in _train(round_).failures}) > 1]
    return next((round_.number for round_ in (*both, *closed)), None)


def _train(round_: Round) -> Train:
    assert round_.train is not None
    return round_.train


# --- one round


def _round(run: Run, round_: int) -> FailingRoundSpec:
    return FailingRoundSpec(
        status=line(
            "run {run}  ·  round {r}", run=quote(run, "name", RUN_NAME), r=round_number(round_, run)
        ),
        ask=_ask(run, round_),
        fail=_fail(run, round_),
        close=_close(run, round_),
        workers=workers(run),
        picked=picked(run, round_),
        model_size=model_size(run),
        trained=[reply.client for reply in _train(run.rounds[round_]).replies],
        outages=_outages(run, round_),
        updates=updates(run, round_),
        plate=plate(run, round_ - 1),
        new_plate=plate(run, round_),
        reading=reading(run, round_ - 1),
        before_and_after=(accuracy(run, round_ - 1), *reading(run, round_)),
    )


def _outages(run: Run, round_: int) -> list[FailureSpec]:
    notes = {ERROR: text("error"), "no reply": text("no reply")}
    return [
        FailureSpec(f.client, notes[f.kind], reported=f.kind == ERROR)
        for f in _train(run.rounds[round_]).failures
    ]


def _asked(run: Run, round_: int) -> Number:
    return count(run, f"rounds[{round_}].train.sampled")


def _ask(run: Run, round_: int) -> Line:
    """Say which run this is, and how many are asked."""
    return line(
        "In this run, some workers fail. In round {r}, {n} of {all} are picked.",
        r=round_number(round_, run),
        n=_asked(run, round_),
        all=num_workers(run),
    )


def _fail(run: Run, round_: int) -> Line:
    """Say who failed, and how."""
    failures = _train(run.rounds[round_]).failures
    errors = [failure.client for failure in failures if failure.kind == ERROR]
    silent = [failure.client for failure in failures if failure.kind != ERROR]
    if len(errors) == len(silent) == 1:
        return line(
            "While training, worker {a} reports an error; worker {b} goes silent.",
            a=number_of("partitions", errors[0]),
            b=number_of("partitions", silent[0]),
        )
    if errors and silent:
        return line(
            "While training: errors at {a} workers, silence from {b}.",
            a=_number(run, round_, ERROR),
            b=_number(run, round_, "no reply"),
        )
    if len(failures) == 1:
        worker = number_of("partitions", failures[0].client)
        if errors:
            return line("While training, worker {a} reports an error.", a=worker)
        return line("While training, worker {a} goes silent.", a=worker)
    if errors:
        number = _number(run, round_, ERROR)
        return line("While training, {n} workers report errors.", n=number)
    number = _number(run, round_, "no reply")
    return line("While training, {n} workers go silent.", n=number)


def _number(run: Run, round_: int, kind: str) -> Number:
    """Return how many workers failed in one way."""
    value = sum(failure.kind == kind for failure in _train(run.rounds[round_]).failures)
    source = f"count of rounds[{round_}].train.failures with kind {kind}"
    return Number(integer(value), source, value)


def _close(run: Run, round_: int) -> Line:
    """Say that the round closes, and that the model is better, where it is."""
    parts = {
        "came": count(run, f"rounds[{round_}].train.replies"),
        "n": _asked(run, round_),
        "old": accuracy(run, round_ - 1),
        "new": accuracy(run, round_),
    }
    if parts["new"].value > parts["old"].value:
        return line(
            "The round closes with {came} of {n} updates. Accuracy still rose: {old} to {new}.",
            **parts,
        )
    return line(
        "The round closes with {came} of {n} updates. Accuracy: {old} before, {new} after.", **parts
    )


# --- all rounds


def _all_rounds(run: Run) -> Line:
    """Say how many failed in all, and how good the model became."""
    failed, asked = _total(run, "failures"), _total(run, "sampled")
    ends = [run.rounds[0].central, run.rounds[-1].central]
    if any(end is None or end.accuracy is None for end in ends):
        return plural(
            asked,
            "{failed} of {n} update never came.",
            "{failed} of {n} updates never came.",
            failed=failed,
        )
    return plural(
        asked,
        "{failed} of {n} update never came. Accuracy went from {first} to {last}.",
        "{failed} of {n} updates never came. Accuracy went from {first} to {last}.",
        failed=failed,
        first=accuracy(run, 0),
        last=accuracy(run, -1),
    )


def _total(run: Run, what: str) -> Number:
    """Return how many were ``sampled`` for training in all rounds, or how many ``failures``."""
    return count(run, f"rounds[*].train.{what}")


def _none_came(run: Run) -> Line | None:
    """Say in how many rounds no update came at all, if in any."""
    empty = sum(bool(_failures(round_)) and not _train(round_).replies for round_ in run.rounds)
    if not empty:
        return None
    source = "count of rounds with train.failures and no train.replies"
    return plural(
        Number(integer(empty), source, empty),
        "In {n} round no update came at all. The run went on with the next one.",
        "In {n} rounds no update came at all. The run went on with the next ones.",
    )


def _attendance(run: Run) -> RepliesSpec:
    rounds = []
    for round_ in run.rounds[1:]:
        came = len(round_.train.replies) if round_.train else 0
        rounds.append((came + _failures(round_), came))
    return RepliesSpec(
        rounds=rounds,
        came=plural(_total(run, "replies"), "{n} update came", "{n} updates came"),
        missing=plural(_total(run, "failures"), "{n} never came", "{n} never came"),
        first_round=line("round {r}", r=round_number(0, run)),
        last_round=line("round {r}", r=round_number(-1, run)),
        accuracy=_accuracy(run),
    )


def _accuracy(run: Run) -> SeriesSpec | None:
    """Return the accuracy by round, or nothing where fewer than two rounds were tested."""
    values = [None if r.central is None else r.central.accuracy for r in run.rounds]
    known = [i for i, value in enumerate(values) if value is not None]
    if len(known) < 2:  # one point is no curve
        return None
    name = text("accuracy on the test photos")
    return SeriesSpec(name, values, accuracy(run, known[0]), accuracy(run, known[-1]))
