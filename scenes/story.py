"""What is told: pure functions from a record to texts, figures and the values of charts.

Nothing here draws. Every number that leaves this module is a ``Figure`` with its place in the
record, or a list of values that a chart draws to scale.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fl_sim.record import Round, Run, Train
from scenes import theme
from scenes.errors import UntoldError
from scenes.figures import (
    Figure,
    Line,
    Told,
    count,
    decimal,
    integer,
    line,
    number_of,
    percent,
    read,
    size,
    total,
)
from scenes.told import (
    CurveTold,
    HistoryTold,
    LabelChartTold,
    Metric,
    SeriesTold,
    UpdateTold,
    WorkerTold,
)

MOST_LISTED = 12  # classes that a chart lists by name
ALL_PHOTOS = ("partitions[*].num_train", "partitions[*].num_validation")


# --- the cast


def workers(run: Run) -> list[WorkerTold]:
    """Return every worker's card: the first is called by its full name, the others by number."""
    most = max(
        (max(label_counts(run, i), default=0) for i in range(len(run.partitions))), default=1
    )
    cards = []
    for i in range(len(run.partitions)):
        number = number_of("partitions", i)
        photos = None if run.thumbnails is None else run.thumbnails[i]
        bars = [examples / (most or 1) for examples in label_counts(run, i)]
        label = line("worker {n}", n=number) if i == 0 else number
        cards.append(WorkerTold(label, number, photos, bars))
    return cards


def label_counts(run: Run, worker: int) -> Sequence[int]:
    """Return how many examples of each class a worker holds.

    Raises:
        UntoldError: the run did not record it.
    """
    counts = run.partitions[worker].label_counts
    if counts is None:
        raise UntoldError(f"the run {run.name!r} recorded no label counts of its clients")
    return counts


def class_names(run: Run) -> tuple[str, ...]:
    """Return the names of the classes.

    Raises:
        UntoldError: the run did not record its dataset.
    """
    if run.dataset is None:
        raise UntoldError(f"the run {run.name!r} recorded nothing of its dataset")
    return run.dataset.class_names


def plate(run: Run, round_: int) -> tuple[npt.NDArray[np.float32], float]:
    """Return the first convolution after a round, and the weight that is drawn brightest.

    That is the largest one before training: one scale for all rounds, and for every run that
    starts from the same model.
    """
    if run.filters is None:
        raise UntoldError(f"the run {run.name!r} recorded no filters of a first convolution")
    return run.filters[round_], _largest(run.filters[0])


def _largest(filters: npt.NDArray[np.float32]) -> float:
    return float(np.abs(filters).max()) or 1.0


def blank_plate(run: Run) -> tuple[npt.NDArray[np.float32], float]:
    """Return a plate without weights, all zero, on which the first ones will be drawn."""
    filters, largest = plate(run, 0)
    return np.zeros_like(filters), largest


def first_plate(run: Run) -> tuple[npt.NDArray[np.float32], float]:
    """Return the plate before any training."""
    return plate(run, 0)


def reading(run: Run, round_: int) -> tuple[Figure, Line]:
    """Return the front end's reading after a round: the accuracy and what to call it."""
    return accuracy(run, round_), line("accuracy, round {r}", r=round_number(round_, run))


def first_reading(run: Run) -> tuple[Figure, Line]:
    """Return the front end's reading of the untrained model."""
    return reading(run, 0)


def accuracy(run: Run, round_: int) -> Figure:
    """Return the global model's accuracy on the test split after a round."""
    return read(run, f"rounds[{round_}].central.accuracy", percent)


def round_number(round_: int, run: Run) -> Figure:
    """Return a round's number."""
    return read(run, f"rounds[{round_}].number", integer)


def num_workers(run: Run) -> Figure:
    """Return how many workers there are."""
    return count(run, "partitions")


def cast_task(run: Run) -> Line:
    """Say what is to be learned."""
    return line(
        "The task: name what a photo shows. {n} workers learn to tell {classes} kinds apart.",
        classes=count(run, "dataset.class_names"),
        n=num_workers(run),
    )


def headline(run: Run) -> list[Metric]:
    """Return the film's subject in large figures."""
    return [
        Metric(num_workers(run), "workers", theme.INK),
        Metric("one", "model", theme.MODEL),
        Metric("no", "shared photos", theme.DATA),
    ]


def photos_held(run: Run) -> list[Metric]:
    """Return how many photos one worker has, and how many all have together."""
    k = told_worker(run)
    own = [f"partitions[{k}].num_train", f"partitions[{k}].num_validation"]
    name = line("photos at worker {k}", k=number_of("partitions", k))
    return [
        Metric(total(run, own, integer), name, theme.DATA),
        Metric(total(run, ALL_PHOTOS, integer), "at all workers together", theme.INK),
    ]


def cast_photos(run: Run) -> Line:
    """Say what a worker holds."""
    return line(
        "Each worker, like worker {k} here, holds its own photos. They never leave.",
        k=number_of("partitions", told_worker(run)),
    )


def cast_labels(run: Run) -> Line:
    """Say what the bars are."""
    k = told_worker(run)
    return line(
        "Gold bars: worker {k}'s photos by kind. {train} are for training, {held} for tests.",
        k=number_of("partitions", k),
        train=read(run, f"partitions[{k}].num_train", integer),
        held=read(run, f"partitions[{k}].num_validation", integer),
    )


def told_pair(run: Run) -> tuple[int, int]:
    """Return the two workers that show what travels: the one that stands for all, and the last."""
    return told_worker(run), len(run.partitions) - 1


def label_chart(run: Run) -> LabelChartTold | None:
    """Return one worker's photos by kind, or nothing where there are too many kinds to list."""
    worker = told_worker(run)
    names = class_names(run)
    if len(names) > MOST_LISTED:
        return None
    path = f"partitions[{worker}].label_counts"
    counts = label_counts(run, worker)
    figures = [read(run, f"{path}[{i}]", integer) for i in range(len(counts))]
    return LabelChartTold(tuple(zip(names, figures, strict=True)), counts)


def cast_coordinator(run: Run) -> Line:
    """Say what the coordinator holds."""
    return line(
        "A coordinator holds the model, {n} weights, the first drawn as tiles.",
        n=read(run, "network.num_parameters", integer),
    )


def cast_wires(run: Run) -> Line:
    """Say what travels."""
    return line(
        "Models travel, photos do not: {size} out in blue, a changed copy in red.",
        size=model_size(run),
    )


def cast_front_end(run: Run) -> Line:
    """Say what the front end shows."""
    return line(
        "The front end shows its score on photos no worker holds: untrained, {accuracy} right.",
        accuracy=accuracy(run, 0),
    )


def model_size(run: Run) -> Figure:
    """Return the bytes of one model as it is sent."""
    return read(run, "network.num_bytes", size)


# --- one round


def told_round(run: Run) -> int:
    """Return the round that is told in full: the first, in which everything begins."""
    return 1


def told_worker(run: Run) -> int:
    """Return the worker that stands for all in the cast."""
    return 0


def train_of(run: Run, round_: int) -> Train:
    """Return the training half of a round.

    Raises:
        UntoldError: the run has no such round, or none of its clients answered.
    """
    if round_ >= len(run.rounds) or run.rounds[round_].train is None:
        raise UntoldError(f"the run {run.name!r} has no training in round {round_}")
    train = run.rounds[round_].train
    assert train is not None
    if not train.replies:
        raise UntoldError(f"no client of the run {run.name!r} answered in round {round_}")
    return train


def status(run: Run, round_: int, phase: str) -> Line:
    """Return the line under the chapter's title."""
    return line("round {r}  ·  {phase}", r=round_number(round_, run), phase=phase)


def picked(run: Run, round_: int) -> tuple[int, ...]:
    """Return the workers that were sampled for training."""
    return train_of(run, round_).sampled or ()


def tested(run: Run, round_: int) -> dict[int, Told]:
    """Return what each worker sampled for evaluation measured: accuracy on its own photos."""
    evaluate = run.rounds[round_].evaluate
    if evaluate is None:
        raise UntoldError(f"the run {run.name!r} has no federated evaluation in round {round_}")
    path = f"rounds[{round_}].evaluate.replies"
    return {
        reply.client: read(run, f"{path}[{i}].metrics.accuracy", percent)
        for i, reply in enumerate(evaluate.replies)
    }


def curves(run: Run, round_: int) -> dict[int, CurveTold]:
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


def updates(run: Run, round_: int) -> list[UpdateTold]:
    """Return each update: its bytes and its share n_k/n of the average."""
    path = f"rounds[{round_}].train.replies"
    return [
        UpdateTold(
            reply.client,
            read(run, f"{path}[{i}].bytes_up", size),
            share.value,
            share,
        )
        for i, (reply, share) in enumerate(
            zip(train_of(run, round_).replies, shares(run, round_), strict=True)
        )
    ]


def shares(run: Run, round_: int) -> list[Figure]:
    """Return each update's share n_k/n of the average."""
    path = f"rounds[{round_}].train.replies"
    count_ = len(train_of(run, round_).replies)
    return [read(run, f"{path}[{i}].weight", percent) for i in range(count_)]


def sent(run: Run, round_: int) -> list[list[Metric]]:
    """Return the overlay after each of a round's updates has come in."""
    path = f"rounds[{round_}].train.replies"
    paths = [f"{path}[{i}].bytes_up" for i in range(len(train_of(run, round_).replies))]
    return [
        [
            Metric(total(run, paths[:arrived], size), "sent by workers", theme.UPDATE),
            Metric("none", "photos sent", theme.INK),
        ]
        for arrived in range(1, len(paths) + 1)
    ]


def initialise(run: Run) -> Line:
    """Say where everyone starts."""
    return line(
        "The first model: {weights} weights drawn at random, the same for all {n} workers.",
        n=num_workers(run),
        weights=read(run, "network.num_parameters", integer),
    )


def sample(run: Run, round_: int) -> Line:
    """Say who was picked, and why so few, if they were few."""
    few = count(run, f"rounds[{round_}].train.sampled")
    if _everyone(run, round_):
        return line("A round begins. All {n} workers take part in it.", n=num_workers(run))
    return line(
        "To be quick, a round asks only a few: here {few} of the {n} workers, at random.",
        few=few,
        n=num_workers(run),
    )


def _everyone(run: Run, round_: int) -> bool:
    return len(picked(run, round_)) == len(run.partitions)


def distribute(run: Run) -> Line:
    """Say what goes out."""
    return line("Each of them receives a copy of the model, {size}.", size=model_size(run))


def train(run: Run, round_: int) -> Line:
    """Say what training does: that the loss falls, where it fell for everyone."""
    n = read(run, f"rounds[{round_}].train.replies[0].num_examples", integer)
    curves = [reply.loss_curve for reply in train_of(run, round_).replies]
    if all(curve is not None and curve[-1] < curve[0] for curve in curves):
        return line(
            "Each trains on its own photos, here {n}. Batch by batch its error, the loss, falls.",
            n=n,
        )
    return line("Each trains on its own photos, here {n}: its error, the loss, by batch.", n=n)


def collect(run: Run) -> Line:
    """Say what comes back."""
    return line("Only the changed weights travel back. The photos stay where they are.")


def aggregate(run: Run, round_: int) -> Line:
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


def evaluate(run: Run, round_: int) -> Line:
    """Say how the new model is tested."""
    n = _testers(run, round_)
    if n.value == 1:
        return line("{n} worker tests it on its own photos. Only a score comes back.", n=n)
    return line("{n} workers test it on their own photos. Only scores come back.", n=n)


def _testers(run: Run, round_: int) -> Figure:
    return count(run, f"rounds[{round_}].evaluate.sampled")


def federated(run: Run, round_: int) -> list[Metric]:
    """Return the overlay with the federated evaluation of a round."""
    path = f"rounds[{round_}].evaluate.metrics"
    return [
        Metric(
            read(run, f"{path}.accuracy", percent),
            line("accuracy, mean of {n}", n=_testers(run, round_)),
            theme.INK,
        ),
        Metric(read(run, f"{path}.loss", decimal), "mean loss", theme.INK),
    ]


def report(run: Run, round_: int) -> Line:
    """Say what came of it."""
    return line(
        "Of {n} test photos, {old} were named right before this round, {new} after it.",
        n=read(run, "dataset.num_test", integer),
        old=accuracy(run, round_ - 1),
        new=accuracy(run, round_),
    )


def before_and_after(run: Run, round_: int) -> tuple[Figure, Figure, Line]:
    """Return the accuracy before and after a round, and what to call the new one."""
    return accuracy(run, round_ - 1), *reading(run, round_)


# --- many rounds


def swift_rounds(run: Run) -> list[tuple[int, float]]:
    """Return the rounds that are still shown on the stage, each with its pace."""
    shown = zip(range(told_round(run) + 1, len(run.rounds)), (0.9, 0.5), strict=False)
    return list(shown)


def last_on_stage(run: Run) -> int:
    """Return the last round that is shown on the stage, here or in the chapter of one round."""
    return max([told_round(run), *(round_ for round_, _ in swift_rounds(run))])


def first_rounds(run: Run, upto: int) -> list[tuple[int, float]]:
    """Return the rounds that the history begins with, which the stage has shown already."""
    return [(round_, 0.4) for round_ in range(1, upto + 1)]


def paced_rounds(run: Run, after: int) -> list[tuple[int, float]]:
    """Return the rounds that only the history shows, with seconds that become fewer."""
    seconds = (max(0.16, 0.6 * 0.87**i) for i in range(len(run.rounds)))
    return list(zip(range(after + 1, len(run.rounds)), seconds, strict=False))


def swift(run: Run, round_: int) -> Line:
    """Say that it begins again: with others first, then that it goes on from there."""
    if round_ == told_round(run) + 1 and _everyone(run, round_):
        return line("The same again. This run goes on to round {n}.", n=round_number(-1, run))
    if round_ == told_round(run) + 1:
        return line(
            "The same again, with a new draw of workers. This run goes on to round {n}.",
            n=round_number(-1, run),
        )
    return line("And again, from the model that the last round made. (Its tests are not shown.)")


def last_round(run: Run) -> int:
    """Return the number of the last round."""
    return len(run.rounds) - 1


def history(run: Run) -> HistoryTold:
    """Return the curves of loss and accuracy and who took part, by round."""
    guess = chance(run)
    last = len(run.partitions) - 1
    return HistoryTold(
        series=(
            SeriesTold(
                "accuracy",
                central(run, "accuracy"),
                accuracy(run, 0),
                accuracy(run, -1),
                (line("guessing {chance}", chance=guess), guess.value),
            ),
            SeriesTold(
                "loss",
                central(run, "loss"),
                read(run, "rounds[0].central.loss", decimal),
                read(run, "rounds[-1].central.loss", decimal),
            ),
        ),
        participants=[_participants(round_) for round_ in run.rounds[1:]],
        num_workers=len(run.partitions),
        first_worker=line("worker {n}", n=number_of("partitions", 0)),
        last_worker=line("worker {n}", n=number_of("partitions", last)),
        first_round=line("round {r}", r=round_number(0, run)),
        last_round=line("round {r}", r=round_number(-1, run)),
    )


def central(run: Run, measure: str) -> list[float]:
    """Return ``loss`` or ``accuracy`` on the test split after each round.

    Raises:
        UntoldError: a round was not tested.
    """
    values = [getattr(round_.central, measure, None) for round_ in run.rounds]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        raise UntoldError(f"the run {run.name!r} was not tested after every round")
    return known


def chance(run: Run) -> Figure:
    """Return the accuracy of guessing."""
    value = 1 / len(class_names(run))
    return Figure(percent(value), "one over count of dataset.class_names", value)


def _participants(round_: Round) -> Sequence[int]:
    return [reply.client for reply in round_.train.replies] if round_.train else []


def so_far(run: Run, round_: int) -> list[Metric]:
    """Return the overlay after a round: accuracy, and all bytes moved until then."""
    return [
        Metric(accuracy(run, round_), "test accuracy", theme.INK),
        Metric(_moved(run, round_), "moved so far", theme.INK),
    ]


def _moved(run: Run, round_: int) -> Figure:
    """Return the bytes of every message of the rounds up to one, both ways, both phases."""
    paths = [
        f"rounds[{r}].{phase}.replies[*].{way}"
        for r in range(1, round_ + 1)
        for phase in ("train", "evaluate")
        for way in ("bytes_down", "bytes_up")
    ]
    source = f"sum of all bytes_down and bytes_up in rounds[1] to rounds[{round_}]"
    moved = total(run, paths, size)
    return Figure(moved.text, source, moved.value)


def grid(run: Run) -> Line:
    """Say how to read the grid."""
    return line("Red: a worker sent an update. Above the rows: how the model did.")


def grow(run: Run) -> Line:
    """Say what the rounds do together, as it was: always all workers, or always a few."""
    everyone = len(run.partitions)
    if all(len(_participants(round_)) == everyone for round_ in run.rounds[1:]):
        return line("Every worker takes part in every round. The model learns from all of them.")
    everyone_once = {client for round_ in run.rounds for client in _participants(round_)}
    if len(everyone_once) == everyone:
        return line(
            "A few workers train in each round. In time the model learns from all {n}.",
            n=num_workers(run),
        )
    return line("A few workers train in each round. In time the model learns from many.")


def one_worker(run: Run) -> Line:
    """Say how often one worker took part."""
    worker = told_worker(run)
    took_part = sum(worker in _participants(round_) for round_ in run.rounds)
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


def against_chance(run: Run) -> Line:
    """Say what came of all rounds."""
    return line(
        "After {n} rounds, {accuracy} are named right. Guessing would get {chance}.",
        n=round_number(-1, run),
        accuracy=accuracy(run, -1),
        chance=chance(run),
    )


def moved(run: Run) -> Line:
    """Say what travelled and what did not."""
    return line(
        "{moved} of weights and scores travelled for it. Not one photo did.",
        moved=_moved(run, last_round(run)),
    )


def summary(run: Run) -> list[Metric]:
    """Return what is to be remembered: how good it became, what moved, and what stayed."""
    end = last_round(run)
    stayed = line("of {n} photos moved", n=total(run, ALL_PHOTOS, integer))
    return [
        Metric(accuracy(run, end), "of test photos right", theme.INK),
        Metric(_moved(run, end), "moved, out and back", theme.INK),
        Metric("none", stayed, theme.DATA),
    ]


# --- the loop


def loop_start(run: Run) -> int:
    """Return the round whose end is the loop's first and last picture."""
    return 0


def loop_rounds(run: Run) -> list[tuple[int, float]]:
    """Return the rounds of the loop, each with its pace."""
    return [(round_, 0.8) for round_ in range(1, min(len(run.rounds), 3))]


def loop(run: Run) -> Line:
    """Say what the loop shows."""
    return line("Blue: the model out. Red: updates back. No photo ever leaves its worker.")
