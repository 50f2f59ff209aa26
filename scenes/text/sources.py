"""Sources of numbers: places in run records, and computations from them.

A source stays a structure until it is printed, so that no code has to parse it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """The items of a list from a start position."""

    start: int = 0


ALL = Span()
Step = str | int | Span  # a field or key, a position in a list, or several positions


@dataclass(frozen=True)
class Place:
    """A place in a record: the run's name, and the path from the run."""

    run: str
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        """Return the path, such as ``rounds[2].central.accuracy`` or ``rounds[*].number``."""
        return "".join(map(_written, self.steps)).removeprefix(".")

    @property
    def around(self) -> list["Place"]:
        """The place and all places that contain it, the innermost first."""
        steps = tuple(step.start if isinstance(step, Span) else step for step in self.steps)
        spans = [i for i, step in enumerate(self.steps) if step == ALL]
        longest = spans[0] if spans else len(steps)
        return [Place(self.run, steps[:size]) for size in range(longest, -1, -1)]


def _written(step: Step) -> str:
    if isinstance(step, str):
        return f".{step}"
    if isinstance(step, int):
        return f"[{step}]"
    return f"[{step.start}:]" if step.start else "[*]"


@dataclass(frozen=True)
class Source:
    """The source of a number: English words with a ``{}`` for each of ``parts``.

    ``run`` is the name of the run, if a picture shows several.
    """

    words: str
    parts: tuple["Place | Source | str", ...] = ()
    run: str = ""

    def __str__(self) -> str:
        """Return the source as text."""
        written = self.words.format(*map(str, self.parts))
        return f"{self.run}: {written}" if self.run else written

    @property
    def places(self) -> Iterator[Place]:
        """The places in records, in the order of the words."""
        for part in self.parts:
            if isinstance(part, Place):
                yield part
            elif isinstance(part, Source):
                yield from part.places


NOT_RECORDED = Source("not recorded")
GIVEN_TITLE = Source("the title that the user gave")
