"""The chapter on failures: one round with failing workers, and all rounds of the run."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Failure, Round, Run, Train
from scenes.story.common import (
    another_run,
    check_answered,
    dial,
    model_packet,
    num_workers,
    picked,
    plate,
    reached,
    reading,
    round_number,
    stage,
    updates,
    worker_number,
)
from scenes.story.headline import ACCURACY, headline
from scenes.story.specs import (
    DialSpec,
    FailureSpec,
    LevelSpec,
    Plate,
    Reading,
    RepliesSpec,
    SeriesSpec,
    StageSpec,
    UpdatesSpec,
)
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import Number, at, computed, count, quote, with_run

ERROR = "error"  # the kind of a failure in a record that came with a reply
NOT_REACHED = (3, 4, 5)  # Flower's codes: no message, no reply, or no node was to be had
FAULTS = ("failure-rate", "hang-rate", "dropout-rate", "failure-seed", "round-timeout")
RUN_NAME = 14  # characters of the run's name beside the dial


@dataclass(frozen=True)
class FailingRoundSpec:
    """A round in which workers failed; captions have the names of their beats."""

    dial: DialSpec
    ask: Line
    fail: Line
    close: Line
    stage: StageSpec
    picked: Sequence[int]
    reached: Sequence[int]
    model_size: Text
    trained: Sequence[int]
    failures: Sequence[FailureSpec]
    updates: UpdatesSpec
    plate: Plate
    new_plate: Plate
    reading: Reading
    new_reading: Reading


@dataclass(frozen=True)
class TwinSpec:
    """The same run without failures: the caption, and its result as a level."""

    caption: Line
    level: LevelSpec


@dataclass(frozen=True)
class WhenWorkersFailSpec:
    """The contents of the chapter; ``round`` is None if no failing round has an update.

    ``accuracy`` says whether the curve beside the replies is that of the accuracy.
    """

    title: Line
    accuracy: bool
    round: FailingRoundSpec | None
    all_rounds: Line
    none_came: Line | None
    twin: TwinSpec | None
    replies: RepliesSpec


def tell(runs: Sequence[Run]) -> WhenWorkersFailSpec:
    """Return the chapter's spec for the first run in which a client failed.

    Another of the runs that differs in its failures alone is compared with it.

    Raises:
        NotRecordedError: no client failed, or the run lacks data.
    """
    run = next((run for run in runs if any(map(_failures, run.rounds))), None)
    if run is None:
        raise _no_failure(runs)
    round_, metric = _shown_round(run), headline(run)
    twin = _twin(run, runs)
    return WhenWorkersFailSpec(
        title=text("When workers fail"),
        accuracy=metric is not None and metric.kind == ACCURACY,
        round=None if round_ is None else _round(run, round_),
        all_rounds=_all_rounds(run, has_twin=twin is not None),
        none_came=_none_came(run),
        twin=twin,
        replies=_replies(run, [twin.level] if twin else []),
    )


def _no_failure(runs: Sequence[Run]) -> NotRecordedError:
    """Return the error that no client failed, or that nobody knows."""
    for run in runs:
        check_answered(run)
    names = " and ".join(repr(run.name) for run in runs)
    if any(run.imported for run in runs):
        return NotRecordedError(
            f"it is not known whether clients of {names} failed to train. Use a run that was "
            "recorded as it ran"
        )
    named = ", as 'dropouts' has" if any(run.by_own_app for run in runs) else ""
    return NotRecordedError(
        f"no client failed to train in {names}. Use a run with such failures{named}"
    )


def _failures(round_: Round) -> int:
    return len(round_.train.failures) if round_.train else 0


def _shown_round(run: Run) -> int | None:
    """Return the first round with replies and both kinds of failures, else with any failure."""
    closed = [round_ for round_ in run.rounds if _failures(round_) and _train(round_).replies]
    both = [round_ for round_ in closed if len(set(map(_reports, _train(round_).failures))) > 1]
    return next((round_.number for round_ in (*both, *closed)), None)


def _reports(failure: Failure) -> bool:
    """Whether a worker reported its failure: for one that was not reached, Flower does."""
    return failure.kind == ERROR and failure.code not in NOT_REACHED


def _train(round_: Round) -> Train:
    assert round_.train is not None
    return round_.train


# --- one round


def _round(run: Run, round_: int) -> FailingRoundSpec:
    return FailingRoundSpec(
        dial=dial(run, round_, another_run(run) or _named(run)),
        ask=_ask(run, round_),
        fail=_fail(run, round_),
        close=_close(run, round_),
        stage=stage(run),
        picked=picked(run, round_),
        reached=reached(run, round_),
        model_size=model_packet(run, len(reached(run, round_))),
        trained=[reply.client for reply in _train(run.rounds[round_]).replies],
        failures=_failure_specs(run, round_),
        updates=updates(run, round_),
        plate=plate(run, round_ - 1),
        new_plate=plate(run, round_),
        reading=reading(run, round_ - 1),
        new_reading=reading(run, round_),
    )


def _named(run: Run) -> Line:
    return line("run {run}", run=quote(at(run).name, RUN_NAME))


def _failure_specs(run: Run, round_: int) -> list[FailureSpec]:
    notes = {True: text("error"), False: text("no reply")}
    return [
        FailureSpec(f.client, notes[_reports(f)], reported=_reports(f))
        for f in _train(run.rounds[round_]).failures
    ]


def _asked(run: Run, round_: int) -> Number:
    return count(at(run).rounds[round_].train.sampled)


def _ask(run: Run, round_: int) -> Line:
    """Return the caption on the number of sampled workers."""
    return line(
        "In this run, some workers fail. In round {r}, {n} of {all} are picked.",
        r=round_number(round_, run),
        n=_asked(run, round_),
        all=num_workers(run),
    )


def _fail(run: Run, round_: int) -> Line:
    """Return the caption on the workers that failed, or on their number."""
    if len(reached(run, round_)) < len(picked(run, round_)):
        return plural(
            count(at(run).rounds[round_].train.failures),
            "{n} worker sends no update: not all were reached.",
            "{n} workers send no update: not all were reached.",
        )
    return _while_training(run, round_)


def _while_training(run: Run, round_: int) -> Line:
    """Return the caption on workers that failed after the model had reached them."""
    failures = _train(run.rounds[round_]).failures
    errors = [failure.client for failure in failures if _reports(failure)]
    silent = [failure.client for failure in failures if not _reports(failure)]
    if len(errors) == len(silent) == 1:
        return line(
            "While training, worker {a} reports an error; worker {b} goes silent.",
            a=_worker(run, errors[0]),
            b=_worker(run, silent[0]),
        )
    if errors and silent:
        return line(
            "While training: errors at {a} workers, silence from {b}.",
            a=_number(run, round_, reported=True),
            b=_number(run, round_, reported=False),
        )
    if len(failures) == 1:
        worker = _worker(run, failures[0].client)
        if errors:
            return line("While training, worker {a} reports an error.", a=worker)
        return line("While training, worker {a} goes silent.", a=worker)
    if errors:
        number = _number(run, round_, reported=True)
        return line("While training, {n} workers report errors.", n=number)
    number = _number(run, round_, reported=False)
    return line("While training, {n} workers go silent.", n=number)


def _worker(run: Run, client: int) -> Number:
    """Return the number of a worker."""
    return worker_number(run, client)


def _number(run: Run, round_: int, reported: bool) -> Number:
    """Return the number of failures that workers reported, or of the others."""
    failed = sum(_reports(failure) == reported for failure in _train(run.rounds[round_]).failures)
    words = "count of {} that a client reported" if reported else "count of {} without a report"
    return computed(failed, Language.integer, words, at(run).rounds[round_].train.failures)


def _close(run: Run, round_: int) -> Line:
    """Return the caption on the end of the round; the front end shows how the model then does."""
    return line(
        "The round closes with {came} of {n} updates.",
        came=count(at(run).rounds[round_].train.replies),
        n=_asked(run, round_),
    )


# --- all rounds


def _all_rounds(run: Run, *, has_twin: bool) -> Line:
    """Return the caption on all missing updates, and on the headline metric if known.

    That of a run with a twin follows when both are compared.
    """
    each = at(run).rounds[:].train
    failed, asked = count(each.failures), count(each.sampled)
    metric, first, last = headline(run), reading(run, 0).value, reading(run, -1).value
    if has_twin or metric is None or not first.text or not last.text:
        return plural(
            asked,
            "{failed} of {n} update never came.",
            "{failed} of {n} updates never came.",
            failed=failed,
        )
    if metric.kind != ACCURACY:
        return plural(
            asked,
            "{failed} of {n} update never came. {metric}: {first} at first, {last} at last.",
            "{failed} of {n} updates never came. {metric}: {first} at first, {last} at last.",
            failed=failed,
            metric=metric.word(run),
            first=first,
            last=last,
        )
    return plural(
        asked,
        "{failed} of {n} update never came. Accuracy went from {first} to {last}.",
        "{failed} of {n} updates never came. Accuracy went from {first} to {last}.",
        failed=failed,
        first=first,
        last=last,
    )


def _twin(run: Run, runs: Sequence[Run]) -> TwinSpec | None:
    """Return the result of the same run without failures, or None."""
    other = next((each for each in runs if _is_twin(run, each)), None)
    here, there = (accuracy_after(each) for each in (run, other or run))
    if other is None or here is None or there is None:
        return None
    each = at(run).rounds[:].train
    twin = with_run(other, there)
    caption = plural(
        count(each.sampled),
        "{failed} of {n} update lost: {here} right. With none lost: {there}.",
        "{failed} of {n} updates lost: {here} right. With none lost: {there}.",
        failed=count(each.failures),
        here=here,
        there=twin,
    )
    return TwinSpec(caption, LevelSpec(line("none lost: {there}", there=twin), there.value))


def _is_twin(run: Run, other: Run) -> bool:
    """Whether another run has no failures, and the same settings but for those of failures."""
    known = (run.config.keys() & other.config.keys()) - set(FAULTS)  # newer runs have more
    compared = (run.settings.keys() & other.settings.keys()) - set(FAULTS)
    same = bool(known) and all(run.settings[key] == other.settings[key] for key in compared)
    return same and run.num_clients == other.num_clients and not any(map(_failures, other.rounds))


def accuracy_after(run: Run) -> Number | None:
    """Return the accuracy after the last round, if it is the headline metric."""
    metric, last = headline(run), reading(run, -1).value
    return last if metric is not None and metric.kind == ACCURACY and last.text else None


def _none_came(run: Run) -> Line | None:
    """Return the caption on rounds without any update, or None."""
    empty = [bool(_failures(round_)) and not _train(round_).replies for round_ in run.rounds]
    if not any(empty):
        return None
    words = "count of {} with train.failures and no train.replies"
    n = computed(sum(empty), Language.integer, words, at(run).rounds)
    if empty[-1]:
        return plural(
            n, "In {n} round no update came at all.", "In {n} rounds no update came at all."
        )
    return plural(
        n,
        "In {n} round no update came at all. The run went on with the next one.",
        "In {n} rounds no update came at all. The run went on with the next ones.",
    )


def _replies(run: Run, levels: Sequence[LevelSpec]) -> RepliesSpec:
    """Return the numbers of sampled workers and of updates by round."""
    each, rounds = at(run).rounds[:].train, []
    for round_ in run.rounds[1:]:
        came = len(round_.train.replies) if round_.train else 0
        rounds.append((came + _failures(round_), came))
    return RepliesSpec(
        rounds=rounds,
        came=plural(count(each.replies), "{n} update came", "{n} updates came"),
        missing=plural(count(each.failures), "{n} never came", "{n} never came"),
        first_round=line("round {r}", r=round_number(0, run)),
        last_round=line("round {r}", r=round_number(-1, run)),
        measure=_measure(run, levels),
    )


def _measure(run: Run, levels: Sequence[LevelSpec]) -> SeriesSpec | None:
    """Return the headline metric by round, or None if fewer than two rounds have it."""
    metric = headline(run)
    if metric is None:
        return None
    values = metric.values(run)
    known = [i for i, value in enumerate(values) if value is not None]
    if len(known) < 2:  # one point is no curve
        return None
    name = text("accuracy on the test photos") if metric.is_test_accuracy else metric.title(run)
    first, last = (metric.number(run, i) for i in (known[0], known[-1]))
    return SeriesSpec(name, values, first, last, levels)
