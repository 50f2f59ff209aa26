"""Output files: their names, the formats that can be made, and whole files or none.

What is in the way of a file is found before anything is rendered.
"""

import glob
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from fl_sim import record
from fl_sim.wording import either
from scenes import FILM
from scenes.render.folders import is_abandoned
from scenes.render.looks import Look
from scenes.sound.effects import EFFECTS
from scenes.text.errors import OutputError

FILM_FORMATS = (".mp4", ".mov", ".webm", ".gif")
LOOP_FORMATS = (".gif", ".mp4", ".mov", ".webm")
SHEET_FORMATS = (".png", ".jpg")
SLIDES_FORMATS = (".html", ".pptx", ".pdf")
LONGEST = 60  # characters of the runs in a name


def named(
    default: str,
    chapters: Sequence[str],
    runs: Sequence[str],
    look: Look,
    quality: str,
    title: str = "",
) -> Path:
    """Return the name of an output: what differs in anything asked for has another name.

    Args:
        default: the name for the whole film, in the default look, of the committed runs.
        chapters: the chapters that were asked for; none for all.
        runs: the records that were asked for; none for those of each chapter.
        look: the look.
        quality: the default quality.
        title: the film's title that the user gave, if any.
    """
    path = Path(default)
    film = [chapter.name for chapter in FILM]
    asked = [name for name in film if name in chapters] + sorted(set(chapters) - set(film))
    words = [
        "+".join(asked) if asked != film else "",
        look.quality if look.quality != quality else "",
        look.label[1:],  # a label begins with a dash
        f"of-{_short('+'.join(map(_run_name, runs)))}" if runs else "",
        f"titled-{_digest(title)}" if title else "",
    ]
    return path.with_name("-".join([path.stem, *filter(None, words)]) + path.suffix)


def sounding(path: Path, sound: str, voice: str = "") -> Path:
    """Return the name of a movie with a sound and a voice: another one than that of the usual."""
    words = [f"-sound-{sound}" if sound != EFFECTS else "", f"-voice-{_short(Path(voice).stem)}"]
    return path.with_stem("".join([path.stem, words[0], words[1] if voice else ""]))


def _run_name(run: str) -> str:
    """Return a run's name; those in other places than the committed runs have a digest of it."""
    folder = record.resolve(run).absolute()
    if folder.parent in record.places():
        return folder.name
    return f"{_short(folder.name)}-{_digest(str(folder))}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}-{_digest(name)}"


def _digest(text: str) -> str:
    return sha256(os.fsencode(text)).hexdigest()[:6]


def check_file(path: Path, formats: Sequence[str] = ()) -> None:
    """Check that a file can be written, without a trace.

    Args:
        path: the file.
        formats: the suffixes that can be made; any without.

    Raises:
        OutputError: another suffix, or something else is in its place.
        OSError: its folder cannot be made or written to.
    """
    if formats and path.suffix not in formats:
        found = f"{path.suffix} files" if path.suffix else "a file without a suffix"
        raise OutputError(
            f"{path}: {found} cannot be made. Name one that ends in {either(formats)}"
        )
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is there and is no file. Name another one")
    if path.is_file() and not os.access(path, os.W_OK):
        raise OutputError(f"{path} is read-only. Name another file, or make it writable")
    _check_writable(path)


def check_gif(path: Path, clips: int, voice: str = "") -> None:
    """Check that a movie can be a GIF, whose frames are all in memory at once.

    Raises:
        OutputError: it has several chapters, or a voice.
    """
    if path.suffix == ".gif" and voice:
        raise OutputError(
            f"{path}: a GIF has no sound. Leave out --voice, or name a file that ends in "
            f"{either(FILM_FORMATS[:-1])}"
        )
    if path.suffix == ".gif" and clips > 1:
        raise OutputError(
            f"{path}: a GIF holds one chapter, and there are {clips}. Name one chapter, or a file "
            f"that ends in {either(FILM_FORMATS[:-1])}"
        )


def check_folder(folder: Path) -> None:
    """Check that files can be made in a folder, there or not, without a trace.

    Raises:
        OutputError: a file is in the folder's place or above it.
        OSError: the folder cannot be made or written to.
    """
    _check_writable(folder / "file")


def _check_writable(path: Path) -> None:
    folder = path.parent
    above = next(one for one in (folder, *folder.parents) if os.path.lexists(one))
    if not above.is_dir():
        raise OutputError(f"{above} is no folder. Name another place")
    try:
        with TemporaryDirectory(prefix=".fedreel-", dir=above) as probe:
            Path(probe, partial_of(path).name).touch()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def partial_of(path: Path) -> Path:
    """Return the path of a file while it is written."""
    return path.with_name(f".{os.getpid()}.{path.name}")


def _tidy(path: Path) -> None:
    """Remove what killed programs left of a file."""
    for left in path.parent.glob(f".*.{glob.escape(path.name)}"):
        if is_abandoned(left):
            left.unlink(missing_ok=True)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path to write to; the file then takes its place. After an error nothing is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _tidy(path)
    partial = partial_of(path)
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        if error.filename is None and error.errno:
            error.filename = str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)
