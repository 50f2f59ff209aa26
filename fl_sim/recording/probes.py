"""Which weights of a model to follow, where nobody has chosen any."""

import numpy as np

from fl_sim import record
from fl_sim.recording.replies import Arrays

MOST = 8


def choose_probes(before: Arrays, after: Arrays) -> tuple[record.Probe, ...]:
    """Return the weight that moved most in each of up to ``MOST`` parameters, spread over all.

    Args:
        before: the model's floating parameters, by name.
        after: the same after some training.
    """
    names = [name for name, array in before.items() if array.dtype.kind == "f" and array.size]
    names = [name for name in names if name in after and after[name].shape == before[name].shape]
    places = np.linspace(0, len(names) - 1, min(MOST, len(names))).round().astype(int)
    return tuple(_most_moved(names[place], before, after) for place in places)


def _most_moved(name: str, before: Arrays, after: Arrays) -> record.Probe:
    change = np.abs(after[name].astype(np.float64) - before[name])
    index = np.unravel_index(int(np.argmax(change)), change.shape)
    return record.Probe(parameter=name, index=tuple(int(i) for i in index))
