"""Figures: the last picture of each beat, as a large PNG, as SVG or as PDF."""

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

from scenes.drawing import ground
from scenes.drawing.camera import view_of
from scenes.drawing.glow import Soft
from scenes.drawing.layout import Slot
from scenes.drawing.null_camera import NullCamera
from scenes.explainer import PlayedBeat
from scenes.fast.images import BoxCamera
from scenes.fast.scheduler import OnProgress, WorkerContext
from scenes.render.digests import digest
from scenes.render.folders import work_folder
from scenes.render.jobs import DRY_RUN, Job, scene_for
from scenes.render.store import Store
from scenes.render.workers import side_by_side

LISTED = ".figures.json"  # suffix of a chapter's list of figures
SURFACE = re.compile(r'<g id="surface\d+">')  # numbered by what the process drew before
DENSITY = 2  # pixels of a PNG for one pixel of the film at 1080p


Vectors = cairo.SVGSurface | cairo.PDFSurface


class VectorCamera(Camera):
    """A camera that draws into a file of lines and fills; images keep their own pixels.

    Args:
        kind: of the file.
        path: of the file.
        view: what is seen.
    """

    def __init__(self, kind: type[Vectors], path: Path, view: Slot) -> None:
        super().__init__(**seen(view))
        width, height = self.pixel_width, self.pixel_height
        self.surface: Any = kind(str(path), width, height)
        self.context = cairo.Context(self.surface)
        ground.paint(self.context, width, height)
        self.context.scale(width / view.width, -height / view.height)
        self.context.translate(-view.left, -view.top)

    def get_cairo_context(self, pixel_array: object) -> "cairo.Context[Any]":
        """Return the file's Cairo context."""
        return self.context

    def set_cairo_context_color(self, ctx: Any, rgbas: Any, vmobject: VMobject) -> "VectorCamera":
        """Set a colour as RGBA; Manim swaps red and blue for the byte order of its frames."""
        swapped = np.asarray(rgbas)[:, [2, 1, 0, 3]]
        super().set_cairo_context_color(ctx, swapped, vmobject)
        return self

    def display_image_mobject(self, image_mobject: AbstractImageMobject, *_: object) -> None:
        """Draw one image between its corners."""
        pixels = np.asarray(image_mobject.get_pixel_array(), np.uint8)
        left_top, right_top, left_bottom = image_mobject.points[:3, :2]
        height, width = pixels.shape[:2]
        across, down = (right_top - left_top) / width, (left_bottom - left_top) / height
        self.context.save()
        self.context.transform(cairo.Matrix(*across, *down, *left_top))
        self.context.set_source_surface(_surface(pixels))
        soft = isinstance(image_mobject, Soft)
        self.context.get_source().set_filter(cairo.Filter.GOOD if soft else cairo.Filter.NEAREST)
        self.context.paint()
        self.context.restore()

    def finish(self) -> None:
        """Write the file."""
        self.surface.finish()


def _surface(pixels: npt.NDArray[np.uint8]) -> cairo.ImageSurface:
    """Return an image as a Cairo surface: BGRA, with premultiplied alpha."""
    opacity = pixels[..., 3:].astype(np.uint16)
    colors = (pixels[..., 2::-1] * opacity // 255).astype(np.uint8)
    stored = np.ascontiguousarray(np.concatenate([colors, pixels[..., 3:]], axis=2))
    height, width = stored.shape[:2]
    data = bytearray(stored.tobytes())
    return cairo.ImageSurface.create_for_data(data, cairo.Format.ARGB32, width, height)


def seen(view: Slot) -> dict[str, Any]:
    """Return the options of a camera of Manim that shows a view."""
    return {
        "frame_width": view.width,
        "frame_height": view.height,
        "frame_center": view.center,
    }


def as_svg(mobjects: Iterable[Mobject], path: Path, title: str, view: Slot) -> None:
    """Draw what a view shows of mobjects into an SVG file with a title."""
    camera = VectorCamera(cairo.SVGSurface, path, view)
    camera.capture_mobjects(mobjects)
    camera.finish()
    text = path.read_text("utf-8")
    name = f"\n<title>{escape(title)}</title>"
    text = re.sub(r"<svg[^>]*>", lambda tag: tag.group() + name, text, count=1)
    text = SURFACE.sub("<g>", text)
    path.write_text(text, "utf-8")


def as_pdf(mobjects: Iterable[Mobject], path: Path, title: str, view: Slot) -> None:
    """Draw what a view shows of mobjects into a PDF file with a title."""
    camera = VectorCamera(cairo.PDFSurface, path, view)
    camera.surface.set_metadata(cairo.PDFMetadata.TITLE, title)
    camera.capture_mobjects(mobjects)
    camera.finish()


def as_png(mobjects: Iterable[Mobject], path: Path, pixels: tuple[int, int], view: Slot) -> None:
    """Draw what a view shows of mobjects into a PNG file with the given width and height."""
    camera = BoxCamera(pixel_width=pixels[0], pixel_height=pixels[1], **seen(view))
    ground.lay(camera, dithered=False)
    camera.capture_mobjects(mobjects)
    Image.fromarray(camera.pixel_array[..., :3]).save(path)


VECTORS = {".svg": as_svg, ".pdf": as_pdf}


@dataclass(frozen=True)
class FigureTask:
    """A chapter whose figures are needed, their cache key, and the store."""

    job: Job
    key: str
    store: Store

    @property
    def name(self) -> str:
        """The name shown while the figures are drawn."""
        return f"{self.job.name} figures"

    @property
    def is_stored(self) -> bool:
        """Whether the store has the figures, each of them intact."""
        return self.store.has(self.key, LISTED) and all(
            self.store.has(digest([self.key, name]), Path(name).suffix) for name in self.names
        )

    @property
    def names(self) -> list[str]:
        """The names of stored figures."""
        listed: list[str] = json.loads(self.store.path(self.key, LISTED).read_text("utf-8"))
        return listed


def figures_of(todo: Sequence[FigureTask], on_progress: OnProgress) -> list[dict[str, Path]]:
    """Return each chapter's figures by name, in order, from the store or else drawn into it.

    Args:
        todo: the chapters.
        on_progress: called with a task's name and each beat that begins, and (name, ``DONE``).
    """
    missing = [task for task in todo if not task.is_stored]
    if missing:
        side_by_side(_draw, missing, on_progress)
    return [_read(task) for task in todo]


def _read(task: FigureTask) -> dict[str, Path]:
    return {
        name: task.store.path(digest([task.key, name]), Path(name).suffix) for name in task.names
    }


def _draw(task: FigureTask, context: WorkerContext) -> None:
    """Draw one chapter's figures into the store, in a worker process."""
    with work_folder(task.store.folder, "work") as folder:
        job = replace(task.job, folder=folder / "manim")
        drawer = Drawer(folder, job.look.pixels)
        drawer.draw_all(job, partial(context.report, task.name))
        drawer.store(task.store, task.key)


class Drawer:
    """Writes a figure of each kind at the end of each beat.

    Args:
        folder: an existing folder for the files.
        pixels: width and height of the film's pictures.
        kinds: the suffixes of the files.
    """

    def __init__(
        self, folder: Path, pixels: tuple[int, int], kinds: Sequence[str] = (".png", ".svg")
    ) -> None:
        self.folder = folder
        self.pixels = DENSITY * pixels[0], DENSITY * pixels[1]
        self.kinds = kinds

    def draw_all(self, job: Job, on_beat: Callable[[str], None]) -> None:
        """Build a chapter's scene, and draw the end of each beat of it."""
        with scene_for(job, DRY_RUN, camera_class=NullCamera) as scene:
            scene.on_beat = on_beat
            scene.on_beat_end = partial(self.draw, scene)
            scene.render()

    def draw(self, scene: Any, beat: PlayedBeat) -> None:
        """Draw the mobjects of a scene at a beat's end."""
        place = self.folder / f"{len(scene.beats)}-{beat.name}"
        view = view_of(scene.camera)
        for kind in self.kinds:
            path = place.with_suffix(kind)
            if kind == ".png":
                as_png(scene.mobjects, path, self.pixels, view)
            else:
                VECTORS[kind](scene.mobjects, path, beat.caption, view)

    @property
    def files(self) -> list[Path]:
        """The files in the order of the beats, also those of forked processes."""
        drawn = [path for kind in self.kinds for path in self.folder.glob(f"*{kind}")]
        return sorted(drawn, key=lambda path: (int(path.name.partition("-")[0]), path.suffix))

    def store(self, store: Store, key: str) -> None:
        """Move the files into a store; their list follows last and marks them complete."""
        files = self.files
        for path in files:
            store.get(digest([key, path.name]), path.suffix, path.replace)
        names = json.dumps([path.name for path in files])
        store.get(key, LISTED, lambda path: path.write_text(names, "utf-8"))
