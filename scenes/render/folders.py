"""Atomic replacement of folders, and temporary work folders.

One system call exchanges the names of two folders. On a system without it, the old folder is
renamed for a moment; an interruption at that moment is repaired the next time.
"""

import ctypes
import glob
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

AT_FDCWD = -100
EXCHANGE = 2  # RENAME_EXCHANGE of renameat2, Linux; RENAME_SWAP of renamex_np, macOS


def replace_folder(new: Path, place: Path) -> None:
    """Move a finished folder to its place, and remove the old folder there.

    Args:
        new: the folder, on the same file system as ``place``.
        place: its new path.

    Raises:
        OSError: the folder cannot be moved; the old folder is still there.
    """
    restore(place)
    if not place.exists():
        with suppress(FileExistsError):  # another program was faster
            new.rename(place)
            return
    if _exchange(new, place):
        shutil.rmtree(new)
        return
    aside = _aside(place)
    place.rename(aside)
    try:
        new.rename(place)
    except BaseException:
        aside.rename(place)
        raise
    shutil.rmtree(aside)


def restore(place: Path) -> None:
    """Rename an old folder back after an interrupted replacement."""
    aside = _aside(place)
    if aside.exists():
        shutil.rmtree(aside) if place.exists() else aside.rename(place)


@contextmanager
def work_folder(parent: Path, name: str) -> Iterator[Path]:
    """Create a temporary folder, and remove it afterwards.

    Folders of killed programs are removed first; a folder's name contains its process id.

    Args:
        parent: the parent folder, created if missing.
        name: the start of the folder's name.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for path in parent.glob(f"{glob.escape(name)}-*-*"):
        owner = path.name.removeprefix(f"{name}-").split("-")[0]
        if owner.isdigit() and not alive(int(owner)):
            shutil.rmtree(path, ignore_errors=True)
    with TemporaryDirectory(prefix=f"{name}-{os.getpid()}-", dir=parent) as folder:
        yield Path(folder)


def is_abandoned(path: Path) -> bool:
    """Return whether a program ended before a hidden file, whose name has its id, was whole."""
    owner = re.match(r"\.(\d+)[-.]", path.name)
    return owner is not None and not alive(int(owner[1]))


def alive(process: int) -> bool:
    """Return whether a process, given by its id, still runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of another user
        return True
    return True


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}.before")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange the names of two folders; return whether it worked."""
    call = _system_call()
    return call is not None and call(os.fsencode(one), os.fsencode(other)) == 0


def _system_call() -> Callable[[bytes, bytes], int] | None:
    name = {"linux": "renameat2", "darwin": "renamex_np"}.get(sys.platform)
    function = name and getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if not function:
        return None
    if sys.platform == "darwin":
        return lambda one, other: int(function(one, other, EXCHANGE))
    return lambda one, other: int(function(AT_FDCWD, one, AT_FDCWD, other, EXCHANGE))
