"""Files of a record: regular files inside its own folder, up to a stated size.

A record may come from anybody. A symbolic link could name a private file, and a pipe, a device or a
huge file could block a reader or fill its memory. So a file is checked after it is opened, and
before it is read.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

# The largest files, bytes: numbers and text, arrays, and a model.
MOST_TEXT, MOST_ARRAYS, MOST_MODEL = 2**26, 2**27, 2**31
BLOCK = 2**20  # bytes
# A pipe is opened without waiting for its writer; a link is not followed. Windows has neither.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY")
)


class FileError(ValueError):
    """A file that is none of a record's: a link, a pipe, or one that is too large."""


def is_own(path: Path) -> bool:
    """Whether a path is a regular file, and no link to one."""
    return path.is_file() and not path.is_symlink()


def read(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most ``most`` bytes.

    Raises:
        OSError: it cannot be read.
        FileError: it is a link, no regular file, or larger.
    """
    with _opened(path, most) as file:
        # Memory is taken for all that is asked for, so no more than there is.
        return file.read(os.fstat(file.fileno()).st_size)


def copy(path: Path, target: Path, sha256: str) -> None:
    """Copy a regular file that has a hash.

    Raises:
        OSError: it cannot be read, or the copy cannot be written.
        FileError: it is a link, no regular file, or its hash is another one.
    """
    found = hashlib.sha256()
    with _opened(path, MOST_MODEL) as source, target.open("wb") as copied:
        while block := source.read(BLOCK):
            found.update(block)
            copied.write(block)
    check_hash(found.hexdigest(), sha256)


def verify(path: Path, sha256: str) -> None:
    """Check that a regular file has a hash.

    Raises:
        OSError: it cannot be read.
        FileError: it is a link, no regular file, or its hash is another one.
    """
    with _opened(path, MOST_MODEL) as source:
        check_hash(hashlib.file_digest(source, "sha256").hexdigest(), sha256)


def check_hash(found: str, expected: str) -> None:
    """Raise FileError if the SHA-256 of a file is not the one that its record says."""
    if found != expected:
        raise FileError(f"SHA-256 is {found[:12]}..., the record says {expected[:12]}...")


@contextmanager
def _opened(path: Path, most: int) -> Iterator[BufferedReader]:
    if path.is_symlink():
        raise FileError("is a symbolic link, and a record's files lie in its own folder")
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise FileError("is not a regular file")
        _check_size(found.st_size, most)
        yield file


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise FileError(f"has {size} bytes, and such a file at most {most}")
