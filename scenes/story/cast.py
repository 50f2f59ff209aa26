"""Who takes part, and what each of them holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes import theme
from scenes.figures import Figure, Line, Told, count, line, number_of, read, text, total
from scenes.language import integer
from scenes.story.common import (
    ALL_PHOTOS,
    TOLD_WORKER,
    class_names,
    label_counts,
    model_packet,
    model_size,
    num_workers,
    plate,
    reading,
    workers,
)
from scenes.told import LabelChartTold, Metric, Plate, Reading, WorkerTold

MOST_LISTED = 12  # classes that a chart lists by name


@dataclass(frozen=True)
class CastTold:
    """All that the chapter shows. The captions are called as their beats.

    Where a run did not record what its workers hold, ``held`` is empty and there are no ``labels``.
    """

    title: str
    task: Line
    photos: Line
    labels: Line | None
    coordinator: Line
    wires: Line
    front_end: Line
    workers: Sequence[WorkerTold]
    worker: int
    pair: Sequence[int]
    headline: Sequence[Metric]
    held: Sequence[Metric]
    label_chart: LabelChartTold | None
    plate: Plate
    model_size: Told
    reading: Reading


def tell(runs: Sequence[Run]) -> CastTold:
    """Return what the chapter shows of the first run.

    Raises:
        UntoldError: it is not known how many workers there were.
    """
    run = runs[0]
    return CastTold(
        title=text("The cast"),
        task=_task(run),
        photos=_photos(run),
        labels=_labels(run) if _counted(run) else None,
        coordinator=_coordinator(run),
        wires=_wires(run),
        front_end=_front_end(run),
        workers=workers(run),
        worker=TOLD_WORKER,
        pair=_told_pair(run),
        headline=_headline(run),
        held=_photos_held(run),
        label_chart=_label_chart(run) if _counted(run) else None,
        plate=plate(run, 0),
        model_size=model_packet(run),
        reading=reading(run, 0),
    )


def _counted(run: Run) -> bool:
    """Whether it is known how many photos of each kind the told worker holds."""
    return bool(run.partitions and run.partitions[TOLD_WORKER].label_counts)


def _task(run: Run) -> Line:
    """Say what is to be learned."""
    if run.dataset is None or not run.dataset.class_names:
        return line("{n} workers learn one model, each from photos of its own.", n=num_workers(run))
    return line(
        "The task: name what a photo shows. {n} workers learn to tell {classes} kinds apart.",
        classes=count(run, "dataset.class_names"),
        n=num_workers(run),
    )


def _headline(run: Run) -> list[Metric]:
    """Return the film's subject in large figures."""
    return [
        Metric(num_workers(run), text("workers"), theme.INK),
        Metric(text("one"), text("model"), theme.MODEL),
        Metric(text("no"), text("shared photos"), theme.DATA),
    ]


def _photos_held(run: Run) -> list[Metric]:
    """Return how many photos one worker has and how many all have together, if it is known."""
    sizes = [(part.num_train, part.num_validation) for part in run.partitions]
    if not sizes or any(part == (None, None) for part in sizes):
        return []
    k = TOLD_WORKER
    own = [f"partitions[{k}].num_train", f"partitions[{k}].num_validation"]
    name = line("photos at worker {k}", k=number_of("partitions", k))
    return [
        Metric(total(run, own, integer), name, theme.DATA),
        Metric(total(run, ALL_PHOTOS, integer), text("at all workers together"), theme.INK),
    ]


def _photos(run: Run) -> Line:
    """Say what a worker holds."""
    if not run.partitions:
        return line("Each worker holds photos of its own. They never leave it.")
    return line(
        "Each worker, like worker {k} here, holds its own photos. They never leave it.",
        k=number_of("partitions", TOLD_WORKER),
    )


def _labels(run: Run) -> Line:
    """Say what the bars are, and what the photos are for."""
    k = TOLD_WORKER
    part, number = run.partitions[k], number_of("partitions", k)
    if part.num_train is None or part.num_validation is None:
        return line("Gold bars: how many photos of each kind. Here worker {k}'s.", k=number)
    return line(
        "Gold bars: worker {k}'s photos by kind. {train} are for training, {held} for tests.",
        k=number,
        train=read(run, f"partitions[{k}].num_train", integer),
        held=read(run, f"partitions[{k}].num_validation", integer),
    )


def _told_pair(run: Run) -> tuple[int, ...]:
    """Return the two workers that show what travels: the one that stands for all, and the last."""
    last = round(num_workers(run).value) - 1
    return (TOLD_WORKER, last) if last > TOLD_WORKER else (TOLD_WORKER,)


def _label_chart(run: Run) -> LabelChartTold | None:
    """Return one worker's photos by kind, or nothing where the kinds have no names to list."""
    worker = TOLD_WORKER
    if run.dataset is None or not 0 < len(run.dataset.class_names) <= MOST_LISTED:
        return None
    names = class_names(run)
    path = f"partitions[{worker}].label_counts"
    counts = label_counts(run, worker)
    figures = [read(run, f"{path}[{i}]", integer) for i in range(len(counts))]
    return LabelChartTold(tuple(zip(names, figures, strict=True)), counts)


def _coordinator(run: Run) -> Line:
    """Say what the coordinator holds, and what the squares are."""
    if run.network is None:
        return line("A coordinator holds the model that all workers train.")
    weights = read(run, "network.num_parameters", integer)
    if run.filters is None:
        return line("A coordinator holds the model, {weights} weights.", weights=weights)
    drawn = float(run.filters[0].size)
    return line(
        "A coordinator holds the model, {weights} weights; {drawn} are drawn as squares.",
        weights=weights,
        drawn=Figure(integer(drawn), "count of filters[0]", drawn),
    )


def _wires(run: Run) -> Line:
    """Say what travels."""
    if run.network is None:
        return line("Models travel, photos do not: out in blue, a changed copy in red.")
    return line(
        "Models travel, photos do not: {size} out in blue, a changed copy in red.",
        size=model_size(run),
    )


def _front_end(run: Run) -> Line:
    """Say what the front end shows."""
    value, _ = reading(run, 0)
    if value.source.endswith("accuracy"):
        return line(
            "The front end shows its score on photos no worker holds: untrained, {x} right.",
            x=value,
        )
    if value.text:
        return line(
            "The front end shows its loss on photos no worker holds: untrained, {x}.", x=value
        )
    return line("On the front end a person reads how good the model has become.")
