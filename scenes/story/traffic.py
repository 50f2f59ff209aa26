"""What travelled in a run, as far as it was recorded: messages and bytes, both ways."""

from collections.abc import Sequence
from math import isclose

from fl_sim.record import EvaluateReply, Run, TrainReply
from scenes.text.errors import NotRecordedError
from scenes.text.languages import integer, rounded_size, size
from scenes.text.lines import Number, total

TRAINING, TESTING = "train", "evaluate"
DOWN, UP = "bytes_down", "bytes_up"
MOST_DIGITS = 12  # with which every sum of up to a terabyte is exact
EXACT = 1e-13  # relative difference of two numbers that read the same


def replies(run: Run, phase: str) -> list[TrainReply | EvaluateReply]:
    """Return the replies of all rounds to training or to testing."""
    halves = (getattr(round_, phase) for round_ in run.rounds)
    return [reply for half in halves if half is not None for reply in half.replies]


def bytes_are_known(run: Run, phase: str = TRAINING) -> bool:
    """Whether there are replies, and the bytes of each were recorded, both ways."""
    known = [getattr(reply, way) is not None for reply in replies(run, phase) for way in (DOWN, UP)]
    return bool(known) and all(known)


def counted(run: Run) -> tuple[str, ...]:
    """Return the phases that can be accounted for: training at least.

    Raises:
        UntoldError: the bytes of training were not recorded.
    """
    if not bytes_are_known(run):
        raise NotRecordedError(
            f"the run {run.name!r} recorded no bytes of its messages; "
            "record one with: fl-sim run NAME"
        )
    return (TRAINING, TESTING) if bytes_are_known(run, TESTING) else (TRAINING,)


def travelled(run: Run, ways: Sequence[str], digits: int = 3) -> Number:
    """Return the bytes of all messages that went these ways."""
    return total(run, _paths(counted(run), ways), lambda value: size(value, digits))


def digits_that_add_up(run: Run) -> int:
    """Return with how many digits what went out and what came back add up as they are shown."""
    parts = [travelled(run, (way,)).value for way in (DOWN, UP)]
    for digits in range(3, MOST_DIGITS):
        shown = sum(rounded_size(part, digits) for part in parts)
        if isclose(shown, rounded_size(sum(parts), digits), rel_tol=EXACT):
            return digits
    return MOST_DIGITS


def messages(run: Run, ways: Sequence[str]) -> Number:
    """Return how many messages went these ways: each worker's reply is one, what it got another."""
    return _count(run, counted(run), ways)


def messages_of(run: Run, phase: str, way: str) -> Number:
    """Return how many messages of training or of testing went one way."""
    return _count(run, (phase,), (way,))


def _count(run: Run, phases: Sequence[str], ways: Sequence[str]) -> Number:
    count = sum(len(replies(run, phase)) for phase in phases) * len(ways)
    each = " and ".join(_paths(phases, ways))
    return Number(integer(count), f"count of {each}", float(count))


def _paths(phases: Sequence[str], ways: Sequence[str]) -> list[str]:
    return [f"rounds[*].{phase}.replies[*].{way}" for phase in phases for way in ways]
