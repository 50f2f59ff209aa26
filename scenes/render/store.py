"""A content-addressed cache of rendered clips and of files made from them.

A file's key is the digest of its inputs. Files in the cache are complete: each is written under
another name and then renamed. Programs may share a cache; a lock lets only one of them make a file.
"""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from scenes.render.folders import alive

STORE = Path("media", "store")
DAY = 24 * 3600.0  # seconds
KEPT = 30 * DAY  # age without use after which a file may be removed


@dataclass(frozen=True)
class Store:
    """A cache folder with files named by digests."""

    folder: Path

    def path(self, key: str, suffix: str) -> Path:
        """Return the path of a file, whether it exists or not."""
        return self.folder / key[:2] / f"{key[2:]}{suffix}"

    def has(self, key: str, suffix: str) -> bool:
        """Whether a file exists."""
        return self.path(key, suffix).is_file()

    def get(self, key: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """Return the path of a file; make the file first if it is missing.

        Args:
            key: the digest of its inputs.
            suffix: the end of its name, with the dot.
            make: writes the file to a path with that suffix, in an existing folder.
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
        """Remove files that were not used for a month, or that killed programs left half made.

        Returns:
            The number of freed bytes.
        """
        oldest = (now if now is not None else time.time()) - KEPT
        freed = 0
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                state = path.stat()
                if state.st_mtime < oldest or _is_abandoned(path):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    freed += state.st_size
        return freed


def _is_abandoned(path: Path) -> bool:
    """Return whether a program began to make a file and ended before the file was complete."""
    owner = path.name.removeprefix(".").split("-")[0]
    return path.name.startswith(".") and owner.isdigit() and not alive(int(owner))


def _make(path: Path, make: Callable[[Path], object]) -> None:
    partial = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        make(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
