"""Files that their owner alone can read: keys, and tokens by which programs know each other."""

import os
import secrets
from pathlib import Path

TOKEN_BYTES = 32


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that its owner alone can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def make_token(file: Path) -> Path:
    """Write a new random token into a file; return the file."""
    write_private(file, secrets.token_urlsafe(TOKEN_BYTES).encode())
    return file


def read_token(file: Path) -> str:
    """Return the token in a file."""
    return file.read_text(encoding="utf-8").strip()
