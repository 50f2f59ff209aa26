"""Rendered clips as one movie, in the format of its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scenes.fast.gif import COLORS
from scenes.fast.scheduler import DONE, OnProgress
from scenes.outputs.encode import WEBM, encode
from scenes.outputs.film import join, join_captioned
from scenes.outputs.loop import gif
from scenes.render.clips import PlannedClip
from scenes.render.digests import Maker
from scenes.render.jobs import Clip
from scenes.render.store import Store


@dataclass(frozen=True)
class Rendered:
    """Planned clips, the same clips rendered, and the cache that has them."""

    planned: Sequence[PlannedClip]
    clips: Sequence[Clip]
    store: Store

    def movies(self, suffix: str, on_progress: OnProgress, name: str) -> list[Path]:
        """Return the clips' movies: as they were rendered, or transcoded to WebM.

        Args:
            suffix: of the movie that they are for.
            on_progress: called with ``name`` and each chapter that begins, and (name, ``DONE``).
            name: the name shown while they are transcoded.
        """
        if suffix != ".webm":
            return [clip.movie for clip in self.clips]
        made = []
        for planned, clip in zip(self.planned, self.clips, strict=True):
            on_progress(name, clip.chapter.name)
            key = planned.product_key(Maker.WEBM)
            make = partial(encode, clip.movie, coding=WEBM)
            made.append(self.store.get(key, suffix, make))
        on_progress(name, DONE)
        return made


def film(
    rendered: Rendered, path: Path, on_progress: OnProgress, about: Mapping[str, str]
) -> list[Path]:
    """Write clips as one movie with a captions file, or one clip as a GIF; return the paths."""
    if path.suffix == ".gif":
        return [gif(rendered.clips[0].movie, path, biggest=None, colors=COLORS)]
    movies = rendered.movies(path.suffix, on_progress, path.name)
    return join_captioned(rendered.clips, movies, path, about)


def loop(
    rendered: Rendered, path: Path, on_progress: OnProgress, about: Mapping[str, str]
) -> list[Path]:
    """Write the loop, which has no captions, and for a GIF an MP4 beside; return the paths."""
    made = []
    if path.suffix == ".gif":
        made = [gif(rendered.clips[0].movie, path)]
        path = path.with_suffix(".mp4")
    return [*made, join(rendered.movies(path.suffix, on_progress, path.name), path, about)]
