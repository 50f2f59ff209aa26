"""Files of a release, from the cache or else made into it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from scenes.fast.scheduler import DONE, OnProgress
from scenes.outputs.captions import tracks
from scenes.outputs.cues import as_srt, as_vtt
from scenes.outputs.film import Extras, Piece, Track, join_heard, length_of
from scenes.outputs.joins import JOIN, film_lengths, film_origins
from scenes.outputs.loop_files import BUDGETS, loop, name_of
from scenes.outputs.movies import Rendered
from scenes.outputs.sheet import sheet, stills
from scenes.outputs.soundtrack import NOTHING_HEARD, Heard
from scenes.release.manifest import runs_of
from scenes.render.clips import PlannedClip
from scenes.render.digests import Maker, digest, maker_code
from scenes.render.jobs import Clip
from scenes.render.looks import Look
from scenes.render.store import Store
from scenes.text.languages import LANGUAGES
from scenes.text.naming import Naming

STEM = "fedreel"
BEFORE_END = 0.1  # seconds between a still and its beat's end
# By path in the release: the file in the cache, and its length in seconds.
ProductFiles = dict[str, tuple[Path, float | None]]


@dataclass(frozen=True)
class Film:
    """A film in one look: planned and rendered clips, specs in any language, title and author.

    ``heard`` is its sound and voice.
    """

    planned: Sequence[PlannedClip]
    clips: Sequence[Clip]
    store: Store
    specs: Sequence[Any] = ()
    naming: Naming = field(default_factory=Naming)
    heard: Heard = NOTHING_HEARD

    @property
    def look(self) -> Look:
        """The look of the film."""
        return self.planned[0].job.look

    @property
    def language(self) -> str:
        """The code of the film's language."""
        return self.look.language

    @property
    def stem(self) -> str:
        """The start of the names of the film's files."""
        return f"{STEM}{self.look.label}"

    @property
    def titles(self) -> list[str]:
        """The titles of the chapters in the film's language."""
        language = LANGUAGES[self.language]
        return [str(spec.title.in_language(language)) for spec in self.specs]

    @property
    def seconds(self) -> float:
        """The length of the film."""
        return sum(self.lengths)

    @property
    def lengths(self) -> list[float]:
        """The length of each chapter in the film, with the join that follows it."""
        return film_lengths(self.clips)

    def product_key(self, maker: Maker, *more: object) -> str:
        """Return the cache key of a product of all clips, from its maker's code and more inputs."""
        return digest([maker_code(maker), [planned.key for planned in self.planned], *more])

    @property
    def rendered(self) -> Rendered:
        """The clips and the cache that has them."""
        return Rendered(self.planned, self.clips, self.store)


def film_files(film: Film, on_progress: OnProgress) -> ProductFiles:
    """Return a film as MP4 and WebM, with captions as text tracks and as files."""
    language = LANGUAGES[film.language]
    texts = tracks(language, film.specs, film.clips, film_origins(film.clips))
    extras = Extras(_about(film), film.titles, texts)
    key = film.product_key(Maker.FILM, extras, film.heard.made_by)
    made: ProductFiles = {}
    for suffix in (".mp4", ".webm"):
        parts = film.rendered.film(suffix, on_progress, f"{film.stem}{suffix}")
        make = partial(_join, film, film.clips, parts, film_origins(film.clips), extras)
        path = film.store.get(key, suffix, make)
        made[f"{film.stem}{suffix}"] = path, film.seconds
    for track in texts:
        made |= _captions(film, track)
    return made


def _join(
    film: Film,
    clips: Sequence[Clip],
    pieces: Sequence[Sequence[Piece]],
    origins: Sequence[float],
    extras: Extras,
    path: Path,
) -> None:
    join_heard(clips, pieces, origins, path, extras, film.heard)


def _captions(film: Film, track: Track) -> ProductFiles:
    name = f"captions/{film.stem}.{track.language}"
    texts = {".srt": as_srt(track.cues), ".vtt": as_vtt(track.cues, track.language)}
    return {
        f"{name}{suffix}": (
            film.store.get(digest(text), suffix, partial(_write, text)),
            film.seconds,
        )
        for suffix, text in texts.items()
    }


def _about(film: Film) -> dict[str, str]:
    """Return a movie's metadata: title, author, and runs with fingerprints, seeds and versions."""
    runs = runs_of(list(dict.fromkeys(run for planned in film.planned for run in planned.job.runs)))
    names = [f"{run['name']}: {run['fingerprint']}, seed {run['seed']}" for run in runs]
    versions = sorted({f"{name} {one}" for run in runs for name, one in run["versions"].items()})
    comment = f"Runs: {'; '.join(names)}. Made with {', '.join(versions)}."
    spoken = film.heard.about.get("comment", "")
    return {
        **film.naming.metadata(LANGUAGES[film.language]),
        "comment": f"{comment} {spoken}".rstrip(),
    }


def chapter_files(film: Film) -> ProductFiles:
    """Return each chapter as MP4 and WebM, and a poster with its last picture."""
    made: ProductFiles = {}
    rows = zip(film.planned, film.clips, film.titles, strict=True)
    for number, (planned, clip, title_) in enumerate(rows):
        name = f"chapters/{clip.chapter.name}"
        extras = Extras({"title": title_, **film.heard.about})
        for suffix in (".mp4", ".webm"):
            pieces = film.rendered.alone(number, suffix)
            join = partial(_join, film, [clip], [pieces], [JOIN], extras)
            key = digest([planned.product_key(Maker.FILM), film.heard.made_by])
            path = film.store.get(key, suffix, join)
            made[f"{name}{suffix}"] = path, float(length_of(path))
        made[f"{name}.png"] = (
            film.store.get(planned.product_key(Maker.STILLS), ".png", partial(_poster, clip)),
            None,
        )
    return made


def picture_files(film: Film) -> ProductFiles:
    """Return the film's poster, which is that of its first chapter, and the contact sheet."""
    poster = film.store.get(
        film.planned[0].product_key(Maker.STILLS), ".png", partial(_poster, film.clips[0])
    )
    page = film.store.get(
        film.product_key(Maker.STILLS, "sheet"), ".png", partial(sheet, film.clips)
    )
    return {"poster.png": (poster, None), "sheet.png": (page, None)}


def figure_files(film: Film, on_progress: OnProgress) -> ProductFiles:
    """Return a figure of each beat as PNG and SVG."""
    from scenes.render.figures import FigureTask, figures_of  # noqa: PLC0415  # Manim is imported late

    tasks = [FigureTask(one.job, one.figures_key, film.store) for one in film.planned]
    return {
        f"figures/{task.job.chapter.name}-{name}": (path, None)
        for task, files in zip(tasks, figures_of(tasks, on_progress), strict=True)
        for name, path in files.items()
    }


def loop_files(film: Film, on_progress: OnProgress) -> ProductFiles:
    """Return the loop in all formats and sizes."""
    made: ProductFiles = {}
    for suffix, width in BUDGETS:
        on_progress("loop files", f"{suffix[1:]} {width}")
        path = film.store.get(
            film.product_key(Maker.LOOPS, width),
            suffix,
            partial(loop, film.clips[0].movie, width=width),
        )
        made[name_of(suffix, width)] = path, film.seconds
    on_progress("loop files", DONE)
    return made


def _poster(clip: Clip, path: Path) -> None:
    (still,) = stills(clip.movie, [clip.beats[-1].end - BEFORE_END])
    still.save(path)


def _write(text: str, path: Path) -> None:
    path.write_text(text, "utf-8")
