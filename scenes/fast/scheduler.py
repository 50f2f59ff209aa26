"""Work spread over processes, the longest first; and a scene's sections over more of them.

A process begins as a copy of one that has already imported what all need. Where there are fewer
scenes than processors, a scene is split: one process goes through it without drawing, and where a
section begins it is copied; the copy draws the section, and has everything that was made before.

The film's twelve scenes take 1.8 times as long on one core as on two (``make bench``).
"""

import gc
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext, ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tqdm import tqdm

Result = TypeVar("Result")
DONE = "done"
TOLD, RETURNED, RAISED = "told", "returned", "raised"
ENDED = 130  # the exit status of a process that was told to end


class Job(Protocol):
    """Something to be done, by name."""

    @property
    def name(self) -> str: ...


class WorkerError(Exception):
    """A process ended before its work was done."""


@dataclass(frozen=True)
class Channel:
    """What a process is given besides its job.

    ``slots`` has one for each processor; whoever is at work holds one. A job may be ``split``.
    """

    messages: Connection
    slots: Any
    split: bool

    def put(self, news: tuple[str, str]) -> None:
        """Tell the name of a job, and what of it begins; copies of the process tell nothing."""
        if os.getpid() == _Here.process:
            self.messages.send((TOLD, news))


class _Here:
    """What this process knows of itself: which one it was to be, and whether it is at work."""

    process = 0
    at_work = False


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def prepare(preload: Sequence[str]) -> None:
    """Begin to import what all jobs need, in the process that theirs are copied from."""
    if isinstance(_context(preload), ForkServerContext):
        forkserver.ensure_running()


def side_by_side(
    work: Callable[[Any, Any], Result],
    todo: Sequence[Job],
    on_news: Callable[[str, str], None],
    *,
    preload: Sequence[str] = (),
    length: Callable[[Any], float] = lambda job: 0.0,
) -> list[Result]:
    """Do a piece of work for each job, as many at once as there are processors.

    Args:
        work: takes a job and a ``Desk``; runs in a process of its own.
        todo: the jobs.
        on_news: told name and what of it begins, and (name, ``DONE``) at its end.
        preload: modules that all of them need.
        length: of a job, in any unit: the longest are begun first.

    Raises:
        WorkerError: a process was ended from outside.
        Exception: what a piece of work raised; the others are ended.
    """
    context = _context(preload)
    most = processors()
    slots = context.Semaphore(most)
    split = len(todo) < 2 * most and hasattr(os, "fork")
    waiting = sorted(range(len(todo)), key=lambda i: length(todo[i]))
    results: dict[int, Result] = {}
    running: dict[Connection, tuple[BaseProcess, int]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < most:
                i = waiting.pop()
                here, there = context.Pipe()
                task = (work, todo[i], Channel(there, slots, split), dict(os.environ))
                process = context.Process(target=_work, args=task)  # type: ignore[attr-defined]
                process.start()
                there.close()
                running[here] = process, i
            for connection in wait(list(running)):
                assert isinstance(connection, Connection)
                process, i = running[connection]
                kind, value = _received(connection, process, todo[i])
                if kind == TOLD:
                    on_news(*value)
                    continue
                if kind == RAISED:
                    raise value
                results[i] = value
                process.join()
                del running[connection]
                on_news(todo[i].name, DONE)
    finally:
        for process, _ in running.values():
            process.terminate()
        for process, _ in running.values():
            process.join()
    return [results[i] for i in range(len(todo))]


def _context(preload: Sequence[str]) -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def _received(connection: Connection, process: BaseProcess, job: Job) -> tuple[str, Any]:
    try:
        kind, value = connection.recv()
    except EOFError as error:
        process.join()
        raise WorkerError(
            f"{job.name} was ended by the system, with status {process.exitcode}. If memory ran "
            "out, take a lower quality"
        ) from error
    return kind, value


def _work(
    work: Callable[[Any, Channel], Any], job: Job, channel: Channel, environment: dict[str, str]
) -> None:
    """Do one piece of work; this process does nothing else."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends its workers
    signal.signal(signal.SIGTERM, _break_off)
    os.environ.clear()
    os.environ.update(environment)
    gc.freeze()  # what is imported is no garbage, and shared as long as nobody looks at it
    gc.enable()
    _Here.process = os.getpid()
    message: tuple[str, Any]
    with channel.slots:
        try:
            _Here.at_work = True
            message = RETURNED, work(job, channel)
        except (Exception, SystemExit) as error:
            error.add_note(traceback.format_exc())
            message = RAISED, error
        except KeyboardInterrupt:
            sys.exit(ENDED)
        finally:
            _Here.at_work = False
    channel.messages.send(message)


def _break_off(number: int, frame: object) -> None:
    if _Here.at_work:
        _Here.at_work = False  # once is enough: what is cleaned up is not to be broken off
        raise KeyboardInterrupt
    sys.exit(ENDED)


class Sections:
    """Draws each section of a scene in a process of its own.

    The scene calls ``begin`` where a section begins, and ``end`` after the last one. This process
    only goes through them, and then finds the sections' files where the others wrote them.
    """

    def __init__(self, slots: Any) -> None:
        """Take over the slot that this process holds.

        Args:
            slots: a semaphore with one for each processor.
        """
        tqdm.get_lock()  # it is made once for a process and its copies; each would leave one behind
        self._slots = slots
        self._children: dict[int, Path] = {}
        self._drawn: list[tuple[Any, Path]] = []
        self.drawing = False  # whether this is a process that draws

    def begin(self, scene: Any) -> None:
        """Copy this process; the copy goes on to draw the section that begins."""
        writer, renderer = scene.renderer.file_writer, scene.renderer
        if self.drawing:
            self._leave(writer)
        writer.join_all_encode_jobs()  # a copy has no threads but this one
        path = writer.output_plan.segment_path(f"uncached_{renderer.num_plays:05}")
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        child = os.fork()
        if not child:
            self._children, self.drawing, renderer.blind = {}, True, False
            _work_apart()
            return
        renderer.blind = True
        self._children[child] = path
        self._drawn.append((writer.sections[-1], path))
        while not self._slots.acquire(timeout=0.05):  # the copy has taken this process's slot over
            self._reap(os.WNOHANG)

    def end(self, scene: Any) -> None:
        """Wait for all sections, and hand their files to the scene's writer."""
        writer = scene.renderer.file_writer
        if self.drawing:
            self._leave(writer)
        self._slots.release()
        self._reap(0)
        self._slots.acquire()
        for section, path in self._drawn:
            if path.exists():  # a section without animations has no file
                section.partial_movie_files.append(str(path))
                writer.partial_movie_files.append(str(path))

    def abandon(self, error: BaseException) -> None:
        """End what was begun: called where the scene fails, in whichever process."""
        if self.drawing:
            if not isinstance(error, KeyboardInterrupt):
                traceback.print_exception(error)
            _exit(ENDED if isinstance(error, KeyboardInterrupt) else 1)
        for child in self._children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        for child in self._children:
            os.waitpid(child, 0)
            self._slots.release()
        self._children = {}

    def _leave(self, writer: Any) -> None:
        writer.end_section()
        writer.join_all_encode_jobs()
        _exit(0)

    def _reap(self, options: int) -> None:
        """See which copies have ended, and give back their slots."""
        for child in list(self._children):
            ended, status = os.waitpid(child, options)
            if not ended:
                continue
            self._slots.release()
            path = self._children.pop(child)
            code = os.waitstatus_to_exitcode(status)
            if code:
                raise WorkerError(f"{path.name}: the process that drew it ended with status {code}")


def _work_apart() -> None:
    """Let Manim put what it writes on the way into folders that no other process uses."""
    from manim import config  # noqa: PLC0415  # only where something is drawn

    for kind in ("text_dir", "tex_dir"):
        config[kind] = str(Path(config.get_dir(kind)) / str(os.getpid()))


def _exit(status: int) -> None:
    """End a copied process at once: what its original is to clean up is not its own."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
