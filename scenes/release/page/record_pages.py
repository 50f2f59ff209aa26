"""The records of a release: each with its files and a page, and what they are known by."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

from jinja2 import Environment

from fl_sim import record
from fl_sim.record import Run
from scenes.outputs.film import title
from scenes.release.page.places import Addresses
from scenes.release.page.records import Entry, entries, files, folders
from scenes.text import languages as language


@dataclass(frozen=True)
class RecordPage:
    """A record: its files are found under ``name``; ``folder`` is its folder in the release."""

    name: str
    run: Run
    folder: str
    tree: Entry


@dataclass(frozen=True)
class RecordPages:
    """All records of a release, and the addresses of their places."""

    books: Sequence[RecordPage]
    addresses: Addresses

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Take up records by name or path."""
        runs = [record.load(name) for name in names]
        places = folders(runs)
        books = [
            RecordPage(name, run, places[run.name], entries(run))
            for name, run in zip(names, runs, strict=True)
        ]
        known = {book.run.name: frozenset(book.tree.paths()) for book in books}
        return cls(books, Addresses(places, known))


def write_record(environment: Environment, folder: Path, book: RecordPage, back: str) -> list[Path]:
    """Write a record's page, and its files beside it, and return their paths.

    Args:
        environment: what fills in templates.
        folder: the release's.
        book: the record.
        back: the file of the page that it belongs to.
    """
    place = folder / book.folder
    place.mkdir(parents=True, exist_ok=True)
    beside = [Path(shutil.copyfile(file, place / file.name)) for file in files(book.name, book.run)]
    text = environment.get_template("record.html").render(
        name=book.run.name,
        title=title(),
        back=back,
        fingerprint=record.fingerprint(book.run),
        files=[file.name for file in beside],
        tree=book.tree,
    )
    (place / "index.html").write_text(text, "utf-8")
    return [*beside, place / "index.html"]


def provenance(book: RecordPage) -> dict[str, str]:
    """Return what a record is known by, in the language in use."""
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


def citation(shelf: RecordPages) -> str:
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
