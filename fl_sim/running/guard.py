"""A guard: a process that ends what another one has started, however that other one ends.

Nobody can act on SIGKILL, so a second process has to. It waits for the end of a pipe, which the
system closes with the first process; then it kills process groups and removes a folder. This works
on Linux and macOS. The guard runs this file alone, which needs the standard library only.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self


class Guard:
    """What is started in the ``with`` block and noted here ends with this process.

    Args:
        home: a folder that is removed then; none by default.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(self._home or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C does not reach it
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Let the guard go: its folder and its processes are left to this process."""
        self._tell("leave")
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()

    def note(self, group: int) -> None:
        """Note a process group."""
        self._tell(f"kill {group}")

    def forget(self, group: int) -> None:
        """Forget a process group that has ended: its number may become another's."""
        self._tell(f"spare {group}")

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # somebody has killed the guard
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()


def watch(lines: Iterable[str], home: str) -> None:
    """Take orders until they end; unless the last one is to leave, kill and remove."""
    groups: set[int] = set()
    for line in lines:
        order, _, group = line.strip().partition(" ")
        if order == "leave":
            return
        if order == "kill":
            groups.add(int(group))
        else:
            groups.discard(int(group))
    for each in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(each, signal.SIGKILL)
    if home:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    watch(sys.stdin, sys.argv[1])
