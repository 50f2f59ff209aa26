"""Every chapter of the film has Manim's own frames, drawn by whatever means."""

from pathlib import Path
from typing import Any

import pytest
import split_chapter as split
import stock
from manim import MovingCamera

from scenes import FILM, LOOP
from scenes.fast.scheduler import side_by_side
from scenes.render.jobs import Job, module_of, scene_for
from scenes.render.looks import Look
from scenes.render.workers import PRELOAD

CHAPTERS = {chapter.name: chapter for chapter in (*FILM, LOOP)}


@pytest.mark.parametrize("name", CHAPTERS)
def test_frames_are_manims_own(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = CHAPTERS[name]
    job = Job(chapter, chapter.runs, Look("low"), tmp_path / "manim")
    beats: list[list[Any]] = []

    def scene_of(**options: Any) -> Any:
        scene = getattr(module_of(job), chapter.scene)(**options)
        monkeypatch.setattr(scene, "tear_down", lambda: beats.append(split.beats_of(scene)))
        return scene

    with scene_for(job, stock.SETTINGS):  # it chooses the chapter's runs
        theirs = stock.frames(scene_of, MovingCamera, tmp_path / "stock")
        ours = stock.frames(scene_of, None, tmp_path / "fast")
    assert stock.differing(theirs, ours) == []

    # Encoded without loss, every beat in a process of its own.
    (spec,) = side_by_side(split.render, [job], lambda *news: None, preload=PRELOAD)
    assert stock.decoded(spec.movie) == [stock.converted(frame) for frame in theirs]
    # As text, since a value that is none is not equal to itself.
    assert str(spec.beats) == str(beats[0]) == str(beats[1])
