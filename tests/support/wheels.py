"""Wheels, built as `uv build` and `pip wheel` build them, and unpacked."""

import sys
import zipfile
from pathlib import Path

from processes import run

BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


def build(project: Path, folder: Path) -> Path:
    """Return the wheel of the project in a folder, built into another one."""
    done = run(sys.executable, "-c", BUILD, folder, cwd=project)
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]


def unpack(wheel: Path, folder: Path) -> Path:
    """Return the folder that a wheel is unpacked into, which is all that installing one does."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder
