"""Files of samples, for Manim, which adds sounds to a movie from files."""

import os
import wave
from hashlib import sha256
from pathlib import Path

import numpy as np

from scenes.sound.samples import RATE, Samples

FULL = 2**15 - 1  # the loudest sample of a file


def sound_file(samples: Samples, folder: Path) -> Path:
    """Return the WAV file of samples, named by their digest; make it where it is missing."""
    whole = np.round(FULL * np.clip(samples, -1, 1)).astype("<i2")
    path = folder / f"{sha256(whole.tobytes()).hexdigest()[:16]}.wav"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{os.getpid()}-{path.name}")
        with wave.open(str(partial), "wb") as file:
            file.setparams((whole.shape[1], whole.itemsize, RATE, 0, "NONE", ""))
            file.writeframes(whole.tobytes())
        partial.replace(path)
    return path
