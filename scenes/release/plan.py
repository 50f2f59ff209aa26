"""What a release is to hold, and what of it has to be made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fl_sim import record
from scenes import FILM, LOOP
from scenes.release import manifest as manifests
from scenes.release.manifest import Manifest
from scenes.render.clips import Planned, changed, has, sources_of
from scenes.render.digests import everything, making
from scenes.render.folders import restore
from scenes.render.jobs import SHAPES, Job, Look, jobs, renderable
from scenes.render.store import Store
from scenes.text import languages as language
from scenes.text.errors import NotRecordedError, ReleaseError

COMMAND = "fedreel release"
AS_IT_WAS, AS_THEIR_CLIPS = "as it was", "as the clips that they are made of"


@dataclass(frozen=True)
class Request:
    """What a person asks for: the runs to film, and how the film is to look.

    There is a film in each shape and language. The first of both are those of the figures and of
    the chapters' clips; ``look`` has the quality and the theme of all.
    """

    runs: tuple[str, ...] = ()
    look: Look = field(default_factory=lambda: Look("high"))
    shapes: tuple[str, ...] = tuple(SHAPES)
    languages: tuple[str, ...] = (language.ENGLISH,)

    @property
    def looks(self) -> list[Look]:
        """How each film is to look, the first one first."""
        return [
            replace(self.look, shape=shape, language=code)
            for code in self.languages
            for shape in self.shapes
        ]

    @property
    def command(self) -> str:
        """The command that asks for it, without the folder."""
        usual = Request()
        words = [COMMAND, *(f"--run {record.resolve(run).name}" for run in self.runs)]
        for option in ("quality", "theme"):
            value = getattr(self.look, option)
            words += [f"--{option} {value}"] if value != getattr(usual.look, option) else []
        words += [] if self.shapes == usual.shapes else [f"--shape {one}" for one in self.shapes]
        if self.languages != usual.languages:
            words += [f"--language {one}" for one in self.languages]
        return " ".join(words)

    @property
    def records(self) -> Sequence[str]:
        """The records that it films, each once."""
        return self.runs or FILM[-1].runs

    def inputs(self) -> str:
        """Return the digest of all that it is made from."""
        folders = [record.resolve(run) for run in self.records]
        return everything(folders, {"command": self.command})


@dataclass(frozen=True)
class Plan:
    """The chapters of a release in each look, the loop, and what is left out and why."""

    films: Mapping[Look, Sequence[Planned]]
    loop: Sequence[Planned]
    left_out: Sequence[NotRecordedError]

    @property
    def todo(self) -> list[Planned]:
        """Every clip that it needs."""
        return [*(planned for film in self.films.values() for planned in film), *self.loop]


def plan(wish: Request) -> Plan:
    """Return what is to be done for a wish.

    Raises:
        RecordError: a record cannot be used.
        UntoldError: no chapter can be told of the runs.
    """
    first = wish.looks[0]
    spec, left_out = renderable(jobs((), wish.runs, first))
    if not spec:
        raise left_out[0]
    films = {look: [_planned(replace(job, look=look)) for job in spec] for look in wish.looks}
    loops, _ = renderable(jobs((LOOP.name,), wish.runs, replace(first, shape=Look().shape)))
    return Plan(films, [_planned(job) for job in loops], left_out)


def _planned(job: Job) -> Planned:
    return Planned(job, sources_of(job))


def check_place(out: Path) -> None:
    """See that a release may stand in a folder, of which nothing else is left then.

    Raises:
        ReleaseError: something else is there.
    """
    restore(out)
    if out.is_dir() and any(out.iterdir()) and not manifests.is_release(out):
        raise ReleaseError(
            f"{out} is not empty and holds no release, which would take the place of everything "
            "there. Name another folder"
        )


def unchanged(wish: Request, out: Path) -> Manifest | None:
    """Return the manifest of the release that is there, if a new one would be the same."""
    before = manifests.read(out)
    if before is None or before.inputs != wish.inputs() or not manifests.whole(out, before):
        return None
    return before


def explanation(planned: Plan, out: Path, store: Store) -> list[str]:
    """Return a line for each thing that a release is made of: why it is made, or that it is not.

    Args:
        planned: what is to be done.
        out: the folder of the release.
        store: where what was made before is kept.
    """
    before = manifests.read(out)
    earlier = before.made_from if before else {}
    clips = {one.job.name: one.made_from.changes(earlier.get(one.job.name)) for one in planned.todo}
    kept = {one.job.name for one in planned.todo if has(store, one)}
    lines = [f"{name}: {_why(why, name in kept)}" for name, why in clips.items()]
    for look, todo in planned.films.items():
        new = [one.job.name for one in todo if clips[one.job.name]]
        because = f"made again, since {', '.join(new)} changed" if new else AS_IT_WAS
        lines.append(f"fedreel{look.label}.mp4, .webm and captions: {because}")
    code = changed(making(), before.making if before else {})
    because = f"made again, since {', '.join(code)} changed" if before and code else AS_THEIR_CLIPS
    return [*lines, f"WebM, posters, figures and loop files: {because}", "page: written each time"]


def _why(reasons: Sequence[str], kept: bool) -> str:
    if not reasons:
        return AS_IT_WAS if kept else "rendered again: it is no longer in the store"
    spec = "; ".join(reasons)
    return f"{spec}; but it is in the store" if kept else f"rendered, since {spec}"
