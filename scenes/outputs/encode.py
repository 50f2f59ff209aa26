"""Transcoding of a movie's pictures: AV1 in WebM, or a smaller size for a loop."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.frame import PictureType

from scenes.text.errors import ReleaseError
from scenes.text.faults import line_of


@dataclass(frozen=True)
class Coding:
    """The settings of an encoder: codec, options of codec and container, size, and part.

    ``width`` is in pixels, ``rate`` the highest number of frames a second; None keeps the movie's.
    ``span`` is the part of the movie that is encoded, seconds.
    """

    codec: str
    options: Mapping[str, str]
    container: Mapping[str, str] = field(default_factory=dict)
    width: int | None = None
    rate: Fraction | None = None
    span: tuple[float, float] = (0.0, inf)


# Presets of SVT-AV1 go from 0, slow, to 13, its quality from 0, best, to 63. On drawings, preset 10
# writes no larger files than 8 and takes half the time.
# A file that says the same is the same: without the flag the muxer gives each a number by chance.
EXACT = {"fflags": "+bitexact"}
WEBM = Coding("libsvtav1", {"preset": "10", "crf": "32"}, EXACT)
# What a movie says about its colours: a transcoded movie says the same.
COLOUR_TAGS = ("colorspace", "color_primaries", "color_trc", "color_range")

PATIENCE = 60.0  # seconds without a frame after which an encoder counts as stuck
ATTEMPTS = 3
HALF = 0.5  # of a frame


def encode(movie: Path, path: Path, coding: Coding, patience: float = PATIENCE) -> None:
    """Transcode a movie's pictures; their times stay the same.

    A separate process encodes. It is restarted if it gets stuck: on a busy machine the threads of
    SVT-AV1 sometimes deadlock.

    Args:
        movie: the movie.
        path: the new file.
        coding: the settings.
        patience: seconds without a frame after which the encoder counts as stuck.

    Raises:
        ReleaseError: the movie cannot be encoded.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    for _ in range(ATTEMPTS):
        progress = Progress(context.RawValue("Q", 0), context.SimpleQueue())
        process = context.Process(target=_work, args=(movie, path, coding, progress), daemon=True)
        process.start()
        try:
            if _ended(process, progress, patience):
                break
        finally:
            process.kill()
            process.join()
    else:
        raise ReleaseError(
            f"the encoder of {path.suffix} files got stuck {ATTEMPTS} times. Close other programs, "
            "and run the command again"
        )
    if process.exitcode or not progress.faults.empty():
        ended = "the system ended the encoder. If memory ran out, choose a lower quality"
        why = ended if progress.faults.empty() else progress.faults.get()
        raise ReleaseError(f"{movie} cannot be encoded as {coding.codec}: {why}")


@dataclass(frozen=True)
class Progress:
    """Shared state of an encoding process: the number of ``frames``, and a queue of ``faults``."""

    frames: Any
    faults: Any


def _ended(process: BaseProcess, progress: Progress, patience: float) -> bool:
    """Wait for a process; return False if it is stuck."""
    while process.is_alive():
        before = progress.frames.value
        process.join(patience)
        if process.is_alive() and progress.frames.value == before:
            return False
    return True


def _work(movie: Path, path: Path, coding: Coding, progress: Progress) -> None:
    """Encode in a worker process, and count the frames."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # SVT-AV1 prints what the fault says as well
    try:
        for _ in encoded(movie, path, coding):
            progress.frames.value += 1
    except (OSError, av.FFmpegError) as error:
        progress.faults.put(line_of(error) or str(error))


def encoded(movie: Path, path: Path, coding: Coding) -> Iterator[None]:
    """Transcode a movie in this process, and yield after each frame."""
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
        for tag in COLOUR_TAGS:
            setattr(stream.codec_context, tag, getattr(video.codec_context, tag))
        for frame in _frames(source, rate, coding.span):
            smaller = frame.reformat(
                stream.width, stream.height, "yuv420p", interpolation="LANCZOS"
            )
            target.mux(stream.encode(smaller))
            yield
        target.mux(stream.encode(None))


def _frames(
    source: InputContainer, rate: Fraction, span: tuple[float, float]
) -> Iterator[av.VideoFrame]:
    """Yield the numbered frames of a span at a rate; the encoder chooses their types."""
    last, (first, end) = -1, (float(at * rate) for at in span)
    for frame in source.decode(video=0):
        number = round((frame.time or 0) * rate - first)
        if last < number < end - first - HALF:
            last = number
            frame.pict_type = PictureType.NONE
            frame.pts, frame.time_base = number, 1 / rate
            yield frame
