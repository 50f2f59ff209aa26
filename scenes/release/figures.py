"""A figure of each beat: what stands at its end, as a large PNG and as SVG."""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim import Camera, Mobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject
from PIL import Image

from scenes.drawing.camera import BlindCamera, BoxCamera
from scenes.explainer import Beat
from scenes.publish.render import BLIND, Job, ready

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


def draw_figures(job: Job, folder: Path) -> list[Path]:
    """Write a PNG and an SVG of each beat's end; return their paths in order, without suffix.

    Args:
        job: the chapter and how it looks.
        folder: where they go; it is there.
    """
    found: list[Path] = []
    width, height = job.look.pixels
    with ready(job, dict(BLIND), camera_class=BlindCamera) as scene:

        def draw(beat: Beat) -> None:
            place = folder / f"{len(found) + 1}-{beat.name}"
            as_png(scene.mobjects, place.with_suffix(".png"), (DENSITY * width, DENSITY * height))
            as_svg(scene.mobjects, place.with_suffix(".svg"), beat.caption)
            found.append(place)

        scene.at_end = draw
        scene.render()
    return found
