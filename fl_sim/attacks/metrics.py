"""Measures of an attack's success: likeness of pictures, and how well members are told apart."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

Reals = npt.NDArray[np.float64]

# Of Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.
SIGMA, K1, K2 = 1.5, 0.01, 0.03
RADIUS = 5  # of a window, 11 pixels wide
PEAK = 255.0


def psnr(found: npt.NDArray[Any], true: npt.NDArray[Any]) -> float:
    """Return the peak signal-to-noise ratio of a picture of bytes, dB; infinite if it is exact."""
    error = np.mean((found.astype(float) - true.astype(float)) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(PEAK**2 / error))


def ssim(found: npt.NDArray[Any], true: npt.NDArray[Any]) -> float:
    """Return the structural similarity of two pictures, (height, width, channels), of bytes.

    It is the mean over all windows that lie inside, and over the channels.
    """
    x, y = found.astype(float), true.astype(float)
    mean_x, mean_y = _blurred(x), _blurred(y)
    var_x, var_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    cov = _blurred(x * y) - mean_x * mean_y
    c1, c2 = (K1 * PEAK) ** 2, (K2 * PEAK) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * cov + c2) / (var_x + var_y + c2)
    return float((luminance * structure).mean())


def _blurred(values: Reals) -> Reals:
    blurred: Reals = gaussian_filter(values, (SIGMA, SIGMA, 0), radius=(RADIUS, RADIUS, 0))
    return blurred[RADIUS:-RADIUS, RADIUS:-RADIUS]


def auc(members: Reals, others: Reals) -> float:
    """Return how often a member's score is above another's, ties counted as half."""
    ordered = np.sort(others)
    below, upto = (np.searchsorted(ordered, members, side=side) for side in ("left", "right"))
    return float((below + upto).mean() / (2 * len(others)))


def true_positive_rate(members: Reals, others: Reals, false_positive_rate: float) -> float:
    """Return the share of members above the lowest threshold that so few others are above."""
    allowed = int(false_positive_rate * len(others) + 1e-9)
    threshold = np.sort(others)[::-1][allowed]  # strictly above it are `allowed` at most
    return float((members > threshold).mean())
