"""Watch mode: drafts of chapters, rendered again after every change of a file."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from watchfiles import PythonFilter
from watchfiles import watch as changes_of

from fl_sim import record
from fl_sim.terminal import say
from scenes import FILM, LOOP
from scenes.render.digests import MANIM_CFG, PACKAGE, ROOT

SUFFIXES = (".po", ".json", ".gz", ".npz", ".cfg")  # of watched files besides code
PATIENCE = 10.0  # seconds for a program to end in


def watch(chapters: Sequence[str], runs: Sequence[str], folder: Path) -> None:
    """Render drafts now and after every change, until Ctrl-C.

    Each time a new program imports the present code. A further change ends it; finished clips stay
    in the cache.

    Args:
        chapters: names of chapters; all without any.
        runs: names or paths of records; without any, each chapter uses its own.
        folder: the folder for the drafts.
    """
    changes = changes_of(*watched(runs), watch_filter=PythonFilter(extra_extensions=SUFFIXES))
    with suppress(KeyboardInterrupt):
        while True:
            with _drafts(chapters, runs, folder):
                found = next(changes)
            say(f"{_named(sorted(path for _, path in found))} ...")


@contextmanager
def _drafts(chapters: Sequence[str], runs: Sequence[str], folder: Path) -> Iterator[None]:
    """Run the program that makes the drafts; end it with the block."""
    task = json.dumps([chapters, runs, str(folder)])
    # In a session of its own it is ended here alone, and not by the terminal's Ctrl-C.
    program = subprocess.Popen(
        [sys.executable, "-m", "scenes.outputs.drafts", task], start_new_session=True
    )
    try:
        yield
    finally:
        program.terminate()
        try:
            program.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def watched(runs: Sequence[str]) -> list[Path]:
    """Return the folders and files to watch."""
    known = [run for chapter in (*FILM, LOOP) for run in chapter.runs]
    records = {record.resolve(run) for run in (runs or known)}
    return [ROOT / PACKAGE, ROOT / "fl_sim", MANIM_CFG, *sorted(records)]


def _named(paths: Sequence[str]) -> str:
    first = Path(paths[0]).name
    return f"{first} changed" if len(paths) == 1 else f"{first} and {len(paths) - 1} more changed"
