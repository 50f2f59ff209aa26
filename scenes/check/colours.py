"""Colour measures: contrast, and colour distance with and without colour blindness."""

from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
DEFICIENCIES = {
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(rgb: npt.ArrayLike) -> Floats:
    """Return linear RGB (IEC 61966-2-1) of sRGB, 0 to 1, shape (..., 3)."""
    rgb = np.asarray(rgb, dtype=np.float64)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(rgb: npt.ArrayLike) -> Floats:
    """Return relative luminance, 0 to 1, of sRGB, shape (..., 3)."""
    return np.asarray(linear(rgb) @ XYZ[1])


def contrast(one: npt.ArrayLike, other: npt.ArrayLike) -> Floats:
    """Return the contrast ratio of WCAG 2 between colours in sRGB, shape (..., 3)."""
    first, second = luminance(one), luminance(other)
    ratio = (np.maximum(first, second) + 0.05) / (np.minimum(first, second) + 0.05)
    return np.asarray(ratio)


def lab(rgb: npt.ArrayLike) -> Floats:
    """Return CIE L*a*b* of linear RGB under D65, shape (..., 3)."""
    ratio = np.clip(rgb, 0, 1) @ XYZ.T / XYZ.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def perceived(rgb: npt.ArrayLike, deficiency: str | None = None) -> Floats:
    """Return CIE L*a*b* of sRGB under a colour vision deficiency, shape (..., 3)."""
    light = linear(rgb)
    return lab(light @ DEFICIENCIES[deficiency].T if deficiency else light)


def distance(one: npt.ArrayLike, other: npt.ArrayLike, deficiency: str | None = None) -> float:
    """Return the CIE76 distance of two colours in sRGB."""
    return float(np.linalg.norm(perceived(one, deficiency) - perceived(other, deficiency)))


def confusable(colours: dict[str, Floats], least: float) -> list[tuple[float, str, str, str]]:
    """Return the pairs of colours closer than ``least``: distance, both names, deficiency."""
    return [
        (gap, one, other, deficiency)
        for one, other in combinations(colours, 2)
        for deficiency in DEFICIENCIES
        if (gap := distance(colours[one], colours[other], deficiency)) < least
    ]
