"""What a rule finds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from scenes.check.boxes import Box
from scenes.check.moment import Moment


@dataclass(frozen=True)
class Fault:
    """A rule that a moment breaks.

    Attributes:
        rule: the rule's name.
        about: what breaks it, the same for the same fault in the next moment.
        measured: what was measured, in ``unit``.
        limit: what it may be, at most or, with ``at_least``, at least.
        boxes: where, in Manim's units.
        place: the beat and the time, where they are not the moment's own.
    """

    rule: str
    about: str
    measured: float
    limit: float
    unit: str
    boxes: tuple[Box, ...] = ()
    at_least: bool = False
    place: tuple[str, float] | None = None

    @property
    def excess(self) -> float:
        """How many times worse than the limit it is."""
        one, other = self.measured, self.limit
        if self.at_least:
            one, other = other, one
        return one / other if other > 0 else 1.0 + one


@dataclass(frozen=True)
class Finding:
    """A fault with its place in the film. ``still`` shows it."""

    chapter: str
    beat: str
    time: float
    fault: Fault
    still: Path | None = None

    @property
    def measured(self) -> str:
        """What was measured, in words."""
        return f"{self.fault.measured:.3g} {self.fault.unit}".strip()

    @property
    def limit(self) -> str:
        """What is allowed, in words."""
        sign = "≥" if self.fault.at_least else "≤"
        return f"{sign} {self.fault.limit:.3g}"

    def as_json(self) -> dict[str, Any]:
        """Return what is written to a JSON file."""
        return {
            "chapter": self.chapter,
            "beat": self.beat,
            "time": round(self.time, 3),
            "rule": self.fault.rule,
            "about": self.fault.about,
            "measured": round(self.fault.measured, 4),
            "limit": self.fault.limit,
            "at_least": self.fault.at_least,
            "unit": self.fault.unit,
            "still": str(self.still) if self.still else None,
        }


class Rule(Protocol):
    """Looks at a scene's moments one after the other."""

    def see(self, moment: Moment) -> list[Fault]:
        """Return what is wrong at a moment."""

    def end_beat(self, last: Moment) -> list[Fault]:
        """Return what is wrong with the beat whose last moment this is."""

    def end(self, last: Moment) -> list[Fault]:
        """Return what is wrong with the scene whose last moment this is."""


class Glance:
    """A rule that needs nothing but the moment it looks at."""

    def see(self, moment: Moment) -> list[Fault]:
        """Return what is wrong at a moment."""
        raise NotImplementedError

    def end_beat(self, last: Moment) -> list[Fault]:
        """Nothing is left to be said at a beat's end."""
        return []

    def end(self, last: Moment) -> list[Fault]:
        """Nothing is left to be said at the scene's end."""
        return []
