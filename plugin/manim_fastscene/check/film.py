"""What the checker may take for granted in any Manim scene.

The checker comes from a film, whose chapters have more rules. Here no scene is a chapter of it.
"""

from importlib.resources import files
from typing import Any

from manim import Mobject, Scene, VMobject

__all__ = [
    "CheckError",
    "Words",
    "font_file",
    "is_chapter",
    "is_pinned",
    "opening_play",
    "role_colours",
    "rules",
]

FONT = "font_source_sans_pro"


class CheckError(Exception):
    """A file whose scenes cannot be checked."""


class Words(VMobject):
    """A line of text as one mobject, which no scene here has."""


def font_file(weight: str) -> str:
    """Return the path of the font whose heights stand for those of any other."""
    return str(files(FONT) / "files" / "SourceSansPro-Regular.ttf")


def is_chapter(scene: Scene) -> bool:
    """Return that a scene is no chapter."""
    return False


def is_pinned(mobject: Mobject) -> bool:
    """Return that no mobject is fixed on the screen."""
    return False


def opening_play(scene: Scene) -> int:
    """Return the number of a scene's first play."""
    return 0


def role_colours() -> dict[str, Any]:
    """Return no colours: which of a scene's colours have a meaning is told by their chroma."""
    return {}


def rules() -> list[Any]:
    """Return no rules but those for any scene."""
    return []
