"""Clips of chapters: what each is made from, and those that the store lacks, rendered into it."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from scenes.fast.scheduler import DONE, Channel
from scenes.render.digests import (
    Parsed,
    code_of,
    digest,
    known,
    learn,
    making,
    settings,
    versions,
)
from scenes.render.folders import work_folder
from scenes.render.jobs import Clip, Job, render_here
from scenes.render.store import Store
from scenes.render.workers import side_by_side
from scenes.text.errors import ReleaseError
from scenes.text.lines import DIGIT, Number, numbers_of

MOVIE, NOTES = ".mp4", ".json"
WORK = "work"  # how the names of folders begin that something is rendered in


@dataclass(frozen=True)
class Shown:
    """A text with numbers in it that a beat shows, and when it first stands there, seconds."""

    text: str
    at: float
    figures: tuple[Number, ...]


@dataclass(frozen=True)
class BeatNotes:
    """A beat of a clip: its times, seconds, its caption with its numbers, and what else it shows.

    ``shown`` are the texts with numbers, those of the caption among them.
    """

    name: str
    caption: str
    start: float
    end: float
    shown: tuple[Shown, ...]

    @property
    def besides(self) -> list[Shown]:
        """What it shows besides its caption, which stands on screen in one row or in several."""
        caption, *shown = self.shown
        return [one for one in shown if not _is_row(one, caption)]


def _is_row(one: Shown, caption: Shown) -> bool:
    words = f" {caption.text} "
    return f" {one.text} " in words and set(one.figures) <= set(caption.figures)


@dataclass(frozen=True)
class Sources:
    """What a clip is made from, so that it can be said what has changed."""

    spec: str
    code: Mapping[str, str]
    look: Mapping[str, str]
    versions: Mapping[str, str]

    @cached_property
    def key(self) -> str:
        """The digest of all of it."""
        return digest(asdict(self))

    def changes(self, before: "Sources | None") -> list[str]:
        """Return what is new since a clip was made: nothing where it would be the same."""
        if before is None:
            return ["it was not made before"]
        reasons = [] if self.spec == before.spec else ["what it tells has changed"]
        files = changed(self.code, before.code)
        reasons += [f"{', '.join(files)} changed"] if files else []
        for now, earlier in ((self.look, before.look), (self.versions, before.versions)):
            reasons += [
                f"{name} is {now.get(name)}, was {earlier.get(name)}"
                for name in changed(now, earlier)
            ]
        return reasons


def changed(now: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """Return what is new, gone or another, in order of its name."""
    return sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))


def sources_of(job: Job) -> Sources:
    """Return what a chapter's clip is made from.

    Raises:
        RecordError: a record cannot be used.
        UntoldError: the runs lack something that the chapter shows.
    """
    return Sources(
        digest(job.spec()),
        {**code_of(f"scenes.{job.chapter.name}"), **settings()},
        asdict(job.look),
        versions(),
    )


@dataclass(frozen=True)
class Planned:
    """A chapter to be shown in some look, and what its clip is made from."""

    job: Job
    made_from: Sources

    @property
    def key(self) -> str:
        """The digest that its clip is kept under."""
        return self.made_from.key

    @property
    def made(self) -> str:
        """The digest that what is made of its clip is kept under: how that is done counts too."""
        return digest([making(), self.key])

    @property
    def drawn(self) -> str:
        """The digest that its figures are kept under."""
        return digest([self.made, "figures"])

    @property
    def name(self) -> str:
        """What it is called while it is worked on."""
        return self.job.name


@dataclass(frozen=True)
class Rendering:
    """A clip to be rendered into the store, with a figure of each beat or without.

    ``known`` is what was found out of files when it was planned.
    """

    planned: Planned
    store: Store
    illustrated: bool
    known: Mapping[str, Parsed] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """What it is called while it is worked on."""
        return self.planned.name


OnBeat = Callable[[str, str], None]
Renderer = Callable[[Sequence[Rendering], OnBeat], object]  # renders each into its store


def here(todo: Sequence[Rendering], on_beat: OnBeat) -> None:
    """Render clips on this machine, side by side.

    Args:
        todo: the clips.
        on_beat: told name and beat whenever one begins, and (name, ``DONE``) at its end.
    """
    side_by_side(render, todo, on_beat)


def clips(
    todo: Sequence[Planned],
    store: Store,
    on_beat: OnBeat,
    illustrated: Sequence[Planned] = (),
    renderer: Renderer = here,
) -> list[Clip]:
    """Return the clips of some chapters, in order; those that the store lacks are rendered.

    Args:
        todo: the chapters.
        store: where clips are kept, each as soon as it is done.
        on_beat: told job and beat whenever one begins, and (job, "done") at its end.
        illustrated: those of which a figure of each beat is drawn as well, while they are rendered.
        renderer: renders them, on this machine or elsewhere.
    """
    missing = []
    for planned in todo:
        if has(store, planned):
            on_beat(planned.name, DONE)
        else:
            missing.append(Rendering(planned, store, planned in illustrated, known()))
    if missing:
        renderer(missing, on_beat)
    return [read(store, planned) for planned in todo]


def has(store: Store, planned: Planned) -> bool:
    """Return whether a clip is in the store."""
    return store.has(planned.key, MOVIE) and store.has(planned.key, NOTES)


def render(task: Rendering, channel: Channel) -> None:
    """Render a clip in a folder of its own, so that another program at work is not disturbed.

    Args:
        task: the clip.
        channel: told of each beat as it begins; says whether beats are drawn by other processes.

    Raises:
        ReleaseError: what it is made from has changed meanwhile.
    """
    from scenes.render.stills import Drawer  # noqa: PLC0415  # Manim is imported where it draws

    learn(task.known)
    with work_folder(task.store.folder, WORK) as folder:
        planned = task.planned
        drawer = Drawer(folder, planned.job.look.pixels)
        clip = render_here(
            replace(planned.job, folder=folder / "manim"),
            channel,
            drawer.draw if task.illustrated else lambda scene, beat: None,
        )
        check_sources(planned)
        if task.illustrated:
            drawer.keep(task.store, planned.drawn)
        keep(clip, task.store, planned.key)


def check_sources(planned: Planned) -> None:
    """See that a clip was made from what was planned, before it is kept under its digest.

    Raises:
        ReleaseError: a file or a record has changed meanwhile.
    """
    changes = sources_of(planned.job).changes(planned.made_from)
    if changes:
        raise ReleaseError(
            f"{planned.name} was not kept: {'; '.join(changes)} while it was rendered. "
            "Give the command again"
        )


def keep(clip: Clip, store: Store, key: str) -> None:
    """Put a rendered clip into the store, its notes last: where they are, the clip is."""
    store.get(key, MOVIE, lambda path: _move(clip.movie, path))
    notes = {"seconds": clip.seconds, "beats": [asdict(beat) for beat in beats_of(clip)]}
    text = json.dumps(notes, ensure_ascii=False)
    store.get(key, NOTES, lambda path: _write(path, text))


def _move(movie: Path, path: Path) -> None:
    shutil.move(movie, path)


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def beats_of(clip: Clip) -> Iterator[BeatNotes]:
    """Yield the beats of a clip that was just rendered."""
    for beat in clip.beats:
        shown = tuple(Shown(text, at, figures) for (text, figures), at in beat.texts.items())
        numbers = tuple(one for one in shown if one.figures or DIGIT.search(one.text))
        caption = Shown(beat.caption, beat.start, numbers_of(beat.spec))
        yield BeatNotes(beat.name, beat.caption, beat.start, beat.end, (caption, *numbers))


def read(store: Store, planned: Planned) -> Clip:
    """Return a clip that is in the store."""
    notes = json.loads(store.path(planned.key, NOTES).read_text("utf-8"))
    beats = tuple(
        BeatNotes(**{**beat, "shown": tuple(_shown(**shown) for shown in beat["shown"])})
        for beat in notes["beats"]
    )
    return Clip(planned.job.chapter, store.path(planned.key, MOVIE), beats, notes["seconds"])


def _shown(text: str, at: float, figures: Sequence[Mapping[str, Any]]) -> Shown:
    return Shown(text, at, tuple(Number(**figure) for figure in figures))
