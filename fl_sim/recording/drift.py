"""Client drift: the inner products and norms of the clients' updates."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fl_sim.recording.measures import finite, rounded
from fl_sim.recording.replies import Arrays

# Above these the matrix would take more time and space than the pictures are worth.
MOST_UPDATES = 100
MOST_PRODUCTS = 5_000_000_000  # of two weights; some seconds
GRAM_DIGITS = 9
CHUNK = 2**13  # weights; those of a hundred updates stay in a processor's cache

Vector = npt.NDArray[Any]
Matrix = tuple[tuple[float, ...], ...]


def gram(sent: Sequence[Arrays], received: Sequence[Arrays]) -> Matrix | None:
    """Return the inner products of the updates ``sent - received``, over floating parameters.

    Summed by one thread in one order, so that it is the same to the bit wherever it is computed.
    None for no updates, for more than ``MOST_UPDATES`` or ``MOST_PRODUCTS``, where one is not
    finite, and where what came back has not the parameters that went out.
    """
    count = len(sent)
    if not 0 < count <= MOST_UPDATES:
        return None
    total = np.zeros((count, count))
    weights = 0
    for name in received[0]:
        differences = _differences(name, sent, received)
        if differences is None:
            return None
        weights += len(differences[0])
        if weights * count**2 > MOST_PRODUCTS:
            return None
        _add_inner_products(total, differences)
    if not weights:
        return None
    total = np.triu(total) + np.triu(total, 1).T
    rows = [finite(rounded(value, GRAM_DIGITS) for value in row) for row in total]
    return None if None in rows else tuple(row for row in rows if row is not None)


def distance(a: Arrays, b: Arrays) -> float | None:
    """Return the L2 norm of ``a - b`` over floating parameters.

    None if it is not finite, if there are none, or if one has other parameters than the other.
    """
    squares = []
    for name in b:
        differences = _differences(name, [a], [b])
        if differences is None:
            return None
        if len(differences[0]):
            with np.errstate(all="ignore"):
                squares.append(float(np.square(differences[0]).sum()))
    total = finite(squares)
    return math.sqrt(math.fsum(total)) if total else None


def parts(rows: Sequence[Vector]) -> Iterator[Vector]:
    """Give all rows together, chunk by chunk, as float64."""
    for start in range(0, len(rows[0]), CHUNK):
        yield np.stack([row[start : start + CHUNK].astype(np.float64) for row in rows])


def _differences(
    name: str, sent: Sequence[Arrays], received: Sequence[Arrays]
) -> list[Vector] | None:
    """Return each update of one parameter, flat; None where there are not such.

    A parameter counts where it is floating in both models. A counter is a whole number for the
    client, and becomes a real one as soon as a server averages it; its updates have no length.
    """
    starts = {id(model): model.get(name) for model in received}
    differences: list[Vector] = []
    for after, before in zip(sent, received, strict=True):
        a, b = after.get(name), starts[id(before)]
        if a is None or b is None or a.shape != b.shape:
            return None
        floating = a.dtype.kind == b.dtype.kind == "f"
        with np.errstate(all="ignore"):
            flat = np.ravel(a).astype(np.float64) - np.ravel(b) if floating else np.zeros(0)
        differences.append(flat)
    sizes = {len(each) for each in differences}
    return differences if len(sizes) == 1 else None


def _add_inner_products(total: Vector, rows: Sequence[Vector]) -> None:
    """Add to the upper triangle, without BLAS, whose threads divide a sum as they like."""
    with np.errstate(all="ignore"):
        for part in parts(rows):
            for i, row in enumerate(part):
                total[i, i:] += np.einsum("p,jp->j", row, part[i:])
