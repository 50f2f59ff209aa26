"""A pool of worker processes for jobs, and a split of one scene over several processes.

A worker is forked from a process that has already imported the modules that all jobs need. If there
are fewer scenes than processors, a scene is split: one process runs it without drawing and forks
where a section begins; the copy draws that section.

The film's twelve scenes take 1.8 times as long on one core as on two (``make bench``).
"""

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext, ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tqdm import tqdm

Result = TypeVar("Result")
DONE = "done"  # the last step of every job
OnProgress = Callable[[str, str], None]  # called with a job's name and the step that begins
PROGRESS, RETURNED, RAISED = "progress", "returned", "raised"
PATIENCE = 10.0  # seconds for a process to end in, after its work
ENDED = 130  # the exit status of a process that was asked to end


class Job(Protocol):
    """A job with a name."""

    @property
    def name(self) -> str: ...


class WorkerError(Exception):
    """A process ended before its work was done."""


@dataclass(frozen=True)
class WorkerContext:
    """The connections of a worker process to the pool.

    ``slots`` is a semaphore with one slot for each processor, which a working process holds.
    ``split`` says whether the job may be split over several processes.
    """

    messages: Connection
    slots: Any
    split: bool

    def report(self, name: str, step: str) -> None:
        """Report a step of a job that begins; forked copies of the worker report nothing."""
        if os.getpid() == _ThisProcess.worker:
            self.messages.send((PROGRESS, (name, step)))


class _ThisProcess:
    """State of this process: the worker's process id, and whether a job is running."""

    worker = 0
    running = False


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def prepare(preload: Sequence[str]) -> None:
    """Start the process that workers are forked from, which imports the given modules."""
    if not isinstance(_context(preload), ForkServerContext):
        return
    if threading.current_thread() is not threading.main_thread():
        forkserver.ensure_running()
        return
    # It inherits that Ctrl-C is ignored: this process handles it, and it would print a traceback.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


def side_by_side(
    work: Callable[[Any, Any], Result],
    todo: Sequence[Job],
    on_progress: OnProgress,
    *,
    preload: Sequence[str] = (),
    length: Callable[[Any], float] = lambda job: 0.0,
) -> list[Result]:
    """Return the results of all jobs, run in parallel on all processors.

    Args:
        work: takes a job and a ``WorkerContext``; runs in a worker process.
        todo: the jobs.
        on_progress: called with a job's name and each step, and (name, ``DONE``) at its end.
        preload: modules that all jobs need.
        length: returns the length of a job in any unit; the longest job starts first.

    Raises:
        WorkerError: a process was ended from outside.
        Exception: the error of a job; the other jobs are ended.
    """
    prepare(preload)
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
                task = (work, todo[i], WorkerContext(there, slots, split), dict(os.environ))
                process = context.Process(target=_run_job, args=task)  # type: ignore[attr-defined]
                process.start()
                there.close()
                running[here] = process, i
            for connection in wait(list(running)):
                assert isinstance(connection, Connection)
                process, i = running[connection]
                kind, value = _received(connection, process, todo[i])
                if kind == PROGRESS:
                    on_progress(*value)
                    continue
                process.join(PATIENCE if kind == RAISED else None)  # it still cleans up
                if kind == RAISED:
                    raise _unpacked(value)
                results[i] = value
                del running[connection]
                on_progress(todo[i].name, DONE)
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
            f"the system ended {job.name} with status {process.exitcode}. If memory ran out, "
            "choose a lower quality"
        ) from error
    return kind, value


def _run_job(
    work: Callable[[Any, WorkerContext], Any],
    job: Job,
    context: WorkerContext,
    environment: dict[str, str],
) -> None:
    """Run one job; the process ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and ends its workers
    signal.signal(signal.SIGTERM, _on_terminate)
    os.environ.clear()
    os.environ.update(environment)
    gc.freeze()  # imported objects stay in memory that is shared with the parent
    gc.enable()
    _ThisProcess.worker = os.getpid()
    with context.slots:
        try:
            _ThisProcess.running = True
            message = _outcome(work, job, context)
        except KeyboardInterrupt:
            sys.exit(ENDED)
        finally:
            _ThisProcess.running = False
    context.messages.send(message)


def _outcome(
    work: Callable[[Any, WorkerContext], Any], job: Job, context: WorkerContext
) -> tuple[str, Any]:
    """Return what a job returned or raised, to be sent to another process."""
    try:
        return RETURNED, work(job, context)
    except (Exception, SystemExit) as error:
        return RAISED, _packed(error)


def _packed(error: BaseException) -> list[BaseException]:
    """Return an error and its causes, to be sent to another process; the first says where it arose.

    An error that cannot be sent is replaced by one with its text.
    """
    error.add_note(traceback.format_exc())
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        try:
            pickle.loads(pickle.dumps(cause))
        except Exception:
            chain.append(RuntimeError(f"{type(cause).__name__}: {cause}"))
        else:
            chain.append(cause)
        cause = cause.__cause__
    return chain


def _unpacked(chain: Sequence[BaseException]) -> BaseException:
    """Return an error from another process, with its causes."""
    for error, cause in pairwise(chain):
        error.__cause__ = cause
    return chain[0]


def _on_terminate(number: int, frame: object) -> None:
    if _ThisProcess.running:
        _ThisProcess.running = False  # only once: a second signal must not interrupt the clean-up
        raise KeyboardInterrupt
    sys.exit(ENDED)


class Sections:
    """A split of a scene: a separate process draws each section.

    The scene calls ``begin`` where a section begins, and ``end`` after the last one. This process
    runs the scene without drawing, and then collects the files that the others wrote.
    """

    def __init__(self, slots: Any) -> None:
        """Use the slot that this process holds.

        Args:
            slots: a semaphore with one slot for each processor.
        """
        with _uninterrupted():
            tqdm.get_lock()  # before the fork: otherwise every copy would leave a lock behind
        self._slots = slots
        self._children: dict[int, tuple[Path, Connection]] = {}
        self._errors: Connection | None = None  # of a process that draws, to its parent
        self._drawn: list[tuple[Any, Path]] = []
        self.drawing = False  # whether this process draws a section

    def begin(self, scene: Any) -> None:
        """Fork this process; the copy draws the section that begins."""
        writer, renderer = scene.renderer.file_writer, scene.renderer
        if self.drawing:
            self._finish_section(writer)
        writer.join_all_encode_jobs()  # a forked copy has no other threads
        path = writer.output_plan.segment_path(f"uncached_{renderer.num_plays:05}")
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        here, there = multiprocessing.Pipe(duplex=False)
        with _uninterrupted():  # until it is known which process this is
            child = os.fork()
            if child:
                self._children[child] = path, here
            else:
                self._children, self.drawing, self._errors = {}, True, there
        renderer.drawn_elsewhere = not self.drawing
        if self.drawing:
            _use_own_folders()
            return
        there.close()
        self._drawn.append((writer.sections[-1], path))
        while not self._slots.acquire(timeout=0.05):  # the copy now holds this process's slot
            self._reap()

    def end(self, scene: Any) -> None:
        """Wait for all sections, and add their files to the scene's writer."""
        writer = scene.renderer.file_writer
        if self.drawing:
            self._finish_section(writer)
        self._slots.release()
        self._reap(wait=True)
        self._slots.acquire()
        for section, path in self._drawn:
            if path.exists():  # a section without animations has no file
                section.partial_movie_files.append(str(path))
                writer.partial_movie_files.append(str(path))

    def abandon(self, error: BaseException) -> None:
        """End all processes of the scene after an error in any of them."""
        if self._errors is not None:
            if isinstance(error, KeyboardInterrupt):
                _exit(ENDED)
            self._errors.send(_packed(error))
            _exit(1)
        for child in self._children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        for child, (_, errors) in self._children.items():
            os.waitpid(child, 0)
            errors.close()
            self._slots.release()
        self._children = {}

    def _finish_section(self, writer: Any) -> None:
        writer.end_section()
        writer.join_all_encode_jobs()
        _exit(0)

    def _reap(self, wait: bool = False) -> None:
        """Release the slots of the copies that have ended, or of all; raise the error of one."""
        for child, (path, errors) in list(self._children.items()):
            if not wait and not errors.poll():
                continue
            chain = _received_error(errors)
            _, status = os.waitpid(child, 0)
            self._slots.release()
            del self._children[child]
            if chain:
                raise _unpacked(chain)
            if code := os.waitstatus_to_exitcode(status):
                raise WorkerError(
                    f"the system ended the process that drew {path.name}, with status {code}. "
                    "If memory ran out, choose a lower quality"
                )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off the request to end this process until the end of the ``with`` block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _received_error(errors: Connection) -> list[BaseException]:
    """Wait for the end of a process that draws, and return its error with causes, if any."""
    with errors:
        try:
            chain: list[BaseException] = errors.recv()
        except EOFError:
            return []
        return chain


def _use_own_folders() -> None:
    """Set Manim's folders for temporary files to folders of this process."""
    from manim import config  # noqa: PLC0415  # only in a process that draws

    for kind in ("text_dir", "tex_dir"):
        config[kind] = str(Path(config.get_dir(kind)) / str(os.getpid()))


def _exit(status: int) -> None:
    """End a forked process at once; its parent does the clean-up."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
