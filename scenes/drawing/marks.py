"""Marks: a tick for right, a cross for wrong or missing, and the gold of data."""

from typing import TypeVar

import numpy as np
from manim import VMobject
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.layout import Frame

MARK = 22  # pixels of a mark's side
STROKE = 4
OUTLINE = 1.2
Stroke = tuple[tuple[float, float], ...]
Shape = TypeVar("Shape", bound=VMobject)
TICK: tuple[Stroke, ...] = (((-0.5, -0.05), (-0.14, -0.42), (0.5, 0.42)),)
CROSS: tuple[Stroke, ...] = (((-0.4, -0.4), (0.4, 0.4)), ((-0.4, 0.4), (0.4, -0.4)))


def tick(middle: Point3D, frame: Frame) -> VMobject:
    """Return a tick in the colour of text."""
    return _strokes(TICK, middle, frame.px(MARK), theme.INK)


def cross(middle: Point3D, frame: Frame) -> VMobject:
    """Return a cross in the muted colour."""
    return _strokes(CROSS, middle, frame.px(MARK), theme.MUTED)


def gold(shape: Shape) -> Shape:
    """Fill a shape with the colour of data, and return it.

    It has an outline where the colour alone is too faint on the ground.
    """
    outlined = theme.DATA_EDGE != theme.DATA_FILL
    shape.set_stroke(theme.DATA_EDGE, OUTLINE if outlined else 0, opacity=1)
    shape.set_fill(theme.DATA_FILL, opacity=1)
    return shape


def _strokes(shape: tuple[Stroke, ...], middle: Point3D, side: float, color: str) -> VMobject:
    mark = VMobject(stroke_color=color, stroke_width=STROKE)
    for stroke in shape:
        points = [middle + side * np.array([x, y, 0.0]) for x, y in stroke]
        mark.start_new_path(points[0])
        mark.add_points_as_corners(points[1:])
    return mark
