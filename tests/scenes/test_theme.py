"""Colours can be read, also by people who see fewer of them."""

from collections.abc import Iterator

import pytest
from manim import ManimColor

from scenes import theme
from scenes.check import colours
from scenes.drawing.palettes import PALETTES

MEANINGFUL = ("MODEL", "UPDATE", "DATA", "INK")


@pytest.fixture(params=list(PALETTES), autouse=True)
def each_theme(request: pytest.FixtureRequest) -> Iterator[None]:
    """Use one theme after the other."""
    theme.use(request.param)
    yield
    theme.use(theme.DEFAULT)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two of the theme's colours."""
    return float(colours.contrast(*(ManimColor(color).to_rgb() for color in (one, other))))


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("INK", "GROUND", 7),  # captions
        ("INK", "GROUND_MIDDLE", 7),
        ("INK", "PANEL", 4.5),
        ("MUTED", "GROUND", 4.5),
        ("MUTED", "GROUND_MIDDLE", 4.5),
        ("MUTED", "PANEL", 4.5),
        ("UPDATE", "GROUND", 4.5),
        ("UPDATE", "GROUND_MIDDLE", 4.5),
        ("DATA", "GROUND", 4.5),
        ("DATA", "PANEL", 4.5),
        ("ON_BRIGHT", "MODEL", 4.5),
        ("ON_BRIGHT", "UPDATE", 4.5),
        ("ON_BRIGHT", "INK", 4.5),
        ("ON_DATA", "DATA_FILL", 4.5),
    ],
)
def test_text_can_be_read(text: str, ground: str, least: float) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= least


@pytest.mark.parametrize("color", [*MEANINGFUL, "DATA_EDGE"])
@pytest.mark.parametrize("ground", ["GROUND", "GROUND_MIDDLE", "PANEL"])
def test_shapes_that_mean_something_stand_out(color: str, ground: str) -> None:
    assert contrast(getattr(theme, color), getattr(theme, ground)) >= 3


@pytest.mark.parametrize("gold", ["DATA", "DATA_FILL"])
def test_meanings_stay_apart_for_every_eye(gold: str) -> None:
    names = ("MODEL", "UPDATE", "INK", gold)
    used = {name: ManimColor(getattr(theme, name)).to_rgb() for name in names}
    assert not colours.confusable(used, 15)
