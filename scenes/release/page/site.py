"""Writes the page: ``index.html`` in each language, its assets, and a page for each record."""

import logging
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, Self

from fontTools import subset
from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from fl_sim import record
from fl_sim.record import Run
from scenes import language, theme
from scenes.figures import text
from scenes.publish.film import title
from scenes.release.digests import digest
from scenes.release.manifest import FileMade
from scenes.release.page.places import Addresses, anchor
from scenes.release.page.records import Entry, entries, files, folders
from scenes.release.page.rounds import turns, view_of
from scenes.release.page.transcript import ChapterTold, as_text, clock, transcript
from scenes.release.products import STEM, Film
from scenes.release.store import Store

TEMPLATES = "templates"
ASSETS = Path(__file__).parent / "assets"
FONT_FILES = {"regular": "SourceSansPro-Regular.ttf", "semibold": "SourceSansPro-Semibold.ttf"}
FONT_RANGE = "U+0020-017F,U+2010-2026,U+2190-2193,U+2212,U+20AC"  # Latin, dashes, arrows
POSTER_WIDTH = 1280  # pixels
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
    shelf = Shelf.of(site.records)
    environment = _environment()
    written = _assets(environment, site.main.store, folder)
    written += [file for book in shelf.books for file in _record(environment, site, folder, book)]
    for code in language.LANGUAGES:
        with language.using(code):
            written += _page(Pages(environment, site, shelf, command), folder, code, made)
    return [file.relative_to(folder).as_posix() for file in written]


@dataclass(frozen=True)
class Book:
    """A record: its files are found under ``name``; ``folder`` is its folder in the release."""

    name: str
    run: Run
    folder: str
    tree: Entry


@dataclass(frozen=True)
class Shelf:
    """All records of a release, and the addresses of their places."""

    books: Sequence[Book]
    addresses: Addresses

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Take up records by name or path."""
        runs = [record.load(name) for name in names]
        places = folders(runs)
        books = [
            Book(name, run, places[run.name], entries(run))
            for name, run in zip(names, runs, strict=True)
        ]
        known = {book.run.name: frozenset(book.tree.paths()) for book in books}
        return cls(books, Addresses(places, known))


def _environment() -> Environment:
    """Return what fills in templates: whatever comes from a record is escaped."""
    environment = Environment(
        loader=PackageLoader(__package__, TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith((".html", ".svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.translated, language.translated_plural
    )
    environment.filters |= {
        "anchor": anchor,
        "clock": clock,
        "size": language.size,
        "percent": lambda value: "" if value is None else language.percent(value),
        "decimal": lambda value: "" if value is None else language.decimal(value),
    }
    return environment


def _assets(environment: Environment, store: Store, folder: Path) -> list[Path]:
    """Write what all pages share: style, script, icon, fonts and the poster."""
    assets = folder / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    palettes = {name: asdict(palette) for name, palette in theme.PALETTES.items()}
    for name in ("page.css", "icon.svg"):
        text = environment.get_template(name).render(**palettes, colors=_colors)
        (assets / name).write_text(text + "\n", "utf-8")
    shutil.copyfile(ASSETS / "page.js", assets / "page.js")
    drawn_by = [FONT_RANGE, version("font-source-sans-pro"), version("fonttools")]
    for weight, file in FONT_FILES.items():
        source = package_files("font_source_sans_pro") / "files" / file
        made = store.get(digest([file, *drawn_by]), ".woff", partial(_font, source))
        shutil.copyfile(made, assets / f"{weight}.woff")
    with Image.open(folder / "poster.png") as poster:
        height = round(POSTER_WIDTH * poster.height / poster.width)
        poster.resize((POSTER_WIDTH, height)).save(assets / "poster.webp", quality=80)
    return sorted(assets.iterdir())


def _colors(palette: Mapping[str, str]) -> str:
    return " ".join(f"--{role.replace('_', '-')}: {color};" for role, color in palette.items())


def _font(source: Any, path: Path) -> None:
    """Write the part of a font that pages need."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph
    options = subset.Options(flavor="woff", layout_features=["kern", "tnum", "liga"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(FONT_RANGE))
    with subset.load_font(str(source), options) as font:
        subsetter.subset(font)
        subset.save_font(font, str(path), options)


def _record(environment: Environment, site: Site, folder: Path, book: Book) -> list[Path]:
    """Write a record's page, and its files beside it."""
    place = folder / book.folder
    place.mkdir(parents=True, exist_ok=True)
    beside = [Path(shutil.copyfile(file, place / file.name)) for file in files(book.name, book.run)]
    text = environment.get_template("record.html").render(
        name=book.run.name,
        title=title(),
        back=site.name(site.main.language),
        fingerprint=record.fingerprint(book.run),
        files=[file.name for file in beside],
        tree=book.tree,
    )
    (place / "index.html").write_text(text, "utf-8")
    return [*beside, place / "index.html"]


@dataclass(frozen=True)
class Pages:
    """What the pages in all languages have in common."""

    environment: Environment
    site: Site
    shelf: Shelf
    command: str


def _page(pages: Pages, folder: Path, code: str, made: Sequence[FileMade]) -> list[Path]:
    """Write the page and its films' transcripts as text in the language in use."""
    site, shelf = pages.site, pages.shelf
    films = site.films_in(code)
    told = [transcript(film.todo, film.clips, code, shelf.addresses) for film in films]
    called = title()
    texts = [folder / transcript_name(film, code) for film in films]
    (folder / "captions").mkdir(exist_ok=True)
    for path, chapters in zip(texts, told, strict=True):
        path.write_text(as_text(chapters, called), "utf-8")
    data = _data(shelf, films, told, code)
    main = max(data["runs"].values(), key=lambda run: len(run["rounds"]))
    rendered = pages.environment.get_template("index.html").render(
        code=code,
        title=called,
        pages=[
            {"code": one, "name": NATIVE[one], "href": site.name(one)} for one in language.LANGUAGES
        ],
        films=[_film(film, code) for film in films],
        chapters=told[0],
        main=main,
        most_workers=MOST_WORKERS,
        downloads=_downloads(made, texts, folder),
        records=[_provenance(book) for book in shelf.books],
        citation=_citation(shelf),
        command=pages.command,
        version=version("fedreel"),
        data=data,
    )
    (folder / site.name(code)).write_text(rendered, "utf-8")
    return [*texts, folder / site.name(code)]


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


def _data(
    shelf: Shelf, films: Sequence[Film], told: Sequence[Sequence[ChapterTold]], code: str
) -> dict[str, Any]:
    """Return what the script needs to know: when what is told, and what the runs came to."""
    shown = [
        {
            **_film(film, code),
            "chapters": [round(chapter.start, 3) for chapter in chapters],
            "beats": [round(beat.start, 3) for chapter in chapters for beat in chapter.beats],
            "turns": _turns(film, chapters),
        }
        for film, chapters in zip(films, told, strict=True)
    ]
    names = {name for film in shown for _, name, _ in film["turns"]}
    runs = {
        book.run.name: {**view_of(book.run), "folder": book.folder}
        for book in shelf.books
        if book.run.name in names
    }
    told_in = films[0].language
    return {"language": code, "told": told_in, "films": shown, "runs": runs, "labels": _labels()}


def _turns(film: Film, chapters: Sequence[ChapterTold]) -> list[tuple[float, str, int | None]]:
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


def _provenance(book: Book) -> dict[str, str]:
    run, origin = book.run, book.run.provenance
    return {
        "name": run.name,
        "folder": book.folder,
        "strategy": run.strategy or "",
        "rounds": language.integer(run.rounds[-1].number),
        "seed": "" if origin.seed is None else str(origin.seed),
        "started": "" if origin.started is None else language.date(origin.started),
        "versions": ", ".join(f"{name} {one}" for name, one in origin.versions.items()),
        "fingerprint": record.fingerprint(run),
    }


def _citation(shelf: Shelf) -> str:
    """Return a BibTeX entry that names each run with the start of its fingerprint."""
    years = [book.run.provenance.started for book in shelf.books if book.run.provenance.started]
    runs = ", ".join(
        f"{_bare(book.run.name)} ({record.fingerprint(book.run)[:12]})" for book in shelf.books
    )
    return "\n".join(
        [
            "@misc{fedreel,",
            f"  title  = {{{title()}}},",
            "  author = {{fedreel contributors}},",
            *([f"  year   = {{{max(years).year}}},"] if years else []),
            f"  note   = {{fedreel {version('fedreel')}. Runs: {runs}}},",
            "}",
        ]
    )


def _bare(name: str) -> str:
    """Return a name without what means something to BibTeX."""
    return re.sub(r"[^\w.-]+", " ", name).strip()


def _downloads(
    made: Sequence[FileMade], texts: Sequence[Path], folder: Path
) -> list[dict[str, Any]]:
    """Return the files by what they are."""
    files = [{"path": file.path, "bytes": file.bytes} for file in made]
    files += [
        {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size}
        for path in texts
    ]
    groups = [
        (text("The film"), f"{STEM}", ("mp4", "webm")),
        (text("Captions and transcripts"), "captions/", ("srt", "vtt", "txt")),
        (text("Chapters"), "chapters/", ("mp4", "webm", "png")),
        (text("Loop"), "loop-", ("gif", "webp", "mp4")),
        (text("A figure of each beat"), "figures/", ("png", "svg")),
        (text("Poster and contact sheet"), "", ("png",)),
    ]
    return [
        {"name": name, "files": [file for file in files if _is_of(str(file["path"]), start, ends)]}
        for name, start, ends in groups
    ]


def _is_of(path: str, start: str, ends: Sequence[str]) -> bool:
    inside = path.startswith(start) if start else "/" not in path
    return inside and path.rsplit(".", 1)[-1] in ends
