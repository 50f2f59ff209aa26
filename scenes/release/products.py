"""The things that a release holds, each taken from the store or made into it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scenes import language
from scenes.fast.scheduler import DONE
from scenes.publish.cues import as_srt, as_vtt
from scenes.publish.film import Extras, Track, join_movies, title
from scenes.publish.render import Clip, Look
from scenes.publish.sheet import sheet, stills
from scenes.release.captions import tracks
from scenes.release.clips import Planned
from scenes.release.digests import digest, making
from scenes.release.encode import WEBM, encode
from scenes.release.loops import BUDGETS, loop, name_of
from scenes.release.manifest import runs_of
from scenes.release.store import Store

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


def film(told: Film, follow: Follow) -> Made:
    """Return a film as MP4 and WebM, with its captions as text tracks and beside it."""
    lengths = [clip.seconds for clip in told.clips]
    texts = tracks([planned.job for planned in told.todo], told.clips, lengths)
    names = [planned.job.told().title for planned in told.todo]
    extras = Extras(_about(told.todo), names, texts)
    key = told.key(extras)
    made: Made = {}
    for suffix, parts in (
        (".mp4", [clip.movie for clip in told.clips]),
        (".webm", told.webms(follow)),
    ):
        path = told.store.get(key, suffix, partial(_join, parts, extras))
        made[f"{told.stem}{suffix}"] = path, told.seconds
    for track in texts:
        made |= _captions(told, track)
    return made


def _captions(told: Film, track: Track) -> Made:
    name = f"captions/{told.stem}.{track.language}"
    texts = {".srt": as_srt(track.cues), ".vtt": as_vtt(track.cues, track.language)}
    return {
        f"{name}{suffix}": (
            told.store.get(digest(text), suffix, partial(_write, text)),
            told.seconds,
        )
        for suffix, text in texts.items()
    }


def _about(todo: Sequence[Planned]) -> dict[str, str]:
    """Return the metadata of a movie: the runs with their fingerprints, seeds and versions."""
    runs = runs_of(list(dict.fromkeys(run for planned in todo for run in planned.job.runs)))
    told = [f"{run['name']}: {run['fingerprint']}, seed {run['seed']}" for run in runs]
    versions = sorted({f"{name} {one}" for run in runs for name, one in run["versions"].items()})
    comment = f"Runs: {'; '.join(told)}. Made with {', '.join(versions)}."
    with language.using(todo[0].job.look.language):
        return {"title": title(), "comment": comment}


def chapters(told: Film) -> Made:
    """Return each chapter's clip in both formats, and a poster: its last picture."""
    made: Made = {}
    for planned, clip, webm in zip(told.todo, told.clips, told.webms(), strict=True):
        name = f"chapters/{clip.chapter.name}"
        extras = Extras({"title": planned.job.told().title})
        join = partial(_join, [clip.movie], extras)
        made[f"{name}.mp4"] = told.store.get(planned.made, ".mp4", join), clip.seconds
        made[f"{name}.webm"] = webm, clip.seconds
        made[f"{name}.png"] = told.store.get(planned.made, ".png", partial(_poster, clip)), None
    return made


def sheets(told: Film) -> Made:
    """Return the film's poster, which is its first chapter's, and the contact sheet."""
    poster = told.store.get(told.todo[0].made, ".png", partial(_poster, told.clips[0]))
    page = told.store.get(told.key("sheet"), ".png", partial(sheet, told.clips))
    return {"poster.png": (poster, None), "sheet.png": (page, None)}


def figures(told: Film, follow: Follow) -> Made:
    """Return a figure of each beat, as PNG and as SVG."""
    from scenes.release.figures import Task, figures_of  # noqa: PLC0415  # Manim is imported late

    tasks = [Task(planned.job, planned.drawn, told.store) for planned in told.todo]
    return {
        f"figures/{task.job.chapter.name}-{name}": (path, None)
        for task, files in zip(tasks, figures_of(tasks, follow), strict=True)
        for name, path in files.items()
    }


def loops(told: Film, follow: Follow) -> Made:
    """Return the loop in its formats and sizes."""
    made: Made = {}
    for suffix, width in BUDGETS:
        follow("loop files", f"{suffix[1:]} {width}")
        path = told.store.get(told.key(width), suffix, partial(_loop, told.clips[0].movie, width))
        made[name_of(suffix, width)] = path, told.seconds
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
