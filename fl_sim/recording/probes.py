"""Probes: single weights that are followed through a run, their choice and their values."""

from collections.abc import Sequence

import numpy as np

from fl_sim import record
from fl_sim.recording.measures import finite, shortest
from fl_sim.recording.models import floating_shapes
from fl_sim.recording.replies import Arrays

MOST = 8


def choose_probes(before: Arrays, after: Arrays) -> tuple[record.Probe, ...]:
    """Return the weight that moved most in each of up to ``MOST`` parameters, spread over all.

    Args:
        before: a model by the names of its parameters.
        after: the same after some training.
    """
    moved = floating_shapes(after)
    shapes = floating_shapes(before)
    names = [name for name, shape in shapes.items() if np.prod(shape) and moved.get(name) == shape]
    places = np.linspace(0, len(names) - 1, min(MOST, len(names))).round().astype(int)
    return tuple(_most_moved(names[place], before, after) for place in places)


def read_probes(probes: Sequence[record.Probe] | None, model: Arrays) -> tuple[float, ...] | None:
    """Return a model's value of each probe, as the shortest decimals of float32.

    None if there are no probes, if the model has not all of them, or if one is not finite.
    """
    values = []
    for probe in probes or ():
        array = model.get(probe.parameter)
        if array is None or not _holds(array.shape, probe.index):
            return None
        values.append(shortest(array[probe.index]))
    return finite(values) if values else None


def _holds(shape: tuple[int, ...], index: tuple[int, ...]) -> bool:
    return len(shape) == len(index) and all(i < n for i, n in zip(index, shape, strict=True))


def _most_moved(name: str, before: Arrays, after: Arrays) -> record.Probe:
    with np.errstate(all="ignore"):
        change = np.abs(after[name].astype(np.float64) - before[name])
    change = np.nan_to_num(change, nan=-1.0, posinf=-1.0)
    index = np.unravel_index(int(np.argmax(change)), change.shape)
    return record.Probe(parameter=name, index=tuple(int(i) for i in index))
