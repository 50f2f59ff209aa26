"""A Manim scene and renderer that draw and encode only what changes between frames."""

import inspect
from collections.abc import Iterable, Iterator
from inspect import Parameter
from typing import Any, cast

import numpy as np
from manim import Camera, Mobject, MovingCamera, RendererType, Scene, config, logger
from manim.renderer.cairo_renderer import CairoRenderer
from manim.typing import PixelArray
from manim.utils.iterables import list_update

from scenes.fast.boxes import Box
from scenes.fast.camera import FastCamera, FastMovingCamera, draws_as_known
from scenes.fast.scheduler import Sections
from scenes.fast.writer import FastWriter

AS_MANIM = "A %s draws as Manim does, without a speed-up"


class FastRenderer(CairoRenderer):
    """Manim's renderer with a camera and a writer that exchange only changed boxes."""

    camera: Any

    def __init__(self, camera_class: type[Camera] = FastCamera, **options: Any) -> None:
        super().__init__(file_writer_class=FastWriter, camera_class=camera_class, **options)
        self.drawn_elsewhere = False  # whether another process draws the frames
        self.left_out = 0.0  # seconds that were played and are not in the movie
        self._changed: list[Box] | None = None  # what was drawn and is not yet written
        self._said: set[str] = set()

    def play(self, scene: Scene, *args: Any, **options: Any) -> None:
        """Play animations; a skipped play advances the time as if its frames were drawn."""
        before, kept = self.time, in_movie(self)
        super().play(scene, *args, **options)
        if self.skip_animations and scene.stop_condition is None:
            self.time = before
            step = 1 / self.camera.frame_rate
            if scene.is_current_animation_frozen_frame():
                self.time += int(scene.duration / step) * step
            else:
                for _ in np.arange(0, scene.duration, step):
                    self.time += step
        if not kept:
            self.left_out += self.time - before

    def update_skipping_status(self) -> None:
        """Skip as Manim does, and also the frames that another process draws."""
        super().update_skipping_status()
        self.skip_animations = self.skip_animations or self.drawn_elsewhere

    @property
    def fast(self) -> bool:
        """Whether the camera is one that can be drawn faster."""
        return draws_as_known(self.camera)

    def save_static_frame_data(
        self, scene: Scene, static_mobjects: Iterable[Mobject]
    ) -> PixelArray | None:
        """Draw the static mobjects, unless the play is skipped."""
        if self.skip_animations:
            return None
        if not self.fast:
            self._say_once(type(self.camera).__name__)
            return super().save_static_frame_data(scene, static_mobjects)
        pixels = self.camera.draw_static(static_mobjects)
        self.static_image = pixels if static_mobjects else None
        return self.static_image

    def update_frame(
        self,
        scene: Scene,
        mobjects: Iterable[Mobject] | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        """Draw the frame of a wait; what is asked for by hand is drawn as Manim does."""
        waiting = bool(scene.animations) and scene.is_current_animation_frozen_frame()
        if waiting and mobjects is scene.moving_mobjects and self.fast:
            self._draw(scene)
        else:
            super().update_frame(scene, mobjects, *args, **options)

    def render(
        self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None
    ) -> None:
        """Draw and write one frame."""
        if not self.fast or moving_mobjects is not scene.moving_mobjects:
            super().render(scene, time, moving_mobjects)
            return
        self._draw(scene)
        self._write(1)

    def freeze_current_frame(self, duration: float) -> None:
        """Write the frame for some seconds."""
        if self._changed is None:
            super().freeze_current_frame(duration)
        else:
            self._write(int(duration / (1 / self.camera.frame_rate)))

    def _draw(self, scene: Scene) -> None:
        if not self.skip_animations:
            self._changed = self.camera.draw_moving(
                scene.moving_mobjects or list_update(scene.mobjects, scene.foreground_mobjects)
            )

    def _write(self, frames: int) -> None:
        changed, self._changed = self._changed, None
        if not self.skip_animations:
            self.time += frames * (1 / self.camera.frame_rate)
            self.file_writer.write_changes(self.camera.pixel_array, changed, frames)

    def _say_once(self, camera: str) -> None:
        if camera not in self._said:
            logger.info(AS_MANIM, camera)
            self._said.add(camera)


def in_movie(renderer: Any) -> bool:
    """Whether what is played next is in the movie, whether it is drawn now, elsewhere or before."""
    writer, plays = renderer.file_writer, renderer.num_plays
    skipped = renderer._original_skipping_status or writer.sections[-1].skip_animations
    early = plays < config.from_animation_number
    late = 0 <= config.upto_animation_number < plays
    return not (skipped or early or late or writer.output_spec.is_still)


# Manim's cameras, and those that give the same pixels sooner.
FASTER: dict[type[Camera], type[FastCamera]] = {
    Camera: FastCamera,
    MovingCamera: FastMovingCamera,
}


def camera_of(scene_class: type[Scene]) -> type[Camera]:
    """Return the camera class that a scene class has without ``FastScene``."""
    after = scene_class.__mro__[scene_class.__mro__.index(FastScene) + 1 :]
    return next(_defaults(after), Camera)


def _defaults(kinds: Iterable[type]) -> Iterator[type[Camera]]:
    """Yield the camera classes that scene classes have by default."""
    for initialise in (vars(kind)["__init__"] for kind in kinds if "__init__" in vars(kind)):
        option = inspect.signature(initialise).parameters.get("camera_class")
        if option is not None and option.default not in (Parameter.empty, None):
            yield cast(type[Camera], option.default)


class FastScene(Scene):
    """A scene that renders faster, with the same pixels.

    It can be mixed with any other scene class. A camera that cannot be drawn faster, such as a
    three-dimensional one, is drawn as Manim does, and the log says so. With the camera class
    ``manim.Camera`` or ``manim.MovingCamera``, or with a renderer of one's own, it is an ordinary
    scene.

    If ``sections`` is set, a separate process draws each section.
    """

    sections: Sections | None = None

    def __init__(
        self, renderer: Any = None, camera_class: type[Camera] | None = None, **options: Any
    ) -> None:
        before = type(self).__mro__[: type(self).__mro__.index(FastScene)]
        usual = camera_class is None or camera_class in _defaults(before)
        camera = camera_of(type(self)) if camera_class is None else camera_class
        if usual:
            camera = FASTER.get(camera, camera)
        own = renderer is not None or config.renderer != RendererType.CAIRO
        if not own and issubclass(camera, FastCamera):
            skipped = options.get("skip_animations", False)
            renderer = FastRenderer(camera, skip_animations=skipped)
        elif not own:
            logger.info(AS_MANIM, camera.__name__)
        super().__init__(renderer=renderer, camera_class=camera, **options)

    @property
    def drawn_elsewhere(self) -> bool:
        """Whether another process draws the present frames."""
        return isinstance(self.renderer, FastRenderer) and self.renderer.drawn_elsewhere

    @property
    def movie_time(self) -> float:
        """The seconds of the movie up to now, without what was played and left out."""
        return float(self.renderer.time - getattr(self.renderer, "left_out", 0.0))

    def add_sound(
        self,
        sound_file: str,
        time_offset: float = 0,
        gain: float | None = None,
        **options: Any,
    ) -> None:
        """Add a sound to the movie at the present time.

        Manim loses it after an animation that its cache has, and is late by what was skipped.
        """
        if isinstance(self.renderer, CairoRenderer) and in_movie(self.renderer):
            time = self.movie_time + time_offset
            self.renderer.file_writer.add_sound(sound_file, time, gain, **options)
        elif not isinstance(self.renderer, CairoRenderer):
            super().add_sound(sound_file, time_offset, gain, **options)

    def add_sound_to_all(self, sound_file: str) -> None:
        """Add a sound that begins with the movie, even if the present play is not in it."""
        self.renderer.file_writer.add_sound(sound_file, 0.0, None)

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
