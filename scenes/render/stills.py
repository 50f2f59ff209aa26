"""A figure of each beat: what stands at its end, as a large PNG and as SVG."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim import Camera, Mobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject
from PIL import Image

from scenes.drawing.blind import BlindCamera
from scenes.explainer import Beat
from scenes.fast.images import BoxCamera
from scenes.render.digests import digest
from scenes.render.folders import work_folder
from scenes.render.jobs import BLIND, Job, ready
from scenes.render.store import Store
from scenes.render.workers import side_by_side

LISTED = ".figures.json"  # how the name of a chapter's list of figures ends
DENSITY = 2  # pixels of a PNG for one of the film's at 1080p


class SvgCamera(Camera):
    """Draws into an SVG file. Each picture keeps its own pixels and is scaled where it stands."""

    def __init__(self, path: Path, **options: Any) -> None:
        super().__init__(**options)
        width, height = self.pixel_width, self.pixel_height
        self.surface = cairo.SVGSurface(str(path), width, height)
        self.context = cairo.Context(self.surface)
        self.context.set_source_rgba(*self.background_color.to_rgba())
        self.context.paint()
        self.context.scale(width / self.frame_width, -height / self.frame_height)
        self.context.translate(self.frame_width / 2, -self.frame_height / 2)

    def get_cairo_context(self, pixel_array: object) -> "cairo.Context[cairo.SVGSurface]":
        """Return the file's context, whatever the frame."""
        return self.context

    def set_cairo_context_color(self, ctx: Any, rgbas: Any, vmobject: VMobject) -> "SvgCamera":
        """Set the colour as it is: Manim turns it round for its frames, which are stored so."""
        turned = np.asarray(rgbas)[:, [2, 1, 0, 3]]
        super().set_cairo_context_color(ctx, turned, vmobject)
        return self

    def display_image_mobject(self, image_mobject: AbstractImageMobject, *_: object) -> None:
        """Draw one picture between its corners."""
        pixels = np.asarray(image_mobject.get_pixel_array(), np.uint8)
        left_top, right_top, left_bottom = image_mobject.points[:3, :2]
        height, width = pixels.shape[:2]
        across, down = (right_top - left_top) / width, (left_bottom - left_top) / height
        self.context.save()
        self.context.transform(cairo.Matrix(*across, *down, *left_top))
        self.context.set_source_surface(_surface(pixels))
        self.context.get_source().set_filter(cairo.Filter.NEAREST)
        self.context.paint()
        self.context.restore()

    def finish(self) -> None:
        """Write the file."""
        self.surface.finish()


def _surface(pixels: npt.NDArray[np.uint8]) -> cairo.ImageSurface:
    """Return a picture as Cairo has it: blue first, colours multiplied by their opacity."""
    opacity = pixels[..., 3:].astype(np.uint16)
    colors = (pixels[..., 2::-1] * opacity // 255).astype(np.uint8)
    stored = np.ascontiguousarray(np.concatenate([colors, pixels[..., 3:]], axis=2))
    height, width = stored.shape[:2]
    data = bytearray(stored.tobytes())
    return cairo.ImageSurface.create_for_data(data, cairo.Format.ARGB32, width, height)


def as_svg(mobjects: Iterable[Mobject], path: Path, title: str) -> None:
    """Draw mobjects into an SVG file that says what it shows."""
    camera = SvgCamera(path)
    camera.capture_mobjects(mobjects)
    camera.finish()
    text = path.read_text("utf-8")
    name = f"\n<title>{escape(title)}</title>"
    text = re.sub(r"<svg[^>]*>", lambda tag: tag.group() + name, text, count=1)
    path.write_text(text, "utf-8")


def as_png(mobjects: Iterable[Mobject], path: Path, pixels: tuple[int, int]) -> None:
    """Draw mobjects into a PNG file of some width and height."""
    camera = BoxCamera(pixel_width=pixels[0], pixel_height=pixels[1])
    camera.capture_mobjects(mobjects)
    Image.fromarray(camera.pixel_array[..., :3]).save(path)


@dataclass(frozen=True)
class Task:
    """A chapter whose figures are to be drawn, the digest that they are kept under, and where."""

    job: Job
    key: str
    store: Store

    @property
    def name(self) -> str:
        """What it is called while it is worked on."""
        return f"{self.job.name} figures"

    @property
    def drawn(self) -> bool:
        """Whether they are there."""
        return self.store.has(self.key, LISTED)


def numbers_of(todo: Sequence[Task], on_beat: Callable[[str, str], None]) -> list[dict[str, Path]]:
    """Return each chapter's figures by name, in order; those not there are drawn, side by side.

    Args:
        todo: the chapters.
        on_beat: told name and beat whenever one begins, and (name, ``DONE``) at its end.
    """
    missing = [task for task in todo if not task.drawn]
    if missing:
        side_by_side(_draw, missing, on_beat)
    return [_read(task) for task in todo]


def _read(task: Task) -> dict[str, Path]:
    names = json.loads(task.store.path(task.key, LISTED).read_text("utf-8"))
    return {name: task.store.path(digest([task.key, name]), Path(name).suffix) for name in names}


def _draw(task: Task, news: Any) -> None:
    """Draw one chapter's figures into the store; runs in a process of its own."""
    with work_folder(task.store.folder, "work") as folder:
        job = replace(task.job, folder=folder / "manim")
        drawer = Drawer(folder, job.look.pixels)
        with ready(job, dict(BLIND), camera_class=BlindCamera) as scene:
            scene.on_beat = lambda beat: news.put((task.name, beat))
            scene.at_end = partial(drawer.draw, scene)
            scene.render()
        drawer.keep(task.store, task.key)


class Drawer:
    """Writes a PNG and an SVG at the end of each beat.

    Args:
        folder: where they go; it is there.
        pixels: width and height of the film's own pictures.
    """

    def __init__(self, folder: Path, pixels: tuple[int, int]) -> None:
        self.folder = folder
        self.pixels = DENSITY * pixels[0], DENSITY * pixels[1]

    def draw(self, scene: Any, beat: Beat) -> None:
        """Draw what stands on a scene at a beat's end."""
        place = self.folder / f"{len(scene.beats)}-{beat.name}"
        as_png(scene.mobjects, place.with_suffix(".png"), self.pixels)
        as_svg(scene.mobjects, place.with_suffix(".svg"), beat.caption)

    @property
    def files(self) -> list[Path]:
        """The files written, by this process or a copy of it, in the order of the beats."""
        drawn = [path for kind in ("*.svg", "*.png") for path in self.folder.glob(kind)]
        return sorted(drawn, key=lambda path: (int(path.name.partition("-")[0]), path.suffix))

    def keep(self, store: Store, key: str) -> None:
        """Move the files into a store, their list last: where it is, they are."""
        files = self.files
        for path in files:
            store.get(digest([key, path.name]), path.suffix, path.replace)
        names = json.dumps([path.name for path in files])
        store.get(key, LISTED, lambda path: path.write_text(names, "utf-8"))
