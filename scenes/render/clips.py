"""Clips of chapters: their inputs, and rendering of the clips that the cache lacks."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property, partial
from io import StringIO
from typing import Any, TypeVar

import av
from pydantic import TypeAdapter

from scenes.fast.scheduler import DONE, OnProgress, WorkerContext
from scenes.render.digests import (
    Maker,
    Parsed,
    add_parsed_files,
    code_of,
    digest,
    maker_code,
    parsed_files,
    settings_digests,
    versions,
)
from scenes.render.folders import work_folder
from scenes.render.jobs import Clip, Job, render_job
from scenes.render.looks import QUALITIES
from scenes.render.store import Store
from scenes.render.workers import side_by_side
from scenes.sound.effects import TimedEffect, TimedSpeech
from scenes.text.errors import ReleaseError, UndrawnError
from scenes.text.faults import reason_of
from scenes.text.languages import LANGUAGES
from scenes.text.lines import DIGIT, in_language, numbers_of
from scenes.text.numbers import Number

MOVIE, METADATA = ".mp4", ".json"
WORK = "work"  # prefix of the folders in which clips are rendered


@dataclass(frozen=True)
class TimedText:
    """A text with numbers in a beat, and the time of its first appearance, seconds."""

    text: str
    at: float
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class BeatMetadata:
    """A beat of a clip: its name, caption, times in seconds, and texts with numbers.

    ``shown`` is when its caption appears. The first of ``texts`` is the caption.
    """

    name: str
    caption: str
    start: float
    end: float
    shown: float
    texts: tuple[TimedText, ...]

    @property
    def other_texts(self) -> list[TimedText]:
        """The texts without the caption and its rows on screen."""
        caption, *others = self.texts
        return [one for one in others if not _is_row(one, caption)]


@dataclass(frozen=True)
class ClipMetadata:
    """The data stored beside a clip: its length in seconds, its beats, and what is heard of it."""

    seconds: float
    beats: tuple[BeatMetadata, ...]
    effects: tuple[TimedEffect, ...]
    speeches: tuple[TimedSpeech, ...]


def _is_row(one: TimedText, caption: TimedText) -> bool:
    words = f" {caption.text} "
    return f" {one.text} " in words and set(one.numbers) <= set(caption.numbers)


@dataclass(frozen=True)
class ClipInputs:
    """The inputs of a clip: digests of spec and code, facts of its look, package versions."""

    spec: str
    code: Mapping[str, str]
    look: Mapping[str, str]
    versions: Mapping[str, str]

    @cached_property
    def key(self) -> str:
        """The digest of all inputs."""
        return digest(asdict(self))

    def changes(self, before: "ClipInputs | None") -> list[str]:
        """Return the reasons to render a clip again; an empty list if nothing has changed."""
        if before is None:
            return ["there is no earlier clip"]
        reasons = [] if self.spec == before.spec else ["its texts or numbers changed"]
        files = changed(self.code, before.code)
        reasons += [f"{', '.join(files)} changed"] if files else []
        for now, earlier in ((self.look, before.look), (self.versions, before.versions)):
            reasons += [
                f"{name} changed from {earlier.get(name)} to {now.get(name)}"
                for name in changed(now, earlier)
            ]
        return reasons


def changed(now: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """Return the sorted names of new, removed and changed entries."""
    return sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))


def inputs_of(job: Job, spec: Any = None) -> ClipInputs:
    """Return the inputs of a chapter's clip.

    Args:
        job: the chapter, its runs and its look.
        spec: the chapter's spec in any language; None loads it.

    Raises:
        RecordError: a record cannot be used.
        NotRecordedError: the runs lack data that the chapter shows.
    """
    spec = job.tell() if spec is None else spec
    return ClipInputs(
        digest([in_language(spec, LANGUAGES[job.look.language]), job.title]),
        {**code_of(f"scenes.{job.chapter.name}"), **settings_digests()},
        job.look.facts | _voice(job),
        versions(),
    )


def _voice(job: Job) -> dict[str, str]:
    """Return what a clip's times depend on where it has a voice."""
    if not job.voice:
        return {}
    from scenes.render.voices import voice_named  # noqa: PLC0415  # only with a voice
    from scenes.voice import spoken  # noqa: PLC0415

    return {"voice": voice_named(job.voice, job.look.language).made_by, **spoken.made_by()}


@dataclass(frozen=True)
class PlannedClip:
    """A clip that is needed: its job and its inputs."""

    job: Job
    inputs: ClipInputs

    @property
    def key(self) -> str:
        """The cache key of the clip."""
        return self.inputs.key

    def product_key(self, maker: Maker) -> str:
        """Return the cache key of a product of the clip; it covers the maker's code."""
        return digest([maker_code(maker), self.key])

    @property
    def figures_key(self) -> str:
        """The cache key of the clip's figures."""
        return self.product_key(Maker.FIGURES)

    @property
    def name(self) -> str:
        """The name shown while the clip is rendered."""
        return self.job.name


@dataclass(frozen=True)
class RenderTask:
    """A clip to be rendered into a store, with or without a figure of each beat.

    ``parsed_files`` saves the worker process from parsing all files again.
    """

    planned: PlannedClip
    store: Store
    illustrated: bool
    parsed_files: Mapping[str, Parsed] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The name shown while the clip is rendered."""
        return self.planned.name


# Renders clips into their stores, and returns why some could not be drawn, by chapter.
Result = TypeVar("Result")
Renderer = Callable[[Sequence[RenderTask], OnProgress], Mapping[str, str]]


def render_locally(todo: Sequence[RenderTask], on_progress: OnProgress) -> Mapping[str, str]:
    """Render clips in parallel on this machine; return why some could not be drawn, by chapter.

    Args:
        todo: the clips.
        on_progress: called with a clip's name and each beat that begins, and (name, ``DONE``).
    """
    found = zip(todo, side_by_side(attempt, todo, on_progress), strict=True)
    return {task.planned.job.chapter.name: reason for task, reason in found if reason}


def attempt(task: RenderTask, context: WorkerContext) -> str:
    """Render a clip, and return why it could not be drawn, or nothing.

    Raises:
        ReleaseError: an input has changed meanwhile.
        OSError: the system cannot do what is needed; no clip can be rendered.
        MemoryError: memory ran out.
    """
    try:
        with redirect_stderr(StringIO()):  # a scene prints a known error itself
            render(task, context)
    except ReleaseError:
        raise
    except (Exception, SystemExit) as error:
        return f"the chapter {task.planned.job.chapter.name} is left out: {reason_of(error)}"
    return ""


def load_or_render(
    todo: Sequence[PlannedClip],
    store: Store,
    on_progress: OnProgress,
    illustrated: Sequence[PlannedClip] = (),
    renderer: Renderer = render_locally,
) -> list[Clip]:
    """Return clips in order, from the store or else rendered into it.

    Args:
        todo: the clips.
        store: the cache of clips.
        on_progress: called with a clip's name and each beat that begins, and (name, ``DONE``).
        illustrated: the clips to render with a figure of each beat.
        renderer: renders clips, on this machine or elsewhere.

    Raises:
        UndrawnError: chapters could not be drawn. All others are in the store.
    """
    missing = []
    for planned in todo:
        if is_stored(store, planned):
            on_progress(planned.name, DONE)
        else:
            missing.append(RenderTask(planned, store, planned in illustrated, parsed_files()))
    if missing:
        failed = renderer(missing, on_progress)
        if failed:
            raise UndrawnError(failed)
    return [read_clip(store, planned) for planned in todo]


def as_far_as_possible(
    todo: Sequence[PlannedClip], work: Callable[[Sequence[PlannedClip]], Result]
) -> tuple[Result, list[str]]:
    """Return what is made of the chapters that can be drawn, and why the others are left out.

    Args:
        todo: the clips.
        work: makes it of the clips of some chapters, as ``load_or_render`` draws them.

    Raises:
        UndrawnError: no chapter can be drawn.
    """
    reasons: list[str] = []
    while True:
        try:
            return work(todo), reasons
        except UndrawnError as error:  # all others are in the store now
            todo = [one for one in todo if one.job.chapter.name not in error.reasons]
            reasons += error.reasons.values()
            if not todo:
                raise


def is_stored(store: Store, planned: PlannedClip) -> bool:
    """Whether a store has a clip; one whose metadata another version wrote is removed."""
    if not store.has(planned.key, MOVIE) or not store.has(planned.key, METADATA):
        return False
    try:
        read_clip(store, planned)
    except ValueError:
        store.remove(planned.key, METADATA)
        return False
    return True


def render(task: RenderTask, context: WorkerContext) -> None:
    """Render a clip in its own folder, so that programs do not disturb each other.

    Args:
        task: the clip.
        context: the worker process.

    Raises:
        ReleaseError: an input has changed meanwhile, or frames are missing.
    """
    from scenes.render.figures import Drawer  # noqa: PLC0415  # Manim is imported only in the process that draws

    add_parsed_files(task.parsed_files)
    with work_folder(task.store.folder, WORK) as folder:
        planned = task.planned
        drawer = Drawer(folder, planned.job.look.pixels)
        clip = render_job(
            replace(planned.job, folder=folder / "manim"),
            context,
            drawer.draw if task.illustrated else lambda scene, beat: None,
        )
        check_inputs(planned)
        check_frames(clip, planned)
        if task.illustrated:
            drawer.store(task.store, planned.figures_key)
        store_clip(clip, task.store, planned.key)


def check_inputs(planned: PlannedClip) -> None:
    """Check that the inputs of a rendered clip are still those of its cache key.

    Raises:
        ReleaseError: a file or a record has changed meanwhile.
    """
    changes = inputs_of(planned.job).changes(planned.inputs)
    if changes:
        raise ReleaseError(
            f"{planned.name} was not stored: {'; '.join(changes)} while it was rendered. "
            "Run the command again"
        )


def check_frames(clip: Clip, planned: PlannedClip) -> None:
    """Check that the movie of a rendered clip has all frames of its length.

    Raises:
        ReleaseError: frames are missing, such as when files were removed meanwhile.
    """
    wanted = round(clip.seconds * QUALITIES[planned.job.look.quality].rate)
    found = 0
    if clip.movie.is_file():
        with av.open(str(clip.movie)) as movie:
            found = movie.streams.video[0].frames
    if found != wanted:
        raise ReleaseError(
            f"{planned.name} was not stored: its movie has {found} of {wanted} frames. If files "
            "in media/ were removed while it was rendered, run the command again"
        )


def store_clip(clip: Clip, store: Store, key: str) -> None:
    """Move a rendered clip into the store; its metadata follows last and marks it complete."""
    store.get(key, MOVIE, partial(shutil.move, clip.movie))
    metadata = ClipMetadata(clip.seconds, tuple(beats_of(clip)), clip.effects, clip.speeches)
    text = json.dumps(_metadata().dump_python(metadata))
    store.get(key, METADATA, lambda path: path.write_text(text, "utf-8"))


def beats_of(clip: Clip) -> Iterator[BeatMetadata]:
    """Yield the beats of a clip that was just rendered."""
    for beat in clip.beats:
        texts = [_timed(text, at, numbers) for (text, numbers), at in beat.texts.items()]
        numbered = [one for one in texts if one.numbers or DIGIT.search(one.text)]
        caption = _timed(beat.caption, beat.shown, numbers_of(beat.line))
        times = beat.start, beat.end, beat.shown
        yield BeatMetadata(beat.name, beat.caption, *times, (caption, *numbered))


def _timed(text: str, at: float, numbers: Sequence[Number]) -> TimedText:
    return TimedText(text, at, tuple(replace(number, form=None) for number in numbers))


def read_clip(store: Store, planned: PlannedClip) -> Clip:
    """Return a clip from the store."""
    metadata = _metadata().validate_python(
        json.loads(store.path(planned.key, METADATA).read_text("utf-8"))
    )
    movie = store.path(planned.key, MOVIE)
    heard = metadata.effects, metadata.speeches
    return Clip(planned.job.chapter, movie, metadata.beats, metadata.seconds, *heard)


@cache
def _metadata() -> TypeAdapter[ClipMetadata]:
    return TypeAdapter(ClipMetadata)
