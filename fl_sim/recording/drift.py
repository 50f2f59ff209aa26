"""How clients' updates lie to each other, and the way that the global model went."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fl_sim import record
from fl_sim.recording.replies import Arrays, finite, rounded

# Above these the matrices would take more time and space than the pictures are worth.
MOST_UPDATES = 100
MOST_MODELS = 101  # round 0 included
MOST_WEIGHTS = 50_000_000  # of all models of a path together
GRAM_DIGITS = 9
CHUNK = 2**16  # weights

Vector = npt.NDArray[Any]
Matrix = tuple[tuple[float, ...], ...]


def gram(sent: Sequence[Arrays], received: Sequence[Arrays]) -> Matrix | None:
    """Return the inner products of the updates ``sent - received``, over floating parameters.

    Summed by one thread in one order, so that it is the same to the bit wherever it is computed.
    None for no updates, for more than ``MOST_UPDATES``, where one is not finite, and where what
    came back has not the parameters that went out.
    """
    pairs = list(zip(sent, received, strict=True))
    if not 0 < len(pairs) <= MOST_UPDATES or not all(_alike(a, b) for a, b in pairs):
        return None
    total = np.zeros((len(pairs), len(pairs)))
    for name in _floating(received[0]):
        total += _inner_products(np.stack([_difference(a[name], b[name]) for a, b in pairs]))
    rows = [finite(rounded(value, GRAM_DIGITS) for value in row) for row in total]
    return None if None in rows else tuple(row for row in rows if row is not None)


def distance(a: Arrays, b: Arrays) -> float | None:
    """Return the L2 norm of ``a - b`` over floating parameters.

    None if it is not finite, or if one has other parameters than the other.
    """
    if not _alike(a, b):
        return None
    squares = (np.square(_difference(a[name], b[name])).sum() for name in _floating(b))
    norm = math.sqrt(math.fsum(squares))
    return norm if math.isfinite(norm) else None


class PathOfModels:
    """The global model of every round, as long as they are few enough to be projected."""

    def __init__(self) -> None:
        self._models: list[Vector] = []
        self._kept = True

    def add(self, model: Arrays) -> None:
        """Keep the model of the next round."""
        flat = np.concatenate(
            [np.zeros(0, np.float32), *(model[name].ravel() for name in _floating(model))]
        )
        self._models.append(flat)
        weights = sum(len(each) for each in self._models)
        if len(self._models) > MOST_MODELS or weights > MOST_WEIGHTS:
            self._kept, self._models = False, []

    def project(self) -> record.ModelPath | None:
        """Return the models' principal components (PCA through the Gram matrix).

        None for fewer than three models, for more than are kept, and where one is not finite.
        """
        if not self._kept or len(self._models) < 3 or not len(self._models[0]):
            return None
        models = np.stack(self._models)
        if not np.isfinite(models).all():
            return None
        products = _inner_products(models - models.mean(axis=0, dtype=np.float64))
        values, vectors = np.linalg.eigh(products)
        variance = np.clip(values[::-1], 0, None)
        points = vectors[:, ::-1][:, :2] * np.sqrt(variance[:2])
        # An axis has no direction of its own: here the last model lies on its positive side.
        points *= np.where(points[-1] < 0, -1, 1)
        shares = variance[:2] / (variance.sum() or 1)
        return record.ModelPath(
            points=tuple((rounded(x, 6), rounded(y, 6)) for x, y in points),
            explained=(rounded(shares[0], 6), rounded(shares[1], 6)),
        )


def _floating(arrays: Mapping[str, Vector]) -> Iterable[str]:
    """Name the parameters that training moves; the rest are counters."""
    return [name for name, array in arrays.items() if array.dtype.kind == "f"]


def _alike(a: Arrays, b: Arrays) -> bool:
    return bool(b) and all(name in a and a[name].shape == array.shape for name, array in b.items())


def _difference(a: Vector, b: Vector) -> Vector:
    difference: Vector = np.ravel(a).astype(np.float64) - np.ravel(b)
    return difference


def _inner_products(rows: Vector) -> Vector:
    """Return ``rows @ rows.T`` without BLAS, whose threads divide a sum as they like."""
    total = np.zeros((len(rows), len(rows)))
    for start in range(0, rows.shape[1], CHUNK):
        part = rows[:, start : start + CHUNK].astype(np.float64)
        total += np.einsum("ip,jp->ij", part, part)
    return np.triu(total) + np.triu(total, 1).T
