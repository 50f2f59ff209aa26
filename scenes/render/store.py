"""A content-addressed cache of rendered clips and of files made from them.

A file's key is the digest of its inputs. Files in the cache are complete: each is written under
another name, through to the disk, and then renamed. The digest of its content is in a file beside
it, and is compared whenever the file is used: a damaged file is made again. Programs may share a
cache; a lock lets only one of them make a file.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from filelock import FileLock

from scenes.render.folders import is_abandoned

STORE = Path("media", "store")
DAY = 24 * 3600.0  # seconds
CONTENT = ".sha256"  # end of the name of the file with the digest of another one's content
KEPT = 30 * DAY  # age without use after which a file may be removed


@dataclass(frozen=True)
class Store:
    """A cache folder with files named by digests."""

    folder: Path

    def path(self, key: str, suffix: str) -> Path:
        """Return the path of a file, whether it exists or not."""
        return self.folder / key[:2] / f"{key[2:]}{suffix}"

    def has(self, key: str, suffix: str) -> bool:
        """Whether a file exists and is intact; a damaged one is removed."""
        path = self.path(key, suffix)
        if not path.is_file() or _is_intact(path):
            return path.is_file()
        with _locked(path):
            if _is_intact(path):  # another program has just made it
                return True
            _remove(path)
        return False

    def get(self, key: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """Return the path of a file; make the file first if it is missing or damaged.

        Args:
            key: the digest of its inputs.
            suffix: the end of its name, with the dot.
            make: writes the file to a path with that suffix, in an existing folder.
        """
        path = self.path(key, suffix)
        if not self.has(key, suffix):
            path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(path):
                if not _is_intact(path):
                    _make(path, make)
        for used in (path, _content(path)):
            with suppress(OSError):
                os.utime(used)
        return path

    def remove(self, key: str, suffix: str) -> None:
        """Remove a file that cannot be used, and print so; it is then made again."""
        path = self.path(key, suffix)
        with _locked(path):
            _remove(path)

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
                if state.st_mtime < oldest or is_abandoned(path):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    freed += state.st_size
        return freed


def _locked(path: Path) -> FileLock:
    """Return the lock of a file in a cache."""
    return FileLock(f"{path}.lock")


def _content(path: Path) -> Path:
    """Return the path of the file with the digest of a file's content."""
    return path.with_name(f"{path.name}{CONTENT}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _is_intact(path: Path) -> bool:
    """Whether a file exists and has the content that was stored."""
    with suppress(OSError):
        return _content(path).read_bytes() == _digest(path).encode()
    return False


def _remove(path: Path) -> None:
    """Remove a damaged file, and print so; one without a digest was never complete."""
    if _content(path).is_file():
        print(f"fedreel: {path} was damaged and is removed; it is made again", file=sys.stderr)
    path.unlink(missing_ok=True)


def _make(path: Path, make: Callable[[Path], object]) -> None:
    partial = path.with_name(f".{os.getpid()}-{path.name}")
    content = _content(partial)
    try:
        make(partial)
        content.write_text(_digest(partial), "ascii")
        for written, place in ((content, _content(path)), (partial, path)):
            _write_through(written)
            written.replace(place)
    finally:
        partial.unlink(missing_ok=True)
        content.unlink(missing_ok=True)


def _write_through(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
