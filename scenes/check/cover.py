"""What lies over what: shapes that hide a text or a line, and the ground that a shape lies on."""

from collections.abc import Sequence

import numpy as np

from scenes.check.boxes import Box
from scenes.check.parts import Floats, Lettering, Part

OPAQUE = 0.9  # opacity from which on a fill hides what is under it
COVERING = 0.5  # ... from which on it lies over it for the eye
GRID = 12, 4  # points across and up at which a box is probed


def inside(points: Floats, part: Part) -> np.ndarray:
    """Return which points, (n, 2), lie in a part's fill, by the non-zero rule."""
    outline = part.outline
    if not len(outline):
        return np.zeros(len(points), bool)
    (x0, y0), (x1, y1) = outline[:, 0].T, outline[:, 1].T
    x, y = points[:, :1], points[:, 1:]
    side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
    up = (y0 <= y) & (y1 > y) & (side > 0)
    down = (y0 > y) & (y1 <= y) & (side < 0)
    return np.asarray((up.sum(axis=1) - down.sum(axis=1)) != 0)


def probes(box: Box) -> Floats:
    """Return points spread evenly over a box, (n, 2)."""
    across = box.left + (np.arange(GRID[0]) + 0.5) / GRID[0] * box.width
    up = box.bottom + (np.arange(GRID[1]) + 0.5) / GRID[1] * box.height
    return np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)


def covered_share(box: Box, part: Part) -> float:
    """Return how much of a box lies under a part, 0 to 1."""
    return float(inside(probes(box), part).mean()) if box.crosses(part.box) else 0.0


class Fills:
    """The filled parts of a moment, to be asked which of them lie over something."""

    def __init__(self, shapes: Sequence[tuple[int, Part]]) -> None:
        filled = [(order, part) for order, part in shapes if part.fill > 0]
        self.parts = [part for _, part in filled]
        self.orders = np.array([order for order, _ in filled], dtype=np.int64)
        self.opacities = np.array([part.fill for part in self.parts])
        self.boxes = np.array([part.box for part in self.parts]).reshape(-1, 4)

    def over(self, order: int, box: Box, least: float) -> list[Part]:
        """Return those of at least an opacity, drawn later, that may lie over a box."""
        left, bottom, right, top = self.boxes.T
        near = (left < box.right) & (right > box.left) & (bottom < box.top) & (top > box.bottom)
        found = near & (self.orders > order) & (self.opacities >= least)
        return [self.parts[i] for i in np.flatnonzero(found)]

    def seen_share(self, text: Lettering) -> float:
        """Return how much of a text's box is not hidden by what is drawn later, 0 to 1."""
        above = self.over(text.top, text.box, OPAQUE)
        if not above:
            return 1.0
        points = probes(text.box)
        hidden = np.any([inside(points, part) for part in above], axis=0)
        return 1.0 - float(hidden.mean())

    def uncovered(self, points: Floats, order: int, box: Box) -> Floats:
        """Return the points in a box, (n, 2), of a part at a place in the order, not covered."""
        left = points
        for part in self.over(order, box, COVERING):
            left = left[~inside(left, part)]
        return left
