"""The film: clips joined into one movie without encoding again, and their captions with them."""

import os
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import av
import srt

from scenes.publish.render import Clip

TITLE = "Federated learning, told from a recorded run"


def join(clips: Sequence[Clip], path: Path) -> Path:
    """Write the clips one after the other to ``path``, captions beside it, and return ``path``.

    Both files appear whole or not at all; the movie comes last, so that where it is, its captions
    are. The clips must come from the same settings.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    movie, captions = _partial(path), _partial(path.with_suffix(".srt"))
    try:
        lengths = _join_movies([clip.movie for clip in clips], movie)
        captions.write_text(_join_captions([clip.movie for clip in clips], lengths))
        captions.replace(path.with_suffix(".srt"))
        movie.replace(path)
    finally:
        movie.unlink(missing_ok=True)
        captions.unlink(missing_ok=True)
    return path


def _partial(path: Path) -> Path:
    return path.with_name(f".{os.getpid()}.{path.name}")


def _join_movies(movies: Sequence[Path], target: Path) -> list[Fraction]:
    """Copy packets behind one another; return each movie's length, seconds."""
    lengths: list[Fraction] = []
    with av.open(str(target), "w", options={"movflags": "+faststart"}) as out:
        out.metadata["title"] = TITLE
        stream = None
        for movie in movies:
            with av.open(str(movie)) as source:
                video = source.streams.video[0]
                assert video.time_base is not None
                assert video.duration is not None
                if stream is None:
                    stream = out.add_stream_from_template(video)
                start = int(sum(lengths) / video.time_base)
                for packet in source.demux(video):
                    if packet.dts is not None and packet.pts is not None:
                        packet.dts += start
                        packet.pts += start
                        packet.stream = stream
                        out.mux(packet)
                lengths.append(video.duration * video.time_base)
    return lengths


def _join_captions(movies: Sequence[Path], lengths: Sequence[Fraction]) -> str:
    captions: list[srt.Subtitle] = []
    start = timedelta()
    for movie, length in zip(movies, lengths, strict=True):
        for caption in srt.parse(movie.with_suffix(".srt").read_text()):
            caption.start += start
            caption.end += start
            captions.append(caption)
        start += timedelta(seconds=float(length))
    return str(srt.compose(captions))
