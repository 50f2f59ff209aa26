"""Errors that a user can fix, as the lines that a program ends with."""

import av

from fl_sim import terminal
from fl_sim.record import RecordError
from scenes.fast.scheduler import WorkerError
from scenes.text.errors import NOT_IMPORTED, SceneError, in_one_line

UNREADABLE = "Check the disk; a damaged file in media/store can be removed"
NO_MEMORY = "memory ran out. Close other programs, or choose a lower quality"


def line_of(error: BaseException) -> str | None:
    """Return an error's line: what was found, and what to do next; None for a fault of ours."""
    error = system_error(error) or error
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if isinstance(error, ImportError):
        return terminal.one_line(f"{error}. {NOT_IMPORTED}")
    if isinstance(error, av.FFmpegError) and error.errno not in terminal.ADVICE:
        return terminal.one_line(f"{error.filename}: {error.strerror}. {UNREADABLE}")
    if isinstance(error, RecordError | SceneError | WorkerError | OSError):
        return terminal.one_line(error)
    return None


def reason_of(error: BaseException) -> str:
    """Return why one chapter fails, in one line; of any error.

    Raises:
        OSError: the system cannot do what is needed, as on a full disk; no chapter can be made.
        MemoryError: memory ran out.
    """
    if fault := system_error(error):
        raise fault from None
    # Manim's scenes end the program after a known error.
    cause = error.__cause__ if isinstance(error, SystemExit) and error.__cause__ else error
    return line_of(cause) or in_one_line(cause)


def system_error(error: BaseException | None) -> OSError | MemoryError | None:
    """Return the error of the operating system that caused another one, or None.

    Manim raises an error of its own where the disk is full. An error that somebody has worded
    stands for its cause.
    """
    while error is not None and not isinstance(error, RecordError | SceneError):
        if isinstance(error, OSError | MemoryError):
            return error
        error = error.__cause__
    return None
