"""Colours can be read, also by people who see fewer of them."""

from itertools import combinations

import numpy as np
import pytest
from manim import ManimColor

from scenes import theme

# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
DEFICIENCIES = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
MEANINGFUL = ("MODEL", "UPDATE", "DATA", "INK")
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(color: str) -> np.ndarray:
    """Return a colour's linear RGB (IEC 61966-2-1), shape (3,)."""
    rgb = np.array(ManimColor(color).to_rgb())
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    dark, bright = sorted(float(XYZ[1] @ linear(color)) for color in (one, other))
    return (bright + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* of linear RGB under D65, shape (3,)."""
    ratio = XYZ @ np.clip(rgb, 0, 1) / XYZ.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_measures_are_right() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert lab(linear("#FFFFFF")) == pytest.approx([100, 0, 0], abs=0.01)


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


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_meanings_stay_apart_for_every_eye(deficiency: str) -> None:
    seen = {
        name: lab(np.array(DEFICIENCIES[deficiency]) @ linear(getattr(theme, name)))
        for name in MEANINGFUL
    }
    for one, other in combinations(MEANINGFUL, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= 15, (one, other)
