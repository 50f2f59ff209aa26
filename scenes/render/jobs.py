"""Jobs: chapters to render, and functions that build or render one in this process."""

# ruff: noqa: PLC0415  # Manim is imported only in the process that draws

import ast
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from configparser import ConfigParser
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from fl_sim import record
from fl_sim.wording import did_you_mean
from scenes import FILM, LOOP, Chapter
from scenes.fast.scheduler import WorkerContext
from scenes.render.digests import MANIM_CFG
from scenes.render.looks import QUALITIES, Look
from scenes.sound.effects import SILENT, TimedEffect, TimedSpeech
from scenes.story.build import build_spec
from scenes.text.errors import ChapterError, ChapterFailedError, NotRecordedError
from scenes.text.faults import reason_of
from scenes.text.glyphs import check_fonts

SCENES = Path(__file__).parents[1]
WORK = Path("media", "work")


@dataclass(frozen=True)
class Job:
    """A chapter to render: its runs, its look, and Manim's working folder.

    ``title`` is the film's title that the user gave, if any, and ``voice`` the name of what speaks.
    """

    chapter: Chapter
    runs: tuple[str, ...]
    look: Look
    folder: Path
    file: Path | None = None  # the file of a scene outside this package
    title: str = ""
    voice: str = ""

    @property
    def name(self) -> str:
        """The name shown for the job: the chapter, and the look if it is not the default."""
        return f"{self.chapter.name}{self.look.label}"

    def tell(self) -> Any:
        """Return the chapter's spec for the runs, in English.

        Raises:
            RecordError: a record cannot be used.
            NotRecordedError: the runs lack data that the chapter shows.
        """
        story = import_module(f"scenes.story.{self.chapter.name}")
        return build_spec(story.tell, tuple(record.load_all(self.runs).values()), self.title)


@dataclass(frozen=True)
class Clip:
    """A rendered chapter: its movie, its beats with times, and its length in seconds.

    ``effects`` and ``speeches`` are what is heard of it; the movie has no sound.
    """

    chapter: Chapter
    movie: Path
    beats: tuple[Any, ...]
    seconds: float
    effects: tuple[TimedEffect, ...] = ()
    speeches: tuple[TimedSpeech, ...] = ()

    @property
    def card(self) -> float:
        """The seconds of the title card before the first beat."""
        return float(self.beats[0].start)


def jobs(
    names: Sequence[str],
    runs: Sequence[str] = (),
    look: Look | None = None,
    title: str = "",
    voice: str = "",
) -> list[Job]:
    """Return the jobs for the named chapters, or for the whole film without names.

    Args:
        names: chapters, in any order.
        runs: records for all of them; without any, each chapter uses its own.
        look: the look; None is the default.
        title: the film's title that the user gave, if any.
        voice: the name of the engine that speaks, if any.

    Raises:
        ChapterError: a name is unknown, or a chapter's beats do not match its scene.
        FontError: a file of the font is missing.
    """
    check_fonts()
    known = {chapter.name: chapter for chapter in (*FILM, LOOP)}
    for chapter in known.values():
        check_beats(chapter)
    for name in names:
        if name not in known:
            raise ChapterError(
                f"there is no chapter {name!r}.{did_you_mean(name, known)} "
                f"Choose from: {', '.join(known)}"
            )
    chosen = [chapter for name, chapter in known.items() if name in names] if names else FILM
    look = look or Look()
    return [
        replace(job, folder=WORK / job.name, title=title, voice=voice)
        for job in (Job(chapter, tuple(runs) or chapter.runs, look, WORK) for chapter in chosen)
    ]


def check_beats(chapter: Chapter) -> None:
    """Check that a chapter's scene plays exactly the beats that the film declares.

    Raises:
        ChapterError: there is no such scene, or a beat is not played, or not declared.
    """
    file = SCENES / f"{chapter.name}.py"
    script = ast.parse(file.read_text("utf-8"))
    if chapter.scene not in (node.name for node in script.body if isinstance(node, ast.ClassDef)):
        raise ChapterError(
            f"scenes/{file.name} has no class {chapter.scene}, which scenes/__init__.py declares "
            f"as the scene of the chapter {chapter.name!r}. Change one of the two"
        )
    declared, played = {beat.name for beat in chapter.beats}, set(beats_of(script))
    for beat in sorted(declared - played):
        raise ChapterError(
            f"the beat {beat!r} is declared in scenes/__init__.py and not played in "
            f"scenes/{file.name}. Play it, or remove it from the film"
        )
    for beat in sorted(played - declared):
        raise ChapterError(
            f"the beat {beat!r} is played in scenes/{file.name} and not declared in "
            "scenes/__init__.py. Add it there with a description"
        )


def beats_of(script: ast.Module) -> Iterator[str]:
    """Yield the names of a scene's beats: ``with self.beat("name", ...)`` or a similar method."""
    for node in ast.walk(script):
        for item in node.items if isinstance(node, ast.With) else ():
            match item.context_expr:
                case ast.Call(args=[ast.Constant(value=str(name)), *_]):
                    yield name


def renderable(todo: Sequence[Job]) -> tuple[dict[Job, Any], list[NotRecordedError]]:
    """Return the jobs whose runs have the data they need, each with its spec in English.

    Also return an error for every job that is left out.

    Raises:
        RecordError: a record cannot be used.
    """
    specs: dict[Job, Any] = {}
    left_out = []
    for job in todo:
        try:
            specs[job] = job.tell()
        except NotRecordedError as error:
            left_out.append(
                NotRecordedError(f"the chapter {job.chapter.name} is left out: {error}")
            )
        except record.RecordError:
            raise
        except Exception as error:  # one chapter must not take the others with it
            name, reason = job.chapter.name, reason_of(error)
            failed = f"the chapter {name} is left out, since it failed ({reason})"
            left_out.append(ChapterFailedError(failed))
    return specs, left_out


# Manim's settings to build a scene without drawing.
DRY_RUN: Mapping[str, Any] = {"dry_run": True, "save_last_frame": True, "disable_caching": True}


def dry_run(
    job: Job,
    settings: dict[str, Any] | None = None,
    on_beat: Callable[[str], None] = lambda beat: None,
) -> Any:
    """Build one chapter without drawing it, and return its scene."""
    from scenes.drawing.null_camera import NullCamera

    return build(job, {**DRY_RUN, **(settings or {})}, on_beat, camera_class=NullCamera)


def build(
    job: Job, settings: Mapping[str, Any], on_beat: Callable[[str], None], **scene_options: Any
) -> Any:
    """Build one chapter in this process and return its scene.

    Args:
        job: the chapter to build.
        settings: Manim's settings, in addition to the job's and those of ``manim.cfg``.
        on_beat: called with the name of each beat that begins.
        scene_options: arguments of the scene.
    """
    with scene_for(job, settings, **scene_options) as scene:
        scene.on_beat = on_beat
        scene.render()
    return scene


@contextmanager
def scene_for(job: Job, settings: Mapping[str, Any], **scene_options: Any) -> Iterator[Any]:
    """Create one chapter's scene, and apply its Manim settings inside the ``with`` block.

    What the user's own ``manim.cfg`` says has no effect on a chapter.
    """
    from manim import config, logger, tempconfig

    logger.setLevel("WARNING")
    scene_class = getattr(module_of(job), job.chapter.scene)
    choose_look(job)
    width, height = job.look.pixels
    chosen = {
        "quality": QUALITIES[job.look.quality].manim,
        "pixel_width": width,
        "pixel_height": height,
        "media_dir": str(job.folder),
        "seed": 0,
        "progress_bar": "none",
        "verbosity": "WARNING",
        **settings,
    }
    with tempconfig({}):
        config.digest_parser(manim_settings())
        with tempconfig(chosen):
            yield scene_class(**scene_options)


def manim_settings() -> ConfigParser:
    """Return Manim's defaults and what this project's ``manim.cfg`` changes of them."""
    from manim._config.utils import config_file_paths

    defaults, *_ = config_file_paths()
    parser = ConfigParser()
    parser.read([defaults, MANIM_CFG], "utf-8")
    return parser


def choose_look(job: Job) -> None:
    """Choose a job's runs, theme and language for the scenes that are created after it."""
    from scenes.explainer import (
        LANGUAGE_VARIABLE,
        RUN_VARIABLE,
        SOUND_VARIABLE,
        THEME_VARIABLE,
        TITLE_VARIABLE,
        VOICE_VARIABLE,
    )

    os.environ[RUN_VARIABLE] = os.pathsep.join(job.runs)
    os.environ[THEME_VARIABLE] = job.look.theme
    os.environ[LANGUAGE_VARIABLE] = job.look.language
    os.environ[TITLE_VARIABLE] = job.title
    os.environ[VOICE_VARIABLE] = job.voice
    os.environ[SOUND_VARIABLE] = SILENT  # what is heard is added when clips are joined


def module_of(job: Job) -> Any:
    """Return the module of a chapter's scene."""
    return import_module(f"scenes.{job.chapter.name}")


def render_job(
    job: Job,
    context: WorkerContext,
    on_beat_end: Callable[[Any, Any], None] = lambda scene, beat: None,
) -> Clip:
    """Render one chapter in this worker process.

    Args:
        job: the chapter to render.
        context: the worker process.
        on_beat_end: called with scene and beat at each beat's end, in the process that drew it.
    """
    from scenes.fast.scheduler import Sections

    with scene_for(job, {"disable_caching": True}) as scene:
        scene.on_beat = partial(context.report, job.name)
        scene.on_beat_end = partial(on_beat_end, scene)
        scene.renderer.file_writer.direct = True
        if context.split:
            scene.sections = Sections(context.slots)
        scene.render()
    movie = Path(scene.renderer.file_writer.movie_file_path)
    heard = tuple(scene.effects), tuple(scene.speeches)
    return Clip(job.chapter, movie, tuple(scene.beats), scene.time, *heard)
