"""Test results of the global model by round."""

from fl_sim.record import Run
from scenes.text.errors import not_recorded


def measured(run: Run, measure: str) -> list[float | None]:
    """Return ``loss`` or ``accuracy`` on the test split after each round, None where unknown."""
    return [getattr(round_.central, measure, None) for round_ in run.rounds]


def last_tested(run: Run, upto: int = -1) -> int:
    """Return the last round with a known accuracy, up to some round or of all.

    Raises:
        NotRecordedError: no accuracy is known.
    """
    last = upto % len(run.rounds)
    known = [i for i, value in enumerate(measured(run, "accuracy")) if value is not None]
    tested = [i for i in known if i <= last]
    if not tested:
        raise not_recorded(run, f"test accuracy up to round {last}")
    return tested[-1]
