"""What can go wrong that a user can mend. Each text says what was found and what to do."""


class SceneError(Exception):
    """Base of the errors that the command line prints in one line."""


class ChapterError(SceneError):
    """No chapter of that name."""


class NotRecordedError(SceneError):
    """A chapter asks for something that this run did not record."""


class FitError(SceneError):
    """Something has no room: too many workers, too long a caption."""


class FontError(SceneError):
    """The project's font cannot be used."""


class LanguageError(SceneError):
    """No language of that name."""


class ThemeError(SceneError):
    """No theme of that name."""


class LoopSizeError(SceneError):
    """The loop is larger than a README should load."""


class ReleaseError(SceneError):
    """A release cannot be made, or not be put where it was asked for."""


class CheckError(SceneError):
    """A scene that is to be checked cannot be built."""
