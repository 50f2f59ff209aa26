"""A queue of commands that run as child processes, a few at a time."""

import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from fl_sim.running.guard import Guard

POLL = 0.1  # seconds
GRACE = 30.0  # seconds that a process has to end by itself


@dataclass(frozen=True)
class Ended:
    """A command that has ended: after how long, with what status, and what it said."""

    name: str
    seconds: float
    status: int
    said: str


@dataclass
class _Running:
    name: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, name: str, command: Sequence[str]) -> "_Running":
        # A file: a pipe that nobody empties would stop a process that says much.
        output = TemporaryFile()  # noqa: SIM115  # closed when the process has ended
        # In a session of its own Ctrl-C does not reach it: it is ended by SIGTERM, once.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return cls(name, process, output)

    def end(self) -> None:
        """Wait until it has tidied up; kill one that takes longer than ``GRACE``."""
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()

    def ended(self) -> Ended:
        seconds = time.monotonic() - self.started
        with self.output:
            self.output.seek(0)
            said = self.output.read().decode(errors="replace")
        return Ended(self.name, seconds, self.process.returncode, said)


def run(commands: Mapping[str, Sequence[str]], at_a_time: int) -> Generator[Ended]:
    """Run commands, and yield each as it ends.

    Args:
        commands: by name, in the order in which they start.
        at_a_time: how many run at a time, 1 or more.

    Yields:
        what came of each. Where the caller is interrupted or closes the iterator, those that run
        get SIGTERM, which no shell makes them ignore, and their end is awaited. If this process is
        killed, they are killed as well.
    """
    waiting, running = list(commands.items()), list[_Running]()
    with Guard() as guard:
        try:
            while waiting or running:
                while waiting and len(running) < at_a_time:
                    running.append(_Running.start(*waiting.pop(0)))
                    guard.note(running[-1].process.pid)
                time.sleep(POLL)
                for job in [job for job in running if job.process.poll() is not None]:
                    running.remove(job)
                    guard.forget(job.process.pid)
                    yield job.ended()
        finally:
            for job in running:
                job.process.terminate()
            for job in running:
                job.end()
