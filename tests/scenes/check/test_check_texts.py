"""Texts are checked: captions, contrast, height, margins, overlaps."""

from pathlib import Path

import numpy as np
import pytest
from checked import faults
from manim import (
    BLACK,
    DOWN,
    LEFT,
    RIGHT,
    UP,
    WHITE,
    FadeIn,
    FadeOut,
    ImageMobject,
    Line,
    ManimColor,
    Mobject,
    Rectangle,
    RoundedRectangle,
    Scene,
    Square,
    Text,
    UpdateFromAlphaFunc,
    VGroup,
    config,
    interpolate_color,
    linear,
)

from scenes import theme
from scenes.check import colours
from scenes.drawing.text import register_font

PIXEL = 8 / 1080  # of the frame's height, Manim's units


def words(text: str = "Words", capital: float = 30, color: str = "#FFFFFF") -> Text:
    """Return a text whose H would be so many pixels of 1080 tall."""
    register_font()
    strut = Text("H", font=theme.FONT, font_size=144)
    whole = Text(text, font=theme.FONT, font_size=144, color=color)
    return whole.scale(capital * PIXEL / strut.height)


# --- captions


class Captioned(Scene):
    """A caption for some seconds."""

    caption = "Seventeen letters"
    seconds = 1.2

    def construct(self) -> None:
        self.add_subcaption(self.caption, duration=self.seconds)
        self.wait(self.seconds)


class CaptionTooFast(Captioned):
    caption = "Thirty characters are too many"


class CaptionTooShort(Captioned):
    caption = "Brief"
    seconds = 1.1


class CaptionTooLong(Captioned):
    caption = "one two three " * 8
    seconds = 20


class CaptionOfTwoLines(Captioned):
    caption = "one two three " * 6
    seconds = 20


@pytest.mark.parametrize(
    ("scene", "rule", "measured"),
    [
        (CaptionTooFast, "reading speed", 25),
        (CaptionTooShort, "caption time", 1.1),
        (CaptionTooLong, "caption shape", 3),
    ],
)
def test_a_caption_that_cannot_be_read(
    scene: type[Scene], rule: str, measured: float, tmp_path: Path
) -> None:
    assert [fault.measured for fault in faults(scene, tmp_path, rule)] == [pytest.approx(measured)]


@pytest.mark.parametrize("rule", ["reading speed", "caption time", "caption shape"])
@pytest.mark.parametrize("scene", [Captioned, CaptionOfTwoLines])
def test_a_caption_that_can_be_read(scene: type[Scene], rule: str, tmp_path: Path) -> None:
    assert not faults(scene, tmp_path, rule)


# --- contrast


class OnPanel(Scene):
    """A text on a panel."""

    text = "#FFFFFF"
    panel = "#444444"
    veil = 0.0

    def construct(self) -> None:
        self.add(Rectangle(width=6, height=2, fill_color=self.panel, fill_opacity=1))
        self.add(words(color=self.text))
        if self.veil:
            self.add(Square(5, fill_color=self.panel, fill_opacity=self.veil, stroke_width=0))
        self.wait()


class GreyOnPanel(OnPanel):
    text = "#999999"


class Veiled(OnPanel):
    veil = 0.72


class OnPhoto(Scene):
    """A white text on an image, one half of which is white."""

    def construct(self) -> None:
        pixels = np.zeros((16, 16, 3), np.uint8)
        pixels[:, 8:] = 255
        photo = ImageMobject(pixels)
        photo.height = 4
        self.add(photo, words())
        self.wait()


class Faint(Scene):
    """A white text comes in; a faint one would stay, but fades out."""

    stays = False

    def construct(self) -> None:
        text = words()
        self.play(FadeIn(text))
        self.play(text.animate.set_opacity(0.25))
        if self.stays:
            self.wait()
        else:
            self.remove(text)


class FaintAtRest(Faint):
    stays = True


def test_contrast_is_measured_on_the_pixels_behind(tmp_path: Path) -> None:
    (fault,) = faults(GreyOnPanel, tmp_path, "contrast")
    exact = float(colours.contrast(*(ManimColor(c).to_rgb() for c in ("#999999", "#444444"))))
    assert fault.measured == pytest.approx(exact, abs=0.02)
    assert fault.limit == 4.5
    assert fault.about == "Words"


@pytest.mark.parametrize(
    ("scene", "least"), [(Veiled, 2.0), (OnPhoto, 1.0), (FaintAtRest, 2.2)], ids=str
)
def test_text_that_cannot_be_read(scene: type[Scene], least: float, tmp_path: Path) -> None:
    (fault,) = faults(scene, tmp_path, "contrast")
    assert fault.measured == pytest.approx(least, abs=0.4)


def test_text_that_can_be_read(tmp_path: Path) -> None:
    assert not faults(OnPanel, tmp_path, "contrast")


class TurnsWhite(Scene):
    """The ground turns white, at once or during a play; a text stands on it after that."""

    text = "#FFFFFF"
    at_once = True

    def construct(self) -> None:
        camera = self.camera
        self.add(Square(1).to_corner([-1, -1, 0]))
        self.wait()
        if self.at_once:
            camera.background_color = WHITE
        else:
            self.play(UpdateFromAlphaFunc(Mobject(), self.brighten))
        self.add(words(color=self.text))
        self.wait()

    def brighten(self, _: Mobject, alpha: float) -> None:
        self.camera.background_color = interpolate_color(BLACK, WHITE, alpha)


class TurnsWhiteSlowly(TurnsWhite):
    at_once = False


class BlackOnWhite(TurnsWhite):
    text = "#000000"


class BlackOnWhiteSlowly(TurnsWhiteSlowly):
    text = "#000000"


@pytest.mark.parametrize("scene", [TurnsWhite, TurnsWhiteSlowly], ids=str)
def test_a_ground_that_turns_as_bright_as_the_text(scene: type[Scene], tmp_path: Path) -> None:
    (fault,) = faults(scene, tmp_path, "contrast")
    assert (fault.about, fault.measured) == ("Words", pytest.approx(1.0, abs=0.01))


@pytest.mark.parametrize("scene", [BlackOnWhite, BlackOnWhiteSlowly], ids=str)
def test_a_ground_that_turns_away_from_the_text(scene: type[Scene], tmp_path: Path) -> None:
    assert not faults(scene, tmp_path, "contrast")


# --- height


class Tall(Scene):
    """A text of a height, which grows while it fades in."""

    capital = 24.2
    shown = "mixed Case 12"

    def construct(self) -> None:
        self.play(FadeIn(words(self.shown, self.capital), scale=0.5))
        self.wait()


class TooLow(Tall):
    capital = 22


class TooLowWithoutCapitals(Tall):
    capital = 22
    shown = "no room"


class Shrinks(Scene):
    """A text is clearly seen while it becomes too small."""

    def construct(self) -> None:
        text = words()
        self.add(text)
        self.play(text.animate.scale(0.5))
        self.remove(text)


@pytest.mark.parametrize("scene", [TooLow, TooLowWithoutCapitals])
def test_low_text(scene: type[Scene], tmp_path: Path) -> None:
    (fault,) = faults(scene, tmp_path, "text height")
    assert fault.measured == pytest.approx(22, rel=0.02)


def test_text_that_shrinks_in_sight(tmp_path: Path) -> None:
    assert faults(Shrinks, tmp_path, "text height")


def test_text_that_grows_while_it_fades_in(tmp_path: Path) -> None:
    assert not faults(Tall, tmp_path, "text height", pixel_width=960, pixel_height=540)


# --- margins


class AtTheEdge(Scene):
    """A text so far from the left edge, in frame widths."""

    share = 0.06

    def construct(self) -> None:
        text = words()
        left = (self.share - 0.5) * config.frame_width
        self.add(text.shift((left - text.get_left()[0]) * RIGHT))
        self.wait()


class OverTheMargin(AtTheEdge):
    share = 0.04


class OverTheEdge(AtTheEdge):
    share = -0.01


class SlidesThroughTheMargin(Scene):
    """A text is in the margin only while it moves."""

    def construct(self) -> None:
        text = words().shift(5 * LEFT)
        self.add(text)
        self.play(text.animate.shift(2 * LEFT), rate_func=lambda t: 1 - abs(2 * t - 1))
        self.wait()


def test_text_in_the_margin(tmp_path: Path) -> None:
    (fault,) = faults(OverTheMargin, tmp_path, "safe area")
    assert fault.measured == pytest.approx(0.01 * 1920, abs=0.5)
    assert not faults(AtTheEdge, tmp_path, "safe area")
    assert faults(SlidesThroughTheMargin, tmp_path, "safe area")


def test_a_portrait_frame_is_covered_by_a_phones_controls(tmp_path: Path) -> None:
    portrait = {
        "pixel_width": 270,
        "pixel_height": 480,
        "frame_width": 8,
        "frame_height": 8 * 16 / 9,
    }
    (fault,) = faults(AtTheEdge, tmp_path, "safe area", **portrait)
    assert fault.measured == pytest.approx(108 - 0.06 * 1080, abs=1)


def test_what_reaches_out_of_the_frame(tmp_path: Path) -> None:
    assert faults(OverTheEdge, tmp_path, "in frame")
    assert not faults(OverTheMargin, tmp_path, "in frame")


class LightAtTheEdge(Scene):
    """An image of which the left half, in part beyond the frame's edge, has some opacity."""

    opacity = 0

    def construct(self) -> None:
        pixels = np.full((4, 4, 4), 255, np.uint8)
        pixels[:, :2, 3] = self.opacity
        light = ImageMobject(pixels)
        light.height = 2
        self.add(light.shift(config.frame_width / 2 * LEFT + 0.5 * RIGHT))
        self.wait()


class PictureAtTheEdge(LightAtTheEdge):
    opacity = 255


def test_an_image_is_in_the_frame_where_it_is_seen(tmp_path: Path) -> None:
    (fault,) = faults(PictureAtTheEdge, tmp_path, "in frame")
    assert fault.measured == pytest.approx(0.5 / PIXEL, rel=0.01)
    assert not faults(LightAtTheEdge, tmp_path, "in frame")


# --- overlaps


class UnderLight(Scene):
    """A text under an image of which the right half has some opacity, over the text's half."""

    opacity = 0

    def construct(self) -> None:
        pixels = np.full((4, 4, 4), 255, np.uint8)
        pixels[:, 2:, 3] = self.opacity
        light = ImageMobject(pixels)
        light.height = 2
        text = words()
        self.add(text, light.move_to(text.get_center() + LEFT))
        self.wait()


class UnderPicture(UnderLight):
    opacity = 255


def test_an_image_covers_a_text_where_it_is_opaque(tmp_path: Path) -> None:
    (fault,) = faults(UnderPicture, tmp_path, "overlap")
    assert fault.measured == pytest.approx(50, abs=9)
    assert not faults(UnderLight, tmp_path, "overlap")


class Apart(Scene):
    """Two texts one above the other."""

    down = 1.0

    def construct(self) -> None:
        self.add(words("one"), words("other").shift(self.down * DOWN))
        self.wait()


class Crossing(Apart):
    down = 0.1


class Behind(Scene):
    """A text under a panel that carries another one."""

    opacity = 1.0

    def construct(self) -> None:
        panel = Rectangle(width=4, height=2, fill_color="#222222", fill_opacity=self.opacity)
        self.add(words("under"), panel, words("over"))
        self.wait()


class BehindGlass(Behind):
    opacity = 0.3


class Struck(Scene):
    """A line runs behind a text."""

    panel = False

    def construct(self) -> None:
        self.add(Line(3 * LEFT + 0.3 * DOWN, 3 * RIGHT + 0.3 * UP))
        if self.panel:
            self.add(Rectangle(width=3, height=1, fill_color="#222222", fill_opacity=1))
        self.add(words())
        self.wait()


class LineUnderPanel(Struck):
    panel = True


class Passes(Scene):
    """A packet with a label passes a text."""

    up = 0.0

    def construct(self) -> None:
        body = RoundedRectangle(width=1.4, height=0.5, fill_color="#FFFFFF", fill_opacity=1)
        packet = VGroup(body, words("5 kB", color="#000000")).shift(4 * LEFT + self.up * UP)
        self.add(words("place"), packet)
        self.play(packet.animate.shift(8 * RIGHT), rate_func=linear)
        self.wait()


class PassesAbove(Passes):
    up = 1.0


class Swapped(Scene):
    """A text takes another one's place."""

    lag = 1.0

    def construct(self) -> None:
        one, other = words("one"), words("other")
        self.add(one)
        if self.lag:
            self.play(FadeOut(one))
            self.play(FadeIn(other))
        else:
            self.play(FadeOut(one), FadeIn(other))
        self.wait()


class SwappedAtOnce(Swapped):
    lag = 0.0


@pytest.mark.parametrize(
    ("scene", "about"),
    [
        (Crossing, "one / other"),
        (BehindGlass, "under / over"),
        (Struck, "Words / Line"),
        (Passes, "RoundedRectangle over place"),
        (SwappedAtOnce, "one / other"),
    ],
    ids=str,
)
def test_what_crosses_a_text(scene: type[Scene], about: str, tmp_path: Path) -> None:
    assert about in [fault.about for fault in faults(scene, tmp_path, "overlap")]


@pytest.mark.parametrize("scene", [Apart, Behind, LineUnderPanel, PassesAbove, Swapped])
def test_what_crosses_no_text(scene: type[Scene], tmp_path: Path) -> None:
    assert not faults(scene, tmp_path, "overlap")
