"""Which shapes cover others: points inside a fill, and the visible share of a text."""

from collections.abc import Sequence

import numpy as np

from scenes.check.boxes import Box
from scenes.check.parts import Floats, Part, TextOnScreen

HIDING = 0.9  # opacity from which a fill hides what is under it
COVERING = 0.5  # ... from which it visibly covers what is under it
GRID = 12, 4  # points across and up that sample a box


def inside(points: Floats, part: Part, least: float = COVERING) -> np.ndarray:
    """Return which points, shape (n, 2), lie in a part's fill, by the non-zero rule.

    In an image whose pixels differ in opacity, those count that are at least so opaque.
    """
    if part.opacities.size:
        return part.opaque(points, least)
    outline = part.outline
    if not len(outline):
        return np.zeros(len(points), bool)
    (x0, y0), (x1, y1) = outline[:, 0].T, outline[:, 1].T
    x, y = points[:, :1], points[:, 1:]
    side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
    up = (y0 <= y) & (y1 > y) & (side > 0)
    down = (y0 > y) & (y1 <= y) & (side < 0)
    return np.asarray((up.sum(axis=1) - down.sum(axis=1)) != 0)


def grid_points(box: Box) -> Floats:
    """Return points spread evenly over a box, shape (n, 2)."""
    across = box.left + (np.arange(GRID[0]) + 0.5) / GRID[0] * box.width
    up = box.bottom + (np.arange(GRID[1]) + 0.5) / GRID[1] * box.height
    return np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)


def covered_share(box: Box, part: Part) -> float:
    """Return the share of a box that a part covers, 0 to 1."""
    return float(inside(grid_points(box), part).mean()) if box.crosses(part.box) else 0.0


class Fills:
    """The filled parts of a moment, with queries for those that cover something."""

    def __init__(self, shapes: Sequence[tuple[int, Part]]) -> None:
        filled = [(order, part) for order, part in shapes if part.fill > 0]
        self.parts = [part for _, part in filled]
        self.orders = np.array([order for order, _ in filled], dtype=np.int64)
        self.opacities = np.array([part.fill for part in self.parts])
        self.boxes = np.array([part.box for part in self.parts]).reshape(-1, 4)

    def over(self, order: int, box: Box, least: float) -> list[Part]:
        """Return the fills of at least some opacity that are drawn after ``order`` near a box."""
        left, bottom, right, top = self.boxes.T
        near = (left < box.right) & (right > box.left) & (bottom < box.top) & (top > box.bottom)
        found = near & (self.orders > order) & (self.opacities >= least)
        return [self.parts[i] for i in np.flatnonzero(found)]

    def visible_share(self, text: TextOnScreen) -> float:
        """Return the share of a text's box that later fills do not hide, 0 to 1."""
        above = self.over(text.top, text.box, HIDING)
        if not above:
            return 1.0
        points = grid_points(text.box)
        hidden = np.any([inside(points, part, HIDING) for part in above], axis=0)
        return 1.0 - float(hidden.mean())

    def uncovered(self, points: Floats, order: int, box: Box) -> Floats:
        """Return those points in a box, shape (n, 2), that no later fill covers."""
        left = points
        for part in self.over(order, box, COVERING):
            left = left[~inside(left, part)]
        return left
