"""The chapters on what updates give away and what hides it, drawn of records made by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
from filmed import noting_faults
from hand import hand_run, saved
from hand_private import attacked, attempt, masked, noised

from fl_sim import record
from scenes.outputs.audit import numbers_of
from scenes.render.jobs import dry_run, jobs
from scenes.render.looks import SHAPES, Look

EPSILONS = (None, 253.0, 9.6)
RUNS: dict[str, list[record.Run]] = {
    "what_leaks": [
        attacked(
            hand_run(classes=10),
            *(attempt(number, 20.0 / number) for number in (1, 4, 32)),
            attempt(4000, 1.0, num_steps=125),
            attempt(1, 19.0, model="trained"),
        )
    ],
    "masks": [masked(hand_run(workers=5, picked=5), shown=3)],
    "noise": [
        *noised(10, ((0.6, 0.61), (0.3, 0.31), (0.1, 0.1)), EPSILONS),
        *noised(1000, ((0.6, 0.6), (0.6, 0.61), (0.59, 0.6)), EPSILONS),
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("chapter", RUNS)
def test_a_chapter_is_drawn_by_the_rules(chapter: str, shape: str, tmp_path: Path) -> None:
    runs = tuple(saved(tmp_path, run) for run in RUNS[chapter])
    (job,) = jobs((chapter,), runs, Look("low", shape=shape))
    with noting_faults() as faults:
        scene = dry_run(replace(job, folder=tmp_path / "manim"))
    assert not faults
    assert [beat.name for beat in scene.beats] == [beat.name for beat in job.chapter.beats]
    assert not [number for number in numbers_of(chapter, scene.beats) if number.number is None]
