"""The chapter on partitions: each worker's photos, for training and validation, by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from fl_sim.record import Run
from scenes.story.class_names import kind_name, num_kinds
from scenes.story.common import (
    SHOWN_WORKER,
    all_photos,
    label_counts,
    num_workers,
    photos_known,
    photos_of,
)
from scenes.story.specs import StackSpec, StacksSpec
from scenes.text.errors import NotRecordedError, not_recorded
from scenes.text.language import ENGLISH, Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import Number, at, computed, number, position, total

MOST_TILES = 550
STEPS = (1, 2, 5)  # a tile stands for one of these numbers of photos, times a power of ten
MOST_WORKERS = 12  # shown side by side; with more, only the first FEW
FEW = 10
MOST_KINDS = 12  # rows; with more kinds, the FEW most frequent ones of the example worker
NAME = 14  # characters of a kind's name
PARTITIONING = "partitioning"  # the setting of a run whose photos were dealt out
ALIKE = 0.5  # relative difference of a kind's share up to which mixes count as equal


@dataclass(frozen=True)
class PartitionsSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``split`` is None if no worker has validation photos.
    """

    title: Line
    dataset: Line
    deal: Line
    split: Line | None
    kinds: Line
    stacks: StacksSpec


def tell(runs: Sequence[Run]) -> PartitionsSpec:
    """Return the chapter's spec for the first run.

    Raises:
        NotRecordedError: the run lacks data.
    """
    run = runs[0]
    if not run.partitions:
        raise not_recorded(run.name, "partitions of its clients")
    if not photos_known(run):
        raise not_recorded(run.name, "numbers of examples of its clients")
    if not sum(_sizes(run)):
        raise NotRecordedError(f"no client of the run {run.name!r} holds a photo. Use another run")
    return PartitionsSpec(
        title=text("Who holds which photos"),
        dataset=_dataset(run),
        deal=_deal(run),
        split=_split(run),
        kinds=_kinds(run),
        stacks=_stacks(run),
    )


# --- contents


def _stacks(run: Run) -> StacksSpec:
    num_shown, per_tile = _num_shown(run), _per_tile(run)
    rest = [sum(_tiles(run, worker, per_tile)) for worker in range(num_shown, len(run.partitions))]
    kinds = _kinds_shown(run)
    return StacksSpec(
        stacks=[_stack(run, worker, kinds, per_tile) for worker in range(num_shown)],
        rest=sum(rest),
        kinds=[kind_name(run, kind, NAME) for kind in kinds],
        worker=SHOWN_WORKER,
        tile=_tile(run),
        photos=text("photos"),
        to_train=text("to train"),
        to_test=text("to test"),
        head=text("worker"),
    )


def _tile(run: Run) -> Line:
    """Return the label of a tile: the number of photos that it stands for."""
    if _exact(run):
        return plural(_each(run), "{n} photo", "{n} photos")
    return plural(_each(run), "about {n} photo", "about {n} photos")


def _each(run: Run) -> Number:
    words = "photos of sum of {} that a tile stands for"
    return computed(_per_tile(run), Language.integer, words, at(run).partitions[:])


def _exact(run: Run) -> bool:
    """Whether all numbers of photos are multiples of a tile."""
    per_tile, sizes = _per_tile(run), _sizes(run)
    parts = [_num_validation(run, worker) for worker in range(len(sizes))]
    return all(part % per_tile == 0 for part in (*sizes, *parts))


def _stack(run: Run, worker: int, kinds: Sequence[int], per_tile: int) -> StackSpec:
    part = at(run).partitions[worker]
    counts = [number(part.label_counts[kind], Language.integer) for kind in kinds]
    held_out = _num_validation(run, worker)
    return StackSpec(
        number=position(part),
        size=_size_of(run, worker),
        train=number(part.num_train, Language.integer) if held_out else _size_of(run, worker),
        validation=number(part.num_validation, Language.integer) if held_out else None,
        tiles=_tiles(run, worker, per_tile),
        photos=None if run.thumbnails is None else run.thumbnails[worker],
        kinds=[(held_of_kind, held_of_kind.value) for held_of_kind in counts],
    )


def _num_shown(run: Run) -> int:
    """Return the number of workers on screen."""
    workers = len(run.partitions)
    return workers if workers <= MOST_WORKERS else FEW


def _kinds_shown(run: Run) -> list[int]:
    """Return the kinds with a row: all, or the most frequent ones of the example worker."""
    counts = label_counts(run, SHOWN_WORKER)
    kinds = range(len(counts))
    if len(counts) <= MOST_KINDS:
        return list(kinds)
    return sorted(kinds, key=lambda kind: -counts[kind])[:FEW]


def _num_validation(run: Run, worker: int) -> int:
    """Return the number of a worker's validation photos, if both parts are known."""
    whole = all(part.num_train is not None for part in run.partitions)
    return (run.partitions[worker].num_validation or 0) if whole else 0


def _size(run: Run, worker: int) -> int:
    """Return the number of a worker's photos."""
    return round(_size_of(run, worker).value)


def _sizes(run: Run) -> list[int]:
    return [_size(run, worker) for worker in range(len(run.partitions))]


def _per_tile(run: Run) -> int:
    """Return the number of photos for a tile: a round number that limits the tiles."""
    photos, scale = sum(_sizes(run)), 1
    while True:
        for step in STEPS:
            if ceil(photos / (step * scale)) <= MOST_TILES:
                return step * scale
        scale *= 10


def _tiles(run: Run, worker: int, per_tile: int) -> tuple[int, int]:
    """Return a worker's numbers of tiles for training and validation; a photo has at least one."""
    held = _num_validation(run, worker)
    train = _size(run, worker) - held
    return _rounded(train / per_tile), _rounded(held / per_tile)


def _rounded(tiles: float) -> int:
    return max(round(tiles), 1) if tiles > 0 else 0


# --- captions


def _dataset(run: Run) -> Line:
    """Return the caption on all photos and on tiles."""
    parts = {
        "n": total(Language.integer, *all_photos(run)),
        "kinds": num_kinds(run),
    }
    if _per_tile(run) == 1:
        return line("{n} photos of {kinds} kinds. A tile stands for one.", **parts)
    parts["each"], exact = _each(run), _exact(run)
    if exact and run.thumbnails is not None:
        return line(
            "{n} photos of {kinds} kinds. A tile stands for {each} photos; some show one.",
            **parts,
        )
    if exact:
        return line("{n} photos of {kinds} kinds. A tile stands for {each} photos.", **parts)
    if run.thumbnails is not None:
        return line(
            "{n} photos of {kinds} kinds. A tile: about {each} photos; some show one.",
            **parts,
        )
    return line("{n} photos of {kinds} kinds. A tile stands for about {each} photos.", **parts)


def _deal(run: Run) -> Line:
    """Return the caption on the number of photos of each worker."""
    if PARTITIONING not in run.config:
        return _hold(run)
    n, (least, most) = num_workers(run), _least_and_most(run)
    if _num_shown(run) < len(run.partitions):
        return line(
            "Here {n} workers are dealt them; {few} are shown. Real ones have their own.",
            n=n,
            few=_few(run),
        )
    if most.value == least.value:
        return plural(
            n,
            "Here {n} worker is dealt {size}. A real one has its own to begin with.",
            "Here {n} workers are dealt {size} each. Real ones have their own to begin with.",
            size=most,
        )
    return line(
        "Here {n} workers are dealt {least} to {most} each. Real ones have their own.",
        n=n,
        least=least,
        most=most,
    )


def _hold(run: Run) -> Line:
    """Return the caption on the number of photos of each worker, which need not be dealt out."""
    n, (least, most) = num_workers(run), _least_and_most(run)
    if _num_shown(run) < len(run.partitions):
        return line("{n} workers hold them; {few} are shown.", n=n, few=_few(run))
    if most.value == least.value:
        return plural(n, "{n} worker holds {size}.", "{n} workers hold {size} each.", size=most)
    return line("{n} workers hold {least} to {most} each.", n=n, least=least, most=most)


def _few(run: Run) -> Number:
    words = "count of {} that are shown"
    return computed(FEW, Language.integer, words, at(run).partitions)


def _least_and_most(run: Run) -> tuple[Number, Number]:
    sizes = _sizes(run)
    return _size_of(run, sizes.index(min(sizes))), _size_of(run, sizes.index(max(sizes)))


def _size_of(run: Run, worker: int) -> Number:
    """Return the number of a worker's photos with its source."""
    return total(Language.integer, *photos_of(run, worker))


def _split(run: Run) -> Line | None:
    """Return the caption on the shares for training and validation, or None."""
    workers = range(len(run.partitions))
    if not any(_num_validation(run, worker) for worker in workers):
        return None
    parts = all_photos(run)
    sizes = [total(Language.integer, part).value for part in parts]
    trained, kept = (
        computed(size / sum(sizes), Language.whole_percent, "sum of {} over both parts", part)
        for size, part in zip(sizes, parts, strict=True)
    )
    held_out = [(_num_validation(run, w), _size(run, w)) for w in workers]
    each = {ENGLISH.whole_percent(part / (size or 1)) for part, size in held_out}
    if each == {kept.text}:
        return line(
            "Each trains on {train} of its photos and keeps {held} for testing.",
            train=trained,
            held=kept,
        )
    return line(
        "They train on {train} of all and keep {held} apart, to test the model with.",
        train=trained,
        held=kept,
    )


def _kinds(run: Run) -> Line:
    """Return the caption on the kinds of photos."""
    part, counts = at(run).partitions[SHOWN_WORKER], label_counts(run, SHOWN_WORKER)
    k = position(part)
    if len(counts) > MOST_KINDS:
        return line(
            "By kind: of all {n} kinds, those that worker {k} holds most of, with its numbers.",
            n=num_kinds(run),
            k=k,
        )
    if len(run.partitions) == 1 or not sum(counts):
        return line("By kind: the numbers are worker {k}'s.", k=k)
    if _alike(run):
        return line("All hold much the same mix of kinds. The numbers are worker {k}'s.", k=k)
    most = max(range(len(counts)), key=lambda kind: counts[kind])
    held = part.label_counts
    share = computed(
        counts[most] / sum(counts),
        Language.whole_percent,
        "{} over sum of {}",
        held[most],
        held,
    )
    return line(
        "By kind, the mixes differ. Of worker {k}'s, {share} are of one kind: {name}.",
        k=k,
        share=share,
        name=kind_name(run, most, NAME),
    )


def _alike(run: Run) -> bool:
    """Whether every worker's share of every kind is close to the share in all photos."""
    counts = [label_counts(run, worker) for worker in range(len(run.partitions))]
    together = [sum(column) for column in zip(*counts, strict=True)]
    everything = sum(together) or 1
    return all(
        abs(own / (sum(mine) or 1) - whole / everything) <= ALIKE * whole / everything
        for mine in counts
        for own, whole in zip(mine, together, strict=True)
    )
