"""The global model of every round: its path, and its first convolution."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fl_sim import record
from fl_sim.recording.drift import Vector, parts
from fl_sim.recording.measures import rounded
from fl_sim.recording.replies import Arrays

# Above these the pictures would take more time and space than they are worth.
MOST_MODELS = 101  # round 0 included
MOST_WEIGHTS = 50_000_000  # of all models of a path together
MOST_FILTER_WEIGHTS = 2_000_000  # of all convolutions together

ROUNDING = 1e-12  # of the largest variance: what is below is none


class PathOfModels:
    """The way of the global model, as long as its models are few enough to be projected."""

    def __init__(self) -> None:
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._models: list[Vector] = []
        # Inner products of the models' distances from the first.
        self._products = np.zeros((0, 0))
        self._kept = True

    def add(self, model: Arrays | None) -> None:
        """Keep the model of the next round; None if it is not known, which ends the path."""
        if not self._kept:
            return
        if model is not None and not self._models:
            self._shapes = floating_shapes(model)
        flat = None if model is None else self._flat(model)
        if flat is None or not self._fits(flat):
            self._kept, self._models = False, []
            return
        self._models.append(flat)
        self._multiply()

    def project(self) -> record.ModelPath | None:
        """Return the models' principal components (PCA through the Gram matrix).

        None for fewer than three models, for more than are kept, and where one is not finite or
        has other parameters than the first.
        """
        if not self._kept or len(self._models) < 3:
            return None
        products = self._products
        centred = products - products.mean(axis=0) - products.mean(axis=1)[:, None]
        values, vectors = np.linalg.eigh(centred + products.mean())
        variance = np.where(values > values[-1] * ROUNDING, values, 0)[::-1]
        points = vectors[:, ::-1][:, :2] * np.sqrt(variance[:2])
        # An axis has no direction of its own: here the last model lies on its positive side.
        points *= np.where(points[-1] < 0, -1, 1)
        shares = variance[:2] / (variance.sum() or 1)
        return record.ModelPath(
            points=tuple((rounded(x, 6), rounded(y, 6)) for x, y in points + 0.0),
            explained=(rounded(shares[0], 6), rounded(shares[1], 6)),
        )

    def _flat(self, model: Arrays) -> Vector | None:
        """Return the parameters that the first model had, in its order, if this one has them."""
        if any(name not in model for name in self._shapes):
            return None
        arrays = [model[name] for name in self._shapes]
        shapes = [array.shape for array in arrays]
        same = bool(arrays) and shapes == list(self._shapes.values())
        return np.concatenate([array.ravel() for array in arrays]) if same else None

    def _fits(self, flat: Vector) -> bool:
        count = len(self._models) + 1
        few = count <= MOST_MODELS and count * len(flat) <= MOST_WEIGHTS
        return few and bool(len(flat)) and bool(np.isfinite(flat).all())

    def _multiply(self) -> None:
        row = np.zeros(len(self._models))
        for part in parts(self._models):
            steps = part - part[0]
            row += np.einsum("p,jp->j", steps[-1], steps)
        grown = np.zeros((len(row), len(row)))
        grown[:-1, :-1] = self._products
        grown[-1] = grown[:, -1] = row
        self._products = grown


class Filters:
    """The first convolution of the global model, round by round, if it has one."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._kept: list[npt.NDArray[np.float32]] = []
        self._rounds = 0

    def add(self, model: Arrays | None) -> None:
        """Keep the convolution of the next round's model; None if that is not known."""
        if not self._rounds and model is not None:
            self._name = first_convolution(model)
        self._rounds += 1
        if model is None or self._name is None or self._name not in model:
            return
        with np.errstate(over="ignore"):
            self._kept.append(model[self._name].astype(np.float32))
        weights = sum(each.size for each in self._kept)
        if len(self._kept) > MOST_MODELS or weights > MOST_FILTER_WEIGHTS:
            self._name, self._kept = None, []

    def stack(self) -> npt.NDArray[np.float32] | None:
        """Return them all, (rounds + 1, filters, channels, height, width).

        None where there is no convolution, where a round's is missing or not finite, and where
        they are too many or too large.
        """
        if not self._kept or len(self._kept) < self._rounds or not _alike(self._kept):
            return None
        stack = np.stack(self._kept)
        return stack if np.isfinite(stack).all() else None


def floating_shapes(model: Arrays) -> dict[str, tuple[int, ...]]:
    """Return the shape of each parameter that training moves; the rest are counters."""
    found = ((name, model[name]) for name in model)
    return {name: array.shape for name, array in found if array.dtype.kind == "f"}


def first_convolution(model: Arrays) -> str | None:
    """Return the name of the first parameter that is a convolution's, if there is one."""
    shapes = floating_shapes(model)
    return next((name for name, shape in shapes.items() if len(shape) == 4), None)


def _alike(arrays: Sequence[Vector]) -> bool:
    return len({array.shape for array in arrays}) == 1
