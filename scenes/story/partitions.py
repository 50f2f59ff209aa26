"""How the photos are split among the workers: how many each holds, for what, and of which kinds."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from fl_sim.record import Run
from scenes.story.class_names import kind_name
from scenes.story.common import ALL_PHOTOS, TOLD_WORKER, class_names, label_counts, num_workers
from scenes.story.specs import StackSpec, StacksSpec
from scenes.text.errors import NotRecordedError
from scenes.text.languages import integer, percent
from scenes.text.lines import (
    Line,
    Number,
    count,
    line,
    number_of,
    plural,
    read,
    text,
    total,
)

MOST_TILES = 550
STEPS = (1, 2, 5)  # a tile stands for one of these times a power of ten
MOST_WORKERS = 12  # that are shown side by side; of more, the first FEW
FEW = 10
MOST_KINDS = 12  # rows; of more kinds, the FEW that the told worker holds most of
NAME = 14  # characters of a kind's name
ALIKE = 0.5  # part by which a kind's share may differ in a mix that is called the same


@dataclass(frozen=True)
class PartitionsSpec:
    """All that the chapter shows. The captions are called as their beats.

    There is no ``split`` where no worker keeps photos apart.
    """

    title: str
    dataset: Line
    deal: Line
    split: Line | None
    kinds: Line
    stacks: StacksSpec


def tell(runs: Sequence[Run]) -> PartitionsSpec:
    """Return what the chapter shows of the first run.

    Raises:
        UntoldError: the run lacks something of it.
    """
    run = runs[0]
    if not run.partitions:
        raise NotRecordedError(
            f"the run {run.name!r} recorded no partitions of its clients; record one with fl-sim"
        )
    return PartitionsSpec(
        title=text("Who holds which photos"),
        dataset=_dataset(run),
        deal=_deal(run),
        split=_split(run),
        kinds=_kinds(run),
        stacks=_stacks(run),
    )


# --- what is drawn


def _stacks(run: Run) -> StacksSpec:
    shown, per_tile = _shown(run), _per_tile(run)
    rest = [sum(_tiles(run, worker, per_tile)) for worker in range(shown, len(run.partitions))]
    names = class_names(run)
    kinds = _spec_kinds(run)
    return StacksSpec(
        stacks=[_stack(run, worker, kinds, per_tile) for worker in range(shown)],
        rest=sum(rest),
        kinds=[kind_name(run, kind, NAME) for kind in kinds if names],
        worker=TOLD_WORKER,
        tile=_tile(run),
    )


def _tile(run: Run) -> Line:
    """Return what a tile stands for, as it is written beside one."""
    if _exact(run):
        return plural(_each(run), "{n} photo", "{n} photos")
    return plural(_each(run), "about {n} photo", "about {n} photos")


def _each(run: Run) -> Number:
    per_tile = _per_tile(run)
    source = "photos of sum of partitions[*] that a tile stands for"
    return Number(integer(per_tile), source, per_tile)


def _exact(run: Run) -> bool:
    """Whether everyone's photos, and both parts of them, make whole tiles."""
    per_tile, sizes = _per_tile(run), _sizes(run)
    parts = [_held(run, worker) for worker in range(len(sizes))]
    return all(part % per_tile == 0 for part in (*sizes, *parts))


def _stack(run: Run, worker: int, kinds: Sequence[int], per_tile: int) -> StackSpec:
    path = f"partitions[{worker}]"
    counts = [read(run, f"{path}.label_counts[{kind}]", integer) for kind in kinds]
    held = _held(run, worker)
    return StackSpec(
        number=number_of("partitions", worker),
        size=total(run, [f"{path}.num_train", f"{path}.num_validation"], integer),
        train=read(run, f"{path}.num_train", integer),
        validation=read(run, f"{path}.num_validation", integer) if held else None,
        tiles=_tiles(run, worker, per_tile),
        photos=None if run.thumbnails is None else run.thumbnails[worker],
        kinds=[(figure, figure.value) for figure in counts],
    )


def _shown(run: Run) -> int:
    """Return how many workers are shown."""
    workers = len(run.partitions)
    return workers if workers <= MOST_WORKERS else FEW


def _spec_kinds(run: Run) -> list[int]:
    """Return the kinds that have a row: all, or those that the told worker holds most of."""
    counts = label_counts(run, TOLD_WORKER)
    kinds = range(len(counts))
    if len(counts) <= MOST_KINDS:
        return list(kinds)
    return sorted(kinds, key=lambda kind: -counts[kind])[:FEW]


def _held(run: Run, worker: int) -> int:
    """Return how many photos a worker keeps apart."""
    return run.partitions[worker].num_validation or 0


def _size(run: Run, worker: int) -> int:
    """Return how many photos a worker holds.

    Raises:
        UntoldError: the run did not record it.
    """
    train = run.partitions[worker].num_train
    if train is None:
        raise NotRecordedError(f"the run {run.name!r} recorded no partitions[{worker}].num_train")
    return train + _held(run, worker)


def _sizes(run: Run) -> list[int]:
    return [_size(run, worker) for worker in range(len(run.partitions))]


def _per_tile(run: Run) -> int:
    """Return how many photos a tile stands for: a round number that makes tiles few enough."""
    photos, scale = sum(_sizes(run)), 1
    while True:
        for step in STEPS:
            if ceil(photos / (step * scale)) <= MOST_TILES:
                return step * scale
        scale *= 10


def _tiles(run: Run, worker: int, per_tile: int) -> tuple[int, int]:
    """Return a worker's tiles, to train and kept apart; whoever has a photo has a tile."""
    held = _held(run, worker)
    train = _size(run, worker) - held
    return _rounded(train / per_tile), _rounded(held / per_tile)


def _rounded(tiles: float) -> int:
    return max(round(tiles), 1) if tiles > 0 else 0


# --- captions


def _dataset(run: Run) -> Line:
    """Say what a tile is, and that some of them show a photo, if they do."""
    spec: dict[str, Number | str] = {
        "n": total(run, ALL_PHOTOS, integer),
        "kinds": count(run, "dataset.class_names"),
    }
    if _per_tile(run) == 1:
        return line("{n} photos of {kinds} kinds. A tile stands for one.", **spec)
    spec["each"], exact = _each(run), _exact(run)
    if exact and run.thumbnails is not None:
        return line(
            "{n} photos of {kinds} kinds. A tile stands for {each} photos; some show one.",
            **spec,
        )
    if exact:
        return line("{n} photos of {kinds} kinds. A tile stands for {each} photos.", **spec)
    if run.thumbnails is not None:
        return line(
            "{n} photos of {kinds} kinds. A tile: about {each} photos; some show one.",
            **spec,
        )
    return line("{n} photos of {kinds} kinds. A tile stands for about {each} photos.", **spec)


def _deal(run: Run) -> Line:
    """Say how many everyone gets, and that only an experiment deals photos out."""
    n, sizes = num_workers(run), _sizes(run)
    least, most = _size_spec(run, min(sizes)), _size_spec(run, max(sizes))
    if _shown(run) < len(sizes):
        few = Number(integer(FEW), "count of partitions that are shown", FEW)
        return line(
            "Here {n} workers are dealt them; {few} are shown. Real ones have their own.",
            n=n,
            few=few,
        )
    if most.value - least.value <= 1:
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


def _size_spec(run: Run, size: int) -> Number:
    worker = _sizes(run).index(size)
    paths = [f"partitions[{worker}].num_train", f"partitions[{worker}].num_validation"]
    return total(run, paths, integer)


def _split(run: Run) -> Line | None:
    """Say which part of its photos a worker keeps apart: the same for all, or on the whole."""
    workers = range(len(run.partitions))
    if not any(_held(run, worker) for worker in workers):
        return None
    train, held = (total(run, [path], integer).value for path in ALL_PHOTOS)
    share = _percent(held / (train + held))
    kept = Number(share, "sum of partitions[*].num_validation over both parts", held)
    trained = Number(
        _percent(train / (train + held)), "sum of partitions[*].num_train over both parts", train
    )
    if all(_percent(_held(run, worker) / _size(run, worker)) == share for worker in workers):
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


def _percent(share: float) -> str:
    return percent(share, 0)


def _kinds(run: Run) -> Line:
    """Say how the workers' mixes compare, or which kinds are shown."""
    k, names = number_of("partitions", TOLD_WORKER), class_names(run)
    if len(names) > MOST_KINDS:
        return line(
            "By kind: of all {n} kinds, those that worker {k} holds most of, with its numbers.",
            n=count(run, "dataset.class_names"),
            k=k,
        )
    if _alike(run):
        return line("All hold much the same mix of kinds. The numbers are worker {k}'s.", k=k)
    counts = label_counts(run, TOLD_WORKER)
    most = max(range(len(counts)), key=lambda kind: counts[kind])
    share = counts[most] / (sum(counts) or 1)
    path = f"partitions[{TOLD_WORKER}].label_counts"
    return line(
        "By kind, the mixes differ. Of worker {k}'s, {share} are of one kind: {name}.",
        k=k,
        share=Number(_percent(share), f"{path}[{most}] over sum of {path}", share),
        name=kind_name(run, most, NAME),
    )


def _alike(run: Run) -> bool:
    """Whether every worker's share of every kind is close to that of all workers together."""
    counts = [label_counts(run, worker) for worker in range(len(run.partitions))]
    together = [sum(column) for column in zip(*counts, strict=True)]
    everything = sum(together) or 1
    return all(
        abs(own / (sum(mine) or 1) - whole / everything) <= ALIKE * whole / everything
        for mine in counts
        for own, whole in zip(mine, together, strict=True)
    )
