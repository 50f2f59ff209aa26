"""Parallel checks of chapters, or of the scenes in any file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from fl_sim.wording import did_you_mean
from scenes import FILM, Chapter
from scenes.check.blackouts import LONGEST, RULE
from scenes.check.finding import Fault, Finding
from scenes.fast.scheduler import OnProgress, WorkerContext
from scenes.render.jobs import WORK, Job, choose_look, scene_for
from scenes.render.looks import Look
from scenes.render.workers import all_that_succeed
from scenes.text.errors import ChapterError

# Manim's settings to play a scene without writing anything.
NO_MOVIE: Mapping[str, Any] = {"dry_run": True, "disable_caching": True}


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
    """The findings of a chapter in a look, its number of beats and its length in seconds.

    ``gone`` has the seconds without a picture at its begin and at its end.
    """

    chapter: Chapter
    look: Look
    findings: tuple[Finding, ...]
    beats: int
    seconds: float
    gone: tuple[float, float]


def scenes_of(file: Path, names: Sequence[str], look: Look) -> list[Job]:
    """Return the jobs for the named scenes of a file, or for all its scenes.

    Raises:
        ChapterError: the file or a scene does not exist.
        CheckError: the file cannot be loaded.
    """
    from scenes.check.files import scenes_in  # noqa: PLC0415  # Manim is imported late

    if not file.is_file():
        raise ChapterError(
            f"there is no file {file}. Give the path of a Python file with Manim scenes"
        )
    with scenes_in(file, _shape_of(look)) as found:
        known = list(found)
    for name in names:
        if name not in known:
            raise ChapterError(
                f"{file} has no scene {name!r}.{did_you_mean(name, known)} "
                f"It has: {', '.join(known) or 'none'}"
            )
    if not known:
        raise ChapterError(f"{file} defines no scene. Define a subclass of Manim's Scene in it")
    return [
        Job(Chapter(name, name, ()), (), look, WORK / "check" / file.stem / name, file)
        for name in dict.fromkeys(names or known)
    ]


def _shape_of(look: Look) -> dict[str, int]:
    """Return Manim's settings for a look's shape; in the default one a file has its own size."""
    width, height = look.pixels
    return {"pixel_width": width, "pixel_height": height} if look.shape != Look().shape else {}


@contextmanager
def _scene_of(job: Job) -> Iterator[Any]:
    """Create the scene of a job, and apply its Manim settings inside the ``with`` block."""
    if job.file is None:
        with scene_for(job, NO_MOVIE) as scene:
            yield scene
        return
    from manim import tempconfig  # noqa: PLC0415

    from scenes.check.files import scenes_in  # noqa: PLC0415

    choose_look(job)
    folder = {"media_dir": str(job.folder), "progress_bar": "none", "verbosity": "WARNING"}
    with scenes_in(job.file, _shape_of(job.look)) as found, tempconfig({**NO_MOVIE, **folder}):
        yield found[job.chapter.scene]()


def check(
    todo: Sequence[Job], stills: Path | None, on_progress: OnProgress
) -> tuple[list[Checked], Mapping[str, str]]:
    """Check jobs in parallel processes; return the results, and why some have none, by name.

    Args:
        todo: the jobs.
        stills: the folder for stills; None draws none.
        on_progress: called with a job's name and each beat that begins, and (name, ``DONE``).
    """
    tasks = [
        # A look's label begins with a dash; that of the default look is empty.
        Task(replace(job, folder=WORK / "check" / job.name), stills and stills / job.look.label[1:])
        for job in todo
    ]
    checked, reasons = all_that_succeed(_check_task, tasks, on_progress)
    return with_joins(checked), reasons


def with_joins(checked: Sequence[Checked]) -> list[Checked]:
    """Return what was checked, with the blackouts where a chapter follows another in the film."""
    known = {(one.look, one.chapter.name): one for one in checked}
    before = {later.name: earlier.name for earlier, later in pairwise(FILM)}
    found = []
    for one in checked:
        last = known.get((one.look, before.get(one.chapter.name, "")))
        joins = _join(last, one) if last else ()
        found.append(replace(one, findings=(*joins, *one.findings)))
    return found


def _join(last: Checked, one: Checked) -> tuple[Finding, ...]:
    """Return the blackout between two chapters, if there is one."""
    seconds = last.gone[1] + one.gone[0]
    if seconds <= LONGEST:
        return ()
    fault = Fault(RULE, f"from {last.chapter.name} to {one.chapter.name}", seconds, LONGEST, "s")
    name = f"{one.chapter.name}{one.look.label}"
    return (Finding(name, one.chapter.beats[0].name, 0.0, fault),)


def _check_task(task: Task, context: WorkerContext) -> Checked:
    """Check one job in a worker process."""
    return inspect(task.job, task.stills, partial(context.report, task.name))


def inspect(
    job: Job, stills: Path | None = None, on_beat: Callable[[str], None] = lambda beat: None
) -> Checked:
    """Check one job in this process."""
    from scenes.check.inspector import Inspector  # noqa: PLC0415  # Manim is imported late

    inspector = Inspector(job.name, stills, on_beat)
    with _scene_of(job) as scene:
        found = inspector.inspect(scene)
    seconds, gone = scene.time, inspector.gone
    return Checked(job.chapter, job.look, tuple(found), inspector.beats, seconds, gone)
