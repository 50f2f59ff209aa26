"""The chapter on training alone: each worker by itself, and all data in one place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fl_sim.record import Run, TrainReply, examples_in_small
from scenes.story.baselines import in_one_place
from scenes.story.class_names import num_kinds
from scenes.story.common import ALONE, accuracy, num_workers, rises, workers
from scenes.story.specs import (
    CaseSpec,
    FigureSpec,
    GaugeMarkSpec,
    GaugeSpec,
    RaceSpec,
    WallSpec,
    WorkerSpec,
)
from scenes.story.tests_by_round import last_tested
from scenes.story.wall import Bools, right, wall
from scenes.text.errors import NotRecordedError, only_own
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import Cursor, Form, Number, at, computed, number

HALF = 0.5
FEWEST = 2  # workers
Values = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class BestSpec:
    """The best worker by itself: its own examples, and the test examples that it gets right."""

    own: Line
    new: Line
    case: CaseSpec
    known: FigureSpec
    wall: WallSpec
    right: Bools
    tested: FigureSpec


@dataclass(frozen=True)
class PooledSpec:
    """All examples in one place: captions, the accuracy there, and whether it is higher."""

    pooled: Line
    apart: Line
    tried: Line
    accuracy: float
    question: Line | None
    mark: str = "?"


@dataclass(frozen=True)
class AloneSpec:
    """The contents of the chapter; parts that the runs do not have are None."""

    title: Line
    best: BestSpec | None
    others: Line
    race: RaceSpec
    gauge: GaugeSpec
    pooled: PooledSpec | None


def tell(runs: Sequence[Run]) -> AloneSpec:
    """Return the chapter's spec: of the run whose clients train alone, and of what else there is.

    Raises:
        NotRecordedError: there is no such run, or its clients were not tested.
    """
    run = _alone(runs)
    values = _values(run)
    best = int(values[-1].argmax())
    there = next((other for other in runs if in_one_place(run, other)), None)
    peak = _peak(run, values)
    return AloneSpec(
        title=text("Alone"),
        best=_best(run, best, _cards(run, runs)[best]),
        others=_others(run),
        race=RaceSpec(values, _cards(run, runs), best),
        gauge=gauge(peak, there),
        pooled=None if there is None else _pooled(run, there, peak),
    )


def best_alone(runs: Sequence[Run]) -> Number | None:
    """Return the highest accuracy that any client reached alone at any moment, if it is known."""
    try:
        run = _alone(runs)
        return _peak(run, _values(run))
    except NotRecordedError:
        return None


def _alone(runs: Sequence[Run]) -> Run:
    """Return the first run in which each client kept a model of its own."""
    for run in runs:
        if run.strategy == ALONE and num_workers(run).value >= FEWEST:
            return run
    found = f"no client of {', '.join(repr(run.name) for run in runs)} trained alone"
    raise only_own(runs, found, "Add a run of the same data with the strategy local-only")


def _values(run: Run) -> Values:
    """Return each client's accuracy on the test split after each round, the last known one.

    Raises:
        NotRecordedError: a client was never tested.
    """
    found = np.full((len(run.rounds), round(num_workers(run).value)), np.nan)
    for round_, reply in _replies(run):
        if reply.test is not None and reply.test.accuracy is not None:
            found[round_, reply.client] = reply.test.accuracy
    for before, after in pairwise(found):
        unknown = np.isnan(after)
        after[unknown] = before[unknown]
    if np.isnan(found[-1]).any():
        raise NotRecordedError(
            f"the run {run.name!r} did not test each client's own model. Use a run that did"
        )
    known: Values = np.nan_to_num(found)
    return known


def _replies(run: Run) -> Iterator[tuple[int, TrainReply]]:
    for round_ in run.rounds:
        for reply in round_.train.replies if round_.train else ():
            yield round_.number, reply


def _last(run: Run, client: int) -> tuple[Cursor, TrainReply]:
    """Return a client's last tested reply, and its place."""
    for round_ in reversed(run.rounds):
        for i, reply in enumerate(round_.train.replies if round_.train else ()):
            if reply.client == client and reply.test and reply.test.accuracy is not None:
                return at(run).rounds[round_.number].train.replies[i], reply
    raise AssertionError(client)


def _closest(run: Run, client: int) -> TrainReply | None:
    """Return the reply with a close look at a client's training, if there was one."""
    seen = (reply for _, reply in _replies(run) if reply.client == client and reply.close_up)
    return next(seen, None)


# --- the best worker


def _best(run: Run, client: int, card: WorkerSpec) -> BestSpec | None:
    """Return what the best worker knows, or None if it was not recorded."""
    place, reply = _last(run, client)
    found, shown = wall(run), right(run, reply.predictions)
    held = run.partitions[client].num_train if run.partitions else None
    known = reply.own.accuracy if reply.own else None
    if found is None or shown is None or known is None or not held:
        return None
    photos = number(at(run).partitions[client].num_train, Language.integer)
    return BestSpec(
        own=_own(place, known, photos),
        new=_new(float(shown.mean()), known),
        case=_case(_closest(run, client) or reply, held, card.photos),
        known=FigureSpec(
            number(place.own.accuracy, _form_of(known)),
            [text("of its own"), plural(photos, "{n} photo", "{n} photos")],
        ),
        wall=found,
        right=shown,
        tested=FigureSpec(
            number(place.test.accuracy, Language.percent), [_tested_on(run), text("it never saw")]
        ),
    )


def _case(reply: TrainReply, held: int, photos: Pixels | None) -> CaseSpec:
    """Return a worker's case: the photo of a close look first, if there was one, and all others."""
    seen = reply.close_up
    tiles = None if seen is None else examples_in_small(seen, held)
    if seen is None or tiles is None or seen.place is None:
        return CaseSpec(held, photos)
    rest = np.delete(np.arange(held), seen.place)
    return CaseSpec(held, seen.image[None], tiles[[seen.place, *rest]])


def _own(place: Cursor, known: float, photos: Number) -> Line:
    """Return the caption on the worker's own examples."""
    if known == 1:
        return line("One worker, alone: it knows each of its {n} photos.", n=photos)
    words = "{} of {}, as a number"
    right_ = computed(known * photos.value, Language.integer, words, place.own.accuracy, photos)
    return line("One worker, alone: it knows {right} of its {n} photos.", right=right_, n=photos)


def _form_of(known: float) -> Form:
    """Return the format of a share that says all only of all."""
    digits = 0 if known == 1 else 1 if known < 0.9995 else 2
    return partial(Language.percent, digits=digits)


def _new(tested: float, known: float) -> Line:
    """Return the caption on examples that the worker has never seen."""
    if tested < HALF:
        return text("Of new ones it gets more than half wrong.")
    if tested < known:
        return text("Of new ones it gets fewer right.")
    return text("New ones it knows as well.")


def _tested_on(run: Run) -> Line:
    counted = computed(
        len(run.test_labels) if run.test_labels is not None else 0,
        Language.integer,
        "count of {}",
        at(run).test_labels,
    )
    return line("of {n} photos", n=counted)


# --- all workers


def _cards(run: Run, runs: Sequence[Run]) -> list[WorkerSpec]:
    """Return the workers' cards, with photos from a run whose clients have the same examples."""
    twin = next((one for one in (run, *runs) if _shows_the_photos_of(run, one)), run)
    return workers(twin)


def _shows_the_photos_of(run: Run, other: Run) -> bool:
    """Whether a run has photos of the same clients: with the same examples, dealt alike."""
    if other.thumbnails is None or run.dataset is None or other.dataset is None:
        return False
    same_data = run.dataset.fingerprint == other.dataset.fingerprint is not None
    return same_data and _dealt(run) == _dealt(other)


def _dealt(run: Run) -> tuple[object, ...]:
    """Return how the examples of a run were dealt out, and with which seed."""
    settings = run.config_groups.get("partitioning", ())
    parts = [(part.num_train, part.num_validation, part.label_counts) for part in run.partitions]
    return run.provenance.seed, [run.config.get(name) for name in settings], parts


def _others(run: Run) -> Line:
    """Return the caption on the other workers, of which none ends higher."""
    others = computed(
        num_workers(run).value - 1, Language.integer, "{} without the best one", num_workers(run)
    )
    return plural(
        others, "The other one, alone, does no better.", "{n} others, each alone, do no better."
    )


def _peak(run: Run, values: Values) -> Number:
    """Return the highest accuracy that any worker ever had."""
    place = at(run).rounds[1:].train.replies[:].test.accuracy
    return computed(float(values[1:].max()), Language.percent, "most of {}", place)


# --- all in one place


def gauge(peak: Number | None, there: Run | None) -> GaugeSpec:
    """Return the gauge of the accuracy, with its marks."""
    marks = []
    if peak is not None:
        marks.append(GaugeMarkSpec(peak.value, peak, text("the most that any reached alone")))
    if there is not None:
        level = _level(there)
        marks.append(GaugeMarkSpec(level.value, level, text("all in one place")))
    low, high = (
        computed(end, Language.whole_percent, f"the {word} accuracy that there is")
        for word, end in (("lowest", 0.0), ("highest", 1.0))
    )
    return GaugeSpec(low, high, (0.0, 1.0), marks)


def _level(there: Run) -> Number:
    return accuracy(there, last_tested(there))


def _pooled(run: Run, there: Run, peak: Number) -> PooledSpec:
    level = _level(there)
    asked = text("Can they close this gap, photos staying?")
    return PooledSpec(
        pooled=line("All photos in one place: {accuracy}.", accuracy=level),
        apart=text("But a hospital's scans may not leave it, nor the photos on a phone."),
        tried=line("tried here with small photos of {kinds} kinds", kinds=num_kinds(run)),
        accuracy=level.value,
        question=asked if rises(peak, level) else None,
    )
