"""Pages of run records: writing, provenance and citation."""

import re
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
from scenes.release.page.records import Entry, entries, folders
from scenes.text.language import Language


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
        places = folders(list(runs.values()))
        pages = [
            RecordPage(name, run, places[run.name], entries(run)) for name, run in runs.items()
        ]
        known = {page.run.name: frozenset(page.tree.paths()) for page in pages}
        return cls(pages, Addresses(places, known))


def write_record(environment: Environment, folder: Path, page: RecordPage, back: str) -> list[Path]:
    """Write a record's page and copies of its files, and return their paths.

    Args:
        environment: the Jinja environment.
        folder: the release's folder.
        page: the record.
        back: the file of the release's page.
    """
    place = folder / page.folder
    place.mkdir(parents=True, exist_ok=True)
    beside = record.copy(page.name, page.run, place)
    text = environment.get_template("record.html").render(
        name=page.run.name,
        title=str(title()),
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
        "started": "" if origin.started is None else language.date(origin.started.timestamp()),
        "versions": ", ".join(f"{name} {one}" for name, one in origin.versions.items()),
        "fingerprint": record.fingerprint(run),
    }


def citation(records: RecordPages, title: str) -> str:
    """Return a BibTeX entry with each run's name and the start of its fingerprint."""
    years = [page.run.provenance.started for page in records.pages if page.run.provenance.started]
    runs = ", ".join(
        f"{_bare(page.run.name)} ({record.fingerprint(page.run)[:12]})" for page in records.pages
    )
    return "\n".join(
        [
            "@misc{fedreel,",
            f"  title  = {{{title}}},",
            "  author = {{fedreel contributors}},",
            *([f"  year   = {{{max(years).year}}},"] if years else []),
            f"  note   = {{fedreel {version('fedreel')}. Runs: {runs}}},",
            "}",
        ]
    )


def _bare(name: str) -> str:
    """Return a name without BibTeX's special characters."""
    return re.sub(r"[^\w.-]+", " ", name).strip()
