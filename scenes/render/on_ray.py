"""Clips rendered on a Ray cluster, one task each, and fetched into the store of this machine.

A task brings its records along. It renders only where code, settings and versions are those that
its clip was planned with, so that a clip is the same wherever it was made. What was under way on a
machine that is lost is rendered again on another one.
"""

# Ray is imported where it is used: rendering on this machine must not need it.

import asyncio
import os
import platform
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from scenes.fast.scheduler import DONE, Channel
from scenes.render.clips import Planned, Rendering, changed, render, sources_of
from scenes.render.digests import making
from scenes.render.folders import work_folder
from scenes.render.store import Store
from scenes.render.workers import beats_in
from scenes.text.errors import ReleaseError, SceneError

RETRIES = 3  # of a task whose worker or machine was lost
PATIENCE = 10.0  # seconds that tasks which are broken off have to clean up
MOST_FILES = 3  # named where many differ
WORK = "fedreel"  # how the names of folders begin that a task works in
READ = (
    record.RUN_FILE,
    record.OLD_RUN_FILE,
    "*.npz",
)  # what a record is read from; its model is not
SETTINGS = {
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # without it Ray warns of what it will do with GPUs
    "RAY_USAGE_STATS_ENABLED": "0",
    # A cluster that is not there is given up after half a minute, not after twelve.
    "RAY_NUM_REDIS_GET_RETRIES": "3",
    "RAY_py_gcs_connect_timeout_s": "5",
}
SAME = "Install the same fedreel on every machine of the cluster"
NOT_THERE = "function failed to import"  # how Ray says that a machine lacks a task's module
OnBeat = Callable[[str, str], None]
Packed = tuple[str, dict[str, bytes]]  # a folder's name, and its files by name
Files = list[tuple[str, bytes]]  # of a store, by path in it


def check_installed() -> None:
    """See that Ray is there.

    Raises:
        ReleaseError: it is not.
    """
    if find_spec("ray") is None:
        raise ReleaseError("--on ray needs Ray; install it with: pip install 'fedreel[ray]'")


def on_ray(todo: Sequence[Rendering], on_beat: OnBeat) -> None:
    """Render clips on a Ray cluster, a task each, the longest first.

    It is the cluster that RAY_ADDRESS names, else one that was started on this machine, else one
    that is this machine alone, for as long as it takes.

    Args:
        todo: the clips; each is put into its store as soon as it is there.
        on_beat: told name and beat whenever one begins, and (name, ``DONE``) at its end.

    Raises:
        ReleaseError: Ray is not installed or cannot be reached, a machine of the cluster has
            another fedreel, or a task was lost time and again.
        SceneError: a chapter cannot be shown.
    """
    with _connected() as ray:
        _spread(ray, todo, on_beat)


@contextmanager
def _connected() -> Iterator[Any]:
    """Be connected to a cluster, which stays as it was before, or ends where it was started."""
    check_installed()
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    ray: Any = import_module("ray")
    terminated = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # Ray raises what comes, plain ``Exception`` among it
        ray.shutdown()
        raise ReleaseError(
            f"Ray cannot be used: {error}. RAY_ADDRESS chooses a cluster by HOST:PORT; "
            "RAY_ADDRESS=local starts one on this machine"
        ) from error
    try:
        with suppress(ValueError, TypeError):  # in another thread, or where it was not Python's
            signal.signal(signal.SIGTERM, terminated)  # Ray has put its own there
        # Ray would print what it says of lost workers between the bars, many lines of each.
        ray._private.worker._worker_logs_enabled = False
        yield ray
    finally:
        ray.shutdown()


def _spread(ray: Any, todo: Sequence[Rendering], on_beat: OnBeat) -> None:
    runs = dict.fromkeys(run for task in todo for run in task.planned.job.runs)
    records = {run: ray.put(packed(run)) for run in runs}
    news = News(ray)
    # An error that a chapter raises would come again anywhere: only lost work is done again.
    remote = ray.remote(film).options(
        num_cpus=1, max_retries=RETRIES, retry_exceptions=False, scheduling_strategy="SPREAD"
    )
    running: dict[Any, Rendering] = {}
    try:
        for task in sorted(todo, key=lambda task: beats_in(task.name), reverse=True):
            shipped = Shipped(task.planned, task.illustrated, making())
            brought = (records[run] for run in task.planned.job.runs)
            running[remote.remote(shipped, news.board, *brought)] = task
        while running:
            (ready, *_), _ = ray.wait([*running, *news.awaited])
            if ready not in running:
                at_work = {task.name for task in running.values()}
                for name, beat in news.read():
                    if name in at_work:  # it may have ended before its news was read
                        on_beat(name, beat)
                continue
            task = running.pop(ready)
            keep(_result(ray, ready, task.name), task.store)
            on_beat(task.name, DONE)
    finally:
        _break_off(ray, list(running))
        news.end()


def _result(ray: Any, ready: Any, name: str) -> Files:
    errors: Any = import_module("ray.exceptions")
    try:
        files: Files = ray.get(ready)
    except errors.RayTaskError as error:
        if isinstance(error.cause, SceneError | RecordError):
            raise error.cause from error
        if isinstance(error.cause, errors.RaySystemError) or NOT_THERE in str(error.cause):
            raise ReleaseError(
                f"{name} cannot be rendered: a machine of the cluster has no fedreel, or another "
                f"one. {SAME}"
            ) from error
        raise
    except errors.RayError as error:
        raise ReleaseError(
            f"{name} was lost with its worker {1 + RETRIES} times: {error}. What is finished is "
            "kept; if memory ran out, take a lower quality"
        ) from error
    return files


def _break_off(ray: Any, running: list[Any]) -> None:
    """End tasks, and leave them time to remove what they were at."""
    if not running:
        return
    with suppress(Exception):  # the cluster may be gone
        # Ray ends this program where it is told to cancel what has just ended.
        _, running = ray.wait(running, num_returns=len(running), timeout=0)
        for task in running:
            ray.cancel(task)
        ray.wait(running, num_returns=len(running), timeout=PATIENCE)


class Board:
    """An actor that holds what tasks have told until it is read."""

    def __init__(self) -> None:
        self.spec: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def put(self, news: tuple[str, str]) -> None:
        """Take news in."""
        self.spec.put_nowait(news)

    async def take(self) -> list[tuple[str, str]]:
        """Return all news, as soon as there is any."""
        news = [await self.spec.get()]
        while not self.spec.empty():
            news.append(self.spec.get_nowait())
        return news


class News:
    """What tasks tell of themselves. Where it is lost there is none; the tasks go on.

    ``board`` is for them to write on. ``awaited`` is to be waited for, until there is news.
    """

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        # On a machine that is lost it begins anew on another one, and is asked again.
        board = ray.remote(Board).options(num_cpus=0, max_restarts=-1, max_task_retries=-1)
        self.board = board.remote()
        self.awaited = [self.board.take.remote()]

    def read(self) -> list[tuple[str, str]]:
        """Return what was told since the last time: names, and what of it began."""
        (awaited,) = self.awaited
        self.awaited = []
        with suppress(self._ray.exceptions.RayError):
            news: list[tuple[str, str]] = self._ray.get(awaited)
            self.awaited = [self.board.take.remote()]
            return news
        return []

    def end(self) -> None:
        """Be told once more: Ray complains of what is awaited when the connection ends."""
        with suppress(Exception):
            self.board.put.remote(("", ""))
            self._ray.wait(self.awaited, timeout=1.0)


# --- on the machines of the cluster


@dataclass(frozen=True)
class Shipped:
    """A clip to be rendered elsewhere, and the digests of the code that keeps it."""

    planned: Planned
    illustrated: bool
    making: Mapping[str, str]


class RemoteChannel(Channel):
    """A desk on another machine: a chapter is told of on a board, and not split."""

    def put(self, news: tuple[str, str]) -> None:
        """Tell the name of a job, and what of it begins; nobody waits for it to be heard."""
        board: Any = self.messages
        with suppress(Exception):
            board.put.remote(news)


def film(shipped: Shipped, board: Any, *records: Packed) -> Files:
    """Render a clip in this process; return the files that its store would have.

    Args:
        shipped: the clip.
        board: where its beats are told.
        records: those that it films, in order.

    Raises:
        ReleaseError: this machine has another fedreel than the one that sent it.
        SceneError: the chapter cannot be shown.
    """
    with work_folder(Path(gettempdir()), WORK) as folder:
        runs = tuple(_unpacked(one, folder / f"{i}") for i, one in enumerate(records))
        job = replace(shipped.planned.job, runs=runs)
        planned = replace(shipped.planned, job=job)
        check_same(planned, shipped.making)
        store = Store(folder / "store")
        channel: Any = RemoteChannel(board, slots=None, split=False)
        try:
            render(Rendering(planned, store, shipped.illustrated), channel)
        except SystemExit as error:  # Ray would take it for a lost worker
            raise error.__cause__ or ReleaseError(f"{planned.name} ended with {error}") from None
        return files_of(store)


def check_same(planned: Planned, made: Mapping[str, str]) -> None:
    """See that a clip becomes here what it would have become where it was planned.

    Args:
        planned: the clip.
        made: the digests of the code that keeps clips, there.

    Raises:
        ReleaseError: this machine has other code or versions.
    """
    there = planned.made_from
    here = sources_of(planned.job)
    files = changed({**making(), **here.code}, {**made, **there.code})
    reasons = [f"other files than here: {_some(files)}"] if files else []
    reasons += [
        f"{name} is {here.versions.get(name)} there and {there.versions.get(name)} here"
        for name in changed(here.versions, there.versions)
    ]
    if not reasons and here.key != there.key:
        reasons = ["what its story tells differs"]
    if reasons:
        raise ReleaseError(
            f"{planned.name} cannot be rendered on {platform.node()}: {'; '.join(reasons)}. {SAME}"
        )


def _some(files: Sequence[str]) -> str:
    more = len(files) - MOST_FILES
    return ", ".join(files[:MOST_FILES]) + (f" and {more} more files" if more > 0 else "")


# --- files on their way


def packed(run: str) -> Packed:
    """Return the files that a record is read from, and the name of its folder.

    Raises:
        RecordError: it is not there.
    """
    folder = record.resolve(run)
    files = (path for kind in READ for path in folder.glob(kind))
    return folder.resolve().name, {path.name: path.read_bytes() for path in files}


def _unpacked(one: Packed, parent: Path) -> str:
    name, files = one
    folder = parent / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return str(folder)


def files_of(store: Store) -> Files:
    """Return a store's files by their path in it, those last that say that others are there."""
    paths = [path for path in store.folder.glob("*/*") if path.suffix != ".lock"]
    paths.sort(key=lambda path: (path.suffix == ".json", path))
    return [(path.relative_to(store.folder).as_posix(), path.read_bytes()) for path in paths]


def keep(files: Files, store: Store) -> None:
    """Put files into a store that come from another one, in order."""
    for name, content in files:
        key, dot, suffix = name.replace("/", "").partition(".")
        store.get(key, dot + suffix, partial(_write, content))


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)
