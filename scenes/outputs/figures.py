"""Figures for papers: the last picture of each beat, each a file of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from scenes.fast.scheduler import OnProgress, WorkerContext
from scenes.render.folders import work_folder
from scenes.render.jobs import WORK, Job
from scenes.render.workers import all_that_succeed


@dataclass(frozen=True)
class Task:
    """A chapter to draw, the folder for its figures, and their kind."""

    job: Job
    folder: Path
    kind: str

    @property
    def name(self) -> str:
        """The name shown while the figures are drawn."""
        return self.job.name


def figures(
    todo: Sequence[Job], folder: Path, kind: str, on_progress: OnProgress
) -> tuple[list[Path], Mapping[str, str]]:
    """Write the figures of chapters; return their files, and why some have none, by name.

    Args:
        todo: the chapters.
        folder: for the files, which are named after the chapter and the beat.
        kind: svg, pdf or png.
        on_progress: called with a job's name and each beat that begins, and (name, ``DONE``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn, reasons = all_that_succeed(_draw, [Task(job, folder, kind) for job in todo], on_progress)
    return [path for paths in drawn for path in paths], reasons


def _draw(task: Task, context: WorkerContext) -> list[Path]:
    """Draw one chapter's figures, in a worker process."""
    from scenes.render.figures import Drawer  # noqa: PLC0415  # Manim is imported late

    with work_folder(WORK, "figures") as folder:
        drawer = Drawer(folder, task.job.look.pixels, (f".{task.kind}",))
        job = replace(task.job, folder=folder / "manim")
        drawer.draw_all(job, partial(context.report, task.name))
        return [path.replace(task.folder / f"{task.name}-{path.name}") for path in drawer.files]
