"""Errors that a user can fix. Each message says what was found and what to do next."""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fl_sim.record import Run

MOST_WORDS = 200  # characters of an error that nobody has worded for a user

RECORDER = "record_strategy"  # of what passes between the coordinator and the workers
LABEL_COUNTS = "record_client(label_counts=...)"
NO_COUNTS = "An imported run has no label counts, which that takes"
ONLY_OWN = "That takes a run of fedreel's own app"

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


def not_recorded(run: "Run", missing: str, recorder: str = "") -> NotRecordedError:
    """Return the error that a run lacks some data.

    Args:
        run: the run.
        missing: the data.
        recorder: what records them of an app of somebody else's, if anything does.
    """
    found = f"the run {run.name!r} recorded no {missing}. Use another run"
    if run.by_own_app:
        return NotRecordedError(f"{found}, or record one with: fl-sim run NAME")
    if recorder and (run.imported or recorder != RECORDER):
        return NotRecordedError(f"{found}, or record its Flower app with {recorder}")
    return NotRecordedError(found)


def only_own(runs: "Sequence[Run]", found: str, advice: str) -> NotRecordedError:
    """Return the error that runs lack what only this project's app can give.

    Args:
        runs: the runs.
        found: what they lack, as a sentence.
        advice: what to do where one of them is of this app.
    """
    own = any(run.by_own_app for run in runs)
    return NotRecordedError(f"{found}. {advice if own else ONLY_OWN}")


def in_one_line(error: BaseException) -> str:
    """Return an error in one line; one that nobody has worded for a user says where it arose."""
    if isinstance(error, SceneError):
        return " ".join(str(error).split())
    place = (traceback.extract_tb(error.__traceback__) or [None])[-1]
    where = "" if place is None else f" at {Path(place.filename).name}:{place.lineno}"
    words = " ".join(f"{type(error).__name__}: {error}".split())[:MOST_WORDS]
    return f"{words}{where}"
