"""Child processes of tests: started with default signals, and waited for with a limit.

A test that waits for something names it, and fails with that name when ``PATIENCE`` is over. The
limit says nothing about how fast a machine is: only a test that fails waits so long.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import pytest

PATIENCE = 900.0  # seconds; a deployment takes a minute or two where nothing else runs
POLL = 0.02  # seconds between two looks

Child = subprocess.Popen[str]
Found = TypeVar("Found")

# A process that was started by `nohup` or by `make test &` ignores some of these, and what it
# starts does so, too.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def wait_for(
    condition: Callable[[], Found], what: str, seconds: float = PATIENCE, child: Child | None = None
) -> Found:
    """Return the first result of ``condition`` that is true.

    The test fails with ``what`` if there is none within ``seconds``, or if ``child``, which is to
    bring it about, ends before. A file or folder that goes while the condition looks at it is one
    that is not there.
    """
    deadline = time.monotonic() + seconds
    while True:
        ended = child is not None and child.poll() is not None
        with suppress(FileNotFoundError):
            if found := condition():
                return found
        if ended and child is not None:
            said = "\n".join(filter(None, finish(child)))
            pytest.fail(f"ended with {child.returncode} before {what}: {said}")
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:g} s for {what}")
        time.sleep(POLL)


def run(
    *command: object, seconds: float = PATIENCE, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; return its exit status and what it wrote to each stream."""
    with start(*command, **options) as child:
        stdout, stderr = finish(child, seconds)
        return subprocess.CompletedProcess(child.args, child.returncode, stdout, stderr)


@contextmanager
def start(*command: object, **options: Any) -> Iterator[Child]:
    """Give a command that runs, in a session of its own; at the end of the block it is killed.

    Args:
        command: the program and its arguments.
        options: of ``subprocess.Popen``. By default both streams are read by ``finish``.
    """
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with default_signals():
        child = subprocess.Popen(
            [str(word) for word in command],
            **{"text": True, "start_new_session": True, **streams, **options},
        )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError, PermissionError):  # macOS says the second of zombies
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                stream.close()


def finish(child: Child, seconds: float = PATIENCE) -> tuple[str, str]:
    """Wait until a child has ended; return what it wrote to each stream that is a pipe."""
    try:
        stdout, stderr = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        pytest.fail(f"waited {seconds:g} s for the end of {child.args}")
    return stdout or "", stderr or ""


@contextmanager
def default_signals() -> Iterator[None]:
    """Let what is started in the block end by the usual signals, whatever this process ignores."""
    ignored = [each for each in SIGNALS if signal.getsignal(each) == signal.SIG_IGN]
    for each in ignored:
        signal.signal(each, signal.SIG_DFL)
    try:
        yield
    finally:
        for each in ignored:
            signal.signal(each, signal.SIG_IGN)
