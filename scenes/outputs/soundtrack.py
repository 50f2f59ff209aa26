"""The soundtrack of a film: what is heard of its clips, as samples and as an audio stream."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import av
import numpy as np
from av.container import OutputContainer

from scenes.render.digests import code_of
from scenes.render.jobs import Clip
from scenes.sound.effects import ALL, SILENT, TimedEffect
from scenes.sound.loudness import UNDER, at_most, limited
from scenes.sound.samples import RATE, Samples
from scenes.sound.synthesis import mix, score
from scenes.text.languages import LANGUAGES

if TYPE_CHECKING:
    from scenes.render.voices import Voice

CODECS = {".mp4": "aac", ".mov": "aac", ".webm": "libopus"}  # by file suffix
BIT_RATE = 128_000  # bits a second
# FFmpeg's other coder of AAC takes three times as long for a voice, and is further from it.
OPTIONS = {"aac": {"aac_coder": "fast"}}
LAYOUT, FORMAT = "stereo", "fltp"


class Heard(NamedTuple):
    """What is heard of a film: one of ``SOUNDS``, and who speaks its captions, if anybody."""

    sound: str
    voice: "Voice | None" = None

    @property
    def made_by(self) -> tuple[str, str, Mapping[str, str]]:
        """What its samples depend on, besides the clips."""
        code = code_of("scenes.sound.synthesis", "scenes.sound")
        return self.sound, self.voice.made_by if self.voice else "", code

    @property
    def about(self) -> dict[str, str]:
        """Metadata of a movie: by whom it is spoken, and under which licence."""
        if self.voice is None:
            return {}
        engine = self.voice.engine
        return {"comment": f"Spoken by {engine.made_by}. Licence: {engine.licence}."}


NOTHING_HEARD = Heard(SILENT)


def heard(sound: str, voice: str, language: str) -> Heard:
    """Return what is heard of a film: a sound, and an engine by its name, if it is not empty.

    Raises:
        SoundError: the engine is not installed, or does not speak the language.
    """
    if not voice:
        return Heard(sound)
    from scenes.render.voices import voice_named  # noqa: PLC0415  # only with a voice
    from scenes.voice.spoken import check_library  # noqa: PLC0415

    speaker = voice_named(voice, language)
    check_library()
    return Heard(sound, speaker)


@dataclass(frozen=True)
class Sound:
    """What is heard of a movie: samples, shape (samples, 2), and the language that is spoken.

    ``language`` is a code of ISO 639-2, or empty where nothing is spoken.
    """

    samples: Samples
    language: str = ""


def soundtrack(
    clips: Sequence[Clip],
    origins: Sequence[float],
    seconds: float,
    heard: Heard,
) -> Sound | None:
    """Return what is heard of a film, or None for nothing.

    Args:
        clips: the clips.
        origins: when each of them begins, seconds.
        seconds: the length of the film.
        heard: its sound and voice.
    """
    sound, voice = heard
    if voice is None and sound == SILENT:
        return None
    if voice is None:
        return Sound(_score(clips, origins, seconds, sound))
    language = LANGUAGES[voice.language].iso_639_2
    spoken = _spoken(clips, origins, seconds, voice)
    if sound == SILENT:
        return Sound(spoken, language)
    low = at_most(_score(clips, origins, seconds, sound), UNDER)
    return Sound(limited(spoken + low), language)


def _spoken(
    clips: Sequence[Clip], origins: Sequence[float], seconds: float, voice: "Voice"
) -> Samples:
    """Return what is spoken in a film."""
    speeches = [
        (first + one.at, voice.samples(one.text))
        for clip, first in zip(clips, origins, strict=True)
        for one in clip.speeches
    ]
    return mix(seconds, speeches)


def _score(clips: Sequence[Clip], origins: Sequence[float], seconds: float, sound: str) -> Samples:
    """Return what is heard of a film besides its voice."""
    heard = [
        TimedEffect(first + one.at, one.effect)
        for clip, first in zip(clips, origins, strict=True)
        for one in clip.effects
    ]
    return score(seconds, heard, silences(clips, origins) if sound == ALL else None)


def speech_in(clip: Clip, start: float, end: float, voice: "Voice") -> Sound:
    """Return what a voice begins to speak in a part of a clip, given in seconds."""
    said = [one for one in clip.speeches if start <= one.at < end]
    parts = [(one.at - start, voice.samples(one.text)) for one in said]
    return Sound(mix(end - start, parts), LANGUAGES[voice.language].iso_639_2)


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


def add_sound(out: OutputContainer, sound: Sound, suffix: str) -> "Iterator[av.Packet[Any]]":
    """Add an audio stream, and yield its packets.

    Args:
        out: a new movie, still without packets.
        sound: what is heard.
        suffix: of the movie's name.
    """
    codec = CODECS[suffix]
    options = OPTIONS.get(codec, {})
    stream: Any = out.add_stream(codec, rate=RATE, layout=LAYOUT, options=options)
    stream.bit_rate = BIT_RATE
    if sound.language:
        stream.metadata["language"] = sound.language
    return _encoded(stream, sound.samples)


def _encoded(stream: Any, samples: Samples) -> "Iterator[av.Packet[Any]]":
    size = stream.codec_context.frame_size or RATE // 50
    for first in range(0, len(samples), size):
        part = np.ascontiguousarray(samples[first : first + size].T)
        frame = av.AudioFrame.from_ndarray(part, format=FORMAT, layout=LAYOUT)
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        yield from stream.encode(frame)
    yield from stream.encode(None)
