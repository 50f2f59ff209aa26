"""The things that a release holds, each taken from the store or made into it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scenes.fast.scheduler import DONE
from scenes.outputs.captions import tracks
from scenes.outputs.cues import as_srt, as_vtt
from scenes.outputs.encode import WEBM, encode
from scenes.outputs.film import Extras, Track, join_movies, title
from scenes.outputs.loop_files import BUDGETS, loop, name_of
from scenes.outputs.sheet import sheet, stills
from scenes.release.manifest import runs_of
from scenes.render.clips import Planned
from scenes.render.digests import Maker, digest, making
from scenes.render.jobs import Clip
from scenes.render.looks import Look
from scenes.render.store import Store
from scenes.text.languages import LANGUAGES

STEM = "fedreel"
BEFORE_END = 0.1  # seconds from a beat's end to the still of it
Follow = Callable[[str, str], None]
# By name in the release: the file in the store, and how long it plays, seconds.
Made = dict[str, tuple[Path, float | None]]


@dataclass(frozen=True)
class Film:
    """A film in one look: its chapters, their clips, and their specs, in whatever language."""

    todo: Sequence[Planned]
    clips: Sequence[Clip]
    store: Store
    stories: Sequence[Any] = ()

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
    def titles(self) -> list[str]:
        """The names of its chapters, in its language."""
        language = LANGUAGES[self.language]
        return [str(story.title.in_language(language)) for story in self.stories]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(clip.seconds for clip in self.clips)

    def key(self, maker: Maker, *more: object) -> str:
        """Return the digest of a product of its clips: its maker's code, the clips, and more."""
        return digest([making(maker), [planned.key for planned in self.todo], *more])

    def webms(self, follow: Follow = lambda name, step: None) -> list[Path]:
        """Return the clips as WebM."""
        made = []
        for planned, clip in zip(self.todo, self.clips, strict=True):
            follow(f"{self.stem}.webm", clip.chapter.name)
            made.append(
                self.store.get(planned.made_by(Maker.WEBM), ".webm", partial(_as_webm, clip.movie))
            )
        follow(f"{self.stem}.webm", DONE)
        return made


def film(whole: Film, follow: Follow) -> Made:
    """Return a film as MP4 and WebM, with its captions as text tracks and beside it."""
    lengths = [clip.seconds for clip in whole.clips]
    language = LANGUAGES[whole.language]
    texts = tracks(language, whole.stories, whole.clips, lengths)
    names = whole.titles
    extras = Extras(_about(whole.todo), names, texts)
    key = whole.key(Maker.FILM, extras)
    made: Made = {}
    for suffix, parts in (
        (".mp4", [clip.movie for clip in whole.clips]),
        (".webm", whole.webms(follow)),
    ):
        path = whole.store.get(key, suffix, partial(_join, parts, extras))
        made[f"{whole.stem}{suffix}"] = path, whole.seconds
    for track in texts:
        made |= _captions(whole, track)
    return made


def _captions(whole: Film, track: Track) -> Made:
    name = f"captions/{whole.stem}.{track.language}"
    texts = {".srt": as_srt(track.cues), ".vtt": as_vtt(track.cues, track.language)}
    return {
        f"{name}{suffix}": (
            whole.store.get(digest(text), suffix, partial(_write, text)),
            whole.seconds,
        )
        for suffix, text in texts.items()
    }


def _about(todo: Sequence[Planned]) -> dict[str, str]:
    """Return the metadata of a movie: the runs with their fingerprints, seeds and versions."""
    runs = runs_of(list(dict.fromkeys(run for planned in todo for run in planned.job.runs)))
    spec = [f"{run['name']}: {run['fingerprint']}, seed {run['seed']}" for run in runs]
    versions = sorted({f"{name} {one}" for run in runs for name, one in run["versions"].items()})
    comment = f"Runs: {'; '.join(spec)}. Made with {', '.join(versions)}."
    language = LANGUAGES[todo[0].job.look.language]
    return {"title": str(title().in_language(language)), "comment": comment}


def chapters(whole: Film) -> Made:
    """Return each chapter's clip in both formats, and a poster: its last picture."""
    made: Made = {}
    rows = zip(whole.todo, whole.clips, whole.webms(), whole.titles, strict=True)
    for planned, clip, webm, called in rows:
        name = f"chapters/{clip.chapter.name}"
        extras = Extras({"title": called})
        join = partial(_join, [clip.movie], extras)
        made[f"{name}.mp4"] = (
            whole.store.get(planned.made_by(Maker.FILM), ".mp4", join),
            clip.seconds,
        )
        made[f"{name}.webm"] = webm, clip.seconds
        made[f"{name}.png"] = (
            whole.store.get(planned.made_by(Maker.STILLS), ".png", partial(_poster, clip)),
            None,
        )
    return made


def sheets(whole: Film) -> Made:
    """Return the film's poster, which is its first chapter's, and the contact sheet."""
    poster = whole.store.get(
        whole.todo[0].made_by(Maker.STILLS), ".png", partial(_poster, whole.clips[0])
    )
    page = whole.store.get(whole.key(Maker.STILLS, "sheet"), ".png", partial(sheet, whole.clips))
    return {"poster.png": (poster, None), "sheet.png": (page, None)}


def figures(whole: Film, follow: Follow) -> Made:
    """Return a figure of each beat, as PNG and as SVG."""
    from scenes.render.figures import Task, figures_of  # noqa: PLC0415  # Manim is imported late

    tasks = [Task(planned.job, planned.drawn, whole.store) for planned in whole.todo]
    return {
        f"figures/{task.job.chapter.name}-{name}": (path, None)
        for task, files in zip(tasks, figures_of(tasks, follow), strict=True)
        for name, path in files.items()
    }


def loops(whole: Film, follow: Follow) -> Made:
    """Return the loop in its formats and sizes."""
    made: Made = {}
    for suffix, width in BUDGETS:
        follow("loop files", f"{suffix[1:]} {width}")
        path = whole.store.get(
            whole.key(Maker.LOOPS, width), suffix, partial(_loop, whole.clips[0].movie, width)
        )
        made[name_of(suffix, width)] = path, whole.seconds
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
