"""The film's chapters as stock Manim renders them: its own camera, renderer and writer.

    manim -a -qh --disable_caching tests/benchmarks/stock_film.py

A ``FastScene`` whose camera is Manim's is an ordinary scene; nothing of ``scenes.fast`` is at work.
"""

from functools import partialmethod
from importlib import import_module

from manim import MovingCamera, Scene

from scenes import FILM, Chapter


def stock(chapter: Chapter) -> type[Scene]:
    """Return a chapter's scene under its own name, by which it finds its runs."""
    scene = getattr(import_module(f"scenes.{chapter.name}"), chapter.scene)
    made = partialmethod(scene.__init__, camera_class=MovingCamera)
    return type(chapter.scene, (scene,), {"__init__": made, "__module__": __name__})


globals().update({chapter.scene: stock(chapter) for chapter in FILM})
