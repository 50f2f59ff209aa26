"""Errors that a user can fix. Each message says what was found and what to do next."""

import traceback
from collections.abc import Mapping
from pathlib import Path

MOST_WORDS = 200  # characters of an error that nobody has worded for a user

NOT_IMPORTED = "Close other programs if memory ran out; else install fedreel again"


class SceneError(Exception):
    """Base class of the errors that the command line prints in one line."""


class ChapterError(SceneError):
    """An unknown chapter, scene or file, or a chapter with wrong beats."""


class FlagError(SceneError):
    """A flag of Manim's that does not suit a chapter, or not another flag."""


class SettingsError(SceneError):
    """Settings of Manim's that Manim cannot read."""


class BeatError(SceneError):
    """A beat that the film does not declare, or not there."""


class NotRecordedError(SceneError):
    """Data that a chapter needs and a run did not record."""


class ChapterFailedError(NotRecordedError):
    """A chapter that failed when it was told or drawn; the others can be."""


class UndrawnError(SceneError):
    """Chapters that could not be drawn, after all others were: the reason of each by its name."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("; ".join(reasons.values()))
        self.reasons = dict(reasons)


class FitError(SceneError):
    """A text or a figure that does not fit, such as a long caption."""


class FontError(SceneError):
    """A missing font or a missing glyph."""


class LanguageError(SceneError):
    """An unknown language, one without a catalogue, or a translation that cannot be used."""


class DigitError(SceneError, ValueError):
    """A digit in a text that has no source."""


class NamingError(SceneError):
    """A title or an author that cannot be shown."""


class ThemeError(SceneError):
    """An unknown theme."""


class SoundError(SceneError):
    """A sound or a voice that cannot be made."""


class LoopSizeError(SceneError):
    """A loop file over its size limit."""


class ReleaseError(SceneError):
    """A release or a clip that cannot be made or stored."""


class OutputError(SceneError):
    """An output file that cannot be made, or not there."""


class CheckError(SceneError):
    """A scene that cannot be checked."""


def not_recorded(run: str, missing: str) -> NotRecordedError:
    """Return the error that a run, given by name, lacks some data."""
    return NotRecordedError(
        f"the run {run!r} recorded no {missing}. Use another run, or record one with: "
        "fl-sim run NAME"
    )


def in_one_line(error: BaseException) -> str:
    """Return an error in one line; one that nobody has worded for a user says where it arose."""
    if isinstance(error, SceneError):
        return " ".join(str(error).split())
    place = (traceback.extract_tb(error.__traceback__) or [None])[-1]
    where = "" if place is None else f" at {Path(place.filename).name}:{place.lineno}"
    words = " ".join(f"{type(error).__name__}: {error}".split())[:MOST_WORDS]
    return f"{words}{where}"
