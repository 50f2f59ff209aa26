"""Traffic of a run: recorded messages and bytes in both directions."""

from collections.abc import Sequence
from functools import partial
from math import isclose

from fl_sim.record import EvaluateReply, Run, TrainReply
from scenes.text.errors import RECORDER, NotRecordedError, not_recorded
from scenes.text.language import Language, rounded_size
from scenes.text.numbers import Cursor, Number, at, computed, total

TRAINING, TESTING = "train", "evaluate"
DOWN, UP = "bytes_down", "bytes_up"
MOST_DIGITS = 6
EXACT = 1e-13  # relative difference of numbers that count as equal


def replies(run: Run, phase: str) -> list[TrainReply | EvaluateReply]:
    """Return the replies of all rounds to training or to testing."""
    phases = (getattr(round_, phase) for round_ in run.rounds)
    return [reply for each in phases if each is not None for reply in each.replies]


def masked(run: Run) -> bool:
    """Whether the workers of a run sent masked updates in some round."""
    return any(round_.train and round_.train.form == "masked" for round_ in run.rounds)


def bytes_are_known(run: Run, phase: str = TRAINING) -> bool:
    """Whether the bytes of a phase are recorded in both directions, and no others were sent."""
    if masked(run):
        return False  # the messages with keys and shares are not counted
    known = [getattr(reply, way) is not None for reply in replies(run, phase) for way in (DOWN, UP)]
    return bool(known) and all(known)


def counted(run: Run) -> tuple[str, ...]:
    """Return the phases with recorded bytes: training, and maybe testing.

    Raises:
        NotRecordedError: the bytes of training were not recorded, as those of masks never are.
    """
    if masked(run):
        raise NotRecordedError(
            f"the run {run.name!r} masks its updates, and no record has the bytes of all the keys "
            "and shares that this takes. Use a run without secure aggregation"
        )
    if not bytes_are_known(run):
        raise not_recorded(run, "bytes of all its messages", RECORDER)
    return (TRAINING, TESTING) if bytes_are_known(run, TESTING) else (TRAINING,)


def travelled(run: Run, ways: Sequence[str], digits: int = 3) -> Number:
    """Return the bytes of all messages in some directions."""
    return total(partial(Language.size, digits=digits), *_replies(run, counted(run), ways))


def digits_that_add_up(run: Run) -> int:
    """Return the number of digits with which the sizes of both directions add up on screen.

    That is to the last digit of their sum: what is small beside it needs no more.
    """
    parts = [travelled(run, (way,)).value for way in (DOWN, UP)]
    for digits in range(3, MOST_DIGITS):
        summed = sum(rounded_size(part, digits) for part in parts)
        whole = rounded_size(sum(parts), digits)
        if isclose(rounded_size(summed, digits), whole, rel_tol=EXACT):
            return digits
    return MOST_DIGITS


def messages(run: Run, ways: Sequence[str]) -> Number:
    """Return the number of messages in some directions: one for each reply and direction."""
    return _count(run, counted(run), ways)


def messages_of(run: Run, phase: str, way: str) -> Number:
    """Return the number of messages of one phase in one direction."""
    return _count(run, (phase,), (way,))


def _count(run: Run, phases: Sequence[str], ways: Sequence[str]) -> Number:
    count = sum(len(replies(run, phase)) for phase in phases) * len(ways)
    each = _replies(run, phases, ways)
    words = f"count of {' and '.join('{}' for _ in each)}"
    return computed(count, Language.integer, words, *each)


def _replies(run: Run, phases: Sequence[str], ways: Sequence[str]) -> list[Cursor]:
    """Return cursors at the bytes of all messages of some phases and directions."""
    rounds = at(run).rounds[:]
    return [getattr(getattr(rounds, phase).replies[:], way) for phase in phases for way in ways]
