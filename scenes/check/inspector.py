"""Looks at a scene's moments with every rule and keeps what they find, each with a still."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from re import sub

from manim import Scene, ThreeDScene

from scenes.check.finding import Fault, Finding
from scenes.check.moment import Moment
from scenes.check.pixels import Painter
from scenes.check.rules import all_rules
from scenes.check.sampler import Sampler
from scenes.check.stills import draw_still
from scenes.text.errors import CheckError

CLEARLY = 1.25  # times: a fault seen again is kept where it is that much worse
Key = tuple[int, str, str]  # beat, rule, what it is about


class Inspector:
    """Checks one scene."""

    def __init__(
        self, chapter: str, folder: Path | None, on_beat: Callable[[str], None] = lambda beat: None
    ) -> None:
        """Prepare.

        Args:
            chapter: what findings call the scene.
            folder: where stills go; without one there are none.
            on_beat: told the name of every beat as it begins.
        """
        self.chapter = chapter
        self.folder = folder
        self.on_beat = on_beat
        self.rules = all_rules()
        self.found: dict[Key, Finding] = {}
        self.last: Moment | None = None
        self.beats = 0

    def inspect(self, scene: Scene) -> list[Finding]:
        """Build a scene and return what is wrong with it, in the order of time.

        Raises:
            CheckError: the scene has depth; boxes in a plane say nothing of it.
        """
        if isinstance(scene, ThreeDScene):
            raise CheckError(f"{self.chapter} is a 3D scene, of which pictures cannot be checked")
        for old in self.folder.glob(f"{slug(self.chapter)}-[0-9]*.png") if self.folder else ():
            old.unlink()
        Sampler(scene, Painter().ground, self._see, self._begin)
        scene.render()
        self._end_beat()
        if self.last is not None:
            self._note(self.last, [fault for rule in self.rules for fault in rule.end(self.last)])
        return sorted(self.found.values(), key=lambda finding: finding.time)

    def _see(self, moment: Moment) -> None:
        self.last = moment
        self._note(moment, [fault for rule in self.rules for fault in rule.see(moment)])

    def _begin(self, beat: str) -> None:
        if self.beats:  # what comes before the first beat is none
            self._end_beat()
        self.beats += 1
        self.on_beat(beat)

    def _end_beat(self) -> None:
        last = self.last
        if last is not None:
            self._note(last, [fault for rule in self.rules for fault in rule.end_beat(last)])

    def _note(self, moment: Moment, faults: list[Fault]) -> None:
        for fault in faults:
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
    """Return a name as part of a file's name."""
    return sub(r"[^A-Za-z0-9]+", "-", name)
