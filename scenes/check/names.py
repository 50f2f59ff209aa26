"""Names of mobjects in findings: what an author finds again in the own code."""

import sys
from collections.abc import Iterator

from manim import Group, Mobject, Scene, VGroup, VMobject, VMobjectFromSVGPath

from scenes.check.reader import TEXTS, words_of

# Classes that say nothing of what is drawn.
NAMELESS = (Mobject, Group, VMobject, VGroup, VMobjectFromSVGPath)


def name_of(mobject: Mobject, scene: Scene) -> str:
    """Return the class of a mobject; where that says nothing, what it is a part of.

    That is the nearest mobject above it that is a text, is in a variable, or has a class that says
    something.
    """
    if type(mobject) not in NAMELESS:
        return type(mobject).__name__
    variables = _variables(scene)
    for one in (mobject, *_above(mobject, scene.mobjects)):
        kind, variable = type(one).__name__, variables.get(id(one))
        if isinstance(one, TEXTS):
            return f"part of {words_of(one)!r}"
        if variable or type(one) not in NAMELESS:
            named = " ".join(filter(None, (kind, variable)))
            return named if one is mobject else f"part of {named}"
    return type(mobject).__name__


def _above(mobject: Mobject, mobjects: list[Mobject]) -> list[Mobject]:
    """Return the mobjects that hold a mobject, the nearest first."""
    for one in mobjects:
        if mobject in one.submobjects:
            return [one]
        if above := _above(mobject, one.submobjects):
            return [*above, one]
    return []


def _variables(scene: Scene) -> dict[int, str]:
    """Return the names of the mobjects that a scene's code has in variables, by their ids."""
    found: dict[int, str] = {}
    for values in (vars(scene), *_local_variables(scene)):
        found |= {id(value): name for name, value in values.items() if isinstance(value, Mobject)}
    return found


def _local_variables(scene: Scene) -> Iterator[dict[str, object]]:
    """Yield the local variables of the scene's functions that are running, the innermost first."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_globals.get("__name__") == type(scene).__module__:
            yield frame.f_locals
