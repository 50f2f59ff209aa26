"""The soundtrack of a film: what is heard of its clips, as samples and as an audio stream."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import av
import numpy as np
from av.container import OutputContainer

from scenes.render.jobs import Clip
from scenes.sound.effects import ALL, SILENT
from scenes.sound.loudness import UNDER, limited, loudness
from scenes.sound.samples import RATE, Samples
from scenes.sound.synthesis import mix, pad, samples_of

if TYPE_CHECKING:
    from scenes.render.voices import Voice

CODECS = {".mp4": "aac", ".mov": "aac", ".webm": "libopus"}  # by file suffix
BIT_RATE = 128_000  # bits a second
LAYOUT, FORMAT = "stereo", "fltp"


class Heard(NamedTuple):
    """What is heard of a film: one of ``SOUNDS``, and who speaks its captions, if anybody."""

    sound: str
    voice: "Voice | None" = None


NOTHING_HEARD = Heard(SILENT)


def soundtrack(
    clips: Sequence[Clip],
    origins: Sequence[float],
    seconds: float,
    heard: Heard,
) -> Samples | None:
    """Return what is heard of a film, or None for nothing.

    Args:
        clips: the clips.
        origins: when each of them begins, seconds.
        seconds: the length of the film.
        heard: its sound and voice.
    """
    sound, voice = heard
    if voice is None:
        return None if sound == SILENT else _score(clips, origins, seconds, sound)
    speeches = [
        (first + one.at, voice.samples(one.text))
        for clip, first in zip(clips, origins, strict=True)
        for one in clip.speeches
    ]
    spoken = mix(seconds, speeches)
    if sound == SILENT:
        return spoken
    score = _score(clips, origins, seconds, sound)
    quieter = min(10 ** ((UNDER - loudness(score)) / 20), 1.0)
    return limited(spoken + np.float32(quieter) * score)


def _score(clips: Sequence[Clip], origins: Sequence[float], seconds: float, sound: str) -> Samples:
    """Return what is heard of a film besides its voice."""
    heard = [
        (first + one.at, samples_of(one.effect))
        for clip, first in zip(clips, origins, strict=True)
        for one in clip.effects
    ]
    low = [(0.0, pad(seconds, silences(clips, origins)))] if sound == ALL else []
    return mix(seconds, [*heard, *low])


def silences(clips: Sequence[Clip], origins: Sequence[float]) -> list[tuple[float, float]]:
    """Return start and end of each silent beat, seconds; those that follow each other are one."""
    found: list[tuple[float, float]] = []
    for clip, first in zip(clips, origins, strict=True):
        for beat in clip.beats:
            if beat.name in clip.chapter.silent:
                start, end = first + beat.start, first + beat.end
                before = found.pop()[0] if found and found[-1][1] >= start else start
                found.append((before, end))
    return found


def add_sound(out: OutputContainer, samples: Samples, suffix: str) -> "Iterator[av.Packet[Any]]":
    """Add an audio stream, and yield its packets.

    Args:
        out: a new movie, still without packets.
        samples: what is heard, shape (samples, 2).
        suffix: of the movie's name.
    """
    stream: Any = out.add_stream(CODECS[suffix], rate=RATE, layout=LAYOUT)
    stream.bit_rate = BIT_RATE
    return _encoded(stream, samples)


def _encoded(stream: Any, samples: Samples) -> "Iterator[av.Packet[Any]]":
    size = stream.codec_context.frame_size or RATE // 50
    for first in range(0, len(samples), size):
        part = np.ascontiguousarray(samples[first : first + size].T)
        frame = av.AudioFrame.from_ndarray(part, format=FORMAT, layout=LAYOUT)
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        yield from stream.encode(frame)
    yield from stream.encode(None)
