"""Engines that speak: programs that write a text's sound into a WAV file, without a network.

A new engine is a function that returns an ``Engine`` and an entry in ``ENGINES``.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fl_sim.wording import did_you_mean, either
from scenes.text.errors import SoundError
from scenes.text.languages import LANGUAGES

AUTO = "auto"
PATIENCE = 120.0  # seconds for one text
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Engine:
    """An engine for a language: its name, what its sound depends on, and its licence.

    ``command`` is the program with its arguments, to which the path of the WAV file is added; it
    reads the text from its standard input.
    """

    name: str
    made_by: str
    licence: str
    command: tuple[str, ...]

    def speak(self, text: str, path: Path) -> None:
        """Write a text's sound into a WAV file.

        Raises:
            SoundError: the engine does not speak it.
        """
        try:
            done = subprocess.run(
                [*self.command, str(path)],
                input=text,
                text=True,
                encoding="utf-8",
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SoundError(f"{self.name} cannot speak: {error}") from error
        if done.returncode or not path.is_file() or not path.stat().st_size:
            last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
            raise SoundError(f"{self.name} cannot speak {text!r}: {last}")


def engine_named(name: str, language: str) -> Engine:
    """Return an engine for a language.

    Args:
        name: that of an engine, with ``kokoro:`` and ``piper:`` the path of a voice; or ``auto``,
            hibari or else espeak-ng.
        language: the language's code.

    Raises:
        SoundError: there is no such engine, or it is not installed, or cannot speak the language.
    """
    kind, _, voice = name.partition(":")
    if name == AUTO:
        return _first(language)
    if kind not in ENGINES:
        raise SoundError(
            f"there is no voice {name!r}.{did_you_mean(kind, [AUTO, *ENGINES])} Choose from: "
            f"{', '.join([AUTO, *ENGINES])}"
        )
    return ENGINES[kind](language, voice)


def without_folder(name: str) -> str:
    """Return the name of an engine, with the file of its voice and not the folder."""
    kind, colon, voice = name.partition(":")
    return f"{kind}{colon}{Path(voice).name}" if colon else name


def _first(language: str) -> Engine:
    reasons = []
    for name in (HIBARI, ESPEAK):
        try:
            return ENGINES[name](language, "")
        except SoundError as error:
            reasons.append(str(error))
    raise SoundError(reasons[0] if language == "en" else reasons[-1])


HIBARI, ESPEAK, PIPER, KOKORO = "hibari", "espeak-ng", "piper", "kokoro"
KOKORO_SPEAKS = ("en", "es", "fr")
# What to install for those that are programs of Python.
PACKAGES = {HIBARI: "'fedreel[voice]'", KOKORO: "'fedreel[kokoro]'", PIPER: "piper-tts"}


def _speaking(language: str) -> str:
    """Return which voices speak a language, as they are asked for."""
    kokoro = [f"{KOKORO}:VOICE.bin"] if language in KOKORO_SPEAKS else []
    voices = either([f"--voice {name}" for name in (ESPEAK, *kokoro, f"{PIPER}:VOICE.onnx")])
    return f"For {LANGUAGES[language].locale.english_name} use {voices}"


def _hibari(language: str, voice: str) -> Engine:
    if language != "en":
        raise SoundError(f"{HIBARI} speaks English alone. {_speaking(language)}")
    found = _installed("hibari-tts", HIBARI)
    program = (sys.executable, str(HERE / "hibari_file.py"))
    return Engine(HIBARI, f"hibari {found}, voice heart", "Apache-2.0", program)


def _espeak(language: str, voice: str) -> Engine:
    program = shutil.which(ESPEAK)
    if program is None:
        raise SoundError(
            f"the voice {ESPEAK} is not installed. Install the program: apt install {ESPEAK}, or "
            f"brew install {ESPEAK}; or name another voice: --voice {PIPER}:VOICE.onnx"
        )
    spoken = voice or language
    return Engine(
        ESPEAK, f"{_version_of(program)}, voice {spoken}", "GPL-3.0-or-later",
        (program, "-v", spoken, "-s", "155", "--stdin", "-w"),
    )  # fmt: skip


def _kokoro(language: str, voice: str) -> Engine:
    if language not in KOKORO_SPEAKS:
        raise SoundError(f"{KOKORO} does not speak all languages. {_speaking(language)}")
    found = _installed("kokoro-onnx", KOKORO)
    path, digest = _own(voice, f"--voice {KOKORO}:VOICE.bin, from npm pack kokoro-js", KOKORO)
    program = (sys.executable, str(HERE / "kokoro_file.py"), language, str(path))
    return Engine(KOKORO, f"kokoro {found}, voice {path.stem} {digest}", "Apache-2.0", program)


def _piper(language: str, voice: str) -> Engine:
    found = _installed("piper-tts", PIPER)
    path, digest = _own(voice, f"--voice {PIPER}:VOICE.onnx, with VOICE.onnx.json beside it", PIPER)
    command = (sys.executable, "-m", "piper", "-m", str(path), "--noise-scale", "0",
               "--noise-w-scale", "0", "-f")  # fmt: skip
    return Engine(PIPER, f"piper {found}, voice {path.stem} {digest}", "that of the voice", command)


def _own(voice: str, example: str, name: str) -> tuple[Path, str]:
    """Return the path of a voice that the user has, and the digest of its file."""
    path = Path(voice).expanduser().absolute()
    if not voice or not path.is_file():
        missing = f"there is no file {voice}. " if voice else ""
        raise SoundError(f"{missing}{name} needs a voice that you have: {example}")
    with path.open("rb") as file:
        return path, file_digest(file, "sha256").hexdigest()[:16]


ENGINES: dict[str, Callable[[str, str], Engine]] = {
    HIBARI: _hibari,
    ESPEAK: _espeak,
    KOKORO: _kokoro,
    PIPER: _piper,
}


def _installed(package: str, name: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError as error:
        raise SoundError(
            f"the voice {name} is not installed. Install it: pip install {PACKAGES[name]}"
        ) from error


@cache
def _version_of(program: str) -> str:
    words: Sequence[str] = (program, "--version")
    found = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return " ".join(found.stdout.split("  ")[0].split())
