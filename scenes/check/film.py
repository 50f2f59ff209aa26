"""What the checker knows of the film; its other rules and parts look at any Manim scene.

Manim's plugin is built with a module of the same names in place of this one (``plugin``), in which
no scene is a chapter.
"""

from typing import TYPE_CHECKING

import numpy as np
from manim import ManimColor, Scene

from scenes import theme
from scenes.check.parts import Floats
from scenes.drawing.camera import is_pinned
from scenes.drawing.text import Words
from scenes.explainer import Explainer
from scenes.text.errors import CheckError
from scenes.text.glyphs import font_file

if TYPE_CHECKING:
    from scenes.check.finding import Rule

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

MEANINGFUL = ("MODEL", "UPDATE", "DATA", "DATA_FILL", "INK")  # roles of the theme


def is_chapter(scene: Scene) -> bool:
    """Whether a scene is a chapter of the film."""
    return isinstance(scene, Explainer)


def opening_play(scene: Scene) -> int:
    """Return the number of a chapter's first play after its title card."""
    return scene.opening_play if isinstance(scene, Explainer) else 0


def role_colours() -> dict[str, Floats]:
    """Return the colours with a meaning of the theme in use, sRGB, by role."""
    return {role: np.array(ManimColor(getattr(theme, role)).to_rgb()) for role in MEANINGFUL}


def rules() -> "list[Rule]":
    """Return a new instance of every rule that only a chapter can break."""
    from scenes.check.figures import FiguresFirst  # noqa: PLC0415  # they need this module
    from scenes.check.photos import PhotosStay  # noqa: PLC0415

    return [FiguresFirst(), PhotosStay()]
