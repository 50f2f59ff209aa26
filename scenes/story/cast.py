"""Who takes part, and what each of them holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes import theme
from scenes.story.common import ALL_PHOTOS, TOLD_WORKER, num_workers, plate, reading, workers
from scenes.story.crowds import each_has_a_mark
from scenes.story.specs import Metric, Plate, Reading, WorkerSpec
from scenes.text.languages import integer
from scenes.text.lines import Line, count, line, number_of, plural, text, total


@dataclass(frozen=True)
class CastSpec:
    """All that the chapter shows. The captions are called as their beats.

    Where a run did not record what its workers hold, ``held`` is empty.
    """

    title: str
    task: Line
    photos: Line
    coordinator: Line
    front_end: Line
    workers: Sequence[WorkerSpec]
    worker: int
    headline: Sequence[Metric]
    held: Sequence[Metric]
    plate: Plate
    reading: Reading


def tell(runs: Sequence[Run]) -> CastSpec:
    """Return what the chapter shows of the first run.

    Raises:
        UntoldError: it is not known how many workers there were.
    """
    run = runs[0]
    return CastSpec(
        title=text("The cast"),
        task=_task(run),
        photos=_photos(run),
        coordinator=line("A coordinator holds the model. Models travel, photos do not."),
        front_end=_front_end(run),
        workers=workers(run),
        worker=TOLD_WORKER,
        headline=_headline(run),
        held=_photos_held(run),
        plate=plate(run, 0),
        reading=reading(run, 0),
    )


def _task(run: Run) -> Line:
    """Say what is to be learned."""
    n = num_workers(run)
    if run.dataset is None or not run.dataset.class_names:
        return plural(
            n,
            "{n} worker learns a model, from photos of its own.",
            "{n} workers learn one model, each from photos of its own.",
        )
    return plural(
        n,
        "The task: tell {kinds} kinds of photos apart. {n} worker learns it.",
        "The task: tell {kinds} kinds of photos apart. {n} workers learn it.",
        kinds=count(run, "dataset.class_names"),
    )


def _headline(run: Run) -> list[Metric]:
    """Return the film's subject in large figures."""
    n = num_workers(run)
    return [
        Metric(n, text("worker") if n.value == 1 else text("workers"), theme.INK),
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
    """Say what a worker holds, and what a worker is where each is but a mark."""
    if each_has_a_mark(num_workers(run).value):
        return line("Each square is a worker with photos of its own. They never leave it.")
    return line("Each worker has photos of its own. They never leave it.")


def _front_end(run: Run) -> Line:
    """Say what the front end shows."""
    value, _ = reading(run, 0)
    if value.source.endswith("accuracy"):
        return line(
            "The front end shows people how often the model is right: untrained, {x}.", x=value
        )
    if value.text:
        return line("The front end shows the model's error, the loss: untrained, {x}.", x=value)
    return line("On the front end a person reads how good the model has become.")
