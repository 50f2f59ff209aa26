"""The title and the author of a film: a user's own, or the usual title."""

from collections.abc import Mapping
from dataclasses import dataclass

from scenes.text.errors import NamingError
from scenes.text.language import Language
from scenes.text.lines import Line, text

MOST_TITLE = 48  # characters
MOST_WORD = 18  # characters of one word in the title
MOST_AUTHOR = 200  # characters


def usual_title() -> Line:
    """Return the title of a film that the user gave no other one."""
    return text("Federated learning, as it was recorded")


@dataclass(frozen=True)
class Naming:
    """The title and the author that the user gave a film; an empty text where none was given.

    Raises:
        NamingError: the text cannot be shown, or is too long.
    """

    title: str = ""
    author: str = ""

    def __post_init__(self) -> None:
        for option, given, most in (
            ("title", self.title, MOST_TITLE),
            ("author", self.author, MOST_AUTHOR),
        ):
            _check(option, given, most)
        longest = max(self.title.split(), key=len, default="")
        if len(longest) > MOST_WORD:
            raise NamingError(
                f"--title: the word {longest!r} has {len(longest)} characters. Use words of at "
                f"most {MOST_WORD}, so that they fit on a narrow picture"
            )

    def title_in(self, language: Language) -> str:
        """Return the title in a language; a user's title is the same in all of them."""
        return self.title or str(usual_title().in_language(language))

    def metadata(self, language: Language) -> Mapping[str, str]:
        """Return a movie's metadata: the title and, if given, the author."""
        named = {"title": self.title_in(language)}
        return named | ({"artist": self.author} if self.author else {})


def _check(option: str, given: str, most: int) -> None:
    if given and (not given.strip() or not given.isprintable()):
        raise NamingError(
            f"--{option}: {given!r} is empty or has characters that cannot be shown. Give a text "
            "on one line"
        )
    if len(given) > most:
        raise NamingError(f"--{option}: the text has {len(given)} characters. Give at most {most}")
