"""Watch mode: drafts of chapters, rendered again after every change of a file."""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
from watchfiles import PythonFilter, run_process

from fl_sim import record
from fl_sim.record import RecordError
from scenes import FILM, LOOP
from scenes.outputs.film import join
from scenes.render.clips import PlannedClip, inputs_of, load_or_render
from scenes.render.digests import PACKAGE, ROOT
from scenes.render.jobs import jobs, renderable
from scenes.render.looks import Look
from scenes.render.progress import with_bars
from scenes.render.store import STORE, Store
from scenes.text.errors import SceneError

LOOK = Look("low")
SUFFIXES = (".po", ".json", ".gz", ".npz", ".cfg")  # of watched files besides code
FILM_FILE = "fedreel.mp4"


def watch(chapters: Sequence[str], runs: Sequence[str], folder: Path) -> None:
    """Render drafts now and after every change, until Ctrl-C.

    Each time a new process imports the present code. A further change interrupts it; finished
    clips stay in the cache.

    Args:
        chapters: names of chapters; all without any.
        runs: names or paths of records; without any, each chapter uses its own.
        folder: the folder for the drafts.
    """
    run_process(
        *watched(runs),
        target=draft,
        args=(tuple(chapters), tuple(runs), folder),
        watch_filter=PythonFilter(extra_extensions=SUFFIXES),
        callback=lambda changes: click.echo(f"{_named(sorted(path for _, path in changes))} ..."),
    )


def watched(runs: Sequence[str]) -> list[Path]:
    """Return the folders and files to watch."""
    known = [run for chapter in (*FILM, LOOP) for run in chapter.runs]
    records = {record.resolve(run) for run in (runs or known)}
    return [ROOT / PACKAGE, ROOT / "fl_sim", ROOT / "manim.cfg", *sorted(records)]


def _named(paths: Sequence[str]) -> str:
    first = Path(paths[0]).name
    return f"{first} changed" if len(paths) == 1 else f"{first} and {len(paths) - 1} more changed"


def draft(chapters: Sequence[str], runs: Sequence[str], folder: Path) -> None:
    """Render the changed chapters, and write the drafts; print an error in one line."""
    try:
        planned = _planned(chapters, runs)
        made = with_bars(planned, "drafts", partial(load_or_render, planned, Store(STORE)))
    except (RecordError, SceneError) as error:
        click.echo(f"fedreel: {' '.join(str(error).split())}", err=True)
        return
    except KeyboardInterrupt:  # the next change, or the end of the program
        return
    folder.mkdir(parents=True, exist_ok=True)
    for clip in made:
        _replace(clip.movie, folder / f"{clip.chapter.name}.mp4")
    path = join(made, folder / FILM_FILE)
    click.echo(f"{path}, {sum(clip.seconds for clip in made):.0f} s. Waiting for changes")


def _planned(chapters: Sequence[str], runs: Sequence[str]) -> list[PlannedClip]:
    specs, left_out = renderable(jobs(chapters, runs, LOOK))
    if left_out and (chapters or not specs):
        raise left_out[0]
    for reason in left_out:
        click.echo(f"fedreel: {reason}", err=True)
    return [PlannedClip(job, inputs_of(job, spec)) for job, spec in specs.items()]


def _replace(source: Path, target: Path) -> None:
    """Replace a movie in one step, since a player may have it open."""
    partial = target.with_name(f".{target.name}")
    shutil.copyfile(source, partial)
    partial.replace(target)
