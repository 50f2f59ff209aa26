"""The titles of films: on the card with which a chapter alone begins, and a user's own."""

from typing import Protocol, Self, TypeVar, runtime_checkable

from scenes.text.lines import DIGIT, Line, Text, line
from scenes.text.naming import usual_title
from scenes.text.numbers import Number
from scenes.text.sources import GIVEN_TITLE

Spec = TypeVar("Spec")


@runtime_checkable
class Entitled(Protocol):
    """A spec that shows the film's title."""

    def entitled(self, title: Text) -> Self:
        """Return the spec with another title."""
        ...


def entitled(spec: Spec, title: str) -> Spec:
    """Return a spec with the user's title, if there is one and the spec shows the film's title."""
    return spec.entitled(_given(title)) if title and isinstance(spec, Entitled) else spec


def origin(title: str) -> Line:
    """Return where a chapter is from: the film, by the user's title if there is one."""
    film = Number(title, GIVEN_TITLE) if title else usual_title()
    return line("From the film “{film}”", film=film)


def _given(title: str) -> Text:
    return Number(title, GIVEN_TITLE) if DIGIT.search(title) else title
