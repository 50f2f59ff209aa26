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

from fl_sim.terminal import one_line, say, streams
from scenes.outputs.cues import starts
from scenes.outputs.film import Piece, join_captioned
from scenes.outputs.targets import whole
from scenes.render.clips import PlannedClip, as_far_as_possible, inputs_of, load_or_render
from scenes.render.jobs import Clip, jobs, renderable
from scenes.render.looks import Look
from scenes.render.progress import with_bars
from scenes.render.store import STORE, Store
from scenes.text.faults import line_of
from scenes.text.language import ENGLISH
from scenes.text.naming import Naming

LOOK = Look("low")
FILM_FILE = "fedreel.mp4"


def draft(chapters: Sequence[str], runs: Sequence[str], folder: str) -> None:
    """Render the changed chapters, and write the drafts; print an error in one line."""
    try:
        _draft(chapters, runs, Path(folder))
    except BrokenPipeError:
        raise  # nobody reads what is printed
    except Exception as error:
        line = line_of(error)
        if line is None:
            raise
        say(f"fedreel: {line}", err=True)


def _draft(chapters: Sequence[str], runs: Sequence[str], folder: Path) -> None:
    planned = _planned(chapters, runs)
    if not planned:
        return
    made, reasons = as_far_as_possible(planned, _render)
    for reason in reasons:
        say(f"fedreel: {one_line(reason)}", err=True)
    for clip in made:
        # In one step, since a player may have it open.
        with whole(folder / f"{clip.chapter.name}.mp4") as movie:
            shutil.copyfile(clip.movie, movie)
    about = Naming().metadata(ENGLISH)
    pieces = [[Piece(clip.movie)] for clip in made]
    origins = list(starts([clip.seconds for clip in made]))
    path, _ = join_captioned(made, pieces, origins, folder / FILM_FILE, about)
    say(f"{path}, {sum(clip.seconds for clip in made):.0f} s. Waiting for changes")


def _render(planned: Sequence[PlannedClip]) -> list[Clip]:
    return with_bars(planned, "drafts", partial(load_or_render, planned, Store(STORE)))


def _planned(chapters: Sequence[str], runs: Sequence[str]) -> list[PlannedClip]:
    specs, left_out = renderable(jobs(chapters, runs, LOOK))
    for reason in left_out:
        say(f"fedreel: {one_line(reason)}", err=True)
    return [PlannedClip(job, inputs_of(job, spec)) for job, spec in specs.items()]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with streams(), suppress(KeyboardInterrupt):  # the next change, or the end of watch mode
        draft(*json.loads(sys.argv[1]))
