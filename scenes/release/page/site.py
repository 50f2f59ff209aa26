"""Writes the page: ``index.html`` in each language, its assets, and a page for each record."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment

from fl_sim import record
from scenes.outputs.film import title
from scenes.release.manifest import FileMade, file_made
from scenes.release.page import templating
from scenes.release.page.assets import write_assets
from scenes.release.page.record_pages import RecordPages, citation, provenance, write_record
from scenes.release.page.rounds import turns, view_of
from scenes.release.page.transcript import ChapterTranscript, as_text, transcript
from scenes.release.products import STEM, Film
from scenes.text import languages as language
from scenes.text.lines import text

MOST_WORKERS = 12  # numbers in a cell of the table of rounds
NATIVE = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}


@dataclass(frozen=True)
class Site:
    """What the page is of: the films, the first one first, and the records by name or path."""

    films: Sequence[Film]
    records: Sequence[str]

    @property
    def main(self) -> Film:
        """The film that is shown where there is none in a reader's language."""
        return self.films[0]

    def films_in(self, code: str) -> list[Film]:
        """Return the films that a page in a language shows, in their order."""
        return [film for film in self.films if film.language == code] or [
            film for film in self.films if film.language == self.main.language
        ]

    def name(self, code: str) -> str:
        """Return the file of the page in a language: in the first film's it is the index."""
        return "index.html" if code == self.main.language else f"index.{code}.html"


def transcript_name(film: Film, code: str) -> str:
    """Return the file of a film's transcript in a language."""
    return f"captions/{film.stem}.{code}.txt"


def write(site: Site, folder: Path, made: Sequence[FileMade], command: str) -> list[str]:
    """Write the page into a release's folder.

    Args:
        site: what it is of.
        folder: where the other files are.
        made: these files.
        command: what makes the release.

    Returns:
        The names of the files written.
    """
    shelf = RecordPages.of(site.records)
    back = site.name(site.main.language)
    environment = templating.environment()
    written = write_assets(environment, site.main.store, folder)
    written += [
        file for book in shelf.books for file in write_record(environment, folder, book, back)
    ]
    spec = {code: _spec(site, shelf, code) for code in language.LANGUAGES}
    texts = [path for code in spec for path in _transcripts(site, folder, code, spec[code])]
    names = [path.relative_to(folder).as_posix() for path in texts]
    made = [*made, *(file_made(folder, name, None) for name in names)]
    for code, films in spec.items():
        with language.using(code):
            pages = Pages(environment, site, shelf, command)
            written.append(folder / site.name(code))
            written[-1].write_text(_page(pages, code, films, made), "utf-8")
    return [file.relative_to(folder).as_posix() for file in (*written, *texts)]


Text = Sequence[Sequence[ChapterTranscript]]  # of each film that a page shows


def _spec(site: Site, shelf: RecordPages, code: str) -> Text:
    return [
        transcript(film.todo, film.clips, code, shelf.addresses) for film in site.films_in(code)
    ]


def _transcripts(site: Site, folder: Path, code: str, text: Text) -> list[Path]:
    """Write the transcripts of the films that a page in some language shows, as plain text."""
    (folder / "captions").mkdir(exist_ok=True)
    written = []
    with language.using(code):
        for film, chapters in zip(site.films_in(code), text, strict=True):
            path = folder / transcript_name(film, code)
            path.write_text(as_text(chapters, title()), "utf-8")
            written.append(path)
    return written


@dataclass(frozen=True)
class Pages:
    """What the pages in all languages have in common."""

    environment: Environment
    site: Site
    shelf: RecordPages
    command: str


def _page(pages: Pages, code: str, text: Text, made: Sequence[FileMade]) -> str:
    """Return the page in the language in use."""
    site, shelf = pages.site, pages.shelf
    films = site.films_in(code)
    data = _data(shelf, films, text, code)
    main = max(data["runs"].values(), key=lambda run: len(run["rounds"]))
    return pages.environment.get_template("index.html").render(
        code=code,
        title=title(),
        pages=[
            {"code": one, "name": NATIVE[one], "href": site.name(one)} for one in language.LANGUAGES
        ],
        films=[_film(film, code) for film in films],
        chapters=text[0],
        seconds=text[0][-1].end,
        main=main,
        most_workers=MOST_WORKERS,
        downloads=_downloads(made),
        records=[provenance(book) for book in shelf.books],
        citation=citation(shelf),
        command=pages.command,
        version=version("fedreel"),
        data=data,
    )


def _film(film: Film, code: str) -> dict[str, Any]:
    """Return a film's files; where it is told in another language, captions are on from the start.

    Its own are in its pictures.
    """
    return {
        "shape": film.look.shape,
        "mp4": f"{film.stem}.mp4",
        "webm": f"{film.stem}.webm",
        "tracks": [
            {
                "src": f"captions/{film.stem}.{one}.vtt",
                "code": one,
                "name": NATIVE[one],
                "default": one == code != film.language,
            }
            for one in language.LANGUAGES
        ],
    }


def _data(shelf: RecordPages, films: Sequence[Film], text: Text, code: str) -> dict[str, Any]:
    """Return what the script needs to know: when what is told, and what the runs came to."""
    shown = [
        {
            **_film(film, code),
            "chapters": [round(chapter.start, 3) for chapter in chapters],
            "beats": [round(beat.start, 3) for chapter in chapters for beat in chapter.beats],
            "turns": _turns(film, chapters),
        }
        for film, chapters in zip(films, text, strict=True)
    ]
    names = {name for film in shown for _, name, _ in film["turns"]}
    runs = {
        book.run.name: {**view_of(book.run), "folder": book.folder}
        for book in shelf.books
        if book.run.name in names
    }
    spec_in = films[0].language
    return {"language": code, "told": spec_in, "films": shown, "runs": runs, "labels": _labels()}


def _turns(
    film: Film, chapters: Sequence[ChapterTranscript]
) -> list[tuple[float, str, int | None]]:
    found = []
    for planned, clip, chapter in zip(film.todo, film.clips, chapters, strict=True):
        runs = [record.load(run).name for run in planned.job.runs]
        for turn in turns(clip.beats, chapter.start, runs):
            found.append((round(turn.at, 3), turn.run, turn.round))
    return found


def _labels() -> dict[str, str]:
    return {
        "round": text("round"),
        "accuracy": text("Accuracy"),
        "loss": text("Loss"),
        "all": text("All rounds, up to {n}"),
        "of": text("Round {r} of {n}"),
        "trained": text("Trained: {workers}."),
        "failed": text("Delivered nothing: {workers}."),
        "nobody": text("Nobody trained."),
        "curve": text("{measure} by round: {first} at first, {last} at last"),
    }


def _downloads(made: Sequence[FileMade]) -> list[dict[str, Any]]:
    """Return the files by what they are, the usual look first."""
    files = sorted(made, key=lambda file: file.path.replace("-", "~"))
    groups = [
        (text("The film"), f"{STEM}", ("mp4", "webm")),
        (text("Captions and transcripts"), "captions/", ("srt", "vtt", "txt")),
        (text("Chapters"), "chapters/", ("mp4", "webm", "png")),
        (text("Loop"), "loop-", ("gif", "webp", "mp4")),
        (text("A figure of each beat"), "figures/", ("png", "svg")),
        (text("Poster and contact sheet"), "", ("png",)),
    ]
    return [
        {"name": name, "files": [file for file in files if _is_of(file.path, start, ends)]}
        for name, start, ends in groups
    ]


def _is_of(path: str, start: str, ends: Sequence[str]) -> bool:
    inside = path.startswith(start) if start else "/" not in path
    return inside and path.rsplit(".", 1)[-1] in ends
