"""Functions that several stories share: from a run record to texts and values.

This package draws nothing. Every number on screen is a ``Number`` with its place in the record;
charts also get plain values to draw to scale.

A chapter's module has ``tell(runs)``, which returns the spec of its scene. It raises
``NotRecordedError`` before anything is drawn if the runs lack data.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fl_sim.record import Round, Run, Train
from scenes import FILM
from scenes.story.crowds import MOST_WORKERS, crowded
from scenes.story.headline import headline
from scenes.story.specs import (
    NO_PLATE,
    NO_READING,
    NOTHING,
    DialSpec,
    Plate,
    Reading,
    StageSpec,
    UpdateSpec,
    UpdatesSpec,
    WallSpec,
    WorkerSpec,
)
from scenes.story.wall import right_after, wall
from scenes.text.errors import LABEL_COUNTS, RECORDER, NotRecordedError, not_recorded
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, text
from scenes.text.numbers import (
    UNKNOWN,
    Cursor,
    Number,
    at,
    computed,
    count,
    number,
    position,
    total,
)

ALONE = "LocalOnly"  # the strategy without a shared model
MAIN_RUNS = ("reference", "iid-30")  # the film's main run: its first rounds, and all of them
SHOWN_WORKER = 0  # the worker shown as an example
NEVER_SENT = (3, 5)  # Flower's codes of failures in which nothing reached the worker
SHOWN_ROUND = 1  # the round shown in full: the first
HEADROOM = 1.7  # brightest weight on a plate, in times of the largest one before training


def workers(run: Run) -> list[WorkerSpec]:
    """Return the cards of all workers, the first with its full name, the others with numbers.

    Data that the run did not record are empty.
    """
    counts = [part.label_counts or () for part in run.partitions]
    most = max((max(each, default=0) for each in counts), default=0) or 1
    cards = []
    for i in range(round(num_workers(run).value)):
        called = worker_number(run, i)
        name = line("worker {n}", n=called)
        photos = None if run.thumbnails is None else run.thumbnails[i]
        bars = [examples / most for examples in counts[i]] if counts else []
        cards.append(WorkerSpec(name if i == 0 else called, called, name, photos, bars))
    return cards


def stage(run: Run) -> StageSpec:
    """Return the stage's spec.

    Raises:
        NotRecordedError: the workers share no model, or their number is unknown.
    """
    check_shared(run)
    per_mark = computed(
        1,
        Language.integer,
        "workers that share a mark, so that count of {} fits into the picture",
        at(run).partitions,
    )
    return StageSpec(
        workers=workers(run),
        coordinator=text("Coordinator"),
        front_end=text("Front end"),
        per_mark=line("each mark: {n} workers", n=per_mark),
        at_most=line("each mark: up to {n} workers", n=per_mark),
        wall=wall_of_tests(run),
    )


def wall_of_tests(run: Run) -> WallSpec | None:
    """Return the wall of test examples, if the headline metric is what it shows."""
    metric = headline(run)
    tested = right_after(run, 0) is not None
    return wall(run) if tested and metric is not None and metric.is_test_accuracy else None


def check_shared(run: Run) -> None:
    """Check that the workers of a run share a model.

    Raises:
        NotRecordedError: each has its own.
    """
    if run.strategy == ALONE:
        raise NotRecordedError(
            f"each client of the run {run.name!r} keeps a model of its own, and the chapter shows "
            "one that all share. Use another run"
        )


def worker_number(run: Run, worker: int) -> Number:
    """Return the number of a worker."""
    if run.partitions:
        return position(at(run).partitions[worker])
    return computed(worker, Language.integer, "position of a client in {}", at(run).num_clients)


def photos_of(run: Run, worker: int) -> tuple[Cursor, ...]:
    """Return cursors at the numbers of which a worker's number of photos is the sum."""
    return _photos_at(run, at(run).partitions[worker])


def photos_known(run: Run) -> bool:
    """Whether the number of photos of each worker is known."""
    counted = all(part.label_counts is not None for part in run.partitions)
    numbered = all(part.num_train is not None for part in run.partitions)
    return bool(run.partitions) and (counted or numbered)


def all_photos(run: Run) -> tuple[Cursor, ...]:
    """Return cursors at the numbers of which the number of all photos is the sum."""
    return _photos_at(run, at(run).partitions[:])


def _photos_at(run: Run, part: Cursor) -> tuple[Cursor, ...]:
    if all(each.num_train is not None for each in run.partitions):
        return part.num_train, part.num_validation
    return (part.label_counts[:],)


def label_counts(run: Run, worker: int) -> Sequence[int]:
    """Return the number of a worker's examples of each class.

    Raises:
        NotRecordedError: the run did not record the counts.
    """
    counts = run.partitions[worker].label_counts
    if counts is None:
        raise not_recorded(run, "label counts of its clients", LABEL_COUNTS)
    return counts


def class_names(run: Run) -> tuple[str, ...]:
    """Return the names of the classes.

    Raises:
        NotRecordedError: the run did not record its dataset.
    """
    if run.dataset is None or not run.dataset.class_names:
        raise not_recorded(run, "class names", "record_strategy(..., dataset=...)")
    return run.dataset.class_names


def plate(run: Run, round_: int) -> Plate:
    """Return the first convolution after a round, and the weight of the brightest pixel.

    It follows from the largest weight before training, so that all rounds, and all runs with the
    same initial model, have the same scale; there is room for weights that grow.
    """
    if run.filters is None or not run.filters[0].size:
        return NO_PLATE
    return run.filters[round_], HEADROOM * _largest(run.filters[0])


def _largest(filters: npt.NDArray[np.float32]) -> float:
    return float(np.abs(filters).max()) or 1.0


def reading(run: Run, round_: int) -> Reading:
    """Return the front end's reading after a round: the headline metric and its name, if known."""
    metric = headline(run)
    if metric is None or metric.value(run.rounds[round_]) is None:
        return NO_READING
    right = right_after(run, round_) if metric.is_test_accuracy else None
    return Reading(metric.number(run, round_), metric.note(run), right)


def last_reading(run: Run, upto: int = -1) -> Reading:
    """Return the last known reading up to a round, or of all."""
    metric = headline(run)
    known = None if metric is None else metric.last_known(run, upto)
    return NO_READING if known is None else reading(run, known)


def accuracy(run: Run, round_: int) -> Number:
    """Return the global model's accuracy on the test split after a round."""
    return number(at(run).rounds[round_].central.accuracy, Language.percent)


def round_number(round_: int, run: Run) -> Number:
    """Return a round's number."""
    return number(at(run).rounds[round_].number, Language.integer)


def num_workers(run: Run) -> Number:
    """Return the number of workers.

    Raises:
        NotRecordedError: the run did not record the number, or there is no worker, or too many.
    """
    known = run.num_clients
    if known is not None and not 0 < known <= MOST_WORKERS:
        raise NotRecordedError(
            f"the run {run.name!r} has {known} clients, and a film shows one to {MOST_WORKERS}. "
            "Use another run"
        )
    if run.partitions:
        return count(at(run).partitions)
    if known is None:
        advice = "Import it again, with: --clients N" if run.imported else "Use another run"
        raise NotRecordedError(
            f"the run {run.name!r} does not say how many clients it had. {advice}"
        )
    return number(at(run).num_clients, Language.integer)


def model_size(run: Run) -> Number:
    """Return the size of one model message."""
    return number(at(run).network.num_bytes, Language.size)


def model_packet(run: Run, copies: int = 1) -> Text:
    """Return the label of what carries the model: its size, for each of several, if known.

    A copy keeps its label when it turns into an update, so an update has to be as large.
    """
    known = run.network is not None and run.network.num_bytes > 0
    if not known or _updates_differ(run):
        return text("model") if crowded(num_workers(run).value) else NOTHING
    return _size_of_each(model_size(run), copies, run)


def _size_of_each(size: Number, copies: int, run: Run) -> Text:
    """Return a size, said to be that of each of several; a crowd's packet stands for all."""
    if copies < 2 or crowded(num_workers(run).value):
        return size
    return line("{size} each", size=size)


def _updates_differ(run: Run) -> bool:
    """Whether some worker sent another number of bytes than it received, as masked updates are."""
    replies = [reply for round_ in run.rounds if round_.train for reply in round_.train.replies]
    sizes = ((reply.bytes_down, reply.bytes_up) for reply in replies)
    return any(None not in pair and pair[0] != pair[1] for pair in sizes)


def train_of(run: Run, round_: int) -> Train:
    """Return the training phase of a round.

    Raises:
        NotRecordedError: the round does not exist, or no client answered.
    """
    if round_ >= len(run.rounds):
        raise NotRecordedError(f"the run {run.name!r} has no round {round_}. Use a run that has")
    if run.rounds[round_].train is None:
        raise not_recorded(run, f"training of its clients in round {round_}", RECORDER)
    train = run.rounds[round_].train
    assert train is not None
    if not train.replies and not train.failures:
        raise not_recorded(run, f"updates of its clients in round {round_}", RECORDER)
    if not train.replies:
        raise NotRecordedError(
            f"no client of the run {run.name!r} answered in round {round_}. Use another run"
        )
    return train


def check_answered(run: Run) -> None:
    """Check that an update came in some round.

    Raises:
        NotRecordedError: none did, or it was not recorded.
    """
    phases = [round_.train for round_ in run.rounds if round_.train is not None]
    if any(train.replies for train in phases):
        return
    if any(train.failures for train in phases):
        raise NotRecordedError(
            f"no client of the run {run.name!r} sent an update in any round. Use another run"
        )
    raise not_recorded(run, "updates of its clients", RECORDER)


def picked(run: Run, round_: int) -> tuple[int, ...]:
    """Return the workers sampled for training; if unknown, those that answered or failed."""
    train = train_of(run, round_)
    answered = {reply.client for reply in train.replies}
    failed = {failure.client for failure in train.failures}
    return train.sampled or tuple(sorted(answered | failed))


def reached(run: Run, round_: int) -> tuple[int, ...]:
    """Return the workers that were sampled for training and that the model reached."""
    train = train_of(run, round_)
    lost = {failure.client for failure in train.failures if failure.code in NEVER_SENT}
    return tuple(client for client in picked(run, round_) if client not in lost)


def drawn_anew(run: Run) -> bool:
    """Whether other workers were sampled in some round than in others."""
    trained = [round_.train for round_ in run.rounds if round_.train is not None]
    return len({train.sampled for train in trained if train.sampled is not None}) > 1


def rises(old: Number, new: Number) -> bool:
    """Whether a number rises, and so that it can be seen in its digits."""
    return new.value > old.value and new.text != old.text


def another_run(run: Run) -> Line | None:
    """Return the mark of a run that the film shows beside its main one; None of any other."""
    beside = {name for chapter in FILM for name in chapter.runs} - {*MAIN_RUNS}
    return text("another run") if run.name in beside else None


def everyone(run: Run, round_: int) -> bool:
    """Whether all workers were sampled for training."""
    return len(picked(run, round_)) == num_workers(run).value


def dial(run: Run, round_: int, phase: Text) -> DialSpec:
    """Return the dial of a round and a phase."""
    number_, rounds = round_number(round_, run), round_number(last_round(run), run)
    name = line("round {r} of {n}", r=number_, n=rounds)
    return DialSpec(number_, name, phase, (round_, last_round(run)))


def shares(run: Run, round_: int) -> list[Number]:
    """Return each update's share n_k/n of the average."""
    replies = at(run).rounds[round_].train.replies
    clients = range(len(train_of(run, round_).replies))
    return [number(replies[i].weight, Language.percent) for i in clients]


def updates(run: Run, round_: int) -> UpdatesSpec:
    """Return the updates of a round with their sizes and shares n_k/n, if known."""
    replies = at(run).rounds[round_].train.replies
    found = []
    for i, reply in enumerate(train_of(run, round_).replies):
        known = reply.bytes_up is not None
        packet = number(replies[i].bytes_up, Language.size) if known else text("update")
        weighed = reply.weight is not None
        share = number(replies[i].weight, Language.percent) if weighed else UNKNOWN
        found.append(UpdateSpec(reply.client, packet, share.value, share))
    sizes = [update.size for update in found]
    return UpdatesSpec(found, _together(run, round_, sizes), _each(run, sizes))


def _each(run: Run, sizes: Sequence[Text]) -> Text:
    """Return the size of every update, or nothing where they differ or are not known."""
    numbers = [size for size in sizes if isinstance(size, Number)]
    if len(numbers) < len(sizes) or len({size.text for size in numbers}) != 1:
        return NOTHING
    return _size_of_each(numbers[0], len(numbers), run)


def _together(run: Run, round_: int, sizes: Sequence[Text]) -> Text:
    """Return the label of a packet of several updates: their number and size."""
    numbers = [size for size in sizes if isinstance(size, Number)]
    if len(sizes) == 1 or len(numbers) < len(sizes):
        return sizes[0]
    counted = count(at(run).rounds[round_].train.replies)
    if len({size.text for size in numbers}) == 1:
        return line("{n} \u00d7 {size}", n=counted, size=numbers[0])
    summed = computed(
        sum(size.value for size in numbers),
        Language.size,
        f"sum of {len(numbers)} from {{}} to {{}}",
        numbers[0],
        numbers[-1],
    )
    return line("{n} updates, {size}", n=counted, size=summed)


def testers(run: Run, round_: int) -> Number:
    """Return the number of workers that tested the model."""
    return count(at(run).rounds[round_].evaluate.replies)


def last_round(run: Run) -> int:
    """Return the number of the last round."""
    return len(run.rounds) - 1


def central(run: Run, measure: str) -> list[float]:
    """Return ``loss`` or ``accuracy`` on the test split after each round.

    Raises:
        NotRecordedError: a round was not tested.
    """
    values = [getattr(round_.central, measure, None) for round_ in run.rounds]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        raise NotRecordedError(
            f"the run {run.name!r} was not tested after every round. Use a run that was"
        )
    return known


def chance(run: Run) -> Number:
    """Return the accuracy of guessing."""
    value, names = 1 / len(class_names(run)), at(run).dataset.class_names
    return computed(value, Language.percent, "one over count of {}", names)


def participants(round_: Round) -> Sequence[int]:
    """Return the workers whose updates arrived."""
    return [reply.client for reply in round_.train.replies] if round_.train else []


def who_trained_is_known(round_: Round) -> bool:
    """Whether it was recorded who trained in a round, or that somebody failed to."""
    train = round_.train
    return train is not None and bool(train.sampled or train.replies or train.failures)


def moved(run: Run, round_: int) -> Number:
    """Return the bytes of all messages up to a round, in both directions and phases."""
    rounds = at(run).rounds
    each = [
        getattr(phase.replies[:], way)
        for r in range(1, round_ + 1)
        for phase in (rounds[r].train, rounds[r].evaluate)
        for way in ("bytes_down", "bytes_up")
    ]
    words = "sum of all bytes_down and bytes_up in {} to {}"
    return computed(
        total(Language.size, *each).value, Language.size, words, rounds[1], rounds[round_]
    )
