"""Errors that a user can fix. Each message says what was found and what to do next."""


class SceneError(Exception):
    """Base class of the errors that the command line prints in one line."""


class ChapterError(SceneError):
    """An unknown chapter, scene or file, or a chapter with wrong beats."""


class BeatError(SceneError):
    """A beat that the film does not declare, or not there."""


class NotRecordedError(SceneError):
    """Data that a chapter needs and a run did not record."""


class FitError(SceneError):
    """A text or a figure that does not fit, such as a long caption."""


class FontError(SceneError):
    """A missing font or a missing glyph."""


class LanguageError(SceneError):
    """An unknown language, one without a catalogue, or a translation that cannot be used."""


class DigitError(SceneError, ValueError):
    """A digit in a text that has no source."""


class ThemeError(SceneError):
    """An unknown theme."""


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
