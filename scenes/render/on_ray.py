"""RenderTask of clips on a Ray cluster: one task for each clip, and the results in the local store.

A task includes its run records. It renders only with the code, settings and versions that its clip
was planned with, so that a clip is the same on every machine. If a machine is lost, Ray runs its
tasks again on another one.
"""

# Ray is imported late: rendering on this machine must work without it.

import asyncio
import os
import platform
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from fl_sim import record
from fl_sim.record import RecordError
from scenes.fast.scheduler import DONE, OnProgress, WorkerContext
from scenes.render.clips import PlannedClip, RenderTask, attempt, changed, inputs_of
from scenes.render.digests import maker_code
from scenes.render.folders import work_folder
from scenes.render.store import CONTENT, Store
from scenes.render.workers import count_beats
from scenes.text.errors import ChapterFailedError, ReleaseError, SceneError
from scenes.text.faults import line_of, system_error

RETRIES = 3  # of a task after its worker or machine was lost
PATIENCE = 10.0  # seconds for cancelled tasks to clean up
ASK_AGAIN = 1.0  # seconds; a task whose interrupt came at a bad moment goes on without noticing
MOST_FILES = 3  # named in an error
WORK = "fedreel"  # prefix of a task's working folder
# The files of a record that scenes read, without the model.
READ = (record.RUN_FILE, record.OLD_RUN_FILE, "*.npz")
SETTINGS = {
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # avoids a warning about GPUs
    "RAY_USAGE_STATS_ENABLED": "0",
    # Give up on a missing cluster after half a minute instead of twelve.
    "RAY_NUM_REDIS_GET_RETRIES": "3",
    "RAY_py_gcs_connect_timeout_s": "5",
}
ADDRESS, LOCAL = "RAY_ADDRESS", "local"
# Ray of its own listens on loopback alone: whoever reaches it runs code as its owner. The name is
# that of other systems, where this is the default.
CLOSED = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
SAME_VERSION = "Install the same fedreel on every machine of the cluster"
NO_MODULE = "function failed to import"  # Ray's message if a machine lacks a task's module
PackedRecord = tuple[str, dict[str, bytes]]  # a folder's name, and its files by name
Files = list[tuple[str, bytes]]  # the path in a store, and the content


def check_installed() -> None:
    """Check that Ray is installed.

    Raises:
        ReleaseError: Ray is missing.
    """
    if find_spec("ray") is None:
        raise ReleaseError("--on ray needs Ray. Install it with: pip install 'fedreel[ray]'")


def on_ray(todo: Sequence[RenderTask], on_progress: OnProgress) -> Mapping[str, str]:
    """Render clips on a Ray cluster, the longest first; return why some could not be drawn.

    The cluster is the one that RAY_ADDRESS names, else a new one of this machine alone, which ends
    with the work.

    Args:
        todo: the clips; each is stored as soon as it arrives.
        on_progress: called with a clip's name and each beat that begins, and (name, ``DONE``).

    Raises:
        ReleaseError: Ray is not installed or not reachable, a machine of the cluster has
            another fedreel, or a task was lost too often.
        SceneError: a task ended with such an error.
    """
    with _connected() as ray:
        return _run_tasks(ray, todo, on_progress)


@contextmanager
def _connected() -> Iterator[Any]:
    """Connect to a cluster, or start one, which then ends with the connection."""
    check_installed()
    alone = os.environ.get(ADDRESS, LOCAL) == LOCAL
    for name, value in {**SETTINGS, **(CLOSED if alone else {})}.items():
        os.environ.setdefault(name, value)
    ray: Any = import_module("ray")
    previous = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            address=LOCAL if alone else None,
        )
    except Exception as error:  # Ray raises many types, also plain ``Exception``
        ray.shutdown()
        raise ReleaseError(
            f"Ray does not start: {error}. Set RAY_ADDRESS to HOST:PORT of a cluster, or set "
            "RAY_ADDRESS=local to start one on this machine"
        ) from error
    try:
        with suppress(ValueError, TypeError):  # in another thread, or not set by Python
            signal.signal(signal.SIGTERM, previous)  # Ray has replaced it
        # Ray would print many lines about lost workers between the progress bars.
        ray._private.worker._worker_logs_enabled = False
        yield ray
    finally:
        ray.shutdown()


def _run_tasks(ray: Any, todo: Sequence[RenderTask], on_progress: OnProgress) -> Mapping[str, str]:
    runs = dict.fromkeys(run for task in todo for run in task.planned.job.runs)
    records = {run: ray.put(packed_record(run)) for run in runs}
    progress = RemoteProgress(ray)
    # A chapter's error would occur on any machine: only lost tasks are retried.
    remote = ray.remote(render_remotely).options(
        num_cpus=1, max_retries=RETRIES, retry_exceptions=False, scheduling_strategy="SPREAD"
    )
    running: dict[Any, RenderTask] = {}
    failed: dict[str, str] = {}
    try:
        for task in sorted(todo, key=lambda task: count_beats(task.name), reverse=True):
            remote_task = RemoteTask(task.planned, task.illustrated, maker_code())
            own_records = (records[run] for run in task.planned.job.runs)
            running[remote.remote(remote_task, progress.actor, *own_records)] = task
        while running:
            (ready, *_), _ = ray.wait([*running, *progress.pending])
            if ready not in running:
                unfinished = {task.name for task in running.values()}
                for name, beat in progress.read():
                    if name in unfinished:  # a report may arrive after the task's end
                        on_progress(name, beat)
                continue
            task = running.pop(ready)
            try:
                store_files(_result(ray, ready, task.name), task.store)
            except ChapterFailedError as error:
                failed[task.planned.job.chapter.name] = str(error)
            on_progress(task.name, DONE)
    finally:
        _cancel(ray, list(running))
        progress.end()
    return failed


def _result(ray: Any, ready: Any, name: str) -> Files:
    errors: Any = import_module("ray.exceptions")
    try:
        files: Files = ray.get(ready)
    except errors.RayTaskError as error:
        if isinstance(error.cause, SceneError | RecordError):
            raise error.cause from error
        if fault := system_error(error.cause):
            raise ReleaseError(f"{name} was not rendered: {line_of(fault)}") from error
        if isinstance(error.cause, errors.RaySystemError) or NO_MODULE in str(error.cause):
            raise ReleaseError(
                f"{name} was not rendered: a machine of the cluster has no fedreel or another "
                f"version. {SAME_VERSION}"
            ) from error
        raise
    except errors.RayError as error:
        raise ReleaseError(
            f"the task {name} was lost with its worker {1 + RETRIES} times: {error}. Finished "
            "clips are stored. If memory ran out, choose a lower quality"
        ) from error
    return files


def _cancel(ray: Any, running: list[Any]) -> None:
    """Cancel tasks, again and again while some go on, and wait while they clean up."""
    deadline = time.monotonic() + PATIENCE
    timeout = 0.0  # some Ray ends this program if a finished task is cancelled
    with suppress(Exception):  # the cluster may have ended
        while running and time.monotonic() < deadline:
            _, running = ray.wait(running, num_returns=len(running), timeout=timeout)
            for task in running:
                ray.cancel(task)
            timeout = ASK_AGAIN


class ProgressActor:
    """An actor that queues the reports of tasks."""

    def __init__(self) -> None:
        self.reports: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def put(self, name: str, step: str) -> None:
        """Add a report: a job's name and the step that begins."""
        self.reports.put_nowait((name, step))

    async def take(self) -> list[tuple[str, str]]:
        """Return all reports, as soon as there is one."""
        reports = [await self.reports.get()]
        while not self.reports.empty():
            reports.append(self.reports.get_nowait())
        return reports


class RemoteProgress:
    """The reports of tasks. If its actor is lost, there are none, and the tasks continue.

    Tasks report to ``actor``. ``pending`` has the call to wait for, which returns reports.
    """

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        # If its machine is lost, Ray restarts the actor and repeats the call.
        actor = ray.remote(ProgressActor).options(num_cpus=0, max_restarts=-1, max_task_retries=-1)
        self.actor = actor.remote()
        self.pending = [self.actor.take.remote()]

    def read(self) -> list[tuple[str, str]]:
        """Return the new reports: names of jobs and steps that began."""
        (call,) = self.pending
        self.pending = []
        with suppress(self._ray.exceptions.RayError):
            reports: list[tuple[str, str]] = self._ray.get(call)
            self.pending = [self.actor.take.remote()]
            return reports
        return []

    def end(self) -> None:
        """Finish the pending call: Ray prints an error if it is open when the connection ends."""
        with suppress(Exception):
            self.actor.put.remote("", "")
            self._ray.wait(self.pending, timeout=1.0)


# --- on the machines of the cluster


@dataclass(frozen=True)
class RemoteTask:
    """A clip to render on another machine, and the digests of the code that stores it."""

    planned: PlannedClip
    illustrated: bool
    maker_code: Mapping[str, str]


class RemoteContext(WorkerContext):
    """A worker on another machine: it reports to an actor, and its scene is not split."""

    def report(self, name: str, step: str) -> None:
        """Report a step of a job that begins, without waiting."""
        actor: Any = self.messages
        with suppress(Exception):
            actor.put.remote(name, step)


def render_remotely(task: RemoteTask, actor: Any, *records: PackedRecord) -> Files:
    """Render a clip on this machine of the cluster, and return the files for its store.

    Args:
        task: the clip.
        actor: the actor that gets its reports.
        records: its run records, in order.

    Raises:
        ReleaseError: this machine has another fedreel than the sender.
        ChapterFailedError: the chapter cannot be drawn.
    """
    with _task_folder() as folder:
        runs = tuple(_unpacked(one, folder / f"{i}") for i, one in enumerate(records))
        job = replace(task.planned.job, runs=runs)
        planned = replace(task.planned, job=job)
        check_same(planned, task.maker_code)
        store = Store(folder / "store")
        context: Any = RemoteContext(actor, slots=None, split=False)
        if reason := attempt(RenderTask(planned, store, task.illustrated), context):
            raise ChapterFailedError(reason)
        return files_of(store)


@contextmanager
def _task_folder() -> Iterator[Path]:
    """Give a working folder. A task that is cancelled once more still removes it."""
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        with work_folder(Path(gettempdir()), WORK) as folder:
            try:
                yield folder
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGINT, interrupt)


def check_same(planned: PlannedClip, made: Mapping[str, str]) -> None:
    """Check that this machine has the code and the versions that a clip was planned with.

    Args:
        planned: the clip.
        made: the sender's digests of the code that stores clips.

    Raises:
        ReleaseError: code or versions differ.
    """
    there = planned.inputs
    here = inputs_of(planned.job)
    files = changed({**maker_code(), **here.code}, {**made, **there.code})
    reasons = [f"these files differ: {_some(files)}"] if files else []
    reasons += [
        f"{name} is {here.versions.get(name)} there and {there.versions.get(name)} here"
        for name in changed(here.versions, there.versions)
    ]
    if not reasons and here.key != there.key:
        reasons = ["its texts or numbers differ"]
    if reasons:
        raise ReleaseError(
            f"{planned.name} was not rendered on {platform.node()}: {'; '.join(reasons)}. "
            f"{SAME_VERSION}"
        )


def _some(files: Sequence[str]) -> str:
    more = len(files) - MOST_FILES
    return ", ".join(files[:MOST_FILES]) + (f" and {more} more files" if more > 0 else "")


# --- files to send


def packed_record(run: str) -> PackedRecord:
    """Return the name of a record's folder and the files to read.

    Raises:
        RecordError: the record does not exist.
    """
    folder = record.resolve(run)
    files = (path for path in record.parts(run) if any(map(path.match, READ)))
    return folder.resolve().name, {path.name: path.read_bytes() for path in files}


def _unpacked(packed: PackedRecord, parent: Path) -> str:
    name, files = packed
    folder = parent / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return str(folder)


def files_of(store: Store) -> Files:
    """Return a store's files with their paths; lists, which mark files as complete, come last."""
    paths = [path for path in store.folder.glob("*/*") if path.suffix not in (".lock", CONTENT)]
    paths.sort(key=lambda path: (path.suffix == ".json", path))
    return [(path.relative_to(store.folder).as_posix(), path.read_bytes()) for path in paths]


def store_files(files: Files, store: Store) -> None:
    """Write the files of another store into a store, in order."""
    for name, content in files:
        key, dot, suffix = name.replace("/", "").partition(".")
        store.get(key, dot + suffix, partial(_write, content))


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)
