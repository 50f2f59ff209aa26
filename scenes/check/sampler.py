"""Runs a scene without drawing it and hands on a moment a few times in every play."""

from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

from manim import Mobject, Scene

from scenes.check.boxes import Box
from scenes.check.moment import Moment, Pixels
from scenes.check.pixels import Painter
from scenes.check.reader import Reader
from scenes.explainer import Explainer

RATE = 8  # samples a second while something is played
LEAST = 4  # samples in a play, however short
WHOLE = "scene"  # the name of the only beat of a scene without sections


class Sampler:
    """Takes the place of a renderer's way to play, from outside: any scene can be sampled."""

    def __init__(
        self,
        scene: Scene,
        draw: Callable[[Moment], Pixels],
        on_moment: Callable[[Moment], None],
        on_beat: Callable[[str], None],
    ) -> None:
        """Attach to a scene.

        Args:
            scene: a scene that has not been rendered yet.
            draw: returns a moment's pixels.
            on_moment: told every sample.
            on_beat: told the name of every beat as it begins.
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
        """Play as Manim's renderer does, but with few steps and no pixels."""
        scene.compile_animation_data(*animations, **options)
        scene.begin_animations()
        start = scene.renderer.time
        self.static = _ids(scene.static_mobjects)
        if scene.is_current_animation_frozen_frame():
            self._finish(start + scene.duration, stood=scene.duration)
            return
        seconds = self._run(scene, start)
        for animation in scene.animations or ():
            animation.finish()
            animation.clean_up_from_scene(scene)
        scene.update_mobjects(0)
        self._finish(start + seconds)

    def _run(self, scene: Scene, start: float) -> float:
        """Go through the animations of a play and return the seconds that it took."""
        steps = max(LEAST, ceil(scene.duration * RATE))
        for step in range(steps):
            seconds = scene.duration * step / steps
            scene.update_to_time(seconds)
            self._look(start + seconds, still=False)
            if scene.stop_condition is not None and scene.stop_condition():
                return float(seconds)
        scene.update_to_time(scene.duration)
        return float(scene.duration)

    def _finish(self, time: float, stood: float = 0.0) -> None:
        self.scene.renderer.time = time
        self.static = frozenset()
        self.reader.forget()
        self._look(time, still=True, stood=stood)
        self.scene.renderer.num_plays += 1

    def _look(self, time: float, *, still: bool, stood: float = 0.0) -> None:
        parts, letters = self.reader.read(self.static)
        moment = Moment(
            scene=self.scene,
            beat=self.beat,
            time=time,
            still=still,
            stood=stood,
            play=self.scene.renderer.num_plays,
            view=_view(self.scene),
            parts=parts,
            letters=letters,
            draw=self.draw,
        )
        self.on_moment(moment)


def snapshot(scene: Scene, beat: str) -> Moment:
    """Return what stands on a scene now, while nothing moves."""
    parts, letters = Reader(scene).read()
    return Moment(
        scene=scene,
        beat=beat,
        time=scene.time,
        still=True,
        stood=0.0,
        play=scene.renderer.num_plays,
        view=_view(scene),
        parts=parts,
        letters=letters,
        draw=Painter().ground,
    )


def _nothing(*_: object, **__: object) -> None:
    """Take the place of what would draw."""


def _ids(mobjects: Iterable[Mobject]) -> frozenset[int]:
    return frozenset(id(mobject) for mobject in mobjects)


def _view(scene: Scene) -> Box:
    """Return the part of the plane that the camera sees."""
    camera: Any = scene.camera
    x, y = float(camera.frame_center[0]), float(camera.frame_center[1])
    right, up = float(camera.frame_width) / 2, float(camera.frame_height) / 2
    return Box(x - right, y - up, x + right, y + up)
