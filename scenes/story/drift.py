"""Exact lengths and angles of a round's updates, from the inner products in the record.

Ten updates do not fit into a plane or into space with all angles between them. Each update's length
and its angle to the average do; its direction around the average is free.
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
    """Lengths and angles, in radians, of a round's updates to their mean weighted by n_k/n.

    ``lengths`` and ``average`` are L2 norms, ``mean_length`` the weighted mean of the norms;
    ``turns`` are the directions in which updates are drawn around the average.
    """

    lengths: Values
    angles: Values
    turns: Values
    average: float
    mean_length: float
    between: float  # the mean angle between two updates


def drift(gram: Sequence[Sequence[float]], weights: Sequence[float]) -> Drift | None:
    """Return lengths and angles of updates; None if an update or their average is zero, or huge.

    Args:
        gram: the inner products of the updates, shape (k, k).
        weights: the share n_k/n of each update; the sum is one.
    """
    products, shares = np.array(gram, dtype=float), np.array(weights, dtype=float)
    if np.abs(products).max(initial=0.0) > MOST:
        return None
    onto = products @ shares  # inner products with the average
    squares, square = np.diag(products), float(shares @ onto)
    if len(squares) < 2 or squares.min() <= 0 or square <= 0:
        return None
    lengths, average = np.sqrt(squares), float(np.sqrt(square))
    angles = _angles(onto, lengths * average)
    return Drift(
        lengths=lengths,
        angles=angles,
        turns=_turns(shares * lengths * np.sin(angles)),
        average=average,
        mean_length=float(shares @ lengths),
        between=_between(products, lengths),
    )


def _angles(products: Values, norms: Values) -> Values:
    """Return angles from inner products and products of norms."""
    return np.asarray(np.arccos(np.clip(products / norms, -1.0, 1.0)))


def _between(products: Values, lengths: Values) -> float:
    """Return the mean angle between two updates, over all pairs."""
    pairs = np.triu_indices(len(lengths), 1)
    return float(_angles(products, np.outer(lengths, lengths))[pairs].mean())


def _turns(aside: Values) -> Values:
    """Return evenly spread directions around the average for which the sum is smallest.

    The exact sum is zero: all updates together have no part at right angles to their average. The
    largest part has direction zero.

    Args:
        aside: the part of each update at right angles to the average, times its share, shape (k,).
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
