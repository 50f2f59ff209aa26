"""The addresses of numbers: from the source of a number to a place in a record's page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from scenes.text.sources import Place, Source


def place_of(source: Source, usual: str) -> Place:
    """Return the first place that a source names, or a whole record where it names none.

    Args:
        source: of a number.
        usual: the name of the run that is meant where none is named.
    """
    return next(source.places, Place(source.run or usual))


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

    def of(self, source: Source, usual: str) -> str | None:
        """Return the address of what a source names, or of the nearest that is shown around it."""
        place = place_of(source, usual)
        folder = self.folders.get(place.run)
        if folder is None:
            return None
        paths = map(str, place.around)
        path = next((path for path in paths if path in self.known[place.run]), "")
        return f"{folder}/index.html#{quote(anchor(path), safe='[].-_')}"
