"""A film's title of the user's own."""

from typing import Protocol, Self, TypeVar, runtime_checkable

from scenes.text.lines import DIGIT, Text
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


def _given(title: str) -> Text:
    return Number(title, GIVEN_TITLE) if DIGIT.search(title) else title
