"""How examples are dealt to workers: lights by worker and kind, and the most uneven worker."""

from collections.abc import Iterable, Sequence
from math import ceil

import numpy as np
import numpy.typing as npt

from fl_sim.record import Run
from scenes.story.class_names import counted, kind_name, not_one
from scenes.story.common import num_workers
from scenes.story.kinds_wall import NAME
from scenes.story.pairs import CLEARLY, Pair, skew
from scenes.story.specs import NOTHING, DealSpec
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural
from scenes.text.numbers import Number, at, computed, number, position, with_run

MOST_WORKERS = 12  # shown side by side; with more, FEW
FEW = 10
MOST_LIGHTS = 550
STEPS = (1, 2, 5)  # a light stands for one of these numbers of examples, times a power of ten
MOST_UNEQUAL = 2  # ratio of counts that are about equal

Counts = npt.NDArray[np.int_]


def counts(run: Run) -> Counts:
    """Return the number of each worker's examples of each kind, shape (workers, kinds)."""
    return np.array([part.label_counts for part in run.partitions])


def same_photos(pair: Pair) -> bool:
    """Whether both runs hold the same examples, and as many workers share them."""
    one, other = map(counts, pair)
    same = pair[0].dataset == pair[1].dataset and one.shape == other.shape
    return same and bool((one.sum(axis=0) == other.sum(axis=0)).all())


def uneven_worker(run: Run) -> tuple[int, int, int]:
    """Return the worker with most examples of one kind, this kind, and one that it has fewest of.

    Of several with as few, that is the next one in the order of kinds.
    """
    held = counts(run)
    worker, most = map(int, np.unravel_index(held.argmax(), held.shape))
    following = np.roll(np.arange(held.shape[1]), -most - 1)
    least = int(following[held[worker][following].argmin()])
    return worker, most, least


def deal(pair: Pair, kinds: Sequence[int], shown: Sequence[int]) -> DealSpec:
    """Return the deal of the uneven run of a pair, after that of the alike one if they compare.

    Args:
        pair: the alike run, and the uneven one.
        kinds: the kinds on screen.
        shown: the workers on screen.
    """
    run = pair[1]
    worker, most, least = uneven_worker(run)
    held = [counts(one)[np.ix_(shown, kinds)] for one in (pair if same_photos(pair) else pair[1:])]
    per_light = _per_light(max(int(each.sum()) for each in held))
    numbers = [with_run(run, position(at(run).partitions[each])) for each in shown]
    place = shown.index(worker)
    return DealSpec(
        deals=[np.round(each / per_light).astype(int) for each in held],
        workers=numbers,
        kinds=[kind_name(run, kind, NAME) for kind in kinds],
        light=_light(run, per_light),
        few=_few(run, len(shown)),
        worker=place,
        name=line("worker {n}", n=numbers[place]),
        most=(kinds.index(most), held_by(run, worker, most)),
        least=(kinds.index(least), held_by(run, worker, least)),
    )


def dealt(pair: Pair) -> Line:
    """Return the caption on the deal as it is shown."""
    if not same_photos(pair):
        return line("Here the workers hold very different mixes.")
    if (skew(pair[0]) or 0.0) < CLEARLY and _about_equal(counts(pair[0])):
        return line("So far all held the same mix. Now the photos are dealt anew.")
    return line("The same photos, dealt anew.")


def uneven(run: Run) -> Line:
    """Return the caption on the most uneven worker."""
    worker, most, least = uneven_worker(run)
    k = with_run(run, position(at(run).partitions[worker]))
    few = held_by(run, worker, least)
    fewest = counted(run, least, few) if few.value else not_one(run, least)
    return line(
        "Dealt unevenly: worker {k} holds {most}, and {fewest}.",
        k=k,
        most=counted(run, most, held_by(run, worker, most)),
        fewest=fewest,
    )


def held_by(run: Run, worker: int, kind: int) -> Number:
    """Return how many examples of a kind a worker holds."""
    held = at(run).partitions[worker].label_counts[kind]
    return with_run(run, number(held, Language.integer))


def _about_equal(held: Counts) -> bool:
    """Whether every worker holds all kinds, and at most twice as many of one as of another."""
    return bool((held.max(axis=1) <= MOST_UNEQUAL * held.min(axis=1)).all())


def workers_shown(run: Run, named: Iterable[int]) -> list[int]:
    """Return the workers on screen: all, or the most uneven one, those named, and the first."""
    workers = range(len(run.partitions))
    if len(workers) <= MOST_WORKERS:
        return list(workers)
    return sorted([*dict.fromkeys((uneven_worker(run)[0], *named, *workers))][:FEW])


def _per_light(examples: int) -> int:
    """Return the number of examples for a light: a round number that limits the lights."""
    sizes = (step * 10**power for power in range(18) for step in STEPS)
    return int(next(size for size in sizes if ceil(examples / size) <= MOST_LIGHTS))


def _light(run: Run, per_light: int) -> Line:
    """Return what a light stands for."""
    words = "photos that a light stands for, so that sum of {} fits into the picture"
    held = at(run).partitions[:].label_counts[:]
    each = with_run(run, computed(per_light, Language.integer, words, held))
    if per_light == 1:
        return plural(each, "{n} photo", "{n} photos")
    return plural(each, "about {n} photo", "about {n} photos")


def _few(run: Run, shown: int) -> Line:
    if shown == len(run.partitions):
        return NOTHING
    words = "count of {} that are shown"
    few = computed(shown, Language.integer, words, at(run).partitions)
    return line("{few} of {n} workers", few=with_run(run, few), n=num_workers(run))
