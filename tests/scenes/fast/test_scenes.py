"""Scenes of all kinds have Manim's own frames, also those that no chapter has."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import stock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manim import (
    BLUE,
    DOWN,
    GREEN,
    LEFT,
    ORIGIN,
    RED,
    RIGHT,
    UP,
    WHITE,
    YELLOW,
    Camera,
    Circle,
    Create,
    DashedLine,
    Dot,
    FadeIn,
    FadeOut,
    ImageMobject,
    Line,
    Mobject,
    PointCloudDot,
    ReplacementTransform,
    Rotate,
    Scene,
    Square,
    Star,
    VGroup,
    Wait,
    linear,
)

from scenes.fast.scene import FastScene

Plays = Callable[[Scene], None]


def scene_of(plays: Plays) -> Callable[..., Scene]:
    """Return what makes a scene of some plays."""

    class Played(FastScene):
        def construct(self) -> None:
            plays(self)

    return Played


def check(plays: Plays, folder: Path, **settings: Any) -> stock.Frames:
    """See that the frames are Manim's own, and return them."""
    theirs, ours = stock.both(scene_of(plays), folder, **settings)
    assert stock.differing(theirs, ours) == []
    return ours


def photo(seed: int = 0, side: int = 16) -> ImageMobject:
    """Return a picture of noise, partly transparent."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 4), dtype=np.uint8)
    return ImageMobject(pixels)


def moving_over_still(scene: Scene) -> None:
    """Move something between things that stand."""
    below, above = Square(color=RED, fill_opacity=0.5), Circle(color=GREEN, fill_opacity=0.5)
    moving = Star(color=YELLOW, fill_opacity=0.7).shift(2 * LEFT)
    scene.add(below, moving, above, photo().shift(UP))
    scene.play(moving.animate.shift(4 * RIGHT).rotate(1))
    scene.wait(0.6)
    scene.play(FadeOut(above), moving.animate.set_color(BLUE))


def an_updater(scene: Scene) -> None:
    """Let something follow, and something turn while nothing is played."""
    dot, line = Dot(), Line(ORIGIN, RIGHT)
    line.add_updater(lambda each: each.put_start_and_end_on(ORIGIN, dot.get_center() + UP))
    square = Square().add_updater(lambda each, dt: each.rotate(dt))
    scene.add(square, line, dot)
    scene.play(dot.animate.shift(2 * RIGHT))
    scene.wait(0.8)


def foreground(scene: Scene) -> None:
    """Keep something on top."""
    scene.add_foreground_mobject(Circle(fill_opacity=1, color=RED).scale(0.5))
    scene.play(FadeIn(Square(fill_opacity=1, color=BLUE)), run_time=0.6)
    scene.play(scene.mobjects[-1].animate.shift(RIGHT), run_time=0.6)


def levels_and_order(scene: Scene) -> None:
    """Change what lies over what, while it moves."""
    squares = [Square(fill_opacity=0.8, color=c).shift(i * 0.4 * RIGHT) for i, c in
               enumerate((RED, GREEN, BLUE))]  # fmt: skip
    squares[0].set_z_index(2)
    scene.add(*squares)
    scene.play(squares[1].animate.shift(UP), run_time=0.4)
    scene.bring_to_back(squares[2])
    scene.play(squares[0].animate.set_z_index(-1).shift(DOWN), run_time=0.4)
    scene.bring_to_front(squares[2])
    scene.wait(0.4)


def pictures(scene: Scene) -> None:
    """Let pictures move, turn, grow out of the frame, fade, and change their pixels."""
    one, two = photo(1), photo(2, 24).shift(6.5 * RIGHT)
    one.height = 1.3
    scene.add(one, two)
    scene.play(one.animate.shift(1.03 * LEFT), two.animate.shift(LEFT), run_time=0.6)
    scene.play(Rotate(one, 0.7), two.animate.scale(1.7), run_time=0.6)
    one.pixel_array[3:9] = 255
    scene.play(FadeOut(two), run_time=0.6)
    scene.play(one.animate.shift(20 * LEFT), run_time=0.6)


def points(scene: Scene) -> None:
    """Move a cloud of points, of which the camera knows only how Manim draws it."""
    cloud = PointCloudDot(radius=0.5, density=20, color=WHITE)
    square = Square(color=RED, fill_opacity=0.4)
    scene.add(cloud, square)
    scene.play(square.animate.shift(RIGHT), run_time=0.6)
    scene.play(cloud.animate.shift(LEFT), run_time=0.6)


def gradients_and_strokes(scene: Scene) -> None:
    """Show colours that change across, strokes behind the fill, corners and ends."""
    graded = Square(fill_opacity=1, stroke_width=12).set_color([RED, BLUE])
    behind = Star(color=GREEN, fill_opacity=1).set_stroke(YELLOW, 9, background=True).shift(LEFT)
    dashes = DashedLine(3 * LEFT, 3 * RIGHT, stroke_width=7).shift(2 * DOWN)
    scene.add(graded, behind, dashes)
    scene.play(graded.animate.rotate(0.5), behind.animate.set_stroke(RED, 3, background=True))
    scene.play(graded.animate.set_sheen_direction(UP), Create(dashes.copy().shift(UP)))


def families(scene: Scene) -> None:
    """Let members come and go, with a mobject in two groups."""
    one, two = Circle(color=RED), Square(color=BLUE)
    group, other = VGroup(one, two), VGroup(two)
    scene.add(group, other)
    scene.play(group.animate.shift(UP), run_time=0.4)
    group.add(Dot(LEFT))
    scene.play(group.animate.shift(DOWN), run_time=0.4)
    group.remove(one)
    scene.play(ReplacementTransform(group, Star()), run_time=0.6)


def the_ground_changes(scene: Scene) -> None:
    """Give the ground another colour."""
    square = Square(fill_opacity=0.5)
    scene.add(square)
    scene.play(square.animate.shift(LEFT), run_time=0.4)
    scene.camera.background_color = RED
    scene.play(square.animate.shift(UP), run_time=0.4)


def nothing_to_see(scene: Scene) -> None:
    """Wait with nothing in the frame: what is there is far away, empty, or not finite."""
    scene.wait(0.4)
    away = Square().shift(40 * RIGHT)
    broken = Square()
    broken.points = np.full_like(broken.points, np.nan)
    scene.add(away, broken, Mobject())
    scene.play(away.animate.shift(39 * LEFT), Wait(0.6), run_time=0.6)
    scene.play(FadeOut(away), rate_func=linear, run_time=0.4)
    scene.wait(0.2)


KINDS = (
    moving_over_still,
    an_updater,
    foreground,
    levels_and_order,
    pictures,
    points,
    gradients_and_strokes,
    families,
    the_ground_changes,
    nothing_to_see,
)


@pytest.mark.parametrize("plays", KINDS, ids=lambda plays: plays.__name__)
def test_frames_are_manims_own(plays: Plays, tmp_path: Path) -> None:
    frames = check(plays, tmp_path)
    assert any((frame != frames[0]).any() for frame in frames)


SHAPES: tuple[Callable[[], Any], ...] = (
    lambda: Square(color=RED, fill_opacity=0.6),
    lambda: Circle(color=BLUE, stroke_width=9),
    lambda: Star(color=YELLOW, fill_opacity=1, stroke_width=0),
    lambda: Line(LEFT, RIGHT, stroke_width=3),
    photo,
)
places = st.tuples(st.floats(-8, 8), st.floats(-5, 5))
plans = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), places, st.floats(0.1, 2)),
                 min_size=1, max_size=4)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 4), places, st.integers(-2, 2)), max_size=5), plans)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_moves_the_frames_are_manims_own(still: list[Any], plan: list[Any]) -> None:
    def plays(scene: Scene) -> None:
        for kind, (x, y), level in still:
            scene.add(SHAPES[kind]().shift((x, y, 0)).set_z_index(level))
        for kind, way, (x, y), size in plan:
            shape = SHAPES[kind]().scale(size)
            ways = (
                FadeIn(shape),
                shape.animate.shift((x, y, 0)),
                Rotate(shape, x),
                FadeOut(shape.shift((x, y, 0))),
            )
            scene.play(ways[way], run_time=0.4)

    with TemporaryDirectory() as folder:
        check(plays, Path(folder), pixel_width=128, pixel_height=72)


def test_a_camera_that_is_not_fast_makes_it_an_ordinary_scene(tmp_path: Path) -> None:
    scenes = [scene_of(moving_over_still)(camera_class=kind) for kind in (Camera, Camera)]
    assert [type(scene.renderer).__name__ for scene in scenes] == ["CairoRenderer"] * 2
