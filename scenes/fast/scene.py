"""A Manim scene and renderer that draw and encode only what changes between frames."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from manim import Camera, Mobject, RendererType, Scene, config
from manim.renderer.cairo_renderer import CairoRenderer
from manim.utils.iterables import list_update

from scenes.fast.camera import FastCamera
from scenes.fast.scheduler import Sections
from scenes.fast.writer import FastWriter


class FastRenderer(CairoRenderer):
    """Manim's renderer with a camera and a writer that exchange only changed boxes."""

    camera: FastCamera

    def __init__(self, camera_class: type[FastCamera] = FastCamera, **options: Any) -> None:
        super().__init__(file_writer_class=FastWriter, camera_class=camera_class, **options)
        self.drawn_elsewhere = False  # whether another process draws the frames
        self._changed: list[Any] = []

    def play(self, scene: Scene, *args: Any, **options: Any) -> None:
        """Play animations; a skipped play advances the time as if its frames were drawn."""
        before = self.time
        super().play(scene, *args, **options)
        if self.skip_animations and scene.stop_condition is None:
            self.time = before
            step = 1 / self.camera.frame_rate
            if scene.is_current_animation_frozen_frame():
                self.time += int(scene.duration / step) * step
                return
            for _ in np.arange(0, scene.duration, step):
                self.time += step

    def update_skipping_status(self) -> None:
        """Skip as Manim does, and also the frames that another process draws."""
        super().update_skipping_status()
        self.skip_animations = self.skip_animations or self.drawn_elsewhere

    def save_static_frame_data(self, scene: Scene, static_mobjects: Iterable[Mobject]) -> None:
        """Draw the static mobjects, unless the play is skipped."""
        if not self.skip_animations:
            self.camera.draw_static(static_mobjects)

    def update_frame(
        self,
        scene: Scene,
        mobjects: Iterable[Mobject] | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        """Draw the moving mobjects; without any, the whole scene, as Manim does."""
        if mobjects is None:
            super().update_frame(scene, mobjects, *args, **options)
        elif not self.skip_animations:
            moving = mobjects or list_update(scene.mobjects, scene.foreground_mobjects)
            self._changed = self.camera.draw_moving(moving)

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
    """A scene that renders faster; with another camera class it is an ordinary scene.

    If ``sections`` is set, a separate process draws each section.
    """

    sections: Sections | None = None

    def __init__(self, camera_class: type[Camera] = FastCamera, **options: Any) -> None:
        if config.renderer == RendererType.CAIRO and issubclass(camera_class, FastCamera):
            skipped = options.get("skip_animations", False)
            options.setdefault("renderer", FastRenderer(camera_class, skip_animations=skipped))
        super().__init__(camera_class=camera_class, **options)

    @property
    def drawn_elsewhere(self) -> bool:
        """Whether another process draws the present frames."""
        return isinstance(self.renderer, FastRenderer) and self.renderer.drawn_elsewhere

    def next_section(self, *args: Any, **options: Any) -> None:
        """Begin a section."""
        super().next_section(*args, **options)
        if self.sections:
            self.sections.begin(self)

    def tear_down(self) -> None:
        """End the last section."""
        super().tear_down()
        if self.sections:
            self.sections.end(self)

    def render(self, preview: bool = False) -> bool:
        """Render the scene."""
        try:
            return bool(super().render(preview))
        except BaseException as error:
            if self.sections:
                self.sections.abandon(error)
            raise
