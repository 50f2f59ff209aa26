"""A chapter's camera goes into a part of the scene and back; what is pinned stays on the screen."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stock
from manim import (
    LEFT,
    RIGHT,
    UP,
    Camera,
    Circle,
    FadeIn,
    FadeOut,
    ImageMobject,
    Line,
    MovingCamera,
    Square,
    VGroup,
    tempconfig,
)

from scenes.drawing import camera
from scenes.drawing.chrome import caption_block
from scenes.drawing.layout import Frame, Slot
from scenes.explainer import Explainer
from scenes.text.lines import text

FRAME = Frame(16.0, 8.0)
PART = Slot(3.0, 1.0, 2.0, 1.5)


class Pushed(Explainer):
    """Squares and a photo; the camera goes to the photo and back while others move."""

    def construct(self) -> None:
        """Play."""
        photo = ImageMobject(np.arange(7 * 5 * 3, dtype=np.uint8).reshape(7, 5, 3) * 2)
        photo.set(height=1.5).move_to(PART.center).set_z_index(2)
        self.pair = VGroup(Square(color="#FF8800", fill_opacity=0.5), Circle(color="#00FF88"))
        self.pair.arrange(RIGHT).shift(LEFT)
        self.add(self.pair, photo)
        self.play(self.caption("Before"))
        self.dot = Circle(0.3, color="#FFFFFF", fill_opacity=1).move_to(PART.center)
        circle = self.pair[1]
        self.play(FadeIn(self.dot), circle.animate.shift(RIGHT), self.camera_to(PART))
        self.at_part = [list(self.mobjects), camera.view_of(self.camera)]
        self.play(self.caption("After"), self.camera_to(), FadeOut(self.dot))
        self.wait(0.5)

    def caption(self, words: str) -> Any:
        """Return the animation to a caption."""
        return self.chrome.caption(caption_block(text(words), self.layout))


def played(kind: type[Explainer] = Pushed, **settings: Any) -> Any:
    """Return a scene that was played without pictures."""
    with tempconfig({**stock.SETTINGS, "dry_run": True, **settings}):
        scene = kind()
        scene.render()
    return scene


def test_the_frames_of_a_push_are_manims_own(tmp_path: Path) -> None:
    theirs, ours = stock.both(Pushed, tmp_path, MovingCamera)
    assert stock.differing(theirs, ours) == []
    assert any((one != other).any() for one, other in pairwise(ours))


def test_a_sheet_shows_what_the_camera_draws() -> None:
    """Of its own size, also where photos and lines are half transparent, on any background."""
    photo = ImageMobject(np.full((3, 3, 4), [200, 100, 0, 128], np.uint8)).set(height=1.1)
    shapes = [Circle(1.5, color="#00FF88", fill_opacity=0.4), photo, Line(LEFT, RIGHT).shift(UP)]
    with tempconfig(stock.SIZE):
        drawn = Camera(frame_width=16.0, frame_height=9.0, background_color="#224466")
        ground = drawn.pixel_array.copy()
        drawn.capture_mobjects(shapes)
        whole = Slot(0.0, 0.0, 16.0, 9.0)
        camera.Sheet(shapes, whole, stock.SIZE["pixel_width"] / 16).paint(ground, whole)
    assert (drawn.pixel_array != ground[0, 0]).any(axis=2).sum() > 1500
    assert np.abs(drawn.pixel_array.astype(int) - ground).max() <= 2


def test_a_push_shows_the_part_between_title_and_caption() -> None:
    view = camera.view_onto(PART, Slot(0.0, 0.5, 8.0, 5.0), FRAME)
    assert (view.width, view.height) == pytest.approx((16 / (10 / 3), 8 / (10 / 3)))
    assert view.center == pytest.approx(np.array([3.0, 1.0 - 0.5 * 0.3, 0.0]))


def test_half_way_is_half_of_the_zoom() -> None:
    half = camera.between(camera.whole(FRAME), Slot(6.0, 0.0, 4.0, 2.0), 0.5)
    assert half == Slot(4.0, 0.0, 8.0, 4.0)
    along = camera.between(Slot(0.0, 0.0, 4.0, 2.0), Slot(2.0, 1.0, 4.0, 2.0), 0.25)
    assert along == Slot(0.5, 0.25, 4.0, 2.0)


def test_pinned_texts_keep_their_place_and_size_on_the_screen() -> None:
    scene = played()
    caption = scene.chrome.on_screen["caption"]
    points, view = caption[0].points.copy(), scene.at_part[1]
    share = view.width / scene.frame.width
    assert share < 0.5
    scene.cut_to(PART)
    assert caption[0].points == pytest.approx(points * share + view.center)
    scene.cut_to()
    assert (caption[0].points == points).all()


def test_a_pinned_line_keeps_its_width_on_the_screen() -> None:
    scene = played()
    scene.cut_to(PART)
    line = scene.pin(Line(LEFT, RIGHT, stroke_width=4))
    share = scene.camera.frame_width / scene.frame.width
    assert line.stroke_width == pytest.approx(4 * share)
    assert line.width == pytest.approx(2 * share)


def test_a_scene_has_the_same_mobjects_with_and_without_pictures(tmp_path: Path) -> None:
    kept: list[str] = []

    class Noted(Pushed):
        def tear_down(self) -> None:
            super().tear_down()
            kept.append(f"{self.at_part[0]} {self.mobjects}")

    played(Noted)
    stock.frames(Noted, None, tmp_path, pixel_width=128, pixel_height=72)
    assert kept[0] == kept[1]
    assert kept[0].count("VGroup(Square, Circle)") == 2


def test_a_camera_comes_home_to_exactly_where_it_was() -> None:
    scene = played()
    assert camera.view_of(scene.camera) == camera.whole(scene.frame)
