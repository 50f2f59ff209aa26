"""Runs that have not ended: where they are kept, how far they came, and how to go on with them.

Needs only the standard library and filelock, so that whoever looks for a record can say what is
there instead.
"""

import hashlib
import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# As the server app lays it out: fl_sim/app/server_app.py and fl_sim/recording/journal.py.
JOURNAL = Path("journal") / "journal.jsonl"
CONFIG_FILE = "config.json"
LOCK = ".lock"
RESUME = "--resume"
DIGITS = 8  # of the digest in a hidden folder's name


def place_of(folder: Path) -> Path:
    """Return the hidden folder in which the record of ``folder`` is made.

    It has the same name for the same ``folder``. Where the folder's own parents are missing, it
    lies in the nearest one that is there.
    """
    nearest = next(parent for parent in folder.parents if parent.is_dir())
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:DIGITS]
    return nearest / f".{folder.name}.{digest}"


def rounds_done(new: Path) -> int | None:
    """Return the last round that ended in the folder that holds a journal, None if none did."""
    path = new / JOURNAL
    # The first line says what the run is, and each other is a round, from 0.
    lines = path.read_bytes().count(b"\n") if path.is_file() else 0
    return lines - 2 if lines > 1 else None


def command(name: str, out: Path | None, option: str) -> str:
    """Return the command that makes a run.

    Args:
        name: of the run.
        out: folder of its record; None for the one of its name among the project's runs.
        option: such as ``RESUME``; empty for none.
    """
    place = ["--out", str(out)] if out else []
    return shlex.join(["fl-sim", "run", name, *([option] if option else []), *place])


@dataclass(frozen=True)
class Interrupted:
    """A run that has not ended.

    Args:
        name: of the run.
        done: the last round that has ended.
        out: as for ``command``.
        goes_on: whether a process makes it now.
    """

    name: str
    done: int
    out: Path | None
    goes_on: bool

    def __str__(self) -> str:
        if self.goes_on:
            return f"{self.name} is being made, and has ended round {self.done}"
        resume = command(self.name, self.out, RESUME)
        return f"{self.name} was interrupted after round {self.done}; go on with: {resume}"


def find(folder: Path, runs: Path) -> Interrupted | None:
    """Return the run whose record ``folder`` will hold, None if none was begun.

    Args:
        folder: of the record.
        runs: folder of the project's runs.
    """
    folder = folder.absolute()
    place = place_of(folder) if folder.name else folder
    done = rounds_done(place / folder.name)
    if done is None:
        return None
    out = None if folder.parent == runs.absolute() else folder
    return Interrupted(_name(place) or folder.name, done, out, _is_locked(place))


def find_all(inside: Path, runs: Path) -> Iterator[Interrupted]:
    """Give the runs in a folder that have not ended, in the order of their names.

    Args:
        inside: the folder.
        runs: folder of the project's runs.
    """
    for place in sorted(inside.glob(f".*.{'?' * DIGITS}")):
        folder = inside.absolute() / place.name[1 : -DIGITS - 1]
        if place.name == place_of(folder).name and (found := find(folder, runs)):
            yield found


def _name(place: Path) -> str:
    """Return the name that a run was given, as its config keeps it; empty if that is damaged."""
    try:
        return str(json.loads((place / CONFIG_FILE).read_text("utf-8"))["name"])
    except (OSError, ValueError, KeyError):
        return ""


def _is_locked(place: Path) -> bool:
    """Return whether a process makes the run that is kept in a hidden folder."""
    from filelock import FileLock, Timeout  # noqa: PLC0415  # takes time to import

    try:
        with FileLock(place / LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # a folder of somebody else's
        return False
