"""How well the global model did after each round, where it was tested."""

from fl_sim.record import Run
from scenes.text.errors import NotRecordedError


def measured(run: Run, measure: str) -> list[float | None]:
    """Return ``loss`` or ``accuracy`` on the test split after each round, None where unknown."""
    return [getattr(round_.central, measure, None) for round_ in run.rounds]


def last_tested(run: Run, upto: int = -1) -> int:
    """Return the last round until one, or of all, of which the accuracy is known.

    Raises:
        UntoldError: there is none.
    """
    last = upto % len(run.rounds)
    known = [i for i, value in enumerate(measured(run, "accuracy")) if value is not None]
    tested = [i for i in known if i <= last]
    if not tested:
        raise NotRecordedError(
            f"the run {run.name!r} recorded no accuracy on a test split until round {last}; "
            "record one that tests the global model"
        )
    return tested[-1]
