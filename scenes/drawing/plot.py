"""Scales and strokes for charts."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from manim import VMobject


def scaled(
    values: Sequence[float], low: float, high: float, start: float, end: float
) -> list[float]:
    """Map values from [low, high] to [start, end]."""
    span = (high - low) or 1.0
    return [start + (value - low) / span * (end - start) for value in values]


def polyline(xs: Sequence[float], ys: Sequence[float], color: str, width: float) -> VMobject:
    """Return straight strokes through points in Manim's units."""
    curve = VMobject(stroke_color=color, stroke_width=width)
    curve.set_points_as_corners([np.array([x, y, 0.0]) for x, y in zip(xs, ys, strict=True)])
    return curve


def spread(heights: Sequence[float], apart: float) -> list[float]:
    """Move heights, in order from the top, as little as necessary for a distance between them."""
    placed = list(heights)
    for _ in placed:
        for i, (upper, lower) in enumerate(pairwise(placed)):
            lack = apart - (upper - lower)
            if lack > 0:
                placed[i] += lack / 2
                placed[i + 1] -= lack / 2
    return placed
