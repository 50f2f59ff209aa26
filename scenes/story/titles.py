"""The titles of films: on the card with which a chapter alone begins, and a user's own."""

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar, runtime_checkable

from scenes.story.specs import PhraseSpec
from scenes.text.lines import DIGIT, Line, Text, line
from scenes.text.naming import usual_title
from scenes.text.numbers import Number
from scenes.text.sources import GIVEN_TITLE

Spec = TypeVar("Spec")


@runtime_checkable
class Entitled(Protocol):
    """A spec that shows the film's title."""

    def entitled(self, title: str) -> Self:
        """Return the spec with another title."""
        ...


def entitled(spec: Spec, title: str) -> Spec:
    """Return a spec with the user's title, if there is one and the spec shows the film's title."""
    return spec.entitled(title) if title and isinstance(spec, Entitled) else spec


def origin(title: str) -> Line:
    """Return where a chapter is from: the film, by the user's title if there is one."""
    film = Number(title, GIVEN_TITLE) if title else usual_title()
    return line("From the film “{film}”", film=film)


def phrases(title: str) -> Sequence[PhraseSpec]:
    """Return the phrases of a title card: its words, so that they can stand on several lines."""
    return [PhraseSpec(_word(word), "ink") for word in title.split()]


def _word(word: str) -> Text:
    return Number(word, GIVEN_TITLE) if DIGIT.search(word) else word
