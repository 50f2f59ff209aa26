"""Whole processes, measured: seconds, memory, and when which of their programs appeared."""

import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

PAUSE = 0.1  # seconds between two looks at the processes


@dataclass(frozen=True)
class Options:
    """What the command line says.

    Args:
        data: folder of the dataset; whatever trains needs it.
        pairs: how often what is compared is run in turn.
        pfl_python: a Python that has pfl.
        chapters: those that are rendered, in the film's order; all without one.
        crowd: a record of a thousand clients.
    """

    data: str | None
    pairs: int
    pfl_python: str | None
    chapters: tuple[str, ...]
    crowd: Path | None


@dataclass(frozen=True)
class Row:
    """A line of the table. ``ratio`` and ``beside`` are empty where nothing is compared."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    goal: str = ""


@dataclass(frozen=True)
class Process:
    """A process, as ``ps`` tells of it; ``memory`` is its resident set in bytes."""

    pid: int
    parent: int
    group: int
    memory: int
    command: str


@dataclass
class Watched:
    """What was seen of a command and all that it started.

    ``peak`` is the most memory that all of it took at a time, ``largest`` the most that one process
    took, bytes. ``appeared`` maps each name that was looked for to the seconds after which it was
    there.
    """

    seconds: float = 0.0
    peak: int = 0
    largest: int = 0
    appeared: dict[str, float] = field(default_factory=dict)


def fl_sim(options: Options, folder: Path, *arguments: str) -> list[str]:
    """Return a command that makes a run, its record in ``folder``."""
    assert options.data
    command = [sys.executable, "-m", "fl_sim.cli", "run", "benchmark", "--force"]
    return [*command, "--data", options.data, "--out", str(folder), *arguments]


def rounds(count: int) -> tuple[str, str]:
    """Return the arguments that set the number of rounds."""
    return "--set", f"num-server-rounds={count}"


@contextmanager
def record_folder() -> Iterator[Path]:
    """Give a folder for a record, which is gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "benchmark"


def seconds(command: list[str], folder: Path | None = None) -> float:
    """Return how long a command runs, in a folder. It must succeed."""
    start = time.perf_counter()
    with _running(command, folder):
        pass
    return time.perf_counter() - start


def cpu_seconds(command: list[str], folder: Path | None = None) -> float:
    """Return the processor time, user and system, of a command that is one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with _running(command, folder):
        pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def in_turn(pairs: int, *commands: list[str]) -> list[float]:
    """Return the median seconds of each command, run in turn, every other time backwards."""
    measures = (partial(seconds, command) for command in commands)
    return [median(column) for column in alternated(pairs, *measures)]


def alternated(pairs: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Return what each measure gave, taken in turn, every other time backwards."""
    taken: list[list[float]] = [[] for _ in measures]
    for number in range(pairs):
        turns = list(enumerate(measures))
        for i, measure in turns if number % 2 == 0 else reversed(turns):
            taken[i].append(measure())
    return taken


def compared(what: str, ours: float, theirs: float, goal: float | None = None) -> Row:
    """Return the row of two times, in seconds."""
    wanted = "" if goal is None else f"at most {goal:.2f}"
    return Row(what, f"{ours:.1f} s", f"{theirs:.1f} s", f"{ours / theirs:.2f}", wanted)


def watched(command: list[str], *names: str, folder: Path | None = None) -> Watched:
    """Run a command, which must succeed, and look at its processes meanwhile.

    Args:
        command: the command.
        names: parts of command lines; the first time that one is seen is noted.
        folder: where it runs.
    """
    result = Watched()
    start = time.perf_counter()
    with _running(command, folder) as process:
        while process.poll() is None:
            family = _family(process.pid)
            result.peak = max(result.peak, sum(each.memory for each in family))
            result.largest = max(result.largest, *(each.memory for each in family), 0)
            for name in names:
                if any(name in each.command for each in family):
                    result.appeared.setdefault(name, time.perf_counter() - start)
            time.sleep(PAUSE)
    result.seconds = time.perf_counter() - start
    return result


@contextmanager
def _running(command: list[str], folder: Path | None) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process, and wait for its end. If it fails, what it said is this program's last."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
        try:
            yield process
        except BaseException:
            process.terminate()
            raise
        finally:
            status = process.wait()
        if status:
            output.seek(0)
            said = output.read().decode(errors="replace")
            raise SystemExit(f"{shlex.join(command)} exited with {status}:\n{said}")


def _family(pid: int) -> list[Process]:
    """Return a process and all that it has started. Some lose their parent, but keep its group."""
    table = list(_processes())
    known = {pid}
    while more := {each.pid for each in table if {each.parent, each.group} & known} - known:
        known |= more
    return [each for each in table if each.pid in known]


def _processes() -> Iterator[Process]:
    command = ["ps", "-A", "-ww", "-o", "pid=,ppid=,pgid=,rss=,command="]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        pid, parent, group, kilobytes, *rest = line.split(None, 4)
        yield Process(int(pid), int(parent), int(group), 1024 * int(kilobytes), "".join(rest))
