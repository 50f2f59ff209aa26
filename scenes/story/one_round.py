"""One round of federated averaging, phase by phase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes import theme
from scenes.errors import UntoldError
from scenes.figures import Figure, Line, Told, count, line, plural, read, text, total
from scenes.language import decimal, integer, percent, size
from scenes.story.common import (
    TOLD_ROUND,
    accuracy,
    everyone,
    model_size,
    num_workers,
    picked,
    plate,
    reading,
    shares,
    status,
    testers,
    train_of,
    updates,
    workers,
)
from scenes.told import CurveTold, Metric, Plate, Reading, UpdateTold, WorkerTold

PHASES = (
    "initialise",
    "sample",
    "distribute",
    "train",
    "collect",
    "aggregate",
    "evaluate",
    "report",
)


@dataclass(frozen=True)
class OneRoundTold:
    """All that the chapter shows. Captions and status lines are found by phase."""

    title: str
    captions: Mapping[str, Line]
    status: Mapping[str, Line]
    workers: Sequence[WorkerTold]
    picked: Sequence[int]
    model_size: Figure
    curves: Mapping[int, CurveTold]
    updates: Sequence[UpdateTold]
    sent: Sequence[Sequence[Metric]]
    tested: Mapping[int, Told]
    federated: Sequence[Metric]
    blank_plate: Plate
    first_plate: Plate
    new_plate: Plate
    first_reading: Reading
    before_and_after: tuple[Figure, Figure, Line]


def tell(runs: Sequence[Run]) -> OneRoundTold:
    """Return what the chapter shows of the first run.

    Raises:
        UntoldError: the run lacks something of it.
    """
    run, round_ = runs[0], TOLD_ROUND
    captions = (
        _initialise(run),
        _sample(run, round_),
        _distribute(run),
        _train(run, round_),
        _collect(run),
        _aggregate(run, round_),
        _evaluate(run, round_),
        _report(run, round_),
    )
    filters, largest = plate(run, 0)
    return OneRoundTold(
        title=text("One round"),
        captions=dict(zip(PHASES, captions, strict=True)),
        status={phase: status(run, round_, name) for phase, name in _phases().items()},
        workers=workers(run),
        picked=picked(run, round_),
        model_size=model_size(run),
        curves=_curves(run, round_),
        updates=updates(run, round_),
        sent=_sent(run, round_),
        tested=_tested(run, round_),
        federated=_federated(run, round_),
        blank_plate=(0 * filters, largest),
        first_plate=(filters, largest),
        new_plate=plate(run, round_),
        first_reading=reading(run, 0),
        before_and_after=_before_and_after(run, round_),
    )


def _phases() -> dict[str, str]:
    """Return what each phase is called on screen."""
    names = (
        text("initialise"),
        text("sample"),
        text("distribute"),
        text("train"),
        text("collect"),
        text("aggregate"),
        text("evaluate"),
        text("report"),
    )
    return dict(zip(PHASES, names, strict=True))


def _tested(run: Run, round_: int) -> dict[int, Told]:
    """Return what each worker sampled for evaluation measured: accuracy on its own photos."""
    evaluate = run.rounds[round_].evaluate
    if evaluate is None:
        raise UntoldError(f"the run {run.name!r} has no federated evaluation in round {round_}")
    path = f"rounds[{round_}].evaluate.replies"
    return {
        reply.client: read(run, f"{path}[{i}].metrics.accuracy", percent)
        for i, reply in enumerate(evaluate.replies)
    }


def _curves(run: Run, round_: int) -> dict[int, CurveTold]:
    """Return each picked worker's loss, batch by batch."""
    path = f"rounds[{round_}].train.replies"
    told = {}
    for i, reply in enumerate(train_of(run, round_).replies):
        if reply.loss_curve is not None:
            first = read(run, f"{path}[{i}].loss_curve[0]", decimal)
            last = read(run, f"{path}[{i}].loss_curve[-1]", decimal)
            named = line("loss {x}", x=first)
            told[reply.client] = CurveTold(reply.loss_curve, named, first, last)
    return told


def _sent(run: Run, round_: int) -> list[list[Metric]]:
    """Return the overlay after each of a round's updates has come in."""
    path = f"rounds[{round_}].train.replies"
    paths = [f"{path}[{i}].bytes_up" for i in range(len(train_of(run, round_).replies))]
    return [
        [
            Metric(total(run, paths[:arrived], size), text("sent by workers"), theme.UPDATE),
            Metric(text("none"), text("photos sent"), theme.INK),
        ]
        for arrived in range(1, len(paths) + 1)
    ]


def _initialise(run: Run) -> Line:
    """Say where everyone starts."""
    return line(
        "The first model: {weights} weights drawn at random, the same for all {n} workers.",
        n=num_workers(run),
        weights=read(run, "network.num_parameters", integer),
    )


def _sample(run: Run, round_: int) -> Line:
    """Say who was picked, and why so few, if they were few."""
    few = count(run, f"rounds[{round_}].train.sampled")
    if everyone(run, round_):
        return line("A round begins. All {n} workers take part in it.", n=num_workers(run))
    return line(
        "To be quick, a round asks only a few: here {few} of the {n} workers, at random.",
        few=few,
        n=num_workers(run),
    )


def _distribute(run: Run) -> Line:
    """Say what goes out."""
    return line("Each of them receives a copy of the model, {size}.", size=model_size(run))


def _train(run: Run, round_: int) -> Line:
    """Say what training does: that the loss falls, where it fell for everyone."""
    n = read(run, f"rounds[{round_}].train.replies[0].num_examples", integer)
    curves = [reply.loss_curve for reply in train_of(run, round_).replies]
    if all(curve is not None and curve[-1] < curve[0] for curve in curves):
        return line(
            "Each trains on its own photos, here {n}. Batch by batch its error, the loss, falls.",
            n=n,
        )
    return line("Each trains on its own photos, here {n}: its error, the loss, by batch.", n=n)


def _collect(run: Run) -> Line:
    """Say what comes back."""
    return line("Only the changed weights travel back. The photos stay where they are.")


def _aggregate(run: Run, round_: int) -> Line:
    """Say what the average does, and how much each counts: the same, or more with more photos."""
    each = shares(run, round_)
    if len({share.text for share in each}) == 1:
        return line(
            "Averaged by shares of the photos, {share} each, they make the new model.",
            share=each[0],
        )
    return line(
        "Averaged by shares of the photos, {least} to {most}, they make the new model.",
        least=min(each, key=lambda share: share.value),
        most=max(each, key=lambda share: share.value),
    )


def _evaluate(run: Run, round_: int) -> Line:
    """Say how the new model is tested."""
    return plural(
        testers(run, round_),
        "{n} worker tests it on its own photos. Only a score comes back.",
        "{n} workers test it on their own photos. Only scores come back.",
    )


def _federated(run: Run, round_: int) -> list[Metric]:
    """Return the overlay with the federated evaluation of a round."""
    path = f"rounds[{round_}].evaluate.metrics"
    evaluate = run.rounds[round_].evaluate
    mean = evaluate is not None and evaluate.averaged
    names: tuple[Told, Told] = (text("accuracy"), text("loss"))
    if mean:
        names = line("accuracy, mean of {n}", n=testers(run, round_)), text("mean loss")
    return [
        Metric(read(run, f"{path}.accuracy", percent), names[0], theme.INK),
        Metric(read(run, f"{path}.loss", decimal), names[1], theme.INK),
    ]


def _report(run: Run, round_: int) -> Line:
    """Say what came of it."""
    return line(
        "Of {n} test photos, {old} were named right before this round, {new} after it.",
        n=read(run, "dataset.num_test", integer),
        old=accuracy(run, round_ - 1),
        new=accuracy(run, round_),
    )


def _before_and_after(run: Run, round_: int) -> tuple[Figure, Figure, Line]:
    """Return the accuracy before and after a round, and what to call the new one."""
    return accuracy(run, round_ - 1), *reading(run, round_)
