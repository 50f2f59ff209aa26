"""The things that a release holds, each taken from the store or made into it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scenes.fast.scheduler import DONE
from scenes.outputs.captions import tracks
from scenes.outputs.cues import as_srt, as_vtt
from scenes.outputs.encode import WEBM, encode
from scenes.outputs.film import Extras, Track, join_movies, title
from scenes.outputs.loop_files import BUDGETS, loop, name_of
from scenes.outputs.sheet import sheet, stills
from scenes.release.manifest import runs_of
from scenes.render.clips import Planned
from scenes.render.digests import digest, making
from scenes.render.jobs import Clip, Look
from scenes.render.store import Store
from scenes.text import languages as language

STEM = "fedreel"
BEFORE_END = 0.1  # seconds from a beat's end to the still of it
Follow = Callable[[str, str], None]
# By name in the release: the file in the store, and how long it plays, seconds.
Made = dict[str, tuple[Path, float | None]]


@dataclass(frozen=True)
class Film:
    """A film in one look: its chapters, and their clips."""

    todo: Sequence[Planned]
    clips: Sequence[Clip]
    store: Store

    @property
    def look(self) -> Look:
        """How it looks."""
        return self.todo[0].job.look

    @property
    def language(self) -> str:
        """The code of the language that it is told in."""
        return self.look.language

    @property
    def stem(self) -> str:
        """How its files' names begin."""
        return f"{STEM}{self.look.label}"

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(clip.seconds for clip in self.clips)

    def key(self, *more: object) -> str:
        """Return the digest of what a thing made of its clips depends on, and of how it is made."""
        return digest([making(), [planned.key for planned in self.todo], *more])

    def webms(self, follow: Follow = lambda name, step: None) -> list[Path]:
        """Return the clips as WebM."""
        made = []
        for planned, clip in zip(self.todo, self.clips, strict=True):
            follow(f"{self.stem}.webm", clip.chapter.name)
            made.append(self.store.get(planned.made, ".webm", partial(_as_webm, clip.movie)))
        follow(f"{self.stem}.webm", DONE)
        return made


def film(spec: Film, follow: Follow) -> Made:
    """Return a film as MP4 and WebM, with its captions as text tracks and beside it."""
    lengths = [clip.seconds for clip in spec.clips]
    texts = tracks([planned.job for planned in spec.todo], spec.clips, lengths)
    names = [planned.job.spec().title for planned in spec.todo]
    extras = Extras(_about(spec.todo), names, texts)
    key = spec.key(extras)
    made: Made = {}
    for suffix, parts in (
        (".mp4", [clip.movie for clip in spec.clips]),
        (".webm", spec.webms(follow)),
    ):
        path = spec.store.get(key, suffix, partial(_join, parts, extras))
        made[f"{spec.stem}{suffix}"] = path, spec.seconds
    for track in texts:
        made |= _captions(spec, track)
    return made


def _captions(spec: Film, track: Track) -> Made:
    name = f"captions/{spec.stem}.{track.language}"
    texts = {".srt": as_srt(track.cues), ".vtt": as_vtt(track.cues, track.language)}
    return {
        f"{name}{suffix}": (
            spec.store.get(digest(text), suffix, partial(_write, text)),
            spec.seconds,
        )
        for suffix, text in texts.items()
    }


def _about(todo: Sequence[Planned]) -> dict[str, str]:
    """Return the metadata of a movie: the runs with their fingerprints, seeds and versions."""
    runs = runs_of(list(dict.fromkeys(run for planned in todo for run in planned.job.runs)))
    spec = [f"{run['name']}: {run['fingerprint']}, seed {run['seed']}" for run in runs]
    versions = sorted({f"{name} {one}" for run in runs for name, one in run["versions"].items()})
    comment = f"Runs: {'; '.join(spec)}. Made with {', '.join(versions)}."
    with language.using(todo[0].job.look.language):
        return {"title": title(), "comment": comment}


def chapters(spec: Film) -> Made:
    """Return each chapter's clip in both formats, and a poster: its last picture."""
    made: Made = {}
    for planned, clip, webm in zip(spec.todo, spec.clips, spec.webms(), strict=True):
        name = f"chapters/{clip.chapter.name}"
        extras = Extras({"title": planned.job.spec().title})
        join = partial(_join, [clip.movie], extras)
        made[f"{name}.mp4"] = spec.store.get(planned.made, ".mp4", join), clip.seconds
        made[f"{name}.webm"] = webm, clip.seconds
        made[f"{name}.png"] = spec.store.get(planned.made, ".png", partial(_poster, clip)), None
    return made


def sheets(spec: Film) -> Made:
    """Return the film's poster, which is its first chapter's, and the contact sheet."""
    poster = spec.store.get(spec.todo[0].made, ".png", partial(_poster, spec.clips[0]))
    page = spec.store.get(spec.key("sheet"), ".png", partial(sheet, spec.clips))
    return {"poster.png": (poster, None), "sheet.png": (page, None)}


def figures(spec: Film, follow: Follow) -> Made:
    """Return a figure of each beat, as PNG and as SVG."""
    from scenes.render.stills import Task, numbers_of  # noqa: PLC0415  # Manim is imported late

    tasks = [Task(planned.job, planned.drawn, spec.store) for planned in spec.todo]
    return {
        f"figures/{task.job.chapter.name}-{name}": (path, None)
        for task, files in zip(tasks, numbers_of(tasks, follow), strict=True)
        for name, path in files.items()
    }


def loops(spec: Film, follow: Follow) -> Made:
    """Return the loop in its formats and sizes."""
    made: Made = {}
    for suffix, width in BUDGETS:
        follow("loop files", f"{suffix[1:]} {width}")
        path = spec.store.get(spec.key(width), suffix, partial(_loop, spec.clips[0].movie, width))
        made[name_of(suffix, width)] = path, spec.seconds
    follow("loop files", DONE)
    return made


def _join(parts: Sequence[Path], extras: Extras, path: Path) -> None:
    join_movies(parts, path, extras)


def _as_webm(movie: Path, path: Path) -> None:
    encode(movie, path, WEBM)


def _loop(movie: Path, width: int, path: Path) -> None:
    loop(movie, path, width)


def _poster(clip: Clip, path: Path) -> None:
    (still,) = stills(clip.movie, [clip.beats[-1].end - BEFORE_END])
    still.save(path)


def _write(text: str, path: Path) -> None:
    path.write_text(text, "utf-8")
