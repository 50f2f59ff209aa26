"""What the tests of the scenes share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hand_choices import saved_choice
from released import released, two_shapes  # noqa: F401  # fixtures

from scenes import FILM, LOOP
from scenes.render.jobs import Job, dry_run
from scenes.render.looks import Look

LOW = Look("low")
CHAPTERS = {chapter.name: chapter for chapter in (*FILM, LOOP)}


@pytest.fixture(autouse=True)
def nothing_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep the user's choices and those of other tests away, and files out of the project."""
    monkeypatch.chdir(tmp_path)
    with mock.patch.dict(os.environ):  # a command chooses a look for its processes
        for name in [name for name in os.environ if name.startswith("FEDREEL_")]:
            del os.environ[name]
        yield


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
