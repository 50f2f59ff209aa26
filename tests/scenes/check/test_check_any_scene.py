"""Good scenes of many kinds have no findings."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checked import faults, found
from manim import (
    BLACK,
    BLUE,
    BOLD,
    DEGREES,
    DOWN,
    GREEN,
    LEFT,
    PI,
    RED,
    RIGHT,
    TAU,
    UL,
    UP,
    WHITE,
    YELLOW,
    Arrow,
    ArrowVectorField,
    Axes,
    Brace,
    Circle,
    Circumscribe,
    Code,
    Create,
    Cube,
    DecimalNumber,
    Dot,
    FadeIn,
    FadeOut,
    FadeTransform,
    Flash,
    FocusOn,
    FullScreenRectangle,
    LaggedStart,
    Line,
    LinearTransformationScene,
    ManimColor,
    MovingCameraScene,
    NumberPlane,
    Paragraph,
    ReplacementTransform,
    Restore,
    Rotate,
    Scene,
    Sphere,
    Square,
    StreamLines,
    Succession,
    Table,
    Text,
    ThreeDAxes,
    ThreeDScene,
    TracedPath,
    ValueTracker,
    VGroup,
    Write,
    ZoomedScene,
    always_redraw,
    config,
)

from scenes.check import colours


class Plot(Scene):
    """A tracker moves a dot along a curve, and beyond the frame's number on the axis."""

    def construct(self) -> None:
        axes = Axes(x_range=[0, 10], y_range=[0, 6], x_length=9, y_length=5)
        curve = axes.plot(lambda x: 3 + 2 * np.sin(x), color=BLUE)
        at = ValueTracker(0)
        dot = always_redraw(lambda: Dot(axes.input_to_graph_point(at.get_value(), curve)))
        self.play(Create(axes), Create(curve))
        self.add(dot)
        self.play(at.animate.set_value(9))
        self.wait()


class Plane(Scene):
    """A plane fills the frame, and a line goes on beyond it."""

    def construct(self) -> None:
        arrow = Arrow(2 * LEFT, 2 * RIGHT, buff=0, color=YELLOW)
        self.play(Create(NumberPlane(x_range=(-9, 9), y_range=(-5, 5))))
        self.play(Create(Line(9 * LEFT, 9 * RIGHT)), FadeIn(arrow))
        self.wait()


class Field(Scene):
    """A field of arrows and stream lines, in all colours, also beyond the frame."""

    def construct(self) -> None:
        field = ArrowVectorField(lambda p: np.array([-p[1], p[0], 0]) / 3, x_range=[-8, 8, 4])
        self.play(Create(field))
        self.remove(field)
        lines = StreamLines(
            lambda p: np.array([1, np.sin(p[0]), 0]), x_range=[-6, 6, 4], y_range=[-3, 3, 2]
        )
        self.add(lines)
        lines.start_animation(warm_up=True)
        self.wait(0.5)
        self.play(lines.end_animation())
        self.wait()


class Effects(Scene):
    """Effects that show a place for a moment."""

    def construct(self) -> None:
        word = Text("here")
        self.add(word)
        self.play(FocusOn(word))
        self.play(Flash(word.get_right() + RIGHT))
        self.play(Circumscribe(word))
        self.wait()


class Words(Scene):
    """Texts are written, and turn into others."""

    def construct(self) -> None:
        one, two = Text("the dog", font="Monospace", weight=BOLD), Text("god the")
        self.play(Write(one))
        self.play(ReplacementTransform(one, two))
        self.play(FadeTransform(two, three := Text("the end", gradient=(YELLOW, GREEN))))
        self.play(FadeOut(three))
        both = Paragraph("first line", "second line", font_size=36)
        brace = Brace(both, LEFT)
        self.play(FadeIn(both, brace), Write(Text("two", font_size=36).next_to(brace, LEFT)))
        self.wait()


class Tables(Scene):
    """A table, and a listing of code in a window with coloured buttons."""

    def construct(self) -> None:
        table = Table([["12", "14"], ["9", "17"]], row_labels=[Text("Ann"), Text("Bob")])
        code = Code(
            code_string="def mean(xs):\n    return sum(xs)",
            language="python",
            formatter_style="github-dark",
            background="window",
            add_line_numbers=False,
            paragraph_config={"font_size": 36},
        )
        self.play(FadeIn(table.scale(0.6).to_edge(UP)), FadeIn(code.to_edge(DOWN)))
        self.wait()


class Chains(Scene):
    """Groups of animations, a trace, and a number that counts."""

    def construct(self) -> None:
        dots = VGroup(*(Dot(radius=0.2, color=color) for color in (BLUE, YELLOW, WHITE)))
        dots.arrange(buff=2)
        number = DecimalNumber(0, mob_class=Text).to_edge(DOWN)
        trace = TracedPath(dots[0].get_center, stroke_color=BLUE, dissipating_time=0.3)
        self.play(LaggedStart(*map(FadeIn, dots)))
        self.add(trace, number)
        self.play(Succession(*(dot.animate.shift(UP) for dot in dots)))
        self.play(number.animate.set_value(9), Rotate(dots[0], TAU, about_point=dots[1].get_left()))
        self.wait()


class Zooms(MovingCameraScene):
    """The camera goes close to a dot, and back."""

    def construct(self) -> None:
        frame = self.camera.frame
        axes, dot = Axes(x_length=10, y_length=6), Dot(2 * RIGHT, color=YELLOW)
        frame.save_state()
        self.add(axes, dot, Text("away").to_edge(UP))
        self.play(frame.animate.scale(0.5).move_to(dot))
        self.wait()
        self.play(Restore(frame))
        self.wait()


class Pans(MovingCameraScene):
    """The camera follows a dot, and goes to a text that waits outside."""

    def construct(self) -> None:
        frame = self.camera.frame
        dot = Dot(color=YELLOW)
        self.add(dot, Text("there").shift(16 * RIGHT), frame)
        frame.add_updater(lambda mobject: mobject.move_to(dot))
        self.play(dot.animate.shift(RIGHT))
        frame.clear_updaters()
        self.play(frame.animate.move_to(16 * RIGHT))
        self.wait()


class Magnifies(ZoomedScene):
    """A part of the picture is shown larger."""

    def construct(self) -> None:
        dot = Dot(color=GREEN)
        self.add(dot)
        self.activate_zooming(animate=True)
        self.play(dot.animate.shift(LEFT), self.zoomed_camera.frame.animate.shift(LEFT))
        self.wait()


class Solids(ThreeDScene):
    """Solids in space, a camera that moves, and a title that stays."""

    def construct(self) -> None:
        self.set_camera_orientation(phi=60 * DEGREES, theta=30 * DEGREES)
        self.add_fixed_in_frame_mobjects(Text("solids").to_corner(UL))
        self.add(ThreeDAxes([-2, 2], [-2, 2], [-1, 1], x_length=6, y_length=6, z_length=4))
        self.add(Cube(fill_opacity=1), Sphere(radius=0.8, resolution=(4, 4)).shift([0, 0, 2]))
        self.move_camera(theta=50 * DEGREES, run_time=0.5)
        self.begin_ambient_camera_rotation(rate=PI / 9)
        self.wait(0.4)
        self.stop_ambient_camera_rotation()
        self.wait()


class Map(LinearTransformationScene):
    """Manim's own scene of a linear map."""

    def __init__(self, **options: Any) -> None:
        colours = {"i_hat_color": BLUE, "j_hat_color": YELLOW}
        super().__init__(show_coordinates=False, leave_ghost_vectors=True, **colours, **options)

    def construct(self) -> None:
        self.apply_matrix([[1, 1], [0, 1]])
        self.wait()


class Ground(Scene):
    """A ground over the whole frame, and a still without any play on it."""

    def construct(self) -> None:
        self.add(FullScreenRectangle(fill_color=WHITE, fill_opacity=1, stroke_width=0))
        self.play(Write(Text("ink on paper", color=BLACK)))
        self.wait()


class Skips(Scene):
    """What is wrong in a section that is left out of the movie is not in it."""

    skipped = True

    def construct(self) -> None:
        square = Square(color=BLUE)
        self.next_section("before")
        self.play(Create(square))
        self.wait()
        self.next_section("between", skip_animations=self.skipped)
        self.play(square.animate.shift(9 * RIGHT))
        self.add(one := Text("one"), other := Text("other"))
        self.wait(2)
        self.remove(one, other, square)
        square.center()
        self.next_section("after")
        self.play(ReplacementTransform(square, Circle(color=GREEN).to_edge(LEFT)))
        self.wait()


class SkipsNothing(Skips):
    skipped = False


GOOD = [Plot, Plane, Field, Effects, Words, Tables, Chains, Zooms, Pans, Magnifies, Solids, Map]


@pytest.mark.parametrize("scene", [*GOOD, Ground, Skips], ids=str)
def test_a_good_scene_has_no_findings(scene: type[Scene], tmp_path: Path) -> None:
    assert [finding.fault for finding in found(scene, tmp_path)] == []


def test_a_section_that_is_not_skipped_is_judged(tmp_path: Path) -> None:
    places = {(one.beat, one.fault.rule) for one in found(SkipsNothing, tmp_path)}
    assert places == {("between", "in frame"), ("between", "overlap")}


class InSpace(ThreeDScene):
    """A grey text, and a text that a line crosses only as the camera sees it."""

    def construct(self) -> None:
        self.set_camera_orientation(phi=90 * DEGREES)
        self.add_fixed_in_frame_mobjects(Text("grey", color="#555555").to_corner(UL))
        word = Text("word").rotate(PI / 2, RIGHT)
        self.add(word, Line([-3, 3, 0], [3, 3, 0], color=RED))
        self.wait()


def test_a_scene_in_space_is_judged_as_the_camera_sees_it(tmp_path: Path) -> None:
    (contrast,) = faults(InSpace, tmp_path, "contrast")
    exact = colours.contrast(ManimColor("#555555").to_rgb(), config.background_color.to_rgb())
    assert (contrast.about, contrast.measured) == ("grey", pytest.approx(float(exact), abs=0.05))
    assert [fault.about for fault in faults(InSpace, tmp_path, "overlap")] == ["word / Line"]
