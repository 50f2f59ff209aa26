"""The sampler: runs a scene without drawing it and takes a few moments of every play."""

from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

from manim import Mobject, Scene

from scenes.check.boxes import Box
from scenes.check.moment import Moment, Pixels
from scenes.check.pixels import Painter
from scenes.check.reader import Reader
from scenes.explainer import Explainer

RATE = 8  # samples a second during a play
LEAST = 4  # samples in the shortest play
WHOLE = "scene"  # the name of the beat of a scene without sections


class Sampler:
    """Replaces the ``play`` of a scene's renderer; any Manim scene can be sampled."""

    def __init__(
        self,
        scene: Scene,
        draw: Callable[[Moment], Pixels],
        on_moment: Callable[[Moment], None],
        on_beat: Callable[[str], None],
    ) -> None:
        """Attach the sampler to a scene.

        Args:
            scene: a scene that has not been rendered yet.
            draw: returns a moment's pixels.
            on_moment: called with every sample.
            on_beat: called with the name of every beat that begins.
        """
        self.scene = scene
        self.draw = draw
        self.on_moment = on_moment
        self.on_beat = on_beat
        self.beat = WHOLE
        self.reader = Reader(scene)
        self.static: frozenset[int] = frozenset()
        self._attach()

    def _attach(self) -> None:
        renderer: Any = self.scene.renderer
        renderer.play = self._play
        renderer.update_frame = _nothing
        renderer.scene_finished = _nothing
        if isinstance(self.scene, Explainer):
            self.scene.on_beat = self._begin
        else:
            self.scene.next_section = self._section  # type: ignore[method-assign]

    def _begin(self, beat: str) -> None:
        self.beat = beat
        self.on_beat(beat)

    def _section(self, name: str = "unnamed", *_: object, **__: object) -> None:
        self._begin(name)

    def _play(self, scene: Scene, *animations: Any, **options: Any) -> None:
        """Play animations like Manim's renderer, in a few steps and without pixels."""
        scene.compile_animation_data(*animations, **options)
        scene.begin_animations()
        start = scene.renderer.time
        self.static = _ids(scene.static_mobjects)
        if scene.is_current_animation_frozen_frame():
            self._finish(start + scene.duration, seconds_still=scene.duration)
            return
        seconds = self._run(scene, start)
        for animation in scene.animations or ():
            animation.finish()
            animation.clean_up_from_scene(scene)
        scene.update_mobjects(0)
        self._finish(start + seconds)

    def _run(self, scene: Scene, start: float) -> float:
        """Step through the animations of a play, and return its length in seconds."""
        steps = max(LEAST, ceil(scene.duration * RATE))
        for step in range(steps):
            seconds = scene.duration * step / steps
            scene.update_to_time(seconds)
            self._sample(start + seconds, still=False)
            if scene.stop_condition is not None and scene.stop_condition():
                return float(seconds)
        scene.update_to_time(scene.duration)
        return float(scene.duration)

    def _finish(self, time: float, seconds_still: float = 0.0) -> None:
        self.scene.renderer.time = time
        self.static = frozenset()
        self.reader.forget()
        self._sample(time, still=True, seconds_still=seconds_still)
        self.scene.renderer.num_plays += 1

    def _sample(self, time: float, *, still: bool, seconds_still: float = 0.0) -> None:
        parts, texts = self.reader.read(self.static)
        moment = Moment(
            scene=self.scene,
            beat=self.beat,
            time=time,
            still=still,
            seconds_still=seconds_still,
            play=self.scene.renderer.num_plays,
            view=_view(self.scene),
            parts=parts,
            all_texts=texts,
            draw=self.draw,
        )
        self.on_moment(moment)


def snapshot(scene: Scene, beat: str) -> Moment:
    """Return the present moment of a scene in which nothing moves."""
    parts, texts = Reader(scene).read()
    return Moment(
        scene=scene,
        beat=beat,
        time=scene.time,
        still=True,
        seconds_still=0.0,
        play=scene.renderer.num_plays,
        view=_view(scene),
        parts=parts,
        all_texts=texts,
        draw=Painter().ground,
    )


def _nothing(*_: object, **__: object) -> None:
    """Do nothing, in place of a method that draws."""


def _ids(mobjects: Iterable[Mobject]) -> frozenset[int]:
    return frozenset(id(mobject) for mobject in mobjects)


def _view(scene: Scene) -> Box:
    """Return the box that the camera shows."""
    camera: Any = scene.camera
    x, y = float(camera.frame_center[0]), float(camera.frame_center[1])
    right, up = float(camera.frame_width) / 2, float(camera.frame_height) / 2
    return Box(x - right, y - up, x + right, y + up)
