"""Where the numbers of a film stand: from a figure's source to an address in a record's page."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fl_sim.record import Run

_FIELDS = "|".join(sorted(Run.model_fields, key=len, reverse=True))
PATH = re.compile(rf"(?<![\w.-])(?:{_FIELDS})(?![\w-])(?:\.[A-Za-z_][\w-]*|\[\d+:?\])*")
STEP = re.compile(r"\.[^.\[\]]+|\[\d+\]")


@dataclass(frozen=True)
class Place:
    """A place in a record: the run's name, and the path there, empty for the record as a whole."""

    run: str
    path: str


def place_of(source: str, runs: Iterable[str], usual: str) -> Place:
    """Return the first place that a source names.

    Args:
        source: as a ``Figure`` has it, such as ``mine: sum of rounds[1].train.replies[*].weight``.
        runs: the names of all runs.
        usual: the run that is meant where none is named.
    """
    named = next((name for name in sorted(runs, key=len, reverse=True) if _names(source, name)), "")
    rest = source.removeprefix(f"{named}: ")
    found = PATH.search(rest)
    return Place(named or usual, found.group().replace(":]", "]") if found else "")


def _names(source: str, run: str) -> bool:
    return re.search(rf"(?:^|over |, | of ){re.escape(run)}(?:: |, | of |$)", source) is not None


def prefixes(path: str) -> list[str]:
    """Return a path and what it lies in, the whole path first: ``a[1].b``, ``a[1]``, ``a``."""
    found = [path]
    for step in reversed(STEP.findall(path)):
        found.append(found[-1].removesuffix(step))
    return found


def anchor(path: str) -> str:
    """Return the ``id`` of a place in its record's page; HTML allows all but white space."""
    return re.sub(r"\s", "_", path) or "record"


@dataclass(frozen=True)
class Addresses:
    """The addresses of records' places.

    ``folders`` has each run's folder by the run's name, ``known`` the paths that its page shows.
    """

    folders: Mapping[str, str]
    known: Mapping[str, frozenset[str]]

    def of(self, source: str, usual: str) -> str | None:
        """Return the address of what a source names, or of the nearest that is shown around it."""
        place = place_of(source, self.folders, usual)
        folder = self.folders.get(place.run)
        if folder is None:
            return None
        path = next((path for path in prefixes(place.path) if path in self.known[place.run]), "")
        return f"{folder}/index.html#{quote(anchor(path), safe='[].-_')}"
