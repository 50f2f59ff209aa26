"""Flower's programs as child processes, each with a home of its own and an end."""

import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir, mkdtemp
from types import FrameType
from typing import NoReturn, Self

from filelock import FileLock, Timeout

from fl_sim.running.guard import Guard

HOST = "127.0.0.1"
TEMPORARY = Path(gettempdir() if len(gettempdir()) < 20 else "/tmp")
PREFIX = "fl-"  # of a private home
OWNED = ".owned"  # a file in it, locked by the process that uses it
GRACE = 3.0  # seconds that a program has to end by itself


class FlowerError(Exception):
    """One of Flower's programs did not do what it was started for."""


@contextmanager
def private_home() -> Iterator[Path]:
    """Give a folder that is gone at the end, for others to neither read nor list.

    Those of processes that were killed are removed first: keys may be in them. Its path is short,
    for Ray keeps sockets below it, whose paths have 100 characters at most. It is neutral, for
    Ray's workers import from the folder in which Flower was started.
    """
    _tidy()
    home = Path(mkdtemp(prefix=PREFIX, dir=TEMPORARY))
    try:
        with FileLock(home / OWNED):
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _tidy() -> None:
    """Remove the homes whose process is gone."""
    for mark in TEMPORARY.glob(f"{PREFIX}*/{OWNED}"):
        # Somebody else's cannot be locked. One that is removed by another process is gone as well.
        with suppress(Timeout, OSError), FileLock(mark, timeout=0):
            shutil.rmtree(mark.parent, ignore_errors=True)


def environment(flower_home: Path | None) -> dict[str, str]:
    """Return an environment in which Flower finds its programs and does nothing unasked.

    Args:
        flower_home: where Flower keeps what it keeps; None leaves the user's own.
    """
    inherited = {key: value for key, value in os.environ.items() if key != "FORCE_COLOR"}
    result = {
        **inherited,
        "NO_COLOR": "1",  # what Flower says is read by this program
        "NO_PROXY": ",".join([HOST, "localhost", os.environ.get("NO_PROXY", "")]),
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]),
        # Else every run installs the app's dependencies anew.
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "FLWR_SUPEREXEC_TASK_POLL_INTERVAL": "0.2",
        "RAY_USAGE_STATS_ENABLED": "0",
        "PYTHONUNBUFFERED": "1",
    }
    if flower_home is not None:
        result |= {"FLWR_HOME": str(flower_home), "RAY_TMPDIR": str(flower_home.parent)}
    return result


def free_port() -> int:
    """Return a TCP port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Return whether a program listens on a TCP port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@dataclass(frozen=True)
class Program:
    """A program that runs, and the file that it writes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Programs:
    """Flower's programs that run beside this one, until the ``with`` block ends.

    Each has a session of its own: Ctrl-C reaches this program alone, which then ends them all,
    with everything that they have started. If this program is killed, a guard does, and removes the
    home.

    Args:
        home: a folder; each program has its own Flower home there, and its log.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._all: list[Program] = []
        self._guard = Guard(home)

    def __enter__(self) -> Self:
        self._guard.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        try:
            self.stop()
        finally:
            self._guard.__exit__(*reason)

    def __iter__(self) -> Iterator[Program]:
        return iter(self._all)

    def start(self, name: str, *command: str, **variables: str) -> Program:
        """Start a program of Flower, with variables in its environment; return at once."""
        flower_home = self._home / name
        flower_home.mkdir()
        log = self._home / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self._home,
                env={**environment(flower_home), **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._guard.note(process.pid)
        program = Program(name, process, log)
        self._all.append(program)
        return program

    def check(self) -> None:
        """Raise FlowerError if one of them has ended."""
        for program in self._all:
            if program.process.poll() is not None:
                raise FlowerError(_ended_early(program))

    def stop(self) -> None:
        """End all of them. Those that take longer than ``GRACE`` are killed."""
        try:
            self._ask_to_end()
        finally:  # also after a second Ctrl-C
            for program in self._all:
                _signal_all(program, signal.SIGKILL)
                program.process.wait()
                self._guard.forget(program.process.pid)
            self._all.clear()

    def _ask_to_end(self) -> None:
        for program in self._all:
            _signal_all(program, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for program in self._all:
            with suppress(subprocess.TimeoutExpired):
                program.process.wait(max(0.0, deadline - time.monotonic()))


def _signal_all(program: Program, number: signal.Signals) -> None:
    """Send a signal to a program and to all that it has started."""
    # Nobody may be left; macOS says so by the second.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(program.process.pid, number)


def _ended_early(program: Program) -> str:
    status = program.process.returncode
    last = last_line(program.log.read_text(encoding="utf-8", errors="replace"))
    return f"{program.name} ended early, with status {status}: {last}; log: {keep(program.log)}"


def keep(log: Path) -> Path:
    """Copy a log to where it outlives its home; return the copy."""
    with (
        log.open("rb") as source,
        NamedTemporaryFile(prefix=f"fl-sim-{log.stem}-", suffix=".log", delete=False) as copy,
    ):
        shutil.copyfileobj(source, copy)
        return Path(copy.name)


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it wrote nothing"


@contextmanager
def ended_by_sigterm(status: int | None = None) -> Iterator[None]:
    """Let SIGTERM, and SIGHUP, unwind the stack, so that whatever was started is ended.

    Args:
        status: exit status then; by default the one that a shell gives.
    """

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number if status is None else status)

    deadly = (signal.SIGTERM, signal.SIGHUP)
    # No other thread may ask for signals.
    mine = threading.current_thread() is threading.main_thread()
    caught = [each for each in deadly if mine and signal.getsignal(each) == signal.SIG_DFL]
    for each in caught:
        signal.signal(each, leave)
    try:
        yield
    finally:
        for each in caught:
            signal.signal(each, signal.SIG_DFL)
