"""A run record as a tree of entries, each with an address."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import numpy as np
from pydantic import BaseModel

from fl_sim import record
from fl_sim.record import Run

MOST_ENTRIES = 20_000  # entries on a page; a larger record is shown in part
MOST_ALIKE = 1_000  # items of one list
MOST_TEXT = 10_000  # characters of a value
FOLDER = "records"
SLUG = 40  # characters of a folder's name
FINGERPRINT = 16  # characters of a fingerprint in a folder's name


@dataclass(frozen=True)
class Entry:
    """A value of a record: a ``text``, or ``parts`` of the value.

    ``left_out`` is the number of parts that are not shown.
    """

    path: str
    label: str
    text: str | None = None
    parts: tuple["Entry", ...] = ()
    left_out: int = 0

    @property
    def plain(self) -> bool:
        """Whether the entry is a list of simple values, shown in a row."""
        return bool(self.parts) and all(
            part.text is not None and part.label.isdigit() for part in self.parts
        )

    def paths(self) -> Iterator[str]:
        """Yield the paths of the entry and of all its parts."""
        yield self.path
        for part in self.parts:
            yield from part.paths()


class _Limit:
    """The number of entries that may still be added."""

    def __init__(self, most: int) -> None:
        self.left = most


def entries(run: Run, most: int = MOST_ENTRIES) -> Entry:
    """Return a record as a tree of entries.

    Args:
        run: the record.
        most: the largest number of entries; later parts are left out.
    """
    return _entry(run, "", "record", _Limit(most))


def _entry(value: Any, path: str, label: str, limit: _Limit) -> Entry:
    limit.left -= 1
    items = _items(value)
    if items is None:
        return Entry(path, label, _text(value))
    kept = items[: min(MOST_ALIKE, max(limit.left, 0))]
    parts = tuple(_entry(item, _path(path, name), str(name), limit) for name, item in kept)
    return Entry(path, label, None if items else "none", parts, len(items) - len(kept))


def _items(value: Any) -> list[tuple[str | int, Any]] | None:
    """Return the parts of a value by name or position, or None for a simple value."""
    if isinstance(value, BaseModel):
        fields = ((name, getattr(value, name)) for name in type(value).model_fields)
        beside = value.inversions if isinstance(value, Run) else None
        return [
            (name, item) for name, item in (*fields, ("inversions", beside)) if item is not None
        ]
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(enumerate(value))
    return None


def _path(path: str, name: str | int) -> str:
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}, {' by '.join(str(size) for size in value.shape)}"
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"


def folders(runs: Sequence[Run]) -> list[str]:
    """Return the folder of each record in the release.

    Different records have different folders, also if their names are equal. A record that is given
    twice has one folder.
    """
    found: dict[tuple[str, str], str] = {}  # by fingerprint and name
    keys = [(record.fingerprint(run), run.name) for run in runs]
    for key in keys:
        taken = set(found.values())
        new = (name for name in _folder_names(*key) if name not in taken)
        found[key] = found.get(key) or next(new)
    return [f"{FOLDER}/{found[key]}" for key in keys]


def _folder_names(fingerprint: str, name: str) -> Iterator[str]:
    """Yield names for the folder of a record: the run's own name, if it is safe, or others."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:SLUG].strip("-")
    if slug and slug == name:
        yield slug
    longer = "-".join(part for part in (slug, fingerprint[:FINGERPRINT]) if part)
    yield longer
    yield from (f"{longer}-{number}" for number in count(2))
