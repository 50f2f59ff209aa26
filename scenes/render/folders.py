"""A folder that appears whole or not at all, in one step even where there is one of that name.

Two folders change their names with each other in one system call. Where the system has none, the
old folder steps aside for a moment; what was interrupted then is put right the next time.
"""

import ctypes
import glob
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

AT_FDCWD = -100
EXCHANGE = 2  # RENAME_EXCHANGE of renameat2, Linux; RENAME_SWAP of renamex_np, macOS


def put(new: Path, place: Path) -> None:
    """Give a finished folder its place; what stood there is removed.

    Args:
        new: the folder, on the same file system as ``place``.
        place: where it goes.

    Raises:
        OSError: it cannot be put there; what stood there still does.
    """
    restore(place)
    if not place.exists():
        with suppress(FileExistsError):  # somebody else's came in between
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
    """Put back a folder that stepped aside for another one that never came."""
    aside = _aside(place)
    if aside.exists():
        shutil.rmtree(aside) if place.exists() else aside.rename(place)


@contextmanager
def work_folder(parent: Path, name: str) -> Iterator[Path]:
    """Have a folder to work in, which goes afterwards.

    Those of programs that were killed meanwhile go first: each has its program's number in its
    name.

    Args:
        parent: where it is; made where it is not there.
        name: how its own name begins.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for path in parent.glob(f"{glob.escape(name)}-*-*"):
        owner = path.name.removeprefix(f"{name}-").split("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(path, ignore_errors=True)
    with TemporaryDirectory(prefix=f"{name}-{os.getpid()}-", dir=parent) as folder:
        yield Path(folder)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}.before")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders' names; return whether the system could."""
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
