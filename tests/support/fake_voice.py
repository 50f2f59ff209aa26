"""A voice for tests: a program that beeps, a twentieth of a second for each letter of a text."""

import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from scenes.voice import engines
from scenes.voice.engines import Engine

RATE, LEVEL, HERTZ = 24_000, 0.1, 400
BEFORE, AFTER, LETTER = 0.3, 0.4, 0.05  # seconds
NAME = "beeps"


def length(text: str) -> float:
    """Return the seconds that a text is spoken for."""
    return LETTER * len(text)


def use(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Let ``--voice beeps`` speak."""
    engine = Engine(NAME, "beeps 1", "none", (sys.executable, str(Path(__file__))))
    monkeypatch.setitem(engines.ENGINES, NAME, lambda language, voice: engine)
    return engine


def main() -> None:
    """Write the sound of the text on standard input into a file, between two silences."""
    text = sys.stdin.read()
    time = np.arange(round((BEFORE + length(text) + AFTER) * RATE)) / RATE
    beep = LEVEL * np.sin(2 * np.pi * HERTZ * time)
    beep[(time < BEFORE) | (time > BEFORE + length(text))] = 0
    with wave.open(sys.argv[1], "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.round(32_767 * beep).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
