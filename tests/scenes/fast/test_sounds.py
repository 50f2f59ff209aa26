"""Sounds of a scene are in its movie where it adds them: with and without the cache, and split."""

import multiprocessing
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from manim import Create, Scene, Square, tempconfig
from stock import SETTINGS

from scenes.fast.scene import FastScene
from scenes.fast.scheduler import Sections

RATE = 48_000
SOUND = "click.wav"
Plays = Callable[[Any], None]


@pytest.fixture(autouse=True)
def _click(nothing_is_written_here: None) -> None:
    """Write a sound of a tenth of a second into the working folder."""
    samples = 20_000 * np.sin(2 * np.pi * 1000 * np.arange(RATE // 10) / RATE)
    with wave.open(SOUND, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def render(plays: Plays, base: type[Scene], *, split: bool = False, **settings: Any) -> Path:
    """Render a scene, and return its movie."""
    played = type("Played", (base,), {"construct": plays})
    folder = {"media_dir": str(Path.cwd() / base.__name__)}
    with tempconfig({**SETTINGS, **folder, **settings}):
        scene: Any = played()
        if split:
            slots = multiprocessing.get_context("fork").Semaphore(2)
            slots.acquire()
            scene.sections = Sections(slots)
        scene.render()
        return Path(scene.renderer.file_writer.movie_file_path)


def heard(movie: Path) -> list[float]:
    """Return when sounds begin in a movie, in tenths of a second, rounded."""
    with av.open(str(movie)) as source:
        if not source.streams.audio:
            return []
        parts = [frame.to_ndarray() for frame in source.decode(audio=0)]
        rate = source.streams.audio[0].rate
    loud = np.abs(np.concatenate(parts, axis=1)).max(axis=0) > 0.1
    tenths = np.convolve(loud, np.ones(rate // 20), "same") > 0
    starts = np.flatnonzero(np.diff(tenths.astype(int), prepend=0) == 1)
    return [round(float(start) / rate + 0.02, 1) for start in starts]


def two_sounds(scene: Any) -> None:
    """Play a sound after a play, and one after a silence."""
    scene.play(Create(Square()), run_time=0.5)
    scene.add_sound(SOUND)
    scene.wait(1)
    scene.next_section("second")
    scene.wait(1)
    scene.add_sound(SOUND, time_offset=0.3, gain=-3)
    scene.wait(0.5)


def test_sounds_are_those_of_manim() -> None:
    theirs, ours = (render(two_sounds, base) for base in (Scene, FastScene))
    assert heard(theirs) == heard(ours) == [0.5, 2.8]


def test_sounds_stay_where_the_cache_has_every_animation() -> None:
    again = [
        [heard(render(two_sounds, base, disable_caching=False)) for _ in range(2)]
        for base in (Scene, FastScene)
    ]
    assert again == [
        [[0.5, 2.8], []],  # Manim's own are lost
        [[0.5, 2.8], [0.5, 2.8]],
    ]


@pytest.mark.parametrize("container", ["mp4", "webm"])
@pytest.mark.parametrize("cached", [False, True])
def test_sections_have_their_own_sounds(container: str, cached: bool) -> None:
    saved = {"save_sections": True, "disable_caching": not cached, "format": container}
    movie = render(two_sounds, FastScene, **saved)
    first, second = sorted((movie.parent / "sections").glob(f"*.{container}"))
    assert heard(movie) == [0.5, 2.8]
    assert (heard(first), heard(second)) == ([0.5], [1.3])
    with av.open(str(second)) as source:
        assert len([*source.decode(video=0)]) == 6


def test_sounds_stay_where_other_processes_draw() -> None:
    assert heard(render(two_sounds, FastScene, split=True)) == [0.5, 2.8]


def skipped(scene: Any) -> None:
    """Leave out the first section with its sound."""
    scene.next_section("left out", skip_animations=True)
    scene.add_sound(SOUND)
    scene.wait(2)
    scene.next_section("shown")
    scene.wait(1)
    scene.add_sound(SOUND)
    scene.wait(1)


def test_sounds_are_not_late_by_what_is_skipped() -> None:
    assert heard(render(skipped, FastScene)) == [1.0]
    options = {"from_animation_number": 1, "upto_animation_number": 2}
    assert heard(render(two_sounds, FastScene, **options)) == [0.0]
