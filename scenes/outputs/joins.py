"""Joins of clips: one picture dissolves into another.

A clip begins with the chapter's title card. A film leaves the cards out, and the last picture of a
chapter dissolves into the first of the next. A chapter alone begins and ends with its card; between
the two the empty ground is seen, so that a title never lies on a picture.
"""

import configparser
from collections.abc import Sequence
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import numpy.typing as npt

from scenes.drawing.ground import ground_of
from scenes.outputs.cues import starts
from scenes.outputs.encode import COLOUR_TAGS
from scenes.render.digests import MANIM_CFG
from scenes.render.jobs import Clip

JOIN = 0.4  # seconds of a dissolve


def film_lengths(clips: Sequence[Clip]) -> list[float]:
    """Return the length of each chapter in a film, seconds, with the join that follows it."""
    return [clip.seconds - clip.card + JOIN * (clip is not clips[-1]) for clip in clips]


def film_origins(clips: Sequence[Clip]) -> list[float]:
    """Return when each clip would begin in a film if it had its card there, seconds."""
    begins = starts(film_lengths(clips))
    return [start - clip.card for clip, start in zip(clips, begins, strict=True)]


class Picture(NamedTuple):
    """A picture of a movie: the first one from a time on, seconds; by default the last one."""

    movie: Path
    seconds: float = inf


def dissolve(before: Picture, after: Picture, path: Path, theme: str = "") -> None:
    """Write a movie in which a picture becomes another one, encoded as theirs are.

    Args:
        before: the start.
        after: the end, of the same size.
        path: the new movie, with the rate of the first one.
        theme: that of the empty ground between the two; without it there is none.
    """
    stages = [_planes(before), _planes(after)]
    if theme:
        height, width = stages[0].shape[0] * 2 // 3, stages[0].shape[1]
        stages.insert(1, _empty(theme, width, height))
    with av.open(str(before.movie)) as source, av.open(str(path), "w", format="mp4") as target:
        video = source.streams.video[0]
        rate = Fraction(video.average_rate or 1)
        stream = target.add_stream("libx264", rate=rate, options=_options())
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, "yuv420p"
        for tag in COLOUR_TAGS:
            setattr(stream.codec_context, tag, getattr(video.codec_context, tag))
        frames = round(JOIN * rate)
        for number in range(frames):
            frame = _blended(stages, (number + 1) / (frames + 1))
            frame.pts, frame.time_base = number, 1 / rate
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def _options() -> dict[str, str]:
    """Return the encoder's options, with which the clips are written."""
    settings = configparser.ConfigParser()
    settings.read(MANIM_CFG, "utf-8")
    return dict(settings["video_encoder.options"])


def _planes(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return the planes of a picture below each other."""
    with av.open(str(picture.movie)) as source:
        video = source.streams.video[0]
        assert video.time_base is not None
        assert video.duration is not None
        end = float(video.duration * video.time_base)
        time = round(min(picture.seconds, end) / video.time_base)
        source.seek(time, stream=video)  # the key frame before
        for frame in source.decode(video=0):
            if frame.pts is not None and frame.pts >= time:
                break
    return np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)


def _empty(theme: str, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return the planes of a theme's ground."""
    frame = av.VideoFrame.from_ndarray(ground_of(theme, width, height), format="rgba")
    return np.asarray(frame.reformat(format="yuv420p").to_ndarray(), np.uint8)


def _blended(stages: Sequence[npt.NDArray[np.uint8]], part: float) -> av.VideoFrame:
    """Return the picture that is some part of the way from the first to the last of several."""
    passed, part = divmod(part * (len(stages) - 1), 1)
    start, end = stages[int(passed) : int(passed) + 2]
    mean = np.round(start + part * (end.astype(np.float32) - start)).astype(np.uint8)
    return av.VideoFrame.from_ndarray(mean, format="yuv420p")
