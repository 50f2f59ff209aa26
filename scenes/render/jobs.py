"""Render chapters, one process each, and say what each of them became."""

# ruff: noqa: PLC0415  # Manim is imported only in the process that draws

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from fl_sim import record
from scenes import FILM, LOOP, Chapter
from scenes.fast.scheduler import Channel
from scenes.text import languages as language
from scenes.text.errors import ChapterError, NotRecordedError

ROOT = Path(__file__).parents[2]
WORK = Path("media", "work")
# Manim's own name, and pixels of the shorter side.
QUALITIES = {
    "low": ("low_quality", 480),
    "medium": ("medium_quality", 720),
    "high": ("high_quality", 1080),
}
THEMES = ("dark", "light")
SHAPES = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}


@dataclass(frozen=True)
class Look:
    """How finely, in which shape, colours and language something is drawn."""

    quality: str = "medium"
    shape: str = "16:9"
    theme: str = "dark"
    language: str = "en"

    @property
    def label(self) -> str:
        """What sets this look apart, for names of files: empty for the usual one."""
        usual = Look()
        parts = (
            self.shape.replace(":", "x") if self.shape != usual.shape else "",
            self.theme if self.theme != usual.theme else "",
            self.language if self.language != usual.language else "",
        )
        return "".join(f"-{part}" for part in parts if part)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height; both are even, as the encoder wants them."""
        across, up = SHAPES[self.shape]
        short = QUALITIES[self.quality][1]
        scale = short / min(across, up)
        return 2 * round(across * scale / 2), 2 * round(up * scale / 2)


def every_look(quality: str) -> list[Look]:
    """Return the looks in every shape, theme and language."""
    return [
        Look(quality, shape, theme, spoken)
        for spoken in language.LANGUAGES
        for shape in SHAPES
        for theme in THEMES
    ]


@dataclass(frozen=True)
class Job:
    """A chapter to be rendered: for which runs, how, and in which folder Manim works."""

    chapter: Chapter
    runs: tuple[str, ...]
    look: Look
    folder: Path
    file: Path | None = None  # where the scene is, if not in this package

    @property
    def name(self) -> str:
        """What it is called while it is worked on: the chapter, and the look if it is unusual."""
        return f"{self.chapter.name}{self.look.label}"

    def spec(self) -> Any:
        """Return what the chapter's story makes of the runs, in the look's language.

        Raises:
            RecordError: a record cannot be used.
            UntoldError: the runs lack something that the chapter shows.
        """
        story = import_module(f"scenes.story.{self.chapter.name}")
        with language.using(self.look.language):
            return story.tell(tuple(record.load(run) for run in self.runs))


@dataclass(frozen=True)
class Clip:
    """A rendered chapter. ``beats`` are those of its scene, with their times in seconds."""

    chapter: Chapter
    movie: Path
    beats: tuple[Any, ...]
    seconds: float


def jobs(names: Sequence[str], runs: Sequence[str] = (), look: Look | None = None) -> list[Job]:
    """Return the jobs for some chapters, or for the whole film where none is named.

    Args:
        names: chapters, in any order.
        runs: records for all of them; without any, each chapter takes its own.
        look: how they are to look; as usual without it.

    Raises:
        ChapterError: a name is unknown; the text lists those that are known.
    """
    known = {chapter.name: chapter for chapter in (*FILM, LOOP)}
    for name in names:
        if name not in known:
            raise ChapterError(f"no chapter {name!r}. There are: {', '.join(known)}")
    chosen = [chapter for name, chapter in known.items() if name in names] if names else FILM
    look = look or Look()
    return [
        replace(job, folder=WORK / job.name)
        for job in (Job(chapter, tuple(runs) or chapter.runs, look, WORK) for chapter in chosen)
    ]


def renderable(todo: Sequence[Job]) -> tuple[list[Job], list[NotRecordedError]]:
    """Return the jobs whose runs hold what the chapter shows, and why the others are left out.

    Raises:
        RecordError: a record cannot be used.
    """
    spec, left_out = [], []
    for job in todo:
        try:
            job.spec()
        except NotRecordedError as error:
            left_out.append(NotRecordedError(f"{job.chapter.name} is left out: {error}"))
        else:
            spec.append(job)
    return spec, left_out


# Settings under which a scene is built to the end of each animation, without a picture.
BLIND = {"dry_run": True, "save_last_frame": True, "disable_caching": True}


def build_blind(
    job: Job,
    settings: dict[str, Any] | None = None,
    on_beat: Callable[[str], None] = lambda beat: None,
) -> Any:
    """Build one chapter without drawing it, and return its scene."""
    from scenes.drawing.blind import BlindCamera

    return build(job, {**BLIND, **(settings or {})}, on_beat, camera_class=BlindCamera)


def build(
    job: Job, settings: dict[str, Any], on_beat: Callable[[str], None], **scene_options: Any
) -> Any:
    """Build one chapter in this process and return its scene.

    Args:
        job: what to build.
        settings: Manim's settings on top of the job's and of ``manim.cfg``.
        on_beat: told the name of each beat as it begins.
        scene_options: handed to the scene.
    """
    with ready(job, settings, **scene_options) as scene:
        scene.on_beat = on_beat
        scene.render()
    return scene


@contextmanager
def ready(job: Job, settings: dict[str, Any], **scene_options: Any) -> Iterator[Any]:
    """Make one chapter's scene, and keep Manim set up for it until it is built."""
    from manim import config, logger, tempconfig

    from scenes.explainer import LANGUAGE_VARIABLE, RUN_VARIABLE, THEME_VARIABLE

    logger.setLevel("WARNING")
    if job.file is None:
        config.digest_file(ROOT / "manim.cfg")
    scene_class = getattr(module_of(job), job.chapter.scene)
    os.environ[RUN_VARIABLE] = os.pathsep.join(job.runs)
    os.environ[THEME_VARIABLE] = job.look.theme
    os.environ[LANGUAGE_VARIABLE] = job.look.language
    width, height = job.look.pixels
    chosen = {
        "quality": QUALITIES[job.look.quality][0],
        "pixel_width": width,
        "pixel_height": height,
        "media_dir": str(job.folder),
        "module_name": job.chapter.name,
        "progress_bar": "none",
        "verbosity": "WARNING",
        **settings,
    }
    with tempconfig(chosen):
        yield scene_class(**scene_options)


def module_of(job: Job) -> Any:
    """Return the module that a job's scene is in."""
    if job.file is None:
        return import_module(f"scenes.{job.chapter.name}")
    spec = spec_from_file_location(job.file.stem, job.file)
    if spec is None or spec.loader is None:
        raise ChapterError(f"{job.file} is not a Python file")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def render_here(
    job: Job, channel: Channel, at_end: Callable[[Any, Any], None] = lambda scene, beat: None
) -> Clip:
    """Render one chapter in this process, which does nothing else.

    Args:
        job: what to render.
        channel: told of each beat as it begins; says whether beats are drawn by other processes.
        at_end: told the scene and the beat at each beat's end, in the process that drew it.
    """
    from scenes.fast.scheduler import Sections

    with ready(job, {"disable_caching": True}) as scene:
        scene.on_beat = lambda beat: channel.put((job.name, beat))
        scene.at_end = partial(at_end, scene)
        scene.renderer.file_writer.direct = True
        if channel.split:
            scene.sections = Sections(channel.slots)
        scene.render()
    movie = Path(scene.renderer.file_writer.movie_file_path)
    return Clip(job.chapter, movie, tuple(scene.beats), scene.time)
