"""A movie's pictures encoded once more: as AV1 in WebM, or smaller for a loop."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import PictureType


@dataclass(frozen=True)
class Coding:
    """How pictures are encoded: the codec and its options, those of the file, and their size.

    ``width`` is in pixels and ``rate`` in frames a second, at most; without them both stay.
    """

    codec: str
    options: Mapping[str, str]
    container: Mapping[str, str] = field(default_factory=dict)
    width: int | None = None
    rate: Fraction | None = None


# Presets of SVT-AV1 go from 0, slow, to 13, its quality from 0, best, to 63. On drawings, preset 10
# writes no larger files than 8 and takes half the time.
WEBM = Coding("libsvtav1", {"preset": "10", "crf": "32"})


def encode(movie: Path, path: Path, coding: Coding) -> None:
    """Encode a movie's pictures once more; each stands as long as it did."""
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 prints errors only
    with (
        av.open(str(movie)) as source,
        av.open(str(path), "w", options=dict(coding.container)) as target,
    ):
        video = source.streams.video[0]
        rate = min(filter(None, (coding.rate, video.average_rate)))
        stream = target.add_stream(coding.codec, rate=rate, options=dict(coding.options))
        assert isinstance(stream, av.VideoStream)
        stream.width = coding.width or video.width
        stream.height = 2 * round(stream.width * video.height / video.width / 2)
        stream.pix_fmt = "yuv420p"
        for frame in _frames(source, rate):
            smaller = frame.reformat(
                stream.width, stream.height, "yuv420p", interpolation="LANCZOS"
            )
            target.mux(stream.encode(smaller))
        target.mux(stream.encode(None))


def _frames(source: InputContainer, rate: Fraction) -> Iterator[av.VideoFrame]:
    """Yield the frames that are shown at a rate, numbered; the encoder chooses their types."""
    last = -1
    for frame in source.decode(video=0):
        number = round(frame.time * rate) if frame.time is not None else last + 1
        if number > last:
            last = number
            frame.pict_type = PictureType.NONE
            frame.pts, frame.time_base = number, 1 / rate
            yield frame
