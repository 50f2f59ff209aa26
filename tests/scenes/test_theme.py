"""Colours can be read, also by people who see fewer of them."""

import pytest
from manim import ManimColor

from scenes import theme
from scenes.check import colours

MEANINGFUL = ("MODEL", "UPDATE", "DATA", "INK")


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two of the theme's colours."""
    return float(colours.contrast(*(ManimColor(color).to_rgb() for color in (one, other))))


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("INK", "GROUND", 7),  # captions
        ("INK", "PANEL", 4.5),
        ("MUTED", "GROUND", 4.5),
        ("MUTED", "PANEL", 4.5),
        ("UPDATE", "GROUND", 4.5),
        ("ON_BRIGHT", "MODEL", 4.5),
        ("ON_BRIGHT", "UPDATE", 4.5),
        ("ON_BRIGHT", "INK", 4.5),
    ],
)
def test_text_can_be_read(text: str, ground: str, least: float) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= least


@pytest.mark.parametrize("color", MEANINGFUL)
@pytest.mark.parametrize("ground", ["GROUND", "PANEL"])
def test_shapes_that_mean_something_stand_out(color: str, ground: str) -> None:
    assert contrast(getattr(theme, color), getattr(theme, ground)) >= 3


def test_meanings_stay_apart_for_every_eye() -> None:
    used = {name: ManimColor(getattr(theme, name)).to_rgb() for name in MEANINGFUL}
    assert not colours.confusable(used, 15)
