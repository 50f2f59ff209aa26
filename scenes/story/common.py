"""What several chapters tell of a run: pure functions from a record to texts and values.

Nothing here draws. Every number that leaves this package is a ``Figure`` with its place in the
record, or a list of values that a chart draws to scale.

A chapter's own module has ``tell(runs)``, which returns all that its scene shows, or raises
``UntoldError`` where the runs lack it: so it is known before anything is drawn.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fl_sim.record import Round, Run, Train
from scenes.story.specs import NO_PLATE, NO_READING, Plate, Reading, UpdateSpec, WorkerSpec
from scenes.text.errors import NotRecordedError
from scenes.text.languages import decimal, integer, percent, size
from scenes.text.lines import Line, Number, Text, count, line, number_of, read, text, total

ALL_PHOTOS = ("partitions[*].num_train", "partitions[*].num_validation")
UNKNOWN = Number("", "not recorded")
TOLD_WORKER = 0  # the worker that stands for all
TOLD_ROUND = 1  # the round that is told in full: the first, in which everything begins


def workers(run: Run) -> list[WorkerSpec]:
    """Return every worker's card: the first is called by its full name, the others by number.

    What the run did not record of a worker's data stays empty.
    """
    counts = [part.label_counts or () for part in run.partitions]
    most = max((max(each, default=0) for each in counts), default=0) or 1
    cards = []
    for i in range(round(num_workers(run).value)):
        number = number_of("partitions", i) if run.partitions else _client_number(i)
        photos = None if run.thumbnails is None else run.thumbnails[i]
        bars = [examples / most for examples in counts[i]] if counts else []
        label = line("worker {n}", n=number) if i == 0 else number
        cards.append(WorkerSpec(label, number, photos, bars))
    return cards


def _client_number(client: int) -> Number:
    """Return a client's number in a run that recorded nothing else of its clients."""
    return Number(integer(client), "position of a client in num_clients", float(client))


def label_counts(run: Run, worker: int) -> Sequence[int]:
    """Return how many examples of each class a worker holds.

    Raises:
        UntoldError: the run did not record it.
    """
    counts = run.partitions[worker].label_counts
    if counts is None:
        raise NotRecordedError(f"the run {run.name!r} recorded no label counts of its clients")
    return counts


def class_names(run: Run) -> tuple[str, ...]:
    """Return the names of the classes.

    Raises:
        UntoldError: the run did not record its dataset.
    """
    if run.dataset is None or not run.dataset.class_names:
        raise NotRecordedError(f"the run {run.name!r} recorded no names of classes")
    return run.dataset.class_names


def plate(run: Run, round_: int) -> Plate:
    """Return the first convolution after a round, and the weight that is drawn brightest.

    That is the largest one before training: one scale for all rounds, and for every run that
    starts from the same model.
    """
    if run.filters is None:
        return NO_PLATE
    return run.filters[round_], _largest(run.filters[0])


def _largest(filters: npt.NDArray[np.float32]) -> float:
    return float(np.abs(filters).max()) or 1.0


def reading(run: Run, round_: int) -> Reading:
    """Return the front end's reading after a round: the accuracy and what to call it.

    It is the loss where there is no accuracy, and nothing where the model was not tested.
    """
    central_ = run.rounds[round_].central
    number = round_number(round_, run)
    if central_ is not None and central_.accuracy is not None:
        return accuracy(run, round_), line("accuracy, round {r}", r=number)
    if central_ is not None and central_.loss is not None:
        loss = read(run, f"rounds[{round_}].central.loss", decimal)
        return loss, line("loss, round {r}", r=number)
    return NO_READING


def accuracy(run: Run, round_: int) -> Number:
    """Return the global model's accuracy on the test split after a round."""
    return read(run, f"rounds[{round_}].central.accuracy", percent)


def round_number(round_: int, run: Run) -> Number:
    """Return a round's number."""
    return read(run, f"rounds[{round_}].number", integer)


def num_workers(run: Run) -> Number:
    """Return how many workers there are.

    Raises:
        UntoldError: the run did not record it.
    """
    return count(run, "partitions") if run.partitions else read(run, "num_clients", integer)


def model_size(run: Run) -> Number:
    """Return the bytes of one model as it is sent."""
    return read(run, "network.num_bytes", size)


def model_packet(run: Run) -> Text:
    """Return what is written on the model as it travels: its size, where that is known."""
    return model_size(run) if run.network is not None else text("model")


def train_of(run: Run, round_: int) -> Train:
    """Return the training half of a round.

    Raises:
        UntoldError: the run has no such round, or none of its clients answered.
    """
    if round_ >= len(run.rounds) or run.rounds[round_].train is None:
        raise NotRecordedError(f"the run {run.name!r} has no training in round {round_}")
    train = run.rounds[round_].train
    assert train is not None
    if not train.replies:
        raise NotRecordedError(f"no client of the run {run.name!r} answered in round {round_}")
    return train


def picked(run: Run, round_: int) -> tuple[int, ...]:
    """Return the workers that were sampled for training; those that answered, if it is unknown."""
    train = train_of(run, round_)
    answered = {reply.client for reply in train.replies}
    failed = {failure.client for failure in train.failures}
    return train.sampled or tuple(sorted(answered | failed))


def everyone(run: Run, round_: int) -> bool:
    """Whether all workers were sampled for training."""
    return len(picked(run, round_)) == num_workers(run).value


def status(run: Run, round_: int, phase: str) -> Line:
    """Return the line under the chapter's title."""
    return line("round {r}  ·  {phase}", r=round_number(round_, run), phase=phase)


def shares(run: Run, round_: int) -> list[Number]:
    """Return each update's share n_k/n of the average."""
    path = f"rounds[{round_}].train.replies"
    count_ = len(train_of(run, round_).replies)
    return [read(run, f"{path}[{i}].weight", percent) for i in range(count_)]


def updates(run: Run, round_: int) -> list[UpdateSpec]:
    """Return each update: its bytes and its share n_k/n of the average, where it is known."""
    path = f"rounds[{round_}].train.replies"
    spec = []
    for i, reply in enumerate(train_of(run, round_).replies):
        known = reply.bytes_up is not None
        packet = read(run, f"{path}[{i}].bytes_up", size) if known else text("update")
        share = UNKNOWN if reply.weight is None else read(run, f"{path}[{i}].weight", percent)
        spec.append(UpdateSpec(reply.client, packet, share.value, share))
    return spec


def testers(run: Run, round_: int) -> Number:
    """Return how many workers tested the model."""
    return count(run, f"rounds[{round_}].evaluate.replies")


def last_round(run: Run) -> int:
    """Return the number of the last round."""
    return len(run.rounds) - 1


def central(run: Run, measure: str) -> list[float]:
    """Return ``loss`` or ``accuracy`` on the test split after each round.

    Raises:
        UntoldError: a round was not tested.
    """
    values = [getattr(round_.central, measure, None) for round_ in run.rounds]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        raise NotRecordedError(f"the run {run.name!r} was not tested after every round")
    return known


def chance(run: Run) -> Number:
    """Return the accuracy of guessing."""
    value = 1 / len(class_names(run))
    return Number(percent(value), "one over count of dataset.class_names", value)


def participants(round_: Round) -> Sequence[int]:
    """Return the workers whose updates came in."""
    return [reply.client for reply in round_.train.replies] if round_.train else []


def moved(run: Run, round_: int) -> Number:
    """Return the bytes of every message of the rounds up to one, both ways, both phases."""
    paths = [
        f"rounds[{r}].{phase}.replies[*].{way}"
        for r in range(1, round_ + 1)
        for phase in ("train", "evaluate")
        for way in ("bytes_down", "bytes_up")
    ]
    source = f"sum of all bytes_down and bytes_up in rounds[1] to rounds[{round_}]"
    moved = total(run, paths, size)
    return Number(moved.text, source, moved.value)
