"""Any scene of Manim's has Manim's own frames: cameras, painted outlines, frames by hand."""

import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import av
import manim as mn
import numpy as np
import pytest
import random_scenes
import stock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manim import Camera, MovingCamera, MultiCamera, Scene, ThreeDCamera, tempconfig
from manim.renderer.cairo_renderer import CairoRenderer

from scenes.fast.camera import FastCamera, FastMovingCamera
from scenes.fast.scene import FastScene, camera_of

Plays = Callable[[Any], None]


def scene_of(plays: Plays, *bases: type[Scene]) -> type[Scene]:
    """Return a scene class with some plays, and ``FastScene`` among its bases."""
    return type("Played", bases or (FastScene,), {"construct": plays})


def check(
    plays: Plays, folder: Path, *bases: type[Scene], camera: type[Camera] = Camera
) -> stock.Frames:
    """See that the frames are Manim's own and not all the same; return them."""
    theirs, ours = stock.both(scene_of(plays, *bases), folder, camera)
    assert stock.differing(theirs, ours) == []
    assert any((frame != ours[0]).any() for frame in ours)
    return ours


def stream_lines(scene: Scene) -> None:
    """Let lines that are painted with a picture flow, and stand."""
    random.seed(0)
    np.random.seed(0)
    lines = mn.StreamLines(lambda at: np.array([at[1], -at[0], 0]), x_range=(-3, 3, 1.5),
                           y_range=(-2, 2, 1), virtual_time=1, max_anchors_per_line=6)  # fmt: skip
    scene.add(lines)
    lines.start_animation(warm_up=False, flow_speed=2)
    scene.wait(1)
    scene.play(lines.end_animation())


def painted_side_by_side(scene: Scene) -> None:
    """Show overlapping outlines of one picture, which Manim draws together."""
    path = random_scenes.picture()
    pair = [mn.Square(2 + i, fill_opacity=0.5).color_using_background_image(path) for i in (0, 1)]
    scene.add(*pair, mn.Circle())
    scene.play(pair[1].animate.shift(mn.RIGHT))
    scene.play(mn.FadeOut(pair[0]))


def changing_camera(change: Callable[[Any, float], None]) -> Plays:
    """Return plays in which the camera changes while something moves over what stands."""

    def plays(scene: Scene) -> None:
        still, dot = mn.Square(color=mn.RED, fill_opacity=0.5), mn.Dot()
        photo = mn.ImageMobject(np.full((8, 8, 4), 200, np.uint8)).shift(mn.LEFT)
        scene.add(still, photo, dot)
        for _ in range(2):
            moves = mn.UpdateFromAlphaFunc(dot, lambda each, alpha: change(scene, alpha))
            scene.play(moves, still.animate.shift(mn.UP))
            scene.play(mn.UpdateFromAlphaFunc(dot, lambda each, alpha: change(scene, alpha)))

    return plays


def background_colour(scene: Any, alpha: float) -> None:
    """Let the background become red."""
    scene.camera.background_color = mn.interpolate_color(mn.BLACK, mn.RED, alpha)


def background_pixels(scene: Any, alpha: float) -> None:
    """Paint on the background."""
    scene.camera.background[: int(50 * alpha)] = 90


def view(scene: Any, alpha: float) -> None:
    """Move the view of a camera that Manim does not move: outlines keep their place."""
    scene.camera.frame_center = alpha * mn.RIGHT


def lines(scene: Any, alpha: float) -> None:
    """Let all lines become thicker."""
    scene.camera.cairo_line_width_multiple = 0.01 + 0.03 * alpha


def by_hand(scene: Any, alpha: float) -> None:
    """Hand frames over, of one's own and of the scene."""
    scene.renderer.add_frame(np.full_like(scene.camera.pixel_array, int(200 * alpha)))
    scene.renderer.update_frame(scene)
    scene.renderer.add_frame(scene.renderer.get_frame(), 2)


CHANGES = (background_colour, background_pixels, view, lines, by_hand)


def beyond_cairos_numbers(scene: Scene) -> None:
    """Show what is so large that Cairo's numbers wrap around."""
    scene.add(mn.Square(1e6, color=mn.BLUE, fill_opacity=0.4), mn.Circle().shift(1e6 * mn.RIGHT))
    scene.play(mn.FadeIn(mn.Square()))


def sharp_corner(scene: Scene) -> None:
    """Show one closed curve, whose only corner reaches far."""
    points = np.array([[0, 0, 0], [3, 0.6, 0], [3, -0.6, 0], [0, 0, 0.0]])
    drop = mn.VMobject(stroke_width=30).set_points(points)
    scene.add(drop)
    scene.play(drop.animate.shift(mn.LEFT))


def other_colours_than_it_has(scene: Scene) -> None:
    """Show a mobject whose class tells the camera another colour than it has."""
    circle = random_scenes.Blinking()
    scene.add(circle)
    scene.play(
        mn.UpdateFromAlphaFunc(circle, lambda each, alpha: each.move_to(2 * alpha * mn.RIGHT))
    )


PLAYS = (
    stream_lines,
    painted_side_by_side,
    beyond_cairos_numbers,
    sharp_corner,
    other_colours_than_it_has,
)


@pytest.mark.parametrize("plays", PLAYS, ids=lambda plays: plays.__name__)
def test_frames_are_manims_own(plays: Plays, tmp_path: Path) -> None:
    check(plays, tmp_path)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_camera_changes_inside_a_play(
    change: Callable[[Any, float], None], tmp_path: Path
) -> None:
    check(changing_camera(change), tmp_path)


def in_space(scene: Any) -> None:
    """Turn the camera in space."""
    scene.add(mn.Sphere(resolution=(4, 4)), mn.Square())
    scene.move_camera(phi=0.8, run_time=0.5)


def zoomed(scene: Any) -> None:
    """Show a part of the scene larger."""
    scene.add(mn.Circle())
    scene.activate_zooming(animate=False)
    scene.play(scene.zoomed_camera.frame.animate.shift(mn.UP), run_time=0.5)


def moved(scene: Any) -> None:
    """Go closer, and follow something."""
    dot = mn.Dot(color=mn.RED)
    scene.add(mn.Square(), mn.Circle().shift(mn.RIGHT), dot)
    scene.play(scene.camera.frame.animate.scale(0.5).move_to(dot))
    scene.camera.frame.add_updater(lambda frame: frame.move_to(dot))
    scene.add(scene.camera.frame)
    scene.play(dot.animate.shift(2 * mn.RIGHT))
    scene.play(mn.FadeOut(dot))
    scene.wait(0.5)


class Kind(NamedTuple):
    """A kind of scene, Manim's camera for it, some plays, and the camera that is to be used."""

    base: type[Scene]
    camera: type[Camera]
    plays: Plays
    used: type[Camera]


CAMERAS = (
    Kind(mn.MovingCameraScene, MovingCamera, moved, FastMovingCamera),
    Kind(mn.ThreeDScene, ThreeDCamera, in_space, ThreeDCamera),
    Kind(mn.ZoomedScene, MultiCamera, zoomed, MultiCamera),
)


@pytest.mark.parametrize("fast_first", [True, False], ids=["first", "last"])
@pytest.mark.parametrize("kind", CAMERAS, ids=lambda kind: kind.base.__name__)
def test_any_camera_scene_in_any_order_of_bases(
    kind: Kind, fast_first: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bases = (FastScene, kind.base) if fast_first else (kind.base, FastScene)
    check(kind.plays, tmp_path, *bases, camera=kind.camera)
    with tempconfig({"dry_run": True}), caplog.at_level(logging.INFO, "manim"):
        scene = scene_of(kind.plays, *bases)()
    assert type(scene.camera) is kind.used
    said = f"A {kind.camera.__name__} draws as Manim does, without a speed-up"
    assert (said in caplog.text) == (kind.used is kind.camera)


def test_the_camera_of_a_scene_class() -> None:
    class Chosen(Scene):
        def __init__(self, camera_class: type[Camera] = ThreeDCamera, **options: Any) -> None:
            super().__init__(camera_class=camera_class, **options)

    assert camera_of(scene_of(moved, FastScene)) is Camera
    assert camera_of(scene_of(moved, FastScene, mn.MovingCameraScene)) is MovingCamera
    assert camera_of(scene_of(moved, FastScene, Chosen)) is ThreeDCamera


def test_a_camera_with_a_drawing_of_its_own_is_used_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Dim(FastCamera):
        def apply_fill(self, ctx: Any, vmobject: Any) -> Any:
            """Fill nothing."""
            return self

    class Played(FastScene):
        def construct(self) -> None:
            square = mn.Square(color=mn.WHITE, fill_opacity=1)
            self.add(square)
            for _ in range(2):
                self.play(square.animate.shift(mn.RIGHT))

    with caplog.at_level(logging.INFO, "manim"):
        dim = stock.frames(lambda: Played(camera_class=Dim), None, tmp_path, verbosity="INFO")
    assert caplog.text.count("A Dim draws as Manim does") == 1
    bright = stock.frames(Played, None, tmp_path)
    assert (dim[0][..., :3] > 200).sum() < 0.6 * (bright[0][..., :3] > 200).sum()


def test_no_renderer_is_the_fast_one() -> None:
    with tempconfig({"dry_run": True}):
        assert type(FastScene(renderer=None).camera) is FastCamera
        assert type(FastScene(renderer=CairoRenderer()).camera) is Camera
        assert type(FastScene(CairoRenderer()).camera) is Camera  # as Manim's command gives it


@pytest.mark.parametrize("caching", [True, False])
def test_frames_handed_over_are_counted_as_manim_does(caching: bool, tmp_path: Path) -> None:
    def plays(scene: Any) -> None:
        dot, grey = mn.Dot(), np.full((144, 256, 4), 99, np.uint8)
        scene.renderer.add_frame(grey, 7)  # in no play: in no film
        scene.play(mn.UpdateFromAlphaFunc(dot, lambda *_: scene.renderer.add_frame(grey.copy())))
        scene.renderer.freeze_current_frame(3)
        scene.wait(0.5)

    def movie(folder: str) -> list[str]:
        there = {"media_dir": str(tmp_path / folder), "disable_caching": not caching}
        with tempconfig({**stock.SETTINGS, **there}):
            scene = scene_of(plays)(renderer=CairoRenderer() if folder == "stock" else None)
            scene.render()
            return stock.decoded(Path(scene.renderer.file_writer.movie_file_path))

    theirs, ours = movie("stock"), movie("fast")
    assert len(ours) == len(theirs) == 12
    with av.open(str(next(tmp_path.rglob("fast/videos/**/Played.mp4")))) as film:
        assert film.streams.video[0].frames == 12


@given(st.integers(10_000, 10**9), st.integers(1, 6))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_random_scenes_have_manims_own_frames(number: int, steps: int) -> None:
    assert random_scenes.fault(number, steps) == ""
