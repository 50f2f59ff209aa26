"""The pictures of movies: how near they are to others, and how long it takes to encode them."""

import configparser
import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from math import log10
from pathlib import Path

import av
import numpy as np

EVERY = 5  # frames, of which one is compared
LEVELS = 255
RATE = 60  # frames a second
CRF_STEP = 2


def frames(movies: Iterable[Path]) -> Iterator[av.VideoFrame]:
    """Yield the frames of movies, one after the other, 4:2:0."""
    for movie in movies:
        with av.open(str(movie)) as source:
            source.streams.video[0].thread_type = "AUTO"
            yield from source.decode(video=0)


def planes(movies: Iterable[Path]) -> Iterator[np.ndarray]:
    """Yield frames' luma and chroma, uint8, shape (height * 3 / 2, width)."""
    return (frame.to_ndarray() for frame in frames(movies))


def differing(movies: Iterable[Path], others: Iterable[Path]) -> tuple[int, int]:
    """Return how many frames are not the same in both, and how many there are."""
    pairs = zip(planes(movies), planes(others), strict=True)
    differ = [not np.array_equal(one, other) for one, other in pairs]
    return sum(differ), len(differ)


def psnr(movies: Iterable[Path], raw: Iterable[Path]) -> float:
    """Return the peak signal-to-noise ratio to the raw frames, dB.

    It is that of the mean squared error over all frames compared, luma and chroma alike.
    """
    pairs = zip(planes(movies), planes(raw), strict=True)
    errors = [
        np.square(one.astype(np.float32) - other).mean()
        for one, other in islice(pairs, None, None, EVERY)
    ]
    return 10 * log10(LEVELS**2 / np.mean(errors))


def settings_of(config: Path) -> dict[str, str]:
    """Return the encoder's settings in a ``manim.cfg``."""
    parser = configparser.ConfigParser()
    parser.read(config, "utf-8")
    return dict(parser["video_encoder.options"])


def encode(raw: Iterable[Path], settings: dict[str, str], target: Path) -> tuple[float, int]:
    """Encode frames into one file, in this thread if the settings ask for one.

    Returns:
        The processor time that the encoder took, seconds, and the number of frames.
    """
    taken, number = 0.0, 0
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options=settings)
        for frame in frames(raw):
            if not number:
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
            frame.pts, frame.time_base = number, 1 / Fraction(RATE)
            frame.pict_type = 0  # else the encoder would keep to what it was encoded as before
            number += 1
            start = time.thread_time()
            packets = stream.encode(frame)
            taken += time.thread_time() - start
            out.mux(packets)
        out.mux(stream.encode())
    return taken, number


def at_quality(raw: list[Path], settings: dict[str, str], wanted: float, target: Path) -> float:
    """Return by which factor a file's size changes when its quality is another.

    Args:
        raw: movies with the frames.
        settings: of the encoder; its ``crf`` is changed until the quality is passed.
        wanted: PSNR, dB.
        target: a file for trials.
    """
    crf = int(settings["crf"])
    trials = [_trial(raw, settings, target)]
    step = CRF_STEP if trials[0][0] > wanted else -CRF_STEP
    while len(trials) < 2 or (trials[-1][0] - wanted) * step > 0:
        crf += step
        trials.append(_trial(raw, {**settings, "crf": str(crf)}, target))
    (before, larger), (after, smaller) = trials[-2:]
    # Between two trials the size is exponential in the PSNR.
    size = larger * (smaller / larger) ** ((before - wanted) / (before - after))
    return size / trials[0][1]


def _trial(raw: list[Path], settings: dict[str, str], target: Path) -> tuple[float, int]:
    """Return the PSNR of what is encoded by some settings, and its size in bytes."""
    encode(raw, settings, target)
    return psnr([target], raw), target.stat().st_size
