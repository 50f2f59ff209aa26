"""The chapter on the cast: workers, coordinator and front end."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes.story.common import (
    SHOWN_WORKER,
    all_photos,
    num_workers,
    photos_known,
    photos_of,
    plate,
    reading,
    stage,
)
from scenes.story.crowds import each_has_a_mark
from scenes.story.headline import ACCURACY, LOSS, headline
from scenes.story.specs import Metric, Plate, Reading, StageSpec
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import at, count, position, total


@dataclass(frozen=True)
class CastSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``held`` is empty if the run did not record the workers' photos.
    """

    title: Line
    task: Line
    photos: Line
    coordinator: Line
    front_end: Line
    stage: StageSpec
    worker: int
    headline: Sequence[Metric]
    held: Sequence[Metric]
    plate: Plate
    reading: Reading


def tell(runs: Sequence[Run]) -> CastSpec:
    """Return the chapter's spec for the first run.

    Raises:
        NotRecordedError: the number of workers is unknown.
    """
    run = runs[0]
    return CastSpec(
        title=text("The cast"),
        task=_task(run),
        photos=_photos(run),
        coordinator=line("A coordinator holds the model. Models travel, photos do not."),
        front_end=_front_end(run),
        stage=stage(run),
        worker=SHOWN_WORKER,
        headline=_headline(run),
        held=_photos_held(run),
        plate=plate(run, 0),
        reading=reading(run, 0),
    )


def _task(run: Run) -> Line:
    """Return the caption on the task."""
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
        kinds=count(at(run).dataset.class_names),
    )


def _headline(run: Run) -> list[Metric]:
    """Return the film's subject as large metrics."""
    n = num_workers(run)
    return [
        Metric(n, text("worker") if n.value == 1 else text("workers"), "ink"),
        Metric(text("one"), text("model"), "model"),
        Metric(text("no"), text("shared photos"), "data"),
    ]


def _photos_held(run: Run) -> list[Metric]:
    """Return the numbers of photos of one worker and of all workers, if known."""
    if not photos_known(run):
        return []
    name = line("photos at worker {k}", k=position(at(run).partitions[SHOWN_WORKER]))
    held = total(Language.integer, *photos_of(run, SHOWN_WORKER))
    together = total(Language.integer, *all_photos(run))
    return [
        Metric(held, name, "data"),
        Metric(together, text("at all workers together"), "ink"),
    ]


def _photos(run: Run) -> Line:
    """Return the caption on the workers' photos, and on marks if each worker is one."""
    if each_has_a_mark(num_workers(run).value):
        return line("Each square is a worker with photos of its own. They never leave it.")
    return line("Each worker has photos of its own. They never leave it.")


def _front_end(run: Run) -> Line:
    """Return the caption on the front end."""
    value = reading(run, 0).value
    metric = headline(run)
    if metric is None or not value.text:
        return line("On the front end a person reads how good the model has become.")
    if metric.kind == ACCURACY:
        return line(
            "The front end shows people how often the model is right: untrained, {x}.", x=value
        )
    if metric.kind == LOSS:
        return line("The front end shows the model's error, the loss: untrained, {x}.", x=value)
    name = metric.title(run)
    if metric.more_is_better is None:
        return line("The front end shows {metric}: at first, {x}.", metric=name, x=value)
    if metric.more_is_better:
        return line(
            "The front end shows {metric}: at first, {x}. More is better.", metric=name, x=value
        )
    return line(
        "The front end shows {metric}: at first, {x}. Less is better.", metric=name, x=value
    )
