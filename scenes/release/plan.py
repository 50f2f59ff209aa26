"""The plan of a release: its films and clips, and the reasons to render them."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from fl_sim import record
from scenes import FILM, LOOP
from scenes.outputs.soundtrack import Heard, heard
from scenes.release import manifest as manifests
from scenes.release.manifest import Manifest
from scenes.release.page.records import folders
from scenes.render.clips import PlannedClip, inputs_of
from scenes.render.digests import release_inputs
from scenes.render.folders import restore
from scenes.render.jobs import Job, jobs, renderable
from scenes.render.looks import SHAPES, Look
from scenes.sound.effects import SILENT
from scenes.text.errors import NotRecordedError, ReleaseError
from scenes.text.language import ENGLISH
from scenes.text.naming import Naming
from scenes.voice.engines import without_folder

COMMAND = "fedreel", "release"


@dataclass(frozen=True)
class Request:
    """A user's request: run records, shapes, languages, a look with quality and theme, and names.

    There is one film in each shape and language. Figures and chapters come from the first film.
    ``sound`` is one of ``SOUNDS``, and ``voice`` the name of the engine that speaks, if any.
    """

    runs: tuple[str, ...] = ()
    look: Look = field(default_factory=lambda: Look("high"))
    shapes: tuple[str, ...] = tuple(SHAPES)
    languages: tuple[str, ...] = (ENGLISH.code,)
    naming: Naming = field(default_factory=Naming)
    sound: str = SILENT
    voice: str = ""

    def heard(self, language: str) -> Heard:
        """Return what is heard of the films in a language.

        Raises:
            SoundError: the voice is not installed, or does not speak the language.
        """
        return heard(self.sound, self.voice, language)

    @property
    def looks(self) -> list[Look]:
        """The look of each film."""
        return [
            replace(self.look, shape=shape, language=code)
            for code in self.languages
            for shape in self.shapes
        ]

    @property
    def command(self) -> str:
        """The command of the request with all options, without the folder, for a shell.

        It holds in the release's folder, which has the records that others may lack.
        """
        named = {name: value for name, value in asdict(self.naming).items() if value}
        options = [
            *(("run", name) for name in self._run_names()),
            ("quality", self.look.quality),
            ("theme", self.look.theme),
            *(("shape", shape) for shape in self.shapes),
            *(("language", code) for code in self.languages),
            *named.items(),
            *(("sound", self.sound) for _ in (1,) if self.sound != SILENT),
            *(("voice", without_folder(self.voice)) for _ in (1,) if self.voice),
        ]
        return shlex.join(
            [*COMMAND, *(word for name, one in options for word in (f"--{name}", one))]
        )

    def _run_names(self) -> list[str]:
        """Return the given runs: a committed run by its name, another by its folder here."""
        places = folders([record.load(run) for run in self.runs])
        return [
            found.name if (found := record.resolve(run)).parent == record.RUNS else place
            for run, place in zip(self.runs, places, strict=True)
        ]

    @property
    def records(self) -> Sequence[str]:
        """The names of all run records, each once."""
        return self.runs or FILM[-1].runs

    def inputs(self) -> dict[str, str]:
        """Return the digest of each input of the release, by name."""
        chosen = {
            "--quality": self.look.quality,
            "--theme": self.look.theme,
            "--shape": " ".join(self.shapes),
            "--language": " ".join(self.languages),
            **{f"--{name}": value for name, value in asdict(self.naming).items()},
            "--run": " ".join(self._run_names()),
            "--sound": self.sound,
            "--voice": " ".join(str(self.heard(code).made_by[1]) for code in self.languages),
        }
        return release_inputs([record.parts(run) for run in self.records], chosen)


@dataclass(frozen=True)
class Plan:
    """The clips of a release: films by look, and the loop; and the chapters left out, as errors.

    ``specs`` are the chapters' specs, which are the same for all looks.
    """

    films: Mapping[Look, Sequence[PlannedClip]]
    specs: Sequence[Any]
    loop: Sequence[PlannedClip]
    left_out: Sequence[NotRecordedError]

    @property
    def clips(self) -> list[PlannedClip]:
        """All clips of the release."""
        return [*(planned for film in self.films.values() for planned in film), *self.loop]

    def without(self, chapters: Collection[str]) -> "Plan":
        """Return the plan without some chapters."""
        first, *_ = self.films.values()
        pairs = zip(first, self.specs, strict=True)
        return replace(
            self,
            films={look: _without(film, chapters) for look, film in self.films.items()},
            specs=[spec for one, spec in pairs if one.job.chapter.name not in chapters],
            loop=_without(self.loop, chapters),
        )


def _without(clips: Sequence[PlannedClip], chapters: Collection[str]) -> list[PlannedClip]:
    return [one for one in clips if one.job.chapter.name not in chapters]


def plan(request: Request) -> Plan:
    """Return the plan for a request.

    Raises:
        RecordError: a record cannot be used.
        NotRecordedError: the runs have the data of no chapter.
    """
    for name, run in record.load_all(request.records).items():
        record.verify(name, run)  # now, and not after an hour of rendering
    first = request.looks[0]
    title = request.naming.title
    found, left_out = renderable(jobs((), request.runs, first, title, request.voice))
    if not found:
        raise left_out[0]
    films = {
        look: [_planned(replace(job, look=look), spec) for job, spec in found.items()]
        for look in request.looks
    }
    loops, _ = renderable(jobs((LOOP.name,), request.runs, replace(first, shape=Look().shape)))
    loop = [_planned(*pair) for pair in loops.items()]
    return Plan(films, list(found.values()), loop, left_out)


def _planned(job: Job, spec: Any) -> PlannedClip:
    return PlannedClip(job, inputs_of(job, spec))


def check_place(out: Path) -> None:
    """Check that a release may replace a folder.

    Raises:
        ReleaseError: the folder has other contents.
    """
    restore(out)
    if out.is_dir() and any(out.iterdir()) and not manifests.is_release(out):
        raise ReleaseError(
            f"{out} is not empty and holds no release. A release would delete all its files. Name "
            "another folder"
        )


def unchanged(request: Request, out: Path) -> Manifest | None:
    """Return the manifest of the existing release, if a new one would be the same."""
    before = manifests.read(out)
    if (
        before is None
        or before.inputs != request.inputs()
        or not manifests.is_complete(out, before)
    ):
        return None
    return before
