"""How many beats a chapter tells, read from its script without running it."""

import ast
from pathlib import Path

from scenes import FILM, LOOP

FOLDER = Path(__file__).parents[1]


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
