"""Keeps what was made under the digest of what it was made from, so that it is made once.

Whatever is in the store is whole: a thing is made under another name and then renamed. Two programs
may share a store; the second waits for what the first is making.
"""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

STORE = Path("media", "store")
DAY = 24 * 3600.0  # seconds
KEPT = 30 * DAY  # what nobody asked for in that time may go


@dataclass(frozen=True)
class Store:
    """A folder of files named after digests."""

    folder: Path

    def path(self, key: str, suffix: str) -> Path:
        """Return where a thing is, or would be."""
        return self.folder / key[:2] / f"{key[2:]}{suffix}"

    def has(self, key: str, suffix: str) -> bool:
        """Return whether a thing is there."""
        return self.path(key, suffix).is_file()

    def get(self, key: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """Return the path of a thing, made first where it is not there.

        Args:
            key: the digest of what it is made from.
            suffix: how its name ends, with the dot.
            make: writes it to a path with that suffix, in a folder that is there.
        """
        path = self.path(key, suffix)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock"):
                if not path.is_file():
                    _make(path, make)
        with suppress(OSError):
            os.utime(path)
        return path

    def prune(self, now: float | None = None) -> int:
        """Remove what nobody asked for in a month, and what was left half made.

        Returns:
            The number of bytes that it freed.
        """
        oldest = (now if now is not None else time.time()) - KEPT
        freed = 0
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                state = path.stat()
                if state.st_mtime < oldest:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    freed += state.st_size
        return freed


def _make(path: Path, make: Callable[[Path], object]) -> None:
    partial = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        make(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
