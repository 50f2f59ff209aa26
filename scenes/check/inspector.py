"""The inspector: applies every rule to a scene and collects findings with stills."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from re import sub

from manim import Scene

from scenes.check.blackouts import Blackouts
from scenes.check.finding import Fault, Finding
from scenes.check.moment import Moment
from scenes.check.pixels import Painter
from scenes.check.rules import all_rules
from scenes.check.sampler import Sampler
from scenes.check.stills import draw_still

CLEARLY = 1.25  # factor by which a repeated fault has to be worse to replace the first
Key = tuple[int, str, str]  # beat, rule, subject of the fault


class Inspector:
    """Applies every rule to one scene."""

    def __init__(
        self, chapter: str, folder: Path | None, on_beat: Callable[[str], None] = lambda beat: None
    ) -> None:
        """Create the rules for one scene.

        Args:
            chapter: the name of the scene in findings.
            folder: the folder for stills; None draws none.
            on_beat: called with the name of every beat that begins.
        """
        self.chapter = chapter
        self.folder = folder
        self.on_beat = on_beat
        self.rules = all_rules()
        self.found: dict[Key, Finding] = {}
        self.last: Moment | None = None
        self.seen: Moment | None = None  # the last one of the present beat
        self.beats = 0  # those that have ended

    def inspect(self, scene: Scene) -> list[Finding]:
        """Build a scene and return its findings in order of time."""
        for old in self.folder.glob(f"{slug(self.chapter)}-[0-9]*.png") if self.folder else ():
            old.unlink()
        Sampler(scene, Painter().ground, self._see, self._begin)
        scene.render()
        self._end_beat()
        last = self.last
        if last is not None:
            self._note(last, (rule.check_scene(last) for rule in self.rules))
        return sorted(self.found.values(), key=lambda finding: finding.time)

    @property
    def gone(self) -> tuple[float, float]:
        """The seconds without a picture at the begin and at the end of the scene."""
        rule = next(rule for rule in self.rules if isinstance(rule, Blackouts))
        return rule.begin, rule.end

    def _see(self, moment: Moment) -> None:
        self.last = self.seen = moment
        self._note(moment, (rule.check_moment(moment) for rule in self.rules))

    def _begin(self, beat: str) -> None:
        self._end_beat()
        self.on_beat(beat)

    def _end_beat(self) -> None:
        last, self.seen = self.seen, None
        if last is not None:  # not skipped, and not without plays
            self._note(last, (rule.check_beat(last) for rule in self.rules))
            self.beats += 1

    def _note(self, moment: Moment, faults: Iterable[list[Fault]]) -> None:
        for fault in chain.from_iterable(faults):
            key = (self.beats, fault.rule, fault.about)
            before = self.found.get(key)
            if before is None or fault.excess > CLEARLY * before.fault.excess:
                beat, time = fault.place or (moment.beat, moment.time)
                finding = Finding(self.chapter, beat, time, fault, before.still if before else None)
                self.found[key] = self._with_still(finding, moment)

    def _with_still(self, finding: Finding, moment: Moment) -> Finding:
        if self.folder is None:
            return finding
        number = len(self.found) + 1
        name = slug(f"{number:02}-{finding.beat}-{finding.fault.rule}")
        path = finding.still or self.folder / f"{slug(self.chapter)}-{name}.png"
        draw_still(moment, finding, path)
        return replace(finding, still=path)


def slug(name: str) -> str:
    """Return a name with only characters that are safe in a file name."""
    return sub(r"[^A-Za-z0-9]+", "-", name)
