"""Worker processes: pieces of work for chapters, side by side, with Manim imported."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from scenes import FILM, LOOP
from scenes.fast import scheduler

PRELOAD = ["scenes.fast.preload", "scenes.explainer"]  # Manim, and what all chapters share
Result = TypeVar("Result")


def prepare() -> None:
    """Begin to import Manim in another process, while this one finds out what is to be done."""
    scheduler.prepare(PRELOAD)


def side_by_side(
    work: Callable[[Any, Any], Result], todo: Sequence[Any], on_beat: Callable[[str, str], None]
) -> list[Result]:
    """Do a piece of work for each job, as many at once as there are cores, the longest first.

    Args:
        work: takes a job and a ``Channel``; runs in a process of its own, which has Manim imported.
        todo: the jobs, each with a ``name``.
        on_beat: told name and beat whenever one begins, and (name, ``DONE``) at its end.
    """
    return scheduler.side_by_side(
        work, todo, on_beat, preload=PRELOAD, length=lambda job: beats_in(job.name)
    )


def beats_in(name: str) -> int:
    """Return how many beats a chapter has at most; one if it is none of the film.

    Args:
        name: of a job: that of the chapter, which its look may follow.
    """
    found = (len(c.beats) for c in (*FILM, LOOP) if name == c.name or _begins(name, c.name))
    return next(found, 1)


def _begins(name: str, chapter: str) -> bool:
    return name.startswith((f"{chapter}-", f"{chapter} "))
