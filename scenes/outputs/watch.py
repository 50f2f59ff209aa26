"""Renders drafts of chapters whenever a record or a file of the scenes changes."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import click
from watchfiles import PythonFilter, run_process

from fl_sim import record
from fl_sim.record import RecordError
from scenes import FILM, LOOP
from scenes.outputs.film import join
from scenes.render.clips import Planned, clips, sources_of
from scenes.render.digests import PACKAGE, ROOT
from scenes.render.jobs import jobs, renderable
from scenes.render.looks import Look
from scenes.render.progress import with_bars
from scenes.render.store import STORE, Store
from scenes.text.errors import SceneError

LOOK = Look("low")
SUFFIXES = (".po", ".json", ".gz", ".npz", ".cfg")  # of what counts besides code
FILM_FILE = "fedreel.mp4"


def watch(chapters: Sequence[str], runs: Sequence[str], folder: Path) -> None:
    """Render drafts, now and after every change, until Ctrl-C.

    Each time it is done by a new process, which has the code as it is by then. What one that is
    overtaken by the next change has finished is kept.

    Args:
        chapters: those of the film that are wanted, or none for all.
        runs: the records to film, by name or path, or none for each chapter's own.
        folder: where the drafts go.
    """
    run_process(
        *watched(runs),
        target=draft,
        args=(tuple(chapters), tuple(runs), folder),
        watch_filter=PythonFilter(extra_extensions=SUFFIXES),
        callback=lambda changes: click.echo(f"{_named(sorted(path for _, path in changes))} ..."),
    )


def watched(runs: Sequence[str]) -> list[Path]:
    """Return the folders and files that drafts are made from."""
    known = [run for chapter in (*FILM, LOOP) for run in chapter.runs]
    records = {record.resolve(run) for run in (runs or known)}
    return [ROOT / PACKAGE, ROOT / "fl_sim", ROOT / "manim.cfg", *sorted(records)]


def _named(paths: Sequence[str]) -> str:
    first = Path(paths[0]).name
    return f"{first} changed" if len(paths) == 1 else f"{first} and {len(paths) - 1} more changed"


def draft(chapters: Sequence[str], runs: Sequence[str], folder: Path) -> None:
    """Render what is stale and put the drafts into a folder; what is wrong is told in one line."""
    try:
        planned = _planned(chapters, runs)
        made = with_bars(planned, "drafts", lambda follow: clips(planned, Store(STORE), follow))
    except (RecordError, SceneError) as error:
        click.echo(f"fedreel: {' '.join(str(error).split())}", err=True)
        return
    except KeyboardInterrupt:  # the next change, or the end
        return
    folder.mkdir(parents=True, exist_ok=True)
    for clip in made:
        _replace(clip.movie, folder / f"{clip.chapter.name}.mp4")
    path = join(made, folder / FILM_FILE)
    click.echo(f"{path}, {sum(clip.seconds for clip in made):.0f} s; waiting for changes")


def _planned(chapters: Sequence[str], runs: Sequence[str]) -> list[Planned]:
    spec, left_out = renderable(jobs(chapters, runs, LOOK))
    if left_out and (chapters or not spec):
        raise left_out[0]
    for reason in left_out:
        click.echo(f"fedreel: {reason}", err=True)
    return [Planned(job, sources_of(job)) for job in spec]


def _replace(source: Path, target: Path) -> None:
    """Copy a movie in one step, since a player may have it open."""
    partial = target.with_name(f".{target.name}")
    shutil.copyfile(source, partial)
    partial.replace(target)
