"""A scene whose frames are drawn and written as changes, with Manim's own camera's pixels."""

from collections.abc import Iterable
from typing import Any

from manim import Camera, Mobject, RendererType, Scene, config
from manim.renderer.cairo_renderer import CairoRenderer
from manim.utils.iterables import list_update

from scenes.fast.camera import FastCamera
from scenes.fast.writer import FastWriter


class FastRenderer(CairoRenderer):
    """Manim's renderer, which hands on from camera to writer what has changed."""

    camera: FastCamera

    def __init__(self, camera_class: type[FastCamera] = FastCamera, **options: Any) -> None:
        super().__init__(file_writer_class=FastWriter, camera_class=camera_class, **options)
        self._changed: list[Any] = []

    def save_static_frame_data(self, scene: Scene, static_mobjects: Iterable[Mobject]) -> None:
        """Draw what stands still, unless nothing is to be drawn."""
        if not self.skip_animations:
            self.camera.stand(static_mobjects)

    def update_frame(
        self,
        scene: Scene,
        mobjects: Iterable[Mobject] | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        """Draw what moves; without mobjects the whole scene, as Manim does."""
        if mobjects is None:
            super().update_frame(scene, mobjects, *args, **options)
        elif not self.skip_animations:
            moving = mobjects or list_update(scene.mobjects, scene.foreground_mobjects)
            self._changed = self.camera.show(moving)

    def render(
        self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None
    ) -> None:
        """Draw and write one frame."""
        self.update_frame(scene, moving_mobjects or [])
        self._write(1)

    def freeze_current_frame(self, duration: float) -> None:
        """Write the frame for some seconds."""
        self._write(int(duration / (1 / self.camera.frame_rate)))

    def _write(self, frames: int) -> None:
        if not self.skip_animations:
            self.time += frames * (1 / self.camera.frame_rate)
            self.file_writer.write_changes(self.camera.pixel_array, self._changed, frames)


class FastScene(Scene):
    """A scene that renders faster. With a camera of its own it is an ordinary scene."""

    def __init__(self, camera_class: type[Camera] = FastCamera, **options: Any) -> None:
        if config.renderer == RendererType.CAIRO and issubclass(camera_class, FastCamera):
            skipped = options.get("skip_animations", False)
            options.setdefault("renderer", FastRenderer(camera_class, skip_animations=skipped))
        super().__init__(camera_class=camera_class, **options)
