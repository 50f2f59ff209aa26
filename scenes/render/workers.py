"""The processes that chapters are worked on in."""

import ast
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from scenes import FILM, LOOP
from scenes.fast import scheduler

FOLDER = Path(__file__).parents[1]
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
        work: takes a job and a ``Desk``; runs in a process of its own, which has Manim imported.
        todo: the jobs, each with a ``name``.
        on_beat: told name and beat whenever one begins, and (name, ``DONE``) at its end.
    """
    return scheduler.side_by_side(
        work, todo, on_beat, preload=PRELOAD, length=lambda job: beats_in(job.name)
    )


def beats_in(name: str) -> int:
    """Return how many beats a chapter tells at most, by its script; one if it is none of the film.

    Args:
        name: of a job: that of the chapter, which its look may follow.
    """
    chapter = next((c.name for c in (*FILM, LOOP) if name == c.name or _begins(name, c.name)), None)
    if chapter is None:
        return 1
    script = ast.parse((FOLDER / f"{chapter}.py").read_text("utf-8"))
    managers = [
        item.context_expr
        for node in ast.walk(script)
        if isinstance(node, ast.With)
        for item in node.items
    ]
    return sum(_is_named(manager) for manager in managers) or 1


def _is_named(manager: ast.expr) -> bool:
    """Return whether something is told with a name of its own: ``with self.beat("name", ...)``."""
    return (
        isinstance(manager, ast.Call)
        and bool(manager.args)
        and isinstance(manager.args[0], ast.Constant)
    )


def _begins(name: str, chapter: str) -> bool:
    return name.startswith((f"{chapter}-", f"{chapter} "))
