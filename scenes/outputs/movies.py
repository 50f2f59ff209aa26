"""Rendered clips as one movie, in the format of its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from pathlib import Path

from scenes.fast.gif import COLORS
from scenes.fast.scheduler import DONE, OnProgress
from scenes.outputs.encode import WEBM, encode
from scenes.outputs.film import Piece, join, join_captioned
from scenes.outputs.joins import JOIN, Picture, dissolve, film_origins
from scenes.outputs.loop import gif
from scenes.outputs.soundtrack import NOTHING_HEARD, Heard
from scenes.render.clips import PlannedClip
from scenes.render.digests import Maker, digest, maker_code
from scenes.render.jobs import Clip, Job
from scenes.render.store import Store


@dataclass(frozen=True)
class Rendered:
    """Planned clips, the same clips rendered, and the cache that has them."""

    planned: Sequence[PlannedClip]
    clips: Sequence[Clip]
    store: Store

    @property
    def jobs(self) -> list[Job]:
        """The job of each clip."""
        return [one.job for one in self.planned]

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
            made.append(self._webm(Piece(clip.movie), planned.key))
        on_progress(name, DONE)
        return made

    def film(self, suffix: str, on_progress: OnProgress, name: str) -> list[list[Piece]]:
        """Return the pieces of each chapter of a film: without its card, and a join to the next.

        Arguments are as above.
        """
        chapters = []
        for number, clip in enumerate(self.clips):
            on_progress(name, clip.chapter.name)
            pieces = [self._piece(number, suffix, clip.card)]
            if number + 1 < len(self.clips):
                follows = self.clips[number + 1].card
                pieces.append(self._join(Picture(clip.movie), number, follows, number + 1, suffix))
            chapters.append(pieces)
        on_progress(name, DONE)
        return chapters

    def alone(self, number: int, suffix: str) -> list[Piece]:
        """Return the pieces of a chapter alone: between its card and its card."""
        clip = self.clips[number]
        card = self._piece(number, suffix, 0.0, clip.card)
        enter = self._join(Picture(clip.movie, 0.0), number, clip.card, number, suffix)
        leave = self._join(Picture(clip.movie), number, 0.0, number, suffix)
        return [card, enter, self._piece(number, suffix, clip.card), leave, card]

    def _piece(self, number: int, suffix: str, start: float, end: float = inf) -> Piece:
        piece = Piece(self.clips[number].movie, start, end)
        if suffix != ".webm":
            return piece
        return Piece(self._webm(piece, self.planned[number].key))

    def _join(self, before: Picture, one: int, seconds: float, other: int, suffix: str) -> Piece:
        """Return the dissolve of a picture of one clip into one of another, at some seconds."""
        keys = self.planned[one].key, self.planned[other].key
        key = digest([maker_code(Maker.JOINS), *keys, before.seconds, seconds])
        after = Picture(self.clips[other].movie, seconds)
        look = self.planned[one].job.look
        made = Piece(self.store.get(key, ".mp4", partial(dissolve, before, after, look.theme)))
        return made if suffix != ".webm" else Piece(self._webm(made, key))

    def _webm(self, piece: Piece, key: str) -> Path:
        key = digest([maker_code(Maker.WEBM), key, piece.start, piece.end])
        make = partial(encode, piece.movie, coding=replace(WEBM, span=(piece.start, piece.end)))
        return self.store.get(key, ".webm", make)


def film(
    rendered: Rendered,
    path: Path,
    on_progress: OnProgress,
    about: Mapping[str, str],
    heard: Heard = NOTHING_HEARD,
) -> list[Path]:
    """Write clips as one movie with a captions file, or one clip as a GIF; return the paths."""
    if path.suffix == ".gif":
        return [gif(rendered.clips[0].movie, path, biggest=None, colors=COLORS)]
    clips = rendered.clips
    if len(clips) == 1:
        pieces, origins = [rendered.alone(0, path.suffix)], [JOIN]
    else:
        pieces = rendered.film(path.suffix, on_progress, path.name)
        origins = film_origins(clips)
    return join_captioned(clips, pieces, origins, path, about, heard)


def loop(
    rendered: Rendered, path: Path, on_progress: OnProgress, about: Mapping[str, str]
) -> list[Path]:
    """Write the loop, which has no captions, and for a GIF an MP4 beside; return the paths."""
    made = []
    if path.suffix == ".gif":
        made = [gif(rendered.clips[0].movie, path)]
        path = path.with_suffix(".mp4")
    return [*made, join(rendered.movies(path.suffix, on_progress, path.name), path, about)]
