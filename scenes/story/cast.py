"""Who takes part, and what each of them holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes import theme
from scenes.figures import Figure, Line, count, line, number_of, read, text, total
from scenes.language import integer
from scenes.story.common import (
    ALL_PHOTOS,
    TOLD_WORKER,
    accuracy,
    class_names,
    label_counts,
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
    """All that the chapter shows. The captions are called as their beats."""

    title: str
    task: Line
    photos: Line
    labels: Line
    coordinator: Line
    wires: Line
    front_end: Line
    workers: Sequence[WorkerTold]
    worker: int
    pair: tuple[int, int]
    headline: Sequence[Metric]
    held: Sequence[Metric]
    label_chart: LabelChartTold | None
    plate: Plate
    model_size: Figure
    reading: Reading


def tell(runs: Sequence[Run]) -> CastTold:
    """Return what the chapter shows of the first run.

    Raises:
        UntoldError: the run lacks something of it.
    """
    run = runs[0]
    return CastTold(
        title=text("The cast"),
        task=_task(run),
        photos=_photos(run),
        labels=_labels(run),
        coordinator=_coordinator(run),
        wires=_wires(run),
        front_end=_front_end(run),
        workers=workers(run),
        worker=TOLD_WORKER,
        pair=_told_pair(run),
        headline=_headline(run),
        held=_photos_held(run),
        label_chart=_label_chart(run),
        plate=plate(run, 0),
        model_size=model_size(run),
        reading=reading(run, 0),
    )


def _task(run: Run) -> Line:
    """Say what is to be learned."""
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
    """Return how many photos one worker has, and how many all have together."""
    k = TOLD_WORKER
    own = [f"partitions[{k}].num_train", f"partitions[{k}].num_validation"]
    name = line("photos at worker {k}", k=number_of("partitions", k))
    return [
        Metric(total(run, own, integer), name, theme.DATA),
        Metric(total(run, ALL_PHOTOS, integer), text("at all workers together"), theme.INK),
    ]


def _photos(run: Run) -> Line:
    """Say what a worker holds."""
    return line(
        "Each worker, like worker {k} here, holds its own photos. They never leave.",
        k=number_of("partitions", TOLD_WORKER),
    )


def _labels(run: Run) -> Line:
    """Say what the bars are."""
    k = TOLD_WORKER
    return line(
        "Gold bars: worker {k}'s photos by kind. {train} are for training, {held} for tests.",
        k=number_of("partitions", k),
        train=read(run, f"partitions[{k}].num_train", integer),
        held=read(run, f"partitions[{k}].num_validation", integer),
    )


def _told_pair(run: Run) -> tuple[int, int]:
    """Return the two workers that show what travels: the one that stands for all, and the last."""
    return TOLD_WORKER, len(run.partitions) - 1


def _label_chart(run: Run) -> LabelChartTold | None:
    """Return one worker's photos by kind, or nothing where there are too many kinds to list."""
    worker = TOLD_WORKER
    names = class_names(run)
    if len(names) > MOST_LISTED:
        return None
    path = f"partitions[{worker}].label_counts"
    counts = label_counts(run, worker)
    figures = [read(run, f"{path}[{i}]", integer) for i in range(len(counts))]
    return LabelChartTold(tuple(zip(names, figures, strict=True)), counts)


def _coordinator(run: Run) -> Line:
    """Say what the coordinator holds."""
    return line(
        "A coordinator holds the model, {n} weights, the first drawn as tiles.",
        n=read(run, "network.num_parameters", integer),
    )


def _wires(run: Run) -> Line:
    """Say what travels."""
    return line(
        "Models travel, photos do not: {size} out in blue, a changed copy in red.",
        size=model_size(run),
    )


def _front_end(run: Run) -> Line:
    """Say what the front end shows."""
    return line(
        "The front end shows its score on photos no worker holds: untrained, {accuracy} right.",
        accuracy=accuracy(run, 0),
    )
