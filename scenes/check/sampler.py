"""The sampler: runs a scene without drawing it and takes a few moments of every play."""

from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

from manim import Mobject, Scene

from scenes.check.film import is_chapter
from scenes.check.moment import Moment, Pixels
from scenes.check.pixels import Painter
from scenes.check.reader import Reader
from scenes.check.views import place_of, view_of

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
        self._start = place_of(scene)
        self._attach()

    def _attach(self) -> None:
        scene: Any = self.scene
        renderer = scene.renderer
        renderer.play = self._play
        renderer.update_frame = _nothing
        renderer.scene_finished = _nothing
        if is_chapter(self.scene):
            scene.on_beat = self._begin
        else:
            self._next_section = scene.next_section
            scene.next_section = self._section

    def _begin(self, beat: str) -> None:
        self.beat = beat
        self.on_beat(beat)

    def _section(self, name: str = "unnamed", *kind: Any, **options: Any) -> None:
        self._next_section(name, *kind, **options)
        self._begin(name)

    def _play(self, scene: Scene, *animations: Any, **options: Any) -> None:
        """Play animations like Manim's renderer, in a few steps and without pixels."""
        skipped = self._is_skipped()
        scene.compile_animation_data(*animations, **options)
        scene.begin_animations()
        start = scene.renderer.time
        if skipped:
            self._skip(scene)
            return
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

    def _is_skipped(self) -> bool:
        """Whether Manim would leave the next play out of the movie."""
        renderer: Any = self.scene.renderer
        renderer.skip_animations = renderer._original_skipping_status
        renderer.update_skipping_status()
        return bool(renderer.skip_animations)

    def _skip(self, scene: Scene) -> None:
        """Take a play to its end, as Manim does with one that is left out."""
        if not scene.is_current_animation_frozen_frame():
            scene.update_to_time(scene.duration)
            for animation in scene.animations or ():
                animation.finish()
                animation.clean_up_from_scene(scene)
        scene.renderer.time += scene.duration
        scene.renderer.num_plays += 1

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
            view=view_of(self.scene),
            moved=place_of(self.scene) != self._start,
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
        view=view_of(scene),
        moved=False,
        parts=parts,
        all_texts=texts,
        draw=Painter().ground,
    )


def _nothing(*_: object, **__: object) -> None:
    """Do nothing, in place of a method that draws."""


def _ids(mobjects: Iterable[Mobject]) -> frozenset[int]:
    return frozenset(id(mobject) for mobject in mobjects)
