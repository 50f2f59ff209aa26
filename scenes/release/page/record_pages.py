"""Pages of run records: writing, provenance and citation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Self

from jinja2 import Environment

from fl_sim import record
from fl_sim.record import Run
from scenes.release.page.places import Addresses
from scenes.release.page.records import Entry, entries, folders
from scenes.text.language import Language

USUAL_AUTHOR = "{fedreel contributors}"
BIBTEX = {
    **{special: f"\\{special}" for special in "&%$#_"},
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    '"': r"\textquotedbl{}",
}


@dataclass(frozen=True)
class RecordPage:
    """A record with its name or path, its folder in the release, and its tree of entries."""

    name: str
    run: Run
    folder: str
    tree: Entry


@dataclass(frozen=True)
class RecordPages:
    """The pages of all records in a release, and the addresses of their places."""

    pages: Sequence[RecordPage]
    addresses: Addresses

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Return the pages of records by name or path."""
        runs = record.load_all(names)
        found = {
            folder: RecordPage(name, run, folder, entries(run))
            for (name, run), folder in zip(runs.items(), folders(list(runs.values())), strict=True)
        }
        pages = list(found.values())
        known = {page.run.name: frozenset(page.tree.paths()) for page in pages}
        return cls(pages, Addresses({page.run.name: page.folder for page in pages}, known))


def write_record(
    environment: Environment, folder: Path, page: RecordPage, back: str, title: str
) -> list[Path]:
    """Write a record's page and copies of its files, and return their paths.

    Args:
        environment: the Jinja environment.
        folder: the release's folder.
        page: the record.
        back: the file of the release's page.
        title: the title of the release's page.
    """
    place = folder / page.folder
    place.mkdir(parents=True, exist_ok=True)
    beside = record.copy(page.name, page.run, place)
    text = environment.get_template("record.html").render(
        name=page.run.name,
        title=title,
        back=back,
        fingerprint=record.fingerprint(page.run),
        files=[file.name for file in beside],
        tree=page.tree,
    )
    (place / "index.html").write_text(text, "utf-8")
    return [*beside, place / "index.html"]


def provenance(page: RecordPage, language: Language) -> dict[str, str]:
    """Return a record's provenance as texts in a language."""
    run, origin = page.run, page.run.provenance
    return {
        "name": run.name,
        "folder": page.folder,
        "strategy": run.strategy or "",
        "rounds": language.integer(run.rounds[-1].number),
        "seed": "" if origin.seed is None else str(origin.seed),
        "started": _day(origin.started, language),
        "versions": ", ".join(f"{name} {one}" for name, one in origin.versions.items()),
        "fingerprint": record.fingerprint(run),
    }


def _day(started: datetime | None, language: Language) -> str:
    """Return the day of a time in the record's own time zone, as the credits have it."""
    return "" if started is None else language.date(started.replace(tzinfo=UTC).timestamp())


def citation(records: RecordPages, title: str, author: str) -> str:
    """Return a BibTeX entry with each run's name and the start of its fingerprint.

    Args:
        records: the records.
        title: the film's title.
        author: the user's authors, joined by " and "; an empty text is the usual author.
    """
    starts = [page.run.provenance.started for page in records.pages]
    years = [started.year for started in starts if started]
    runs = ", ".join(
        f"{_bare(page.run.name)} ({record.fingerprint(page.run)[:12]})" for page in records.pages
    )
    return "\n".join(
        [
            "@misc{fedreel,",
            f"  title  = {{{_escaped(title)}}},",
            f"  author = {{{_escaped(author) or USUAL_AUTHOR}}},",
            *([f"  year   = {{{max(years)}}},"] if years else []),
            f"  note   = {{fedreel {version('fedreel')}. Runs: {runs}}},",
            "}",
        ]
    )


def _escaped(text: str) -> str:
    """Return a text for BibTeX. A brace has a name, since BibTeX also counts escaped braces."""
    return "".join(BIBTEX.get(character, character) for character in text)


def _bare(name: str) -> str:
    """Return a name without BibTeX's special characters."""
    return re.sub(r"[^\w.-]+", " ", name).strip()
