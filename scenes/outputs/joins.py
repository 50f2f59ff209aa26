"""Joins of a film's clips: the last picture of one dissolves into the first of the next."""

import configparser
from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from scenes.outputs.encode import COLOUR_TAGS
from scenes.render.jobs import ROOT, Clip

JOIN = 0.4  # seconds between two clips


def film_lengths(clips: Sequence[Clip]) -> list[float]:
    """Return the length of each clip in a film, seconds, with the join that follows it."""
    return [clip.seconds + JOIN * (clip is not clips[-1]) for clip in clips]


def dissolve(before: Path, after: Path, path: Path) -> None:
    """Write the join of two movies, encoded as they are.

    Args:
        before: the movie whose last picture is the start.
        after: the movie whose first picture is the end, of the same size and rate.
        path: the new movie.
    """
    start, end = _picture(before, last=True), _picture(after)
    with av.open(str(before)) as source, av.open(str(path), "w", format="mp4") as target:
        video = source.streams.video[0]
        rate = Fraction(video.average_rate or 1)
        stream = target.add_stream("libx264", rate=rate, options=_options())
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, "yuv420p"
        for tag in COLOUR_TAGS:
            setattr(stream.codec_context, tag, getattr(video.codec_context, tag))
        frames = round(JOIN * rate)
        for number in range(frames):
            frame = _blended(start, end, (number + 1) / (frames + 1))
            frame.pts, frame.time_base = number, 1 / rate
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def _options() -> dict[str, str]:
    """Return the encoder's options, with which the clips are written."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "manim.cfg", "utf-8")
    return dict(settings["video_encoder.options"])


def _picture(movie: Path, *, last: bool = False) -> npt.NDArray[np.uint8]:
    """Return the first or the last picture of a movie, its planes below each other."""
    with av.open(str(movie)) as source:
        video = source.streams.video[0]
        if last:  # from the last key frame on
            source.seek(video.duration or 0, stream=video)
        frames = source.decode(video=0)
        frame = deque(frames, 1).pop() if last else next(frames)
    return np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)


def _blended(
    start: npt.NDArray[np.uint8], end: npt.NDArray[np.uint8], part: float
) -> av.VideoFrame:
    """Return the picture that is some part of the way from one to another."""
    mean = np.round(start + part * (end.astype(np.float32) - start)).astype(np.uint8)
    return av.VideoFrame.from_ndarray(mean, format="yuv420p")
