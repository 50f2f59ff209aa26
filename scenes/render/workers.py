"""Worker processes for chapters, with Manim imported."""

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from scenes import FILM, LOOP
from scenes.fast import scheduler
from scenes.fast.scheduler import OnProgress
from scenes.render.digests import MANIM_CFG
from scenes.text.errors import SettingsError, UndrawnError
from scenes.text.faults import reason_of

PRELOAD = ["scenes.render.preload"]
Result = TypeVar("Result")


def prepare() -> None:
    """Start the import of Manim in another process, while this one plans the work.

    Raises:
        SettingsError: Manim cannot read the user's own settings of it.
    """
    check_settings()
    scheduler.prepare(PRELOAD)


def check_settings() -> None:
    """Check that Manim can read the user's own ``manim.cfg``, where there is one.

    Manim reads it when it is imported, and a worker process would end there. What the file says
    has no effect on a chapter.

    Raises:
        SettingsError: a value or the file cannot be read.
    """
    places = (Path.home() / ".config" / "manim" / "manim.cfg", Path("manim.cfg").absolute())
    users = [str(path) for path in places if path.is_file() and path != MANIM_CFG]
    if not users or "manim" in sys.modules:
        return
    try:
        import_module("manim")
    except Exception as error:
        raise SettingsError(
            f"Manim cannot read its settings in {' and '.join(users)}: {error}. Correct or remove "
            "the file"
        ) from error


def side_by_side(
    work: Callable[[Any, Any], Result], todo: Sequence[Any], on_progress: OnProgress
) -> list[Result]:
    """Return the results of all jobs, run in parallel on all cores, the longest first.

    Args:
        work: takes a job and a ``WorkerContext``; runs in a worker process with Manim imported.
        todo: the jobs, each with a ``name``.
        on_progress: called with a job's name and each beat that begins, and (name, ``DONE``).
    """
    return scheduler.side_by_side(
        work, todo, on_progress, preload=PRELOAD, length=lambda job: count_beats(job.name)
    )


def all_that_succeed(
    work: Callable[[Any, Any], Result], todo: Sequence[Any], on_progress: OnProgress
) -> tuple[list[Result], dict[str, str]]:
    """Return the results of the jobs that succeed, and why the others fail, by name.

    Args:
        work: as of ``side_by_side``.
        todo: the jobs, each with a ``name``.
        on_progress: as of ``side_by_side``.

    Raises:
        UndrawnError: none succeeds.
    """
    results, failed = [], {}
    for job, (result, reason) in zip(
        todo, side_by_side(partial(_attempt, work), todo, on_progress), strict=True
    ):
        if reason:
            failed[job.name] = reason
        else:
            results.append(result)
    if failed and not results:
        raise UndrawnError(failed)
    return results, failed


def _attempt(work: Callable[[Any, Any], Any], job: Any, context: Any) -> tuple[Any, str]:
    """Return the result of a job, or why it fails; runs in a worker process."""
    try:
        with redirect_stderr(StringIO()):  # a scene prints a known error itself
            return work(job, context), ""
    except (Exception, SystemExit) as error:
        return None, f"{job.name} cannot be built: {reason_of(error)}"


def count_beats(name: str) -> int:
    """Return the number of a chapter's beats; 1 for a job that is no chapter of the film.

    Args:
        name: the name of a job: the chapter, maybe followed by its look.
    """
    found = (len(c.beats) for c in (*FILM, LOOP) if name == c.name or _begins(name, c.name))
    return next(found, 1)


def _begins(name: str, chapter: str) -> bool:
    return name.startswith((f"{chapter}-", f"{chapter} "))
