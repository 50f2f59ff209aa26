"""Exact angles between a round's updates, from the inner products in the record.

Ten updates do not fit into a plane or into space with all angles between them. Each update's angle
to the middle of all directions does; its own direction around the middle is free.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

MOST = 1e100  # an inner product from here on overflows when it is multiplied
SWEEPS = 3  # passes over all swaps of two directions
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Drift:
    """Angles of a round's updates to the middle, the mean of their directions, in radians.

    ``turns`` are the directions in which they are drawn around the middle; ``between`` is the mean
    angle between two updates.
    """

    angles: Values
    turns: Values
    between: float


def drift(gram: Sequence[Sequence[float]]) -> Drift | None:
    """Return the angles of updates; None if an update or their middle is zero, or huge.

    Args:
        gram: the inner products of the updates, shape (k, k).
    """
    products = np.array(gram, dtype=float)
    if len(products) < 2 or np.abs(products).max() > MOST or np.diag(products).min() <= 0:
        return None
    lengths = np.sqrt(np.diag(products))
    cosines = products / np.outer(lengths, lengths)
    square = float(cosines.mean())
    if square <= 0:
        return None
    angles = _angles(cosines.mean(axis=1) / np.sqrt(square))
    pairs = np.triu_indices(len(lengths), 1)
    return Drift(angles, _turns(np.sin(angles)), float(_angles(cosines)[pairs].mean()))


def _angles(cosines: Values) -> Values:
    return np.asarray(np.arccos(np.clip(cosines, -1.0, 1.0)))


def _turns(aside: Values) -> Values:
    """Return evenly spread directions around the middle for which the sum is smallest.

    The exact sum is zero: all directions together have no part at right angles to their middle. The
    largest part has direction zero.

    Args:
        aside: the part of each direction at right angles to the middle, shape (k,).
    """
    count = len(aside)
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    places = np.exp(1j * turns)
    order = np.arange(count)
    for _ in range(SWEEPS):
        for one, other in combinations(range(count), 2):
            swapped = order.copy()
            swapped[[one, other]] = order[[other, one]]
            if abs(aside @ places[swapped]) < abs(aside @ places[order]) - 1e-12:
                order = swapped
    return np.asarray(turns[order] - turns[order[aside.argmax()]])
