"""The sound of a section's own movie, which Manim leaves silent."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

CODECS = {".mp4": "aac", ".mov": "pcm_s16le", ".webm": "libopus"}  # by file suffix
RATE = 48_000  # samples a second; Opus has this rate alone


def length_of(movies: list[Path]) -> float:
    """Return the length of some movies, seconds: WebM leaves out that of the last picture."""
    seconds = 0.0
    for movie in movies:
        with av.open(str(movie)) as source:
            pictures = source.streams.video[0]
            count = sum(packet.dts is not None for packet in source.demux(pictures))
            seconds += count / float(pictures.average_rate or 1)
    return seconds


def add_sound(movie: Path, sound: Any) -> None:
    """Put a sound, an ``AudioSegment``, into a movie that has none."""
    partial = movie.with_stem(f"{movie.stem}_temp")
    with av.open(str(movie)) as source, av.open(str(partial), "w") as out:
        out.metadata.update(source.metadata)
        pictures = source.streams.video[0]
        stream = out.add_stream_from_template(pictures, opaque=True)
        heard: Any = out.add_stream(CODECS[movie.suffix], rate=RATE, layout="stereo")
        for frame in _frames(sound, heard):
            out.mux(heard.encode(frame))
        out.mux(heard.encode(None))
        for packet in source.demux(pictures):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    partial.replace(movie)


def _frames(sound: Any, stream: Any) -> Iterator[av.AudioFrame]:
    """Yield the sound in frames for an encoder."""
    same = sound.set_frame_rate(RATE).set_channels(2).set_sample_width(2)
    samples = np.array(same.get_array_of_samples(), np.int16).reshape(1, -1)
    whole = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
    whole.sample_rate, whole.pts, whole.time_base = RATE, 0, Fraction(1, RATE)
    context = stream.codec_context
    size = context.frame_size or None
    to_encoder = av.AudioResampler(context.format, context.layout, RATE, frame_size=size)
    yield from to_encoder.resample(whole)
    yield from to_encoder.resample(None)
