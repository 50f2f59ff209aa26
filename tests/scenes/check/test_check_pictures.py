"""Whole pictures are checked: colours, flashes, motion, beats' ends, what is left over, photos."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from checked import faults
from manim import (
    DOWN,
    LEFT,
    ORIGIN,
    RIGHT,
    TAU,
    UP,
    WHITE,
    Circle,
    Create,
    Dot,
    FadeOut,
    Group,
    ImageMobject,
    LaggedStart,
    Line,
    Rectangle,
    Scene,
    Square,
    Text,
    VGroup,
    VMobject,
    linear,
    rotate_vector,
)

from scenes.check import colours
from scenes.drawing.layout import Slot
from scenes.explainer import Explainer

# --- colours


class Coloured(Scene):
    """A filled shape on a panel."""

    fill = "#56B4E9"
    opacity = 1.0

    def construct(self) -> None:
        panel = Rectangle(width=6, height=4, fill_color="#171D25", fill_opacity=1, stroke_width=0)
        shape = Circle(1, fill_color=self.fill, fill_opacity=self.opacity, stroke_width=0)
        self.add(panel, shape)
        self.wait()


class Dull(Coloured):
    fill = "#1F4E79"


class SteppedBack(Dull):
    opacity = 0.28


class Grey(Coloured):
    fill = "#2C3643"


def test_a_shape_that_means_something_stands_out(tmp_path: Path) -> None:
    (fault,) = faults(Dull, tmp_path, "shape contrast")
    assert fault.measured == pytest.approx(1.95, abs=0.1)
    for scene in (Coloured, SteppedBack, Grey):
        assert not faults(scene, tmp_path, "shape contrast")


class Pair(Scene):
    """Two colours that mean something, and a grey."""

    colours: tuple[str, ...] = ("#56B4E9", "#F2C14E", "#888888")

    def construct(self) -> None:
        squares = (Square(1, fill_color=c, fill_opacity=1, stroke_width=0) for c in self.colours)
        self.add(VGroup(*squares).arrange(RIGHT))
        self.wait()


class Confused(Pair):
    colours = ("#D05040", "#8A8A10")


class Alike(Pair):
    colours = ("#56B4E9", "#58B6EB")


def test_colours_that_some_eyes_cannot_tell_apart(tmp_path: Path) -> None:
    found = faults(Confused, tmp_path, "colour vision")
    assert found
    assert all("deutan" in fault.about or "protan" in fault.about for fault in found)
    assert not faults(Pair, tmp_path, "colour vision")
    assert not faults(Alike, tmp_path, "colour vision")


def test_the_measures_of_colour_are_right() -> None:
    assert float(colours.contrast([0, 0, 0], [1, 1, 1])) == pytest.approx(21)
    assert colours.perceived([1, 1, 1]) == pytest.approx([100, 0, 0], abs=0.01)
    assert colours.distance([1, 0, 0], [0, 1, 0]) == pytest.approx(170.6, abs=0.1)


# --- flashes


class Blinking(Scene):
    """A white square goes on and off, each for some seconds."""

    seconds = 0.16
    side = 4.0

    def construct(self) -> None:
        square = Square(self.side, fill_color="#FFFFFF", fill_opacity=1, stroke_width=0)
        for _ in range(6):
            self.add(square)
            self.wait(self.seconds)
            self.remove(square)
            self.wait(self.seconds)


class BlinkingSlowly(Blinking):
    seconds = 0.3


class BlinkingDot(Blinking):
    side = 0.5


def test_flashes(tmp_path: Path) -> None:
    (fault,) = faults(Blinking, tmp_path, "flashes")
    assert fault.measured == 3
    assert not faults(BlinkingSlowly, tmp_path, "flashes")
    assert not faults(BlinkingDot, tmp_path, "flashes")


# --- motion


class Scatter(Scene):
    """Dots go ways of their own."""

    count = 6

    def construct(self) -> None:
        ways = [rotate_vector(RIGHT, i * TAU / self.count) for i in range(self.count)]
        dots = [Dot(2 * way) for way in ways]
        self.play(
            *(d.animate.shift(rotate_vector(w, 1.3)) for d, w in zip(dots, ways, strict=True))
        )
        self.wait()


class ScatterOfFive(Scatter):
    count = 5


class InStep(Scene):
    """Many dots go the same way, each in an animation of its own."""

    def construct(self) -> None:
        dots = [Dot(x * RIGHT) for x in range(-5, 4)]
        self.play(*(dot.animate.shift(UP) for dot in dots))
        self.wait()


class AsOne(Scene):
    """A row of bars grows out of one floor, to different heights, in one animation."""

    def construct(self) -> None:
        bars = VGroup(*(Rectangle(width=0.4, height=0.3 * i) for i in range(1, 9)))
        bars.arrange(RIGHT, aligned_edge=DOWN)
        self.add(bars)
        self.play(bars.animate.stretch(2, 1, about_edge=DOWN))
        self.wait()


class Trails(Scene):
    """Five dots go apart, each with a line behind it."""

    def construct(self) -> None:
        plays = []
        for i in range(5):
            end = 3 * rotate_vector(RIGHT, i * TAU / 5)
            plays.append(Create(Line(ORIGIN, end), rate_func=linear))
            plays.append(Dot(ORIGIN).animate(rate_func=linear).move_to(end))
        self.play(*plays)
        self.wait()


class OneAfterTheOther(Scene):
    """Many lines are drawn, few at a time."""

    lag = 0.25

    def construct(self) -> None:
        ends = ((x * RIGHT, rotate_vector(x * RIGHT, 1 + x / 9)) for x in range(-5, 6) if x)
        lines = [Line(*pair) for pair in ends]
        self.play(LaggedStart(*(Create(line) for line in lines), lag_ratio=self.lag), run_time=3)
        self.wait()


class AllAtOnce(OneAfterTheOther):
    lag = 0.02


def test_more_than_five_groups_move(tmp_path: Path) -> None:
    (fault,) = faults(Scatter, tmp_path, "moving groups")
    assert (fault.measured, fault.limit, len(fault.boxes)) == (6, 5, 6)
    assert faults(AllAtOnce, tmp_path, "moving groups")


@pytest.mark.parametrize("scene", [ScatterOfFive, InStep, AsOne, Trails, OneAfterTheOther])
def test_few_groups_move(scene: type[Scene], tmp_path: Path) -> None:
    assert not faults(scene, tmp_path, "moving groups")


# --- beats' ends


class TwoBeats(Scene):
    """Two sections, each with some rest at its end."""

    rest = 0.4

    def construct(self) -> None:
        square = Square()
        for beat in ("first", "second"):
            self.next_section(beat)
            self.play(square.animate.shift(UP))
            if self.rest:
                self.wait(self.rest)


class Restless(TwoBeats):
    rest = 0.0


class Spinning(Scene):
    """Something turns on while the scene waits."""

    def construct(self) -> None:
        square = Square().add_updater(lambda mobject, dt: mobject.rotate(dt))
        self.add(square)
        self.wait()


def test_a_beat_ends_settled(tmp_path: Path) -> None:
    assert len(faults(Restless, tmp_path, "settled")) == 2
    assert len(faults(Spinning, tmp_path, "settled")) == 1
    assert not faults(TwoBeats, tmp_path, "settled")


# --- what is left over


class Clean(Scene):
    """Something goes, and something hides and comes back."""

    back = True

    def construct(self) -> None:
        one, other = Square(), Circle()
        self.add(one, other)
        self.next_section("hide")
        self.play(FadeOut(one), other.animate.set_opacity(0))
        self.wait()
        self.next_section("show")
        if self.back:
            self.play(other.animate.set_opacity(1))
        self.wait()


class Hidden(Clean):
    back = False


class Empty(Explainer):
    """A group that holds nothing, in a scene of ours."""

    def construct(self) -> None:
        self.add(VGroup(), Square())
        self.wait()


class Doubled(Scene):
    """A shape and its copy in one place."""

    def construct(self) -> None:
        square = Square()
        self.add(square, square.copy())
        self.wait()


@pytest.mark.parametrize(
    ("scene", "about"),
    [
        (Hidden, "transparent Circle in hide"),
        (Empty, "empty VGroup in scene"),
        (Doubled, "Square twice"),
    ],
    ids=str,
)
def test_what_is_left_over(scene: type[Scene], about: str, tmp_path: Path) -> None:
    assert [fault.about for fault in faults(scene, tmp_path, "left over")] == [about]


def test_nothing_is_left_over(tmp_path: Path) -> None:
    assert not faults(Clean, tmp_path, "left over")


# --- photos


class Card(Scene):
    """A worker's card with a photo, which moves."""

    way = 0.3 * RIGHT
    together = False

    def construct(self) -> None:
        photo = ImageMobject(np.full((4, 4, 3), 200, np.uint8))
        photo.height = 1.0
        panel = Rectangle(width=2, height=3)
        worker = SimpleNamespace(
            panel=panel,
            photos=Group(photo),
            slot=Slot(0, 0, 2, 3),
            words=SimpleNamespace(string="0"),
        )
        self.stage: Any = SimpleNamespace(cards=[worker])
        self.add(panel, photo)
        moved = Group(panel, photo) if self.together else photo
        self.play(moved.animate.shift(self.way), rate_func=lambda t: 1 - abs(2 * t - 1))
        self.wait()


class LeavesItsCard(Card):
    way = 2 * LEFT


class MovesWithItsCard(LeavesItsCard):
    together = True


def test_a_photo_stays_in_its_card(tmp_path: Path) -> None:
    (fault,) = faults(LeavesItsCard, tmp_path, "photos stay")
    assert fault.measured == pytest.approx(1.5 * 135, abs=1)
    assert not faults(Card, tmp_path, "photos stay")
    assert not faults(MovesWithItsCard, tmp_path, "photos stay")


class Words(Scene):
    """Nothing but a text."""

    def construct(self) -> None:
        self.add(Text("A text"))
        self.wait()


def test_a_scene_without_a_stage_has_no_such_rule(tmp_path: Path) -> None:
    assert not faults(Words, tmp_path, "photos stay")


class Holder(VGroup):
    """A group that its author named."""


class Nameless(Scene):
    """Shapes beyond the frame whose own class says nothing."""

    def construct(self) -> None:
        """Show them, in a variable, in a group of the author's, and in one of another function."""
        blob = _triangle()
        self.add(blob, Holder(VGroup(_triangle())))
        self.wait()
        self.go_on()

    def go_on(self) -> None:
        """Show one more."""
        deep = VGroup(VGroup(_triangle()))
        self.add(deep)
        self.wait()


def _triangle() -> VMobject:
    """Return a shape that is wider than the frame."""
    return VMobject(color=WHITE).set_points_as_corners([ORIGIN, 9 * RIGHT, UP, ORIGIN])


def test_a_shape_without_a_name_is_named_by_what_holds_it(tmp_path: Path) -> None:
    about = [fault.about for fault in faults(Nameless, tmp_path, "in frame")]
    assert about == ["VMobject blob", "part of Holder", "part of VGroup deep"]
