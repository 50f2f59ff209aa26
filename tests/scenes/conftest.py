"""What the tests of the scenes share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hand_choices import saved_choice
from released import released, two_shapes  # noqa: F401  # fixtures

from scenes import FILM, LOOP
from scenes.render.jobs import Job, dry_run
from scenes.render.looks import Look

LOW = Look("low")
CHAPTERS = {chapter.name: chapter for chapter in (*FILM, LOOP)}


@pytest.fixture(autouse=True)
def nothing_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's choice of a run out of the tests, and their files out of the project."""
    monkeypatch.delenv("FEDREEL_RUN", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that builds a chapter without encoding it, and returns its scene."""

    def build_(chapter: str, run: str | None = None, look: Look = LOW, **settings: Any) -> Any:
        monkeypatch.setenv("FEDREEL_RUN", "")
        chosen = CHAPTERS[chapter]
        job = Job(chosen, (run,) if run else chosen.runs, look, tmp_path / "manim")
        return dry_run(job, settings)

    return build_


@pytest.fixture
def hand(tmp_path: Path) -> Callable[..., str]:
    """Return a function that saves a record made by hand and returns its path."""
    return lambda **numbers: saved_choice(tmp_path / "runs", **numbers)
