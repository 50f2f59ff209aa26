"""Renders a chapter without loss, split at its beats: for processes of their own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stock import LOSSLESS, SETTINGS

from scenes.fast.scheduler import Sections, WorkerContext
from scenes.render.jobs import Job, scene_for


@dataclass(frozen=True)
class Rendered:
    """What a rendered chapter is: its movie, and its beats with times and texts."""

    movie: Path
    beats: list[Any]


def render(job: Job, context: WorkerContext) -> Rendered:
    """Render a chapter, each beat in a process of its own."""
    with scene_for(job, {**SETTINGS, "video_encoder_options": LOSSLESS}) as scene:
        scene.renderer.file_writer.direct = True
        scene.sections = Sections(context.slots)
        scene.render()
    return Rendered(Path(scene.renderer.file_writer.movie_file_path), beats_of(scene))


def beats_of(scene: Any) -> list[Any]:
    """Return the beats of a scene that was rendered."""
    return [(beat.name, beat.start, beat.end, list(beat.texts.items())) for beat in scene.beats]
