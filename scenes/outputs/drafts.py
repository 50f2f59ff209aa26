"""Drafts of chapters: low quality, only what has changed, and errors in one line.

Watch mode runs this module as a program, anew after each change.
"""

import json
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

from fl_sim.record import RecordError
from scenes.outputs.film import join
from scenes.render.clips import PlannedClip, as_far_as_possible, inputs_of, load_or_render
from scenes.render.jobs import Clip, jobs, renderable
from scenes.render.looks import Look
from scenes.render.progress import with_bars
from scenes.render.store import STORE, Store
from scenes.text.errors import SceneError
from scenes.text.language import ENGLISH
from scenes.text.naming import Naming

LOOK = Look("low")
FILM_FILE = "fedreel.mp4"


def draft(chapters: Sequence[str], runs: Sequence[str], folder: str) -> None:
    """Render the changed chapters, and write the drafts; print an error in one line."""
    try:
        planned = _planned(chapters, runs)
        made, reasons = as_far_as_possible(planned, _render)
    except (RecordError, SceneError) as error:
        click.echo(f"fedreel: {' '.join(str(error).split())}", err=True)
        return
    for reason in reasons:
        click.echo(f"fedreel: {reason}", err=True)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for clip in made:
        _replace(clip.movie, target / f"{clip.chapter.name}.mp4")
    path = join(made, target / FILM_FILE, Naming().metadata(ENGLISH))
    click.echo(f"{path}, {sum(clip.seconds for clip in made):.0f} s. Waiting for changes")


def _render(planned: Sequence[PlannedClip]) -> list[Clip]:
    return with_bars(planned, "drafts", partial(load_or_render, planned, Store(STORE)))


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


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):  # the next change, or the end of watch mode
        draft(*json.loads(sys.argv[1]))
