"""The ground is a soft light without steps, the same in each frame; panels glow or have shadows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import LEFT, RIGHT, Camera, Line, tempconfig

from scenes import theme
from scenes.drawing import ground
from scenes.drawing.glow import Shadow, glow
from scenes.drawing.layout import Frame, Slot
from scenes.render.figures import as_pdf, as_svg

FRAME = Frame(16.0, 9.0)
PANEL = Slot(1.0, 2.0, 4.0, 3.0)


@pytest.fixture(autouse=True)
def dark() -> Iterator[None]:
    """Use the default theme afterwards."""
    yield
    theme.use(theme.DEFAULT)


@pytest.mark.parametrize(("name", "middle"), [("dark", "#171F2B"), ("light", "#FDFCFA")])
def test_the_ground_is_lightest_in_the_middle(name: str, middle: str) -> None:
    theme.use(name)
    pixels = ground.ground(640, 360)
    brightest = [*bytes.fromhex(middle[1:]), 255]
    assert pixels[151, 320].tolist() == brightest
    assert pixels[-1, 0, :3].tolist() == [*bytes.fromhex(theme.GROUND[1:])]


def test_the_dither_hides_steps_and_is_the_same_everywhere() -> None:
    """The mean of a tile is nearer to the light than a step of eight bits is."""
    fine = ground.ground(640, 360)[..., 0].astype(float)
    coarse = ground.ground(640, 360, dithered=False)[..., 0].astype(float)
    light = 11 + 12 * ground._light(640, 360).astype(float)

    def worst(pixels: np.ndarray[Any, Any]) -> float:
        return float(np.abs((pixels - light).reshape(45, 8, 80, 8).mean(axis=(1, 3))).max())

    assert worst(fine) < 0.1
    assert worst(coarse) > 0.4
    assert np.abs(fine - light).max() < 1
    assert ground.ground(640, 360) is ground.ground(640, 360)


def test_a_transparent_film_has_no_ground() -> None:
    with tempconfig({"pixel_width": 64, "pixel_height": 36, "background_opacity": 0.0}):
        camera = Camera()
        ground.lay(camera)
    assert camera.background is not None
    assert not camera.background[..., 3].any()


def test_manims_cache_tells_grounds_apart() -> None:
    """It hashes a camera's attributes, and skips its pixels."""
    with tempconfig({"pixel_width": 64, "pixel_height": 36}):
        cameras: list[Any] = [Camera(), Camera(), Camera()]
    for camera, name in zip(cameras, ("dark", "light", "dark"), strict=True):
        theme.use(name)
        ground.lay(camera)
    one, other, again = (camera.ground for camera in cameras)
    assert one == again != other
    assert (cameras[0].pixel_array == ground.ground(64, 36)).all()


def test_a_drawing_has_the_ground_as_a_gradient(tmp_path: Path) -> None:
    as_svg([], tmp_path / "empty.svg", "nothing", Slot(0.0, 0.0, 16.0, 9.0))
    text = (tmp_path / "empty.svg").read_text()
    assert text.count("<radialGradient") == 1
    assert "<image" not in text
    as_svg([], tmp_path / "again.svg", "nothing", Slot(0.0, 0.0, 16.0, 9.0))
    assert (tmp_path / "again.svg").read_text() == text


def test_a_figure_as_pdf_has_lines_and_its_title(tmp_path: Path) -> None:
    line = Line(LEFT, RIGHT)
    as_pdf([line], tmp_path / "line.pdf", "one line", Slot(0.0, 0.0, 16.0, 9.0))
    content = (tmp_path / "line.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/Title (one line)" in content
    assert b"/Image" not in content


def test_a_panel_glows_in_its_colour_and_casts_a_shadow_in_the_light_theme() -> None:
    lit: Any = glow(PANEL, FRAME, theme.UPDATE)
    assert lit.pixel_array[0, 0].tolist() == [*bytes.fromhex(theme.UPDATE[1:]), 0]
    middle = tuple(side // 2 for side in lit.pixel_array.shape[:2])
    assert lit.pixel_array[middle][3] == round(255 * theme.GLOW)
    assert (lit.width, lit.get_center()[:2].tolist()) == (
        pytest.approx(PANEL.width + 2 * FRAME.px(34)),
        pytest.approx([1.0, 2.0]),
    )
    theme.use("light")
    cast: Any = glow(PANEL, FRAME, theme.UPDATE)
    assert isinstance(cast, Shadow)
    assert cast.get_center()[1] < 2.0
    assert cast.pixel_array[..., 3].max() == round(255 * theme.SHADE)
