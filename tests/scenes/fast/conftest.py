"""What the tests of the fast renderer share."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def nothing_is_written_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep files out of the project."""
    monkeypatch.chdir(tmp_path)
