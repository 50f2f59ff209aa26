"""What a camera shows: its box, its place, and whether it can move."""

from typing import Any

from manim import Mobject, MovingCamera, Scene, ThreeDCamera

from scenes.check.boxes import Box
from scenes.check.film import is_chapter


def view_of(scene: Scene) -> Box:
    """Return the box that the camera shows."""
    camera: Any = scene.camera
    x, y = float(camera.frame_center[0]), float(camera.frame_center[1])
    right, up = float(camera.frame_width) / 2, float(camera.frame_height) / 2
    return Box(x - right, y - up, x + right, y + up)


def place_of(scene: Scene) -> tuple[float, ...]:
    """Return numbers that are equal while the camera stays where it is."""
    camera: Any = scene.camera
    turns: tuple[float, ...] = ()
    if isinstance(camera, ThreeDCamera):
        turns = tuple(float(tracker.get_value()) for tracker in camera.get_value_trackers())
    return tuple(round(number, 6) for number in (*view_of(scene), *turns))


def can_move(scene: Scene) -> bool:
    """Whether a scene may put something where its camera goes later; a chapter does not."""
    return isinstance(scene.camera, MovingCamera | ThreeDCamera) and not is_chapter(scene)


def of_camera(scene: Scene) -> set[int]:
    """Return the ids of the mobjects that move the camera."""
    camera: Any = scene.camera
    found: list[Mobject] = []
    if isinstance(camera, MovingCamera):
        found += camera.get_mobjects_indicating_movement()
    if isinstance(camera, ThreeDCamera):
        found += [*camera.get_value_trackers(), camera._frame_center]
    return {id(mobject) for mobject in found}
