"""Clips of chapters: what each is made from, and those that the store lacks, rendered into it."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scenes.publish.render import Clip, Job, render
from scenes.release.digests import code_of, digest, settings, versions
from scenes.release.store import Store

MOVIE, NOTES = ".mp4", ".json"


@dataclass(frozen=True)
class Number:
    """A number that a beat shows: the text it stands in, its place in the record, its value."""

    text: str
    source: str | None
    value: float | None


@dataclass(frozen=True)
class BeatMade:
    """A beat of a clip: its times, seconds, its caption, and the numbers shown."""

    name: str
    caption: str
    start: float
    end: float
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Sources:
    """What a clip is made from, so that it can be said what has changed."""

    told: str
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
        reasons = [] if self.told == before.told else ["what it tells has changed"]
        files = sorted(_changed(self.code, before.code))
        reasons += [f"{', '.join(files)} changed"] if files else []
        for now, earlier in ((self.look, before.look), (self.versions, before.versions)):
            reasons += [
                f"{name} is {now.get(name)}, was {earlier.get(name)}"
                for name in sorted(_changed(now, earlier))
            ]
        return reasons


def _changed(now: Mapping[str, str], before: Mapping[str, str]) -> set[str]:
    return {name for name in now.keys() | before.keys() if now.get(name) != before.get(name)}


def sources_of(job: Job) -> Sources:
    """Return what a chapter's clip is made from.

    Raises:
        RecordError: a record cannot be used.
        UntoldError: the runs lack something that the chapter shows.
    """
    return Sources(
        digest(job.told()),
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
    def name(self) -> str:
        """What it is called while it is worked on."""
        return self.job.name


def clips(todo: Sequence[Planned], store: Store, on_beat: Callable[[str, str], None]) -> list[Clip]:
    """Return the clips of some chapters, in order; those that the store lacks are rendered.

    Args:
        todo: the chapters.
        store: where clips are kept.
        on_beat: told job and beat whenever one begins, and (job, "done") at its end.
    """
    missing = [planned for planned in todo if not _has(store, planned)]
    if missing:
        _render(missing, store, on_beat)
    return [read(store, planned) for planned in todo]


def _has(store: Store, planned: Planned) -> bool:
    return store.has(planned.key, MOVIE) and store.has(planned.key, NOTES)


def _render(missing: Sequence[Planned], store: Store, on_beat: Callable[[str, str], None]) -> None:
    """Render in a folder of its own, so that another program at work is not disturbed."""
    store.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="work-", dir=store.folder) as folder:
        jobs = [replace(planned.job, folder=Path(folder, planned.job.name)) for planned in missing]
        for clip, planned in zip(render(jobs, on_beat), missing, strict=True):
            keep(clip, store, planned.key)


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


def beats_of(clip: Clip) -> Iterator[BeatMade]:
    """Yield the beats of a clip that was just rendered."""
    for beat in clip.beats:
        numbers = tuple(dict.fromkeys(_numbers(beat)))
        yield BeatMade(beat.name, beat.caption, beat.start, beat.end, numbers)


def _numbers(beat: Any) -> Iterator[Number]:
    for text, figures in beat.texts:
        for figure in figures:
            value = None if isnan(figure.value) else figure.value
            yield Number(text, figure.source, value)


def read(store: Store, planned: Planned) -> Clip:
    """Return a clip that is in the store."""
    notes = json.loads(store.path(planned.key, NOTES).read_text("utf-8"))
    beats = tuple(
        BeatMade(**{**beat, "numbers": tuple(Number(**number) for number in beat["numbers"])})
        for beat in notes["beats"]
    )
    return Clip(planned.job.chapter, store.path(planned.key, MOVIE), beats, notes["seconds"])
