"""Errors that a user can fix, as the lines that a program ends with."""

import av

from fl_sim import terminal
from fl_sim.record import RecordError
from scenes.fast.scheduler import WorkerError
from scenes.text.errors import SceneError

UNREADABLE = "Check the disk; a damaged file in media/store can be removed"
NO_MEMORY = "memory ran out. Close other programs, or choose a lower quality"


def line_of(error: Exception) -> str | None:
    """Return an error's line: what was found, and what to do next; None for a fault of ours."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if isinstance(error, av.FFmpegError):
        return terminal.one_line(f"{error.filename}: {error.strerror}. {UNREADABLE}")
    if isinstance(error, RecordError | SceneError | WorkerError | OSError):
        return terminal.one_line(error)
    return None
