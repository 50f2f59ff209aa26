"""Addresses of numbers: links from a number's source to its place on a record's page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from scenes.text.sources import GIVEN_TITLE, Place, Source


def place_of(source: Source, default_run: str) -> Place:
    """Return the first place in a source, or the whole record if there is none.

    Args:
        source: the source of a number.
        default_run: the name of the run, if the source has none.
    """
    return next(source.places, Place(source.run or default_run))


def anchor(path: str) -> str:
    """Return the HTML ``id`` of a place on its record's page, without white space."""
    return re.sub(r"\s", "_", path) or "record"


@dataclass(frozen=True)
class Addresses:
    """Addresses of places in records.

    ``folders`` has each run's folder by name, ``known`` the paths on each run's page.
    """

    folders: Mapping[str, str]
    known: Mapping[str, frozenset[str]]

    def of(self, source: Source, default_run: str) -> str | None:
        """Return the address of a source's place, or of the nearest place around it on the page.

        What the user gave has no address.
        """
        if source == GIVEN_TITLE:
            return None
        place = place_of(source, default_run)
        folder = self.folders.get(place.run)
        if folder is None:
            return None
        paths = map(str, place.around)
        path = next((path for path in paths if path in self.known[place.run]), "")
        return f"{folder}/index.html#{quote(anchor(path), safe='[].-_')}"
