"""The plan of a release: its films and clips, and the reasons to render them."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fl_sim import record
from scenes import FILM, LOOP
from scenes.release import manifest as manifests
from scenes.release.manifest import Manifest
from scenes.render.clips import PlannedClip, changed, inputs_of, is_stored
from scenes.render.digests import maker_code, release_digest
from scenes.render.folders import restore
from scenes.render.jobs import Job, jobs, renderable
from scenes.render.looks import SHAPES, Look
from scenes.render.store import Store
from scenes.text.errors import NotRecordedError, ReleaseError
from scenes.text.language import ENGLISH

COMMAND = "fedreel release"
UNCHANGED, LIKE_CLIPS = "unchanged", "made again where their clips changed"


@dataclass(frozen=True)
class Request:
    """A user's request: run records, shapes, languages, and a look with quality and theme.

    There is one film in each shape and language. Figures and chapters come from the first film.
    """

    runs: tuple[str, ...] = ()
    look: Look = field(default_factory=lambda: Look("high"))
    shapes: tuple[str, ...] = tuple(SHAPES)
    languages: tuple[str, ...] = (ENGLISH.code,)

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
        """The command of the request, without the folder."""
        default = Request()
        words = [COMMAND, *(f"--run {shlex.quote(record.resolve(run).name)}" for run in self.runs)]
        for option in ("quality", "theme"):
            value = getattr(self.look, option)
            words += [f"--{option} {value}"] if value != getattr(default.look, option) else []
        words += [] if self.shapes == default.shapes else [f"--shape {one}" for one in self.shapes]
        if self.languages != default.languages:
            words += [f"--language {one}" for one in self.languages]
        return " ".join(words)

    @property
    def records(self) -> Sequence[str]:
        """The names of all run records, each once."""
        return self.runs or FILM[-1].runs

    def inputs_digest(self) -> str:
        """Return the digest of all inputs of the release."""
        folders = [record.resolve(run) for run in self.records]
        return release_digest(folders, {"command": self.command})


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


def plan(request: Request) -> Plan:
    """Return the plan for a request.

    Raises:
        RecordError: a record cannot be used.
        NotRecordedError: the runs have the data of no chapter.
    """
    first = request.looks[0]
    found, left_out = renderable(jobs((), request.runs, first))
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
        or before.inputs != request.inputs_digest()
        or not manifests.is_complete(out, before)
    ):
        return None
    return before


def explanation(plan: Plan, out: Path, store: Store) -> list[str]:
    """Return a line for each part of a release with the reason to make it again, if any.

    Args:
        plan: the plan.
        out: the folder of the release.
        store: the cache.
    """
    before = manifests.read(out)
    earlier = before.made_from if before else {}
    clips = {one.job.name: one.inputs.changes(earlier.get(one.job.name)) for one in plan.clips}
    stored = {one.job.name for one in plan.clips if is_stored(store, one)}
    lines = [f"{name}: {_why(reasons, name in stored)}" for name, reasons in clips.items()]
    for look, film in plan.films.items():
        new = [one.job.name for one in film if clips[one.job.name]]
        because = f"made again, since {', '.join(new)} changed" if new else UNCHANGED
        lines.append(f"fedreel{look.label}.mp4, .webm and captions: {because}")
    code = changed(maker_code(), before.making if before else {})
    because = f"made again, since {', '.join(code)} changed" if before and code else LIKE_CLIPS
    return [*lines, f"WebM, posters, figures and loop files: {because}", "page: always written"]


def _why(reasons: Sequence[str], stored: bool) -> str:
    if not reasons:
        return UNCHANGED if stored else "rendered again, since the cache no longer has it"
    why = "; ".join(reasons)
    return f"taken from the cache, since {why}" if stored else f"rendered, since {why}"
