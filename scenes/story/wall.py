"""The wall of test examples, and which of them a model gets right."""

import numpy as np
import numpy.typing as npt

from fl_sim.record import Run, tiles
from scenes.story.class_names import kind_name
from scenes.story.specs import WallSpec

Bools = npt.NDArray[np.bool_]


def wall(run: Run) -> WallSpec | None:
    """Return the wall of a run's test examples, or None if it did not record their classes."""
    if run.test_labels is None or run.dataset is None:
        return None
    names = [kind_name(run, kind) for kind in range(len(run.dataset.class_names))]
    return WallSpec(run.test_labels, names, tiles(run))


def right(run: Run, predictions: npt.NDArray[np.uint8] | None) -> Bools | None:
    """Return which test examples are predicted right, or None if it was not recorded."""
    if run.test_labels is None or predictions is None:
        return None
    return np.equal(predictions, run.test_labels)


def right_after(run: Run, round_: int) -> Bools | None:
    """Return which test examples the global model gets right after a round, if recorded."""
    return right(run, run.rounds[round_].predictions)
