"""The chapter on training: one worker's steps, as its model sees one photo of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from fl_sim.record import CloseUp, Run, TrainReply
from scenes.story.class_names import kind_name
from scenes.story.common import ALONE, worker_number
from scenes.story.specs import BarSpec, TrainingSpec
from scenes.text.errors import only_own
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import Cursor, Number, at, computed, number

SHOWN = 10  # classes: those with the largest probability in the end
MOST_DOTS = 62_500  # with more weights, a dot stands for several
OTHERS = 5  # photos beside the one that is looked at
NAME = 14  # characters of a class's name
LOOKS = 2  # at least, to see a change

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class TrainingChapterSpec:
    """The contents of the chapter; captions have the names of their beats."""

    title: Line
    step: Line
    steps: Line
    training: TrainingSpec
    worker: int
    num_workers: int


@dataclass(frozen=True)
class Seen:
    """A reply with a close look at its client's training, and its place in the record."""

    run: Run
    round_: int
    reply: TrainReply
    place: Cursor

    @property
    def close_up(self) -> CloseUp:
        """The close look."""
        assert self.reply.close_up is not None
        return self.reply.close_up


def tell(runs: Sequence[Run]) -> TrainingChapterSpec:
    """Return the chapter's spec for the first run with a close look at a client's training.

    Raises:
        NotRecordedError: no run has one.
    """
    seen = next((found for run in runs if (found := _seen(run))), None)
    if seen is None:
        raise only_own(
            runs,
            f"the run {runs[0].name!r} recorded no close look at a client's training, step by step",
            "Record one with: fl-sim run NAME --set close-up=1500",
        )
    n = _num_weights(seen[0])
    return TrainingChapterSpec(
        title=text("What training is"),
        step=line("Look, guess, nudge {n} numbers.", n=n),
        steps=line("Look, guess, nudge {n} numbers. Again.", n=n),
        training=_training(seen, runs),
        worker=seen[0].reply.client,
        num_workers=seen[0].run.num_clients or len(seen[0].run.partitions),
    )


# --- what was recorded


def _seen(run: Run) -> list[Seen]:
    """Return a client's replies in which its training was looked at, one after the other.

    Only a client that trains alone goes on in a round where it ended in the one before.
    """
    every = list(_looked_at(run))
    first = next((one for one in every if _can_be_shown([one])), None)
    if first is None:
        return []
    alone = run.strategy == ALONE or run.num_clients == 1
    own = [one for one in every if one.reply.client == first.reply.client]
    return own if alone and _can_be_shown(own) else [first]


def _looked_at(run: Run) -> Iterator[Seen]:
    for round_ in run.rounds:
        replies = round_.train.replies if round_.train else ()
        for i, reply in enumerate(replies):
            if reply.close_up is not None and len(reply.close_up.steps):
                place = at(run).rounds[round_.number].train.replies[i]
                yield Seen(run, round_.number, reply, place)


def _can_be_shown(seen: Sequence[Seen]) -> bool:
    """Whether the model was asked several times, about as many classes and weights each time."""
    asked = [one.close_up.probabilities for one in seen]
    moved = [one.close_up.moved for one in seen if len(one.close_up.moved)]
    alike = all(len({each.shape[1] for each in every}) == 1 for every in (asked, moved))
    known = all(sum(map(len, every)) >= LOOKS for every in (asked, moved))
    return alike and known and min(asked[0].shape[1], moved[0].shape[1]) > 0


def _num_weights(seen: Seen) -> Number:
    """Return the number of the model's weights."""
    weights, network = seen.close_up.moved.shape[1], seen.run.network
    if network is not None and network.num_parameters == weights:
        return number(at(seen.run).network.num_parameters, Language.integer)
    moved = seen.place.close_up.moved
    return computed(weights, Language.integer, "length of the rows of {}", moved)


# --- what is shown


def _training(seen: Sequence[Seen], runs: Sequence[Run]) -> TrainingSpec:
    first = seen[0]
    label = first.close_up.label
    sure = [number(place[label], Language.whole_percent) for place in _places(seen)]
    name = _class_name(first, label)
    n = _num_weights(first)
    per_dot = ceil(n.value / MOST_DOTS)
    began = (first.round_ - 1) * len(first.reply.loss_curve or ())
    return TrainingSpec(
        worker=line("worker {n}", n=worker_number(first.run, first.reply.client)),
        example=name,
        photo=first.close_up.image if first.close_up.image.size else None,
        others=_others(first, runs),
        weights=plural(n, "its {n} number", "its {n} numbers"),
        scale=_scale(n, per_dot),
        at_first=line("{name}, at first {share}", name=name, share=sure[0]),
        error=text("error"),
        bars=_bars(seen),
        looks=[step for one in seen for step in one.close_up.steps],
        counters=list(_counters(seen)),
        sure=sure,
        moved=_moved(seen, per_dot),
        moved_at=[step for one in seen for step in one.close_up.moved_steps],
        losses=_losses(seen, began),
        began=began,
    )


def _places(seen: Sequence[Seen]) -> Iterator[Cursor]:
    """Yield cursors at what the model gave each class, look by look."""
    for one in seen:
        for i in range(len(one.close_up.steps)):
            yield one.place.close_up.probabilities[i]


def _counters(seen: Sequence[Seen]) -> Iterator[Text]:
    for one in seen:
        for i in range(len(one.close_up.steps)):
            yield line("step {n}", n=number(one.place.close_up.steps[i], Language.integer))


def _class_name(seen: Seen, kind: int) -> Number:
    return kind_name(seen.run, kind, NAME, seen.place.close_up.probabilities[0])


def _bars(seen: Sequence[Seen]) -> list[BarSpec]:
    """Return the classes that are most probable in the end, and the true one, in their order."""
    shares = np.concatenate([one.close_up.probabilities for one in seen])
    label = seen[0].close_up.label
    largest = np.argsort(-shares[-1], kind="stable")[:SHOWN].tolist()
    return [
        BarSpec(_class_name(seen[0], kind), shares[:, kind], kind == label)
        for kind in sorted({*largest, label})
    ]


def _others(seen: Seen, runs: Sequence[Run]) -> npt.NDArray[np.uint8]:
    """Return other photos of the client, of whichever run has this one as its first."""
    client, photo = seen.reply.client, seen.close_up.image
    for run in runs:
        photos = None if run.thumbnails is None else run.thumbnails[client : client + 1]
        if photos is not None and len(photos) and np.array_equal(photos[0, 0], photo):
            return np.asarray(photos[0, 1 : OTHERS + 1])
    return np.zeros((0, *photo.shape), np.uint8)


def _scale(n: Number, per_dot: int) -> Text:
    """Return the note on the dots, each of one weight, or of several where there are many."""
    if per_dot == 1:
        return text("the brighter, the further it moved")
    k = computed(per_dot, Language.integer, "{} in at most as many dots as fit", n)
    return line("{k} a dot, brighter: moved further", k=k)


def _moved(seen: Sequence[Seen], per_dot: int) -> Values:
    """Return how far the weights are from where they began, as the mean of those of a dot."""
    rows = [
        row.astype(np.float32) * np.float32(largest / 255)
        for one in seen
        for row, largest in zip(one.close_up.moved, one.close_up.largest, strict=True)
    ]
    starts = np.arange(0, len(rows[0]), per_dot)
    counts = np.diff(np.append(starts, len(rows[0]))).astype(np.float32)
    return np.stack([np.add.reduceat(row, starts) / counts for row in rows])


def _losses(seen: Sequence[Seen], began: int) -> list[float]:
    """Return the loss of each batch up to the last look; nothing if one was not recorded."""
    curves = [one.reply.loss_curve for one in seen]
    if None in curves:
        return []
    every = [loss for curve in curves for loss in curve or ()]
    return every[: max(0, seen[-1].close_up.steps[-1] - began)]
