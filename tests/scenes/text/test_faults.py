"""Errors that a user can fix are one line, and faults of ours are not hidden."""

import errno
from pathlib import Path

import av
import pytest

from fl_sim.record import RecordError
from scenes.fast.scheduler import WorkerError
from scenes.text.errors import OutputError
from scenes.text.faults import line_of, reason_of


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
        (ImportError("x.so: failed to map"), "x.so: failed to map. Close other programs if memory "
         "ran out; else install fedreel again"),
        (ZeroDivisionError("ours"), None),
    ],
)  # fmt: skip
def test_the_line_of_an_error(error: Exception, line: str | None) -> None:
    assert line_of(error) == line


FULL = OSError(errno.ENOSPC, "No space left on device", "x.mp4")
FULL_LINE = "x.mp4: no space left on device. Free some space on the disk, and run the command again"


def test_the_system_s_error_stands_for_those_that_it_caused() -> None:
    error = RuntimeError("the encoder failed")
    error.__cause__ = FULL
    assert line_of(error) == FULL_LINE
    with pytest.raises(OSError, match="No space left") as raised:
        reason_of(error)
    assert raised.value is FULL


def test_a_worded_error_stands_for_its_cause() -> None:
    worded, ended = RecordError("mine: torn"), SystemExit(2)
    worded.__cause__, ended.__cause__ = FULL, worded
    assert line_of(worded) == reason_of(ended) == "mine: torn"


def test_a_full_disk_is_told_of_a_movie_as_well(tmp_path: Path) -> None:
    error = av.error.OSError(errno.ENOSPC, "No space left on device", "x.mp4")
    assert line_of(error) == FULL_LINE


def test_a_movie_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_text("no movie")
    with pytest.raises(av.FFmpegError) as caught:
        av.open(str(path))
    assert line_of(caught.value) == (
        f"{path}: Invalid data found when processing input. Check the disk; a damaged file in "
        "media/store can be removed"
    )
