"""What a record says of its origin: the code, and the packages that took part."""

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

# The files on which a record's numbers depend.
SOURCES = ("client_app.py", "cohort.py", "recorder.py", "server_app.py", "task.py")
PACKAGES = ("flwr", "flwr-datasets", "numpy", "torch")


def code_hash() -> str:
    """Return the SHA-256 over the app's source files, the same on every operating system."""
    digest = hashlib.sha256()
    for name in SOURCES:
        text = (Path(__file__).parent / name).read_text(encoding="utf-8")
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
