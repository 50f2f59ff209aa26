"""A voice: what an engine speaks of captions, kept by the digest of text and engine."""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np

from scenes.render.digests import code_of, digest
from scenes.render.store import STORE, Store
from scenes.sound.files import sound_file
from scenes.sound.loudness import VOICE, at_loudness
from scenes.sound.samples import RATE, Samples
from scenes.text.errors import SoundError
from scenes.voice.engines import Engine, engine_named

QUIET = 0.01  # part of the loudest sample below which nothing is spoken yet
MARGIN = 0.03  # seconds kept before and after what is spoken


@dataclass(frozen=True)
class Voice:
    """An engine for a language, and the cache that keeps what it has spoken."""

    engine: Engine
    language: str
    store: Store

    @property
    def made_by(self) -> str:
        """What the samples depend on besides the text: the engine and the code."""
        return digest([self.engine.made_by, self.language, _code()])

    def file(self, text: str) -> Path:
        """Return the WAV file of a text, spoken once."""
        return self.store.get(digest([self.made_by, text]), ".wav", partial(self._speak, text))

    def samples(self, text: str) -> Samples:
        """Return what is spoken of a text, float32, shape (samples, 2)."""
        return read(self.file(text))

    def seconds(self, text: str) -> float:
        """Return the length of a spoken text."""
        with av.open(str(self.file(text))) as source:
            return float((source.duration or 0) / av.time_base)

    def _speak(self, text: str, path: Path) -> None:
        """Speak a text, without the silence around it, at the loudness of voices."""
        with TemporaryDirectory() as folder:
            raw = Path(folder, "raw.wav")
            self.engine.speak(text, raw)
            spoken = trimmed(read(raw))
            if not len(spoken):
                raise SoundError(f"{self.engine.name} says nothing for {text!r}")
            sound_file(at_loudness(spoken, VOICE), Path(folder)).replace(path)


def voice_named(name: str, language: str) -> Voice:
    """Return a voice by the name of its engine.

    Raises:
        SoundError: there is no such engine, or it is not installed, or cannot speak the language.
    """
    return Voice(engine_named(name, language), language, Store(STORE))


def read(path: Path) -> Samples:
    """Return the samples of a sound's file, at ``RATE`` and in stereo."""
    to_ours = av.AudioResampler("fltp", "stereo", RATE)
    with av.open(str(path)) as source:
        frames = [part for frame in source.decode(audio=0) for part in to_ours.resample(frame)]
    frames += to_ours.resample(None)
    if not frames:
        return np.zeros((0, 2), np.float32)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).T.copy()


def trimmed(samples: Samples) -> Samples:
    """Return samples without the silence at both ends."""
    level = np.abs(samples).max(axis=1, initial=0.0)
    loud = np.flatnonzero(level > QUIET * level.max(initial=0.0))
    if not len(loud):
        return samples[:0]
    margin = round(MARGIN * RATE)
    return samples[max(loud[0] - margin, 0) : loud[-1] + margin]


@cache
def _code() -> dict[str, str]:
    found = code_of(__name__, __name__) | code_of("scenes.sound.loudness", "scenes.sound")
    for module in ("engines", "hibari_file", "kokoro_file", "spoken"):
        found |= code_of(f"scenes.voice.{module}", "scenes.voice")
    return found
