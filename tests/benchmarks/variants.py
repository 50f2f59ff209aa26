"""The film's chapters with some of what makes rendering fast, one after the other added.

Each scene is called by chapter and variant::

    manim -qh --disable_caching tests/benchmarks/variants.py OneRoundInBoxes
"""

from importlib import import_module
from typing import Any

from manim import Scene
from manim.scene.scene_file_writer import SceneFileWriter

from scenes import FILM, Chapter
from scenes.fast.images import BoxCamera
from scenes.fast.scene import FastRenderer, FastScene


class InBoxes(FastScene):
    """An image is composited into its own box; the rest is Manim's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(camera_class=BoxCamera, **options)


class WholeWriter(SceneFileWriter):
    """Manim's writer, which takes every frame whole, whatever has changed."""

    def write_changes(self, pixels: Any, boxes: Any, repeat: int) -> None:
        """Write a frame."""
        self.write_frame(pixels.copy(), repeat=repeat)


class DrawnAsChanges(FastScene):
    """Only what has changed is drawn; Manim's writer."""

    def __init__(self, **options: Any) -> None:
        renderer = FastRenderer()
        renderer._file_writer_class = WholeWriter
        super().__init__(renderer=renderer, **options)


class WrittenAsChanges(FastScene):
    """Only what has changed is converted, and a section is one file: as ``manim`` renders it."""


class AtOnce(FastScene):
    """Frames are encoded at once instead of in a thread: as ``fedreel film`` renders it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.renderer.file_writer.direct = True


class Twice(AtOnce):
    """Told twice in one scene, to see how it grows with length."""

    times = 2

    def construct(self) -> None:
        """Tell the chapter, and again from the start."""
        for _ in range(self.times):
            super().construct()
            self.clear()
            self.setup()


class FourTimes(Twice):
    """Told four times."""

    times = 4


def variant(chapter: Chapter, of: type[FastScene]) -> type[Scene]:
    """Return a chapter's scene in a variant, with the chapter's runs."""
    scene = getattr(import_module(f"scenes.{chapter.name}"), chapter.scene)
    runs = classmethod(lambda cls: chapter.runs)
    name = f"{chapter.scene}{of.__name__}"
    return type(name, (of, scene), {"_default_runs": runs, "__module__": __name__})


VARIANTS = (InBoxes, DrawnAsChanges, WrittenAsChanges, AtOnce, Twice, FourTimes)
for each in FILM:
    made = [variant(each, of) for of in VARIANTS]
    globals().update({scene.__name__: scene for scene in made})
