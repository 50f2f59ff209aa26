"""Random Manim scenes: a grammar of mobjects, animations, cameras, updaters and orders.

A scene is given by a number and its steps, so that it can be rendered twice. As a program, this
module compares many scenes, drawn by Manim and by the fast renderer::

    .venv/bin/python tests/support/random_scenes.py 10000
"""

import argparse
import random
import sys
from collections.abc import Callable
from functools import cache
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import manim as mn
import numpy as np
import stock
from manim import Camera, MovingCamera, Scene, ThreeDCamera
from PIL import Image

from scenes.drawing.text import register_font
from scenes.fast.scene import FastScene

register_font()  # Pango takes no further font once it has drawn a text
SMALL = {"pixel_width": 128, "pixel_height": 72, "frame_rate": 4}
COLOURS = (mn.RED, mn.GREEN, mn.BLUE, mn.YELLOW, mn.WHITE, mn.PURPLE_B, mn.GRAY_C)


@cache
def picture() -> str:
    """Return the path of a small picture of noise."""
    folder = TemporaryDirectory()
    KEPT.append(folder)
    path = str(Path(folder.name, "noise.png"))
    Image.fromarray(np.random.default_rng(5).integers(0, 256, (90, 160, 3), dtype=np.uint8)).save(
        path
    )
    return path


KEPT: list[Any] = []


class RandomScene(Scene):
    """A scene of random steps; ``trouble`` holds the errors that Manim raised."""

    number, steps = 0, 1
    frames: ClassVar[stock.Frames] = []
    mobile = False  # whether the camera's frame can move

    def construct(self) -> None:
        """Play the steps."""
        self.rng = random.Random(self.number)
        self.trouble: list[tuple[str, int]] = []  # with the number of frames before
        self.made: list[Any] = []
        self.clocks = 0
        for _ in range(self.rng.randrange(4)):
            self.try_(lambda: self.add(self.mobject()))
        for _ in range(self.steps):
            kinds = (
                [self.step_play] * 6 + [self.step_wait, self.step_order, self.step_updater]
                + [self.step_look] + [self.step_member, self.step_stage]
            )  # fmt: skip
            self.try_(self.rng.choice(kinds))

    def try_(self, step: Callable[[], Any]) -> None:
        """Do a step; note Manim's error, if there is one."""
        try:
            step()
        except Exception as error:
            self.trouble.append((f"{type(error).__name__}: {error}", len(self.frames)))

    # What there is

    def place(self, scale: float = 1.0) -> np.ndarray:
        """Return a point, mostly in the frame."""
        far = 30 if self.rng.random() < 0.04 else 1
        return far * scale * np.array([self.rng.uniform(-7, 7), self.rng.uniform(-4, 4), 0.0])

    def mobject(self) -> Any:
        """Return a new mobject of a random kind and look."""
        rng = self.rng
        colour = rng.choice(COLOURS)
        look = {
            "color": colour,
            "fill_opacity": rng.choice((0, 0, 0.3, 0.8, 1)),
            "stroke_width": rng.choice((0, 1, 4, 9)),
        }
        kinds: list[Callable[[], Any]] = [
            lambda: mn.Square(rng.uniform(0.2, 3), **look),
            lambda: mn.Circle(rng.uniform(0.2, 2), **look),
            lambda: mn.Star(rng.randrange(3, 9), **look),
            lambda: mn.RoundedRectangle(corner_radius=0.2, width=2, height=1, **look),
            lambda: mn.Polygon(*(self.place() for _ in range(rng.randrange(3, 6))), **look),
            lambda: mn.Arc(rng.uniform(0.3, 2), angle=rng.uniform(1, 7), **look),
            lambda: mn.Annulus(0.5, 1, color=colour, fill_opacity=0.7),
            lambda: mn.Line(
                self.place(), self.place(), color=colour, stroke_width=rng.choice((1, 5, 20))
            ),
            lambda: mn.Arrow(self.place(), self.place(), color=colour),
            lambda: mn.DashedLine(self.place(), self.place(), color=colour),
            lambda: mn.CubicBezier(*(self.place() for _ in range(4)), color=colour),
            lambda: self.teardrop(colour),
            lambda: mn.Dot(color=colour),
            lambda: mn.VGroup(
                *(mn.Dot(self.place(0.3), color=colour) for _ in range(rng.randrange(1, 6)))
            ),
            lambda: mn.VGroup(mn.Square(**look), mn.Circle(**look)).arrange(),
            self.photo,
            self.photo,
            lambda: mn.Group(self.photo(), mn.Square(**look)),
            lambda: mn.PointCloudDot(radius=rng.uniform(0.2, 1), density=12, color=colour),
            lambda: mn.Text(rng.choice(("fed", "W = 0.5", "ij")), color=colour),
            lambda: mn.Integer(rng.randrange(100), mob_class=mn.Text, color=colour),
            lambda: (
                mn.Square(**look).set_color([mn.RED, mn.BLUE]).set_sheen_direction(self.place())
            ),
            lambda: mn.Circle(**look).set_stroke(mn.WHITE, 8, background=True),
            self.painted,
            lambda: mn.VGroup(self.painted(), self.painted()),
            lambda: mn.FunctionGraph(np.sin, (-3, 3), color=colour),
            lambda: mn.NumberLine((-3, 3), color=colour),
            lambda: mn.Sphere(resolution=(4, 4)),
            lambda: Blinking(1.0, **look),
            lambda: mn.Cutout(mn.Square(2), mn.Circle(0.5), color=colour, fill_opacity=0.6),
        ]
        made = rng.choice(kinds)()
        made.shift(self.place(0.6))
        if rng.random() < 0.25:
            made.set_z_index(rng.randrange(-2, 3))
        if rng.random() < 0.15:
            made.rotate(rng.uniform(-3, 3))
        if rng.random() < 0.2 and isinstance(made, mn.VMobject):
            made.joint_type = rng.choice(list(mn.LineJointType))
            made.cap_style = rng.choice(list(mn.CapStyleType))
        if rng.random() < 0.02 and isinstance(made, mn.VMobject):
            made.scale(1e6 if rng.random() < 0.5 else 1e-6)
        self.made.append(made)
        return made

    def teardrop(self, colour: Any) -> Any:
        """Return one curve that ends where it begins, with a sharp corner."""
        end = self.place(0.5)
        one = mn.VMobject(color=colour, stroke_width=self.rng.choice((4, 15)))
        return one.set_points([end, end + self.place(0.4), end + self.place(0.4), end])

    def photo(self) -> Any:
        """Return a picture of noise, partly transparent."""
        side = self.rng.choice((2, 8, 32))
        pixels = np.random.default_rng(self.rng.randrange(99)).integers(0, 256, (side, side, 4))
        image = mn.ImageMobject(pixels.astype(np.uint8))
        image.set_resampling_algorithm(
            self.rng.choice((0, 1, 2, 3)) if self.rng.random() < 0.3 else 3
        )
        image.height = self.rng.uniform(0.1, 3)
        return image

    def painted(self) -> Any:
        """Return an outline that is painted with a picture."""
        one = mn.Square(self.rng.uniform(0.5, 2), fill_opacity=self.rng.choice((0.4, 1)))
        return one.color_using_background_image(picture()).shift(self.place(0.3))

    def one(self) -> Any:
        """Return a mobject of the scene, or a new one."""
        there = [each for each in self.mobjects if isinstance(each, mn.Mobject)]
        return self.rng.choice(there) if there and self.rng.random() < 0.8 else self.mobject()

    def outline(self) -> Any:
        """Return a vector mobject."""
        for _ in range(5):
            if isinstance(one := self.one(), mn.VMobject) and one.family_members_with_points():
                return one
        return mn.Square(color=self.rng.choice(COLOURS)).shift(self.place(0.5))

    # Steps

    def step_play(self) -> None:
        """Play one or several animations at once."""
        many = 1 if self.rng.random() < 0.7 else self.rng.randrange(2, 4)
        rate = self.rng.choice((mn.smooth, mn.linear, mn.there_and_back, mn.rush_into))
        animations = [self.animation() for _ in range(many)]
        if self.rng.random() < 0.15:
            animations = [mn.LaggedStart(*animations, lag_ratio=0.4)]
        elif self.rng.random() < 0.1:
            animations = [mn.Succession(*animations)]
        self.play(*animations, run_time=self.rng.choice((0.3, 0.5, 1.0)), rate_func=rate)

    def animation(self) -> Any:
        """Return a random animation."""
        rng, any_, line = self.rng, self.one, self.outline
        kinds: list[Callable[[], Any]] = [
            lambda: any_().animate.shift(self.place(0.4)),
            lambda: any_().animate.scale(rng.uniform(0.3, 2)),
            lambda: any_().animate.rotate(rng.uniform(-3, 3)),
            lambda: line().animate.set_color(rng.choice(COLOURS)),
            lambda: any_().animate.set_opacity(rng.choice((0, 0.5, 1))),
            lambda: line().animate.set_stroke(rng.choice(COLOURS), rng.choice((0, 3, 12))),
            lambda: line().animate.set_stroke(mn.WHITE, 6, background=True),
            lambda: any_().animate.set_z_index(rng.randrange(-2, 3)),
            lambda: mn.FadeIn(self.mobject(), shift=self.place(0.2)),
            lambda: mn.FadeOut(any_(), scale=rng.choice((0.5, 1, 2))),
            lambda: mn.Create(line()),
            lambda: mn.Uncreate(line()),
            lambda: mn.DrawBorderThenFill(line()),
            lambda: mn.Write(mn.Text("ok").shift(self.place(0.5))),
            lambda: mn.GrowFromCenter(self.mobject()),
            lambda: mn.SpinInFromNothing(line()),
            lambda: mn.Transform(line(), line().copy().shift(self.place(0.3))),
            lambda: mn.ReplacementTransform(line(), mn.Star(color=rng.choice(COLOURS))),
            lambda: mn.FadeTransform(line(), mn.Circle(color=rng.choice(COLOURS))),
            lambda: mn.Rotate(any_(), rng.uniform(-3, 3)),
            lambda: mn.Indicate(line()),
            lambda: mn.Flash(self.place(0.5)),
            lambda: mn.Circumscribe(line()),
            lambda: mn.ShowPassingFlash(line().copy()),
            lambda: mn.Wiggle(line()),
            lambda: mn.ApplyWave(line()),
            lambda: mn.MoveAlongPath(any_(), mn.Arc(2, angle=rng.uniform(1, 5))),
            lambda: mn.Swap(line(), line()),
            lambda: mn.ApplyMatrix([[1, rng.uniform(-1, 1)], [0, 1]], line()),
            lambda: mn.UpdateFromAlphaFunc(any_(), self.change()),
            lambda: mn.UpdateFromAlphaFunc(mn.Dot(), self.change_of_camera()),
            lambda: mn.Wait(0.5),
        ]
        if self.mobile:
            frame = self.camera.frame
            kinds += 3 * [
                lambda: frame.animate.shift(self.place(0.3)),
                lambda: frame.animate.scale(rng.uniform(0.5, 1.6)),
                lambda: frame.animate.move_to(any_()).set(width=rng.uniform(3, 14)),
            ]
        return rng.choice(kinds)()

    def change(self) -> Callable[[Any, float], None]:
        """Return a change of a mobject in the course of a play."""
        way, colour = self.rng.randrange(5), self.rng.choice(COLOURS)

        def change(one: Any, alpha: float) -> None:
            if way == 0:
                one.set_z_index(int(3 * alpha) - 1)
            elif way == 1:
                one.shift(0.2 * alpha * mn.RIGHT)
            elif way == 2 and isinstance(one, mn.VMobject):
                one.set_fill(colour, opacity=alpha)
            elif way == 3 and isinstance(one, mn.ImageMobject):
                one.pixel_array[: int(alpha * len(one.pixel_array))] = 255
            elif way == 4 and alpha > 0.4 and one in self.mobjects:
                self.bring_to_back(one)

        return change

    def change_of_camera(self) -> Callable[[Any, float], None]:
        """Return a change of the camera, or a frame handed over, in the course of a play."""
        way, colour, place = self.rng.randrange(7), self.rng.choice(COLOURS), self.place(0.1)

        def change(one: Any, alpha: float) -> None:
            camera: Any = self.camera
            if way == 0:
                camera.background_color = mn.interpolate_color(mn.BLACK, colour, alpha)
            elif way == 1:
                camera.frame_center = alpha * place
            elif way == 2 and alpha > 0.3:
                camera.background_opacity = alpha
            elif way == 3 and alpha > 0.3:
                camera.background[: int(alpha * 60), :40] = 90
            elif way == 4:
                self.renderer.add_frame(np.full_like(camera.pixel_array, int(200 * alpha)))
            elif way == 5 and alpha > 0.5:
                self.renderer.update_frame(self)
                self.renderer.add_frame(self.renderer.get_frame(), 2)
            elif way == 6:
                camera.cairo_line_width_multiple = 0.01 + 0.02 * alpha

        return change

    def step_wait(self) -> None:
        """Wait, with or without a frozen frame."""
        if self.rng.random() < 0.3:
            self.clocks = 0
            self.wait_until(self.passed, max_time=1)
        else:
            self.wait(
                self.rng.choice((0.25, 0.6, 1.0)),
                frozen_frame=self.rng.choice((None, None, True, False)),
            )

    def passed(self) -> bool:
        """Return whether three frames have passed."""
        self.clocks += 1
        return self.clocks > 2

    def step_order(self) -> None:
        """Change what lies above what."""
        step = self.rng.randrange(5)
        if step == 0:
            self.bring_to_front(self.one())
        elif step == 1:
            self.bring_to_back(self.one())
        elif step == 2:
            self.add_foreground_mobject(self.one())
        elif step == 3 and self.foreground_mobjects:
            self.remove_foreground_mobject(self.rng.choice(self.foreground_mobjects))
        else:
            self.one().set_z_index(self.rng.randrange(-2, 3))

    def step_updater(self) -> None:
        """Let a mobject follow another one, turn, be drawn anew, or stop doing so."""
        one, other, way = self.one(), self.one(), self.rng.randrange(5)
        if way == 0:
            one.add_updater(lambda each: each.set_y(0.5 * other.get_x()))
        elif way == 1:
            one.add_updater(lambda each, dt: each.rotate(dt))
        elif way == 2:
            self.add(mn.always_redraw(lambda: mn.Line(mn.ORIGIN, other.get_center())))
        elif way == 3:
            self.add(mn.TracedPath(other.get_center))
        else:
            one.clear_updaters()

    def step_look(self) -> None:
        """Change the camera or its background between two plays, or hand a frame over."""
        camera: Any = self.camera
        way = self.rng.randrange(7)
        if way == 0:
            camera.background_color = self.rng.choice(COLOURS)
        elif way == 1:
            camera.set_background(np.full_like(camera.pixel_array, 60))
        elif way == 2:
            camera.background[10:30, 20:90] = 120
        elif way == 3:
            self.renderer.add_frame(np.full_like(camera.pixel_array, 99), 3)
        elif way == 4:
            self.renderer.update_frame(self)
            self.renderer.freeze_current_frame(0.5)
        elif way == 5:
            camera.use_z_index = not camera.use_z_index
        else:
            camera.capture_mobjects([mn.Square()])

    def step_member(self) -> None:
        """Add a member to a family, or take one away."""
        one = self.outline()
        if one.submobjects and self.rng.random() < 0.5:
            one.remove(self.rng.choice(one.submobjects))
        else:
            one.add(mn.Dot(self.place(0.5), color=self.rng.choice(COLOURS)))

    def step_stage(self) -> None:
        """Add, remove, clear, or begin a section."""
        way = self.rng.randrange(6)
        if way < 3:
            self.add(self.mobject())
        elif way == 3:
            self.remove(self.one())
        elif way == 4:
            self.next_section(f"s{len(self.made)}")
        else:
            self.clear()


class Blinking(mn.Circle):
    """A circle that tells the camera another colour than it has."""

    def get_fill_rgbas(self) -> Any:
        """Return a colour that depends on the place."""
        return np.array([[0.5 + 0.5 * np.sin(self.get_x()), 0.4, 0.2, 0.9]])


KINDS: tuple[tuple[type[Scene], type[Camera]], ...] = (
    (Scene, Camera),
    (Scene, Camera),
    (mn.MovingCameraScene, MovingCamera),
    (mn.ThreeDScene, ThreeDCamera),
)


def scene_of(
    number: int, steps: int, seen: list[Scene]
) -> tuple[Callable[..., Scene], type[Camera]]:
    """Return what makes the scene of a number, and its camera; the scenes are added to ``seen``."""
    rng = random.Random(number)
    kind, camera = KINDS[3] if rng.random() < 0.04 else rng.choice(KINDS[:3])
    bases = (FastScene, kind) if kind is not Scene and rng.random() < 0.5 else (kind, FastScene)
    bases = bases if kind is not Scene else (FastScene,)
    about = {"number": number, "steps": steps, "mobile": camera is MovingCamera}
    played = type("Played", (RandomScene, *bases), about)

    def make(**options: Any) -> Scene:
        scene = played(**options)
        seen.append(scene)
        return scene

    return make, camera


def fault(number: int, steps: int) -> str:
    """Return what differs between Manim's scene of a number and the fast one; empty if nothing."""
    seen: list[Any] = []
    make, camera = scene_of(number, steps, seen)
    with TemporaryDirectory() as folder:
        theirs, ours = stock.both(make, Path(folder), camera, **SMALL)
    common = min(len(theirs), len(ours))
    for (what, before), (other, our_before) in zip_longest(
        *(scene.trouble for scene in seen), fillvalue=("", common)
    ):
        if bool(what) != bool(other):
            return f"Manim said {what!r}, we said {other!r}"
        if what != other:  # a frame that Manim cannot draw, and that fails earlier here
            both = min(before, our_before)
            theirs, ours = theirs[:both], ours[:both]
            break
    if len(theirs) != len(ours):
        return f"{len(theirs)} frames are {len(ours)}"
    differing = stock.differing(theirs, ours)
    return f"frames {differing} of {len(ours)} differ" if differing else ""


def main() -> int:
    """Compare many scenes; print what differs."""
    parser = argparse.ArgumentParser(description="Compare random scenes with Manim's own frames.")
    parser.add_argument("scenes", type=int, help="how many scenes")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--steps", type=int, default=7, help="steps of a scene")
    chosen = parser.parse_args()
    faults = 0
    for number in range(chosen.first, chosen.first + chosen.scenes):
        if news := fault(number, chosen.steps):
            faults += 1
            print(f"{number}: {news}", flush=True)
        if number % 500 == 499:
            print(f"{number + 1} scenes, {faults} with a difference", flush=True)
    print(f"{chosen.scenes} scenes, {faults} with a difference")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
