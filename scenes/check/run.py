"""Checks chapters of the film, or the scenes of any file, side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenes import Chapter
from scenes.check.finding import Finding
from scenes.render.jobs import BLIND, WORK, Job, Look, module_of, ready
from scenes.render.workers import side_by_side
from scenes.text.errors import ChapterError, CheckError, SceneError


@dataclass(frozen=True)
class Task:
    """A job to be checked, and where its stills go."""

    job: Job
    stills: Path | None

    @property
    def name(self) -> str:
        """What it is called while it is worked on."""
        return self.job.name


@dataclass(frozen=True)
class Checked:
    """What was found in a chapter, which lasts some seconds."""

    chapter: Chapter
    findings: tuple[Finding, ...]
    beats: int
    seconds: float


def scenes_of(file: Path, names: Sequence[str], look: Look) -> list[Job]:
    """Return the jobs for some scenes of a file, or for all that it defines.

    Raises:
        ChapterError: there is no such file or scene.
    """
    from manim import Scene  # noqa: PLC0415

    if not file.is_file():
        raise ChapterError(f"no file {file}")
    job = Job(Chapter(file.stem, ""), (), look, WORK / "check" / file.stem, file.resolve())
    found = [
        name
        for name, kind in vars(_loaded(job)).items()
        if isinstance(kind, type) and issubclass(kind, Scene) and kind.__module__ == file.stem
    ]
    for name in names:
        if name not in found:
            raise ChapterError(f"no scene {name!r} in {file}. There are: {', '.join(found)}")
    if not found:
        raise ChapterError(f"{file} defines no scene")
    return [
        replace(job, chapter=Chapter(name, name), folder=job.folder / name)
        for name in (names or found)
    ]


def _loaded(job: Job) -> Any:
    try:
        return module_of(job)
    except Exception as error:
        raise CheckError(f"{job.file} cannot be loaded: {_spec(error)}") from error


def check(
    todo: Sequence[Job], stills: Path | None, on_beat: Callable[[str, str], None]
) -> list[Checked]:
    """Check jobs in processes of their own and return what was found, in order.

    Args:
        todo: the jobs.
        stills: the folder for stills; without one there are none.
        on_beat: told chapter and beat whenever one begins, and (chapter, "done") at its end.

    Raises:
        CheckError: a scene cannot be built.
    """
    tasks = [
        # A look's label begins with a dash; the usual one's is empty.
        Task(replace(job, folder=WORK / "check" / job.name), stills and stills / job.look.label[1:])
        for job in todo
    ]
    return side_by_side(_work, tasks, on_beat)


def _work(task: Task, news: Any) -> Checked:
    """Check one job; runs in a process of its own."""
    return inspect(task.job, task.stills, lambda beat: news.put((task.name, beat)))


def inspect(
    job: Job, stills: Path | None = None, on_beat: Callable[[str], None] = lambda beat: None
) -> Checked:
    """Check one job in this process.

    Raises:
        CheckError: its scene cannot be built.
    """
    from scenes.check.inspector import Inspector  # noqa: PLC0415  # Manim is imported late

    inspector = Inspector(job.name, stills, on_beat)
    try:
        with ready(job, BLIND) as scene:
            found = inspector.inspect(scene)
    except SceneError:
        raise
    except Exception as error:
        raise CheckError(f"{job.chapter.name} cannot be built: {_spec(error)}") from error
    return Checked(job.chapter, tuple(found), max(inspector.beats, 1), scene.time)


def _spec(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
