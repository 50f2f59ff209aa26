"""Rules and their results: the interface of a rule, faults and findings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenes.check.boxes import Box
from scenes.check.moment import Moment


@dataclass(frozen=True)
class Fault:
    """One violation of a rule.

    Attributes:
        rule: the rule's name.
        about: the text, shape or colour at fault; equal for the same fault in the next moment.
        measured: the measured value, in ``unit``.
        limit: the largest allowed value; with ``at_least`` the smallest.
        boxes: the places on screen, in Manim's units.
        place: the beat and the time, if they differ from the moment's.
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
        """How many times worse than the limit the measured value is."""
        one, other = self.measured, self.limit
        if self.at_least:
            one, other = other, one
        return one / other if other > 0 else 1.0 + one


@dataclass(frozen=True)
class Finding:
    """A fault with its place in the film, and the file of a still that shows it."""

    chapter: str
    beat: str
    time: float
    fault: Fault
    still: Path | None = None

    @property
    def measured(self) -> str:
        """The measured value with its unit."""
        return f"{self.fault.measured:.3g} {self.fault.unit}".strip()

    @property
    def limit(self) -> str:
        """The limit with its sign."""
        sign = "≥" if self.fault.at_least else "≤"
        return f"{sign} {self.fault.limit:.3g}"

    def as_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
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


class Rule:
    """The base class of rules, which get the moments of one scene in order."""

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the faults at a moment."""
        return []

    def check_beat(self, last: Moment) -> list[Fault]:
        """Return the faults of a beat, given its last moment."""
        return []

    def check_scene(self, last: Moment) -> list[Fault]:
        """Return the faults of the scene, given its last moment."""
        return []
