"""Errors that a user can fix are one line, and faults of ours are not hidden."""

import errno
from pathlib import Path

import av
import pytest

from fl_sim.record import RecordError
from scenes.fast.scheduler import WorkerError
from scenes.outputs.faults import line_of
from scenes.text.errors import OutputError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OutputError("x:  no\n place"), "x: no place"),
        (RecordError("mine: torn"), "mine: torn"),
        (WorkerError("the system ended ledger"), "the system ended ledger"),
        (MemoryError(), "memory ran out. Close other programs, or choose a lower quality"),
        (
            PermissionError(errno.EACCES, "Permission denied", "a/x.mp4"),
            "a/x.mp4: permission denied. Change its permissions, or name another place",
        ),
        (ZeroDivisionError("ours"), None),
    ],
)
def test_the_line_of_an_error(error: Exception, line: str | None) -> None:
    assert line_of(error) == line


def test_a_movie_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_text("no movie")
    with pytest.raises(av.FFmpegError) as caught:
        av.open(str(path))
    assert line_of(caught.value) == (
        f"{path}: Invalid data found when processing input. Check the disk; a damaged file in "
        "media/store can be removed"
    )
