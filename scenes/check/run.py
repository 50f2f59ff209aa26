"""Parallel checks of chapters, or of the scenes in any file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from fl_sim.terminal import did_you_mean
from scenes import Chapter
from scenes.check.finding import Finding
from scenes.fast.scheduler import OnProgress, WorkerContext
from scenes.render.jobs import DRY_RUN, WORK, Job, module_of, scene_for
from scenes.render.looks import Look
from scenes.render.workers import side_by_side
from scenes.text.errors import ChapterError, CheckError, SceneError


@dataclass(frozen=True)
class Task:
    """A job to check, and the folder for its stills."""

    job: Job
    stills: Path | None

    @property
    def name(self) -> str:
        """The name shown while the task runs."""
        return self.job.name


@dataclass(frozen=True)
class Checked:
    """The findings of a chapter, its number of beats and its length in seconds."""

    chapter: Chapter
    findings: tuple[Finding, ...]
    beats: int
    seconds: float


def scenes_of(file: Path, names: Sequence[str], look: Look) -> list[Job]:
    """Return the jobs for the named scenes of a file, or for all its scenes.

    Raises:
        ChapterError: the file or a scene does not exist.
    """
    from manim import Scene  # noqa: PLC0415

    if not file.is_file():
        raise ChapterError(
            f"there is no file {file}. Give the path of a Python file with Manim scenes"
        )
    job = Job(Chapter(file.stem, "", ()), (), look, WORK / "check" / file.stem, file.resolve())
    found = [
        name
        for name, kind in vars(_loaded(job)).items()
        if isinstance(kind, type) and issubclass(kind, Scene) and kind.__module__ == file.stem
    ]
    for name in names:
        if name not in found:
            hint = did_you_mean(name, found)
            raise ChapterError(f"{file} has no scene {name!r}.{hint} It has: {', '.join(found)}")
    if not found:
        raise ChapterError(f"{file} defines no scene. Define a subclass of Manim's Scene in it")
    return [
        replace(job, chapter=Chapter(name, name, ()), folder=job.folder / name)
        for name in (names or found)
    ]


def _loaded(job: Job) -> Any:
    try:
        return module_of(job)
    except Exception as error:
        raise CheckError(f"{job.file} cannot be loaded: {_as_text(error)}") from error


def check(todo: Sequence[Job], stills: Path | None, on_progress: OnProgress) -> list[Checked]:
    """Check jobs in parallel processes, and return the results in order.

    Args:
        todo: the jobs.
        stills: the folder for stills; None draws none.
        on_progress: called with a job's name and each beat that begins, and (name, ``DONE``).

    Raises:
        CheckError: a scene cannot be built.
    """
    tasks = [
        # A look's label begins with a dash; that of the default look is empty.
        Task(replace(job, folder=WORK / "check" / job.name), stills and stills / job.look.label[1:])
        for job in todo
    ]
    return side_by_side(_check_task, tasks, on_progress)


def _check_task(task: Task, context: WorkerContext) -> Checked:
    """Check one job in a worker process."""
    return inspect(task.job, task.stills, partial(context.report, task.name))


def inspect(
    job: Job, stills: Path | None = None, on_beat: Callable[[str], None] = lambda beat: None
) -> Checked:
    """Check one job in this process.

    Raises:
        CheckError: the scene cannot be built.
    """
    from scenes.check.inspector import Inspector  # noqa: PLC0415  # Manim is imported late

    inspector = Inspector(job.name, stills, on_beat)
    try:
        with scene_for(job, DRY_RUN) as scene:
            found = inspector.inspect(scene)
    except SceneError:
        raise
    except Exception as error:
        raise CheckError(f"{job.chapter.name} cannot be built: {_as_text(error)}") from error
    return Checked(job.chapter, tuple(found), max(inspector.beats, 1), scene.time)


def _as_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
