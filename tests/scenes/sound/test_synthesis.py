"""The samples of sounds: their pitch, their length, their level, and their place."""

import wave
from pathlib import Path

import numpy as np
import pytest

from scenes.sound.effects import Effect, click, tone
from scenes.sound.files import sound_file
from scenes.sound.samples import RATE, Samples
from scenes.sound.synthesis import mix, pad, samples_of
from scenes.theme import INK, MODEL, UPDATE


def pitch(samples: Samples) -> float:
    """Return the frequency of the strongest part of a sound, hertz."""
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples)), n=4 * RATE))
    return float(np.argmax(spectrum)) / 4


@pytest.mark.parametrize(("height", "hertz"), [(0.0, 164.8), (1 / 3, 329.6), (1.0, 1318.4)])
def test_a_tone_is_three_octaves_higher_at_the_top(height: float, hertz: float) -> None:
    assert pitch(samples_of(tone(height))) == pytest.approx(hertz, abs=1)


def test_packets_differ_by_what_they_carry() -> None:
    clicks = [pitch(samples_of(click(color))) for color in (MODEL, UPDATE, INK)]
    assert clicks == pytest.approx([620, 930, 1550], rel=0.03)


def test_sounds_begin_and_end_in_silence() -> None:
    for effect in (tone(0.5), click(MODEL)):
        samples = samples_of(effect)
        assert samples[[0, -1]] == pytest.approx(0, abs=1e-6)
        assert 0.05 < np.abs(samples).max() < 0.4


def test_the_same_run_has_the_same_samples() -> None:
    once, again = (samples_of.__wrapped__(tone(0.6)) for _ in range(2))
    assert (once == again).all()
    assert (pad(2, [(1, 2)]) == pad(2, [(1, 2)])).all()


def test_a_pad_is_silent_where_it_is_asked_to_be() -> None:
    low = pad(25, [(6.0, 8.0), (15.0, 16.0)])
    made = np.abs(low).max(axis=1)
    assert len(made) == 25 * RATE

    def loudest(start: float, end: float) -> float:
        return float(made[round(start * RATE) : round(end * RATE)].max())

    assert loudest(6.0, 8.0) == loudest(15.0, 16.0) == made[0] == 0
    assert min(loudest(4, 5), loudest(11, 12), loudest(19, 20)) > 0.01
    assert (
        np.abs(np.diff(low[:, 0])).max() < 0.01
    )  # nothing in it is a click, where its blocks meet either


def test_sounds_are_added_to_the_sample() -> None:
    one = np.ones((3, 2), np.float32)
    mixed = mix(10 / RATE, [(2 / RATE, one), (4 / RATE, one), (9 / RATE, one), (1.0, one)])
    assert mixed[:, 0].tolist() == [0, 0, 1, 1, 2, 1, 1, 0, 0, 1]


def test_a_file_has_the_samples_and_is_made_once(tmp_path: Path) -> None:
    effect = Effect("tone", 0.5)
    path = sound_file(samples_of(effect), tmp_path / "sounds")
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert samples / 32767 == pytest.approx(samples_of(effect), abs=1e-4)
    written = path.stat().st_mtime_ns
    assert sound_file(samples_of(effect), tmp_path / "sounds") == path
    assert path.stat().st_mtime_ns == written
    assert [*path.parent.iterdir()] == [path]
