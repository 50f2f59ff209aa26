"""Joins of clips: one picture gives way to another.

A clip begins with the chapter's title card. A film leaves the cards out, and the last picture of a
chapter gives way to the first of the next: what both share stays, the rest sinks into the ground,
and then the new rises from it. A chapter alone begins and ends with its card.
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
from PIL import Image, ImageFilter

from scenes.drawing.ground import ground_of
from scenes.outputs.cues import starts
from scenes.outputs.encode import COLOUR_TAGS
from scenes.render.digests import MANIM_CFG
from scenes.render.jobs import Clip

JOIN = 0.4  # seconds of a dissolve
DIFFERS = 12  # of 255 by which a pixel differs where the pictures do not share it
AROUND = 9  # pixels around such a pixel, of half a picture's size, that go with it

Planes = npt.NDArray[np.uint8]  # all planes of a picture in YUV 4:2:0, one after the other


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


def dissolve(before: Picture, after: Picture, theme: str, path: Path) -> None:
    """Write a movie in which a picture gives way to another one, encoded as theirs are.

    Args:
        before: the start.
        after: the end, of the same size.
        theme: the name of the theme of both.
        path: the new movie, with the rate of the first one.
    """
    start, end = _planes(before), _planes(after)
    with av.open(str(before.movie)) as source, av.open(str(path), "w", format="mp4") as target:
        video = source.streams.video[0]
        rate = Fraction(video.average_rate or 1)
        stream = target.add_stream("libx264", rate=rate, options=_options())
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, "yuv420p"
        for tag in COLOUR_TAGS:
            setattr(stream.codec_context, tag, getattr(video.codec_context, tag))
        frames = round(JOIN * rate)
        way = Way(
            start, end, _ground(video.width, video.height, theme), (video.width, video.height)
        )
        for number in range(frames):
            frame = _frame(way.at((number + 1) / (frames + 1)), video.height)
            frame.pts, frame.time_base = number, 1 / rate
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def _options() -> dict[str, str]:
    """Return the encoder's options, with which the clips are written."""
    settings = configparser.ConfigParser()
    settings.read(MANIM_CFG, "utf-8")
    return dict(settings["video_encoder.options"])


def _planes(picture: Picture) -> Planes:
    """Return the planes of a picture."""
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
    return _planes_of(frame)


def _planes_of(frame: av.VideoFrame) -> Planes:
    return np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8).ravel()


def _ground(width: int, height: int, theme: str) -> Planes:
    """Return the planes of a theme's ground."""
    return _planes_of(av.VideoFrame.from_ndarray(ground_of(theme, width, height), format="rgba"))


def _frame(planes: Planes, height: int) -> av.VideoFrame:
    stacked = planes.reshape(height * 3 // 2, -1)
    return av.VideoFrame.from_ndarray(stacked, format="yuv420p")


class Way:
    """The way from one picture to another: what they do not share goes through the ground."""

    def __init__(self, start: Planes, end: Planes, ground: Planes, size: tuple[int, int]) -> None:
        self.start, self.end, self.ground = (
            planes.astype(np.float32) for planes in (start, end, ground)
        )
        self.changed = _changed(self.start, self.end, size)

    def at(self, part: float) -> Planes:
        """Return the picture that is some part of the way, 0 to 1, from one to the other."""
        shared = self.start + part * (self.end - self.start)
        left = self.start if part < 0.5 else self.end
        through = self.ground + abs(1 - 2 * part) * (left - self.ground)
        return np.round(np.where(self.changed, through, shared)).astype(np.uint8)


def _changed(
    start: npt.NDArray[np.float32], end: npt.NDArray[np.float32], size: tuple[int, int]
) -> npt.NDArray[np.bool_]:
    """Return where two pictures of some width and height differ, and a little around, by plane."""
    width, height = size
    half = height // 2, width // 2
    away = np.abs(end - start)
    light, colours = np.split(away, [width * height])
    largest = np.maximum(
        light.reshape(half[0], 2, half[1], 2).max(axis=(1, 3)),
        colours.reshape(2, *half).max(axis=0),
    )
    differs = Image.fromarray(largest > DIFFERS).convert("L")
    small = np.asarray(differs.filter(ImageFilter.MaxFilter(AROUND))) > 0
    large = small.repeat(2, axis=0).repeat(2, axis=1)
    return np.concatenate([large.ravel(), small.ravel(), small.ravel()])
