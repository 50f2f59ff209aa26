"""A voice speaks captions once, at its loudness, and no beat ends before it does."""

import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fake_voice
import numpy as np
import pytest
from manim import Wait, tempconfig

from scenes.explainer import Explainer
from scenes.render.clips import inputs_of
from scenes.render.jobs import dry_run, jobs
from scenes.render.looks import Look
from scenes.render.store import STORE, Store
from scenes.render.voices import Voice, read, trimmed, voice_named
from scenes.sound.effects import TimedSpeech, tone
from scenes.sound.heard import heard
from scenes.sound.loudness import MOST, at_loudness, loudness
from scenes.sound.samples import RATE, Samples
from scenes.text.errors import SoundError
from scenes.text.lines import DIGIT, text
from scenes.theme import BREATH, SWAP
from scenes.voice import engines, spoken
from scenes.voice.engines import Engine, engine_named

TEXT = "a text of some length"
FRAME = 1 / 15  # seconds


@pytest.fixture
def beeps(monkeypatch: pytest.MonkeyPatch) -> Voice:
    """Return a voice that beeps."""
    fake_voice.use(monkeypatch)
    return voice_named(fake_voice.NAME, "en")


def sine(seconds: float, level: float) -> Samples:
    """Return a tone of 1000 Hz."""
    wave = level * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def test_loudness_is_that_of_the_standard() -> None:
    # EBU Tech 3341, case 1: a stereo sine of 1000 Hz at -23 dBFS has -23 LUFS.
    assert loudness(sine(20, 10 ** (-23 / 20))) == pytest.approx(-23, abs=0.1)
    assert loudness(np.zeros((RATE, 2), np.float32)) == -np.inf


@pytest.mark.parametrize("target", [-30.0, -16.0])
def test_samples_are_brought_to_a_loudness(target: float) -> None:
    assert loudness(at_loudness(sine(2, 0.02), target)) == pytest.approx(target, abs=0.1)


def test_peaks_are_rounded_off_and_never_clipped() -> None:
    peaks = sine(2, 0.02)
    peaks[::RATE] = 0.9
    loud = at_loudness(peaks, -16.0)
    assert MOST / 2 < np.abs(loud).max() <= MOST


def test_silence_at_both_ends_is_cut() -> None:
    silence = np.zeros((RATE, 2), np.float32)
    cut = trimmed(np.concatenate([silence, sine(1, 0.5), silence]))
    assert len(cut) / RATE == pytest.approx(1, abs=0.07)
    assert len(trimmed(silence)) == 0


def test_a_text_is_spoken_once(beeps: Voice) -> None:
    spoken = beeps.samples(TEXT)
    assert len(spoken) / RATE == pytest.approx(fake_voice.length(TEXT), abs=0.07)
    assert beeps.seconds(TEXT) == pytest.approx(len(spoken) / RATE, abs=0.001)
    assert loudness(spoken) == pytest.approx(-16, abs=1)
    assert np.abs(spoken).max() < 1
    dead = replace(beeps, engine=replace(beeps.engine, command=("false",)))
    assert (dead.samples(TEXT) == spoken).all()  # from the cache: the engine would fail
    with pytest.raises(SoundError, match="beeps cannot speak 'Other': it gave no reason"):
        dead.samples("Other")
    newer = replace(dead, engine=replace(dead.engine, made_by="beeps 2"))
    with pytest.raises(SoundError, match="beeps cannot speak"):
        newer.samples(TEXT)


def test_a_voice_that_says_nothing_is_an_error(tmp_path: Path) -> None:
    script = tmp_path / "silent.py"
    script.write_text(
        "import sys, wave\n"
        "with wave.open(sys.argv[1], 'wb') as file:\n"
        "    file.setparams((1, 2, 8000, 0, 'NONE', ''))\n"
        "    file.writeframes(bytes(16000))\n"
    )
    silent = Engine("silent", "silent 1", "none", (sys.executable, str(script)))
    with pytest.raises(SoundError, match="silent says nothing for 'Text'"):
        Voice(silent, "en", Store(STORE)).samples("Text")


MISSING = {
    ("hibari", "en"): "the voice hibari is not installed. Install it: pip install 'fedreel[voice]'",
    ("auto", "en"): "the voice hibari is not installed",
    ("hibari", "de"): "hibari speaks English alone. For German use --voice espeak-ng or --voi",
    ("hibari", "es"): "hibari speaks English alone. For Spanish use --voice espeak-ng, --voice kok",
    ("auto", "de"): "the voice espeak-ng is not installed. Install the program: apt install",
    ("kokoro", "de"): "kokoro does not speak all languages. For German use --voice espeak-ng",
    ("kokoro:a.bin", "es"): "the voice kokoro is not installed. Install it: pip install 'fedreel[k",
    ("piper:own.onnx", "fr"): "the voice piper is not installed. Install it: pip install piper-tts",
    ("hibary", "en"): "there is no voice 'hibary'. Did you mean hibari? Choose from: auto, hibari,",
}


@pytest.mark.parametrize(("name", "language"), MISSING)
def test_a_missing_voice_is_one_line(
    name: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(package: str) -> str:
        raise engines.PackageNotFoundError(package)

    monkeypatch.setattr(engines, "version", missing)
    monkeypatch.setattr(engines.shutil, "which", lambda program: None)
    with pytest.raises(SoundError) as error:
        engine_named(name, language)
    assert str(error.value).startswith(MISSING[name, language])
    assert "\n" not in str(error.value)


def test_a_piper_voice_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "version", lambda package: "1")
    with pytest.raises(SoundError, match=r"^there is no file own.onnx. piper needs a voice that"):
        engine_named("piper:own.onnx", "en")


def test_a_clip_with_a_voice_is_another_one(beeps: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("num2words", reason="the extra voice is not installed")
    (silent,) = jobs(("ledger",), look=Look("low"))
    (voiced,) = jobs(("ledger",), look=Look("low"), voice=fake_voice.NAME)
    before = inputs_of(voiced)
    assert "voice" not in inputs_of(silent).look
    words = {name: version(name) for name in ("babel", "num2words")}
    assert before.changes(inputs_of(silent)) == [
        f"babel changed from None to {words['babel']}",
        f"num2words changed from None to {words['num2words']}",
        f"voice changed from None to {beeps.made_by}",
    ]
    monkeypatch.setattr(spoken, "version", lambda name: "99")
    assert inputs_of(voiced).changes(before) == [
        f"{name} changed from {found} to 99" for name, found in words.items()
    ]
    changed = replace(beeps.engine, made_by="beeps 2")
    monkeypatch.setitem(engines.ENGINES, fake_voice.NAME, lambda language, voice: changed)
    assert inputs_of(voiced).key != before.key


def test_a_beat_lasts_until_all_is_spoken(beeps: Voice) -> None:
    pytest.importorskip("num2words", reason="the extra voice is not installed")
    (job,) = jobs(("ledger",), look=Look("low"), voice=fake_voice.NAME)
    voiced, silent = (dry_run(one) for one in (job, replace(job, voice="")))
    assert silent.speeches == []
    assert len(voiced.speeches) == len(voiced.beats) > 1
    lengths: list[Any] = []
    for beat, speech in zip(voiced.beats, voiced.speeches, strict=True):
        assert isinstance(speech, TimedSpeech)
        assert not DIGIT.search(speech.text)
        assert speech.at == pytest.approx(beat.shown + SWAP)  # nothing is spoken before
        end = speech.at + beeps.seconds(speech.text)
        assert end <= beat.end + FRAME - BREATH
        lengths.append(beat.end - beat.start)
    assert sum(lengths) > sum(beat.end - beat.start for beat in silent.beats)


class Tones(Explainer):
    """Tones that follow each other below a voice."""

    def construct(self) -> None:
        """Play them."""
        with self.beat("one", text("Tones")):
            self.play(*(heard(Wait(0.1 * i), tone(0.9)) for i in range(1, 20)))


@pytest.mark.parametrize("voice", ["", fake_voice.NAME])
def test_what_else_is_heard_is_under_the_voice_in_manims_own_movie(
    voice: str, beeps: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {"RUN": "reference", "LANGUAGE": "en", "SOUND": "effects", "VOICE": voice}
    for name, value in chosen.items():
        monkeypatch.setenv(f"FEDREEL_{name}", value)
    added: list[Path] = []
    monkeypatch.setattr(Tones, "add_sound_to_all", lambda scene, path: added.append(Path(path)))
    with tempconfig({"dry_run": True, "disable_caching": True, "progress_bar": "none"}):
        Tones(skip_animations=False).render()
    (file,) = added
    assert loudness(read(file)) == pytest.approx(-30 if voice else -10, abs=0.1)


def test_english_is_spoken_by_a_voice_in_its_package() -> None:
    pytest.importorskip("hibari", reason="the extra voice is not installed")
    once, again = voice_named("auto", "en"), voice_named("hibari", "en")
    text = "Three of ten, by lot."
    spoken = once.samples(text)
    assert once.engine.licence == "Apache-2.0"
    assert 1 < len(spoken) / RATE < 3
    assert loudness(spoken) == pytest.approx(-16, abs=1)
    once.file(text).unlink()
    assert (again.samples(text) == spoken).all()
