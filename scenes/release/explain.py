"""Explanations: for each kind of file in a release, whether it would be made again, and why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenes.release import manifest as manifests
from scenes.release.manifest import Manifest, runs_of
from scenes.release.plan import Plan, Request
from scenes.render.clips import PlannedClip, changed, is_stored
from scenes.render.digests import Maker, maker_code
from scenes.render.store import Store

UNCHANGED = "unchanged"
NO_RELEASE = "made, since there is no release yet"
UNREADABLE = "made again, since the manifest there is one of another fedreel"
INCOMPLETE = "written again, since a file of the release is missing or has another size"
HEARD = ("--sound", "--voice")
NAMED = ("--title", "--author", *HEARD)
MOST_LISTED = 4  # changed inputs in a line


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name, the clips and the code it is made from, and other inputs.

    ``named`` says whether an input of the release, given by name, is one of the kind's.
    """

    name: str
    clips: Sequence[PlannedClip]
    makers: Sequence[Maker]
    named: Callable[[str], bool] = lambda name: False


def kinds(plan: Plan) -> Iterator[Kind]:
    """Yield the kinds of files that are made from clips."""
    first, *_ = plan.films.values()
    for look, film in plan.films.items():
        name = f"fedreel{look.label}.mp4, .webm and captions"
        yield Kind(name, film, (Maker.FILM, Maker.WEBM), _is_in_film)
    yield Kind("chapters", first, (Maker.FILM, Maker.WEBM, Maker.STILLS), HEARD.__contains__)
    yield Kind("poster.png", first[:1], (Maker.STILLS,))
    yield Kind("sheet.png", first, (Maker.STILLS,))
    yield Kind("figures", first, (Maker.FIGURES,))
    if plan.loop:
        yield Kind("loop files", plan.loop, (Maker.LOOPS,))


def _is_in_film(name: str) -> bool:
    """Whether an input of a release is one of a film: a movie has a title and translations."""
    return name in NAMED or name.startswith("scenes/text/catalogues/")


def explanation(request: Request, plan: Plan, out: Path, store: Store) -> list[str]:
    """Return a line for each part of a release with the reason to make it again, if any.

    Args:
        request: the user's request.
        plan: its plan.
        out: the folder of the release.
        store: the cache.
    """
    before = manifests.read(out)
    earlier = before.made_from if before else {}
    clips = {one.job.name: one.inputs.changes(earlier.get(one.job.name)) for one in plan.clips}
    stored = {one.job.name for one in plan.clips if is_stored(store, one)}
    lines = [f"{name}: {_why(reasons, name in stored)}" for name, reasons in clips.items()]
    page = "page, transcripts and records"
    if before is None:
        why = UNREADABLE if manifests.is_release(out) else NO_RELEASE
        return [*lines, *(f"{name}: {why}" for name in (*(one.name for one in kinds(plan)), page))]
    stale = {name for name, reasons in clips.items() if reasons}
    inputs = changed(request.inputs(), before.inputs)
    for kind in kinds(plan):
        reasons = list(_changes(request, kind, before, stale, inputs))
        lines.append(f"{kind.name}: {_since('made', reasons) if reasons else UNCHANGED}")
    kept = UNCHANGED if manifests.is_complete(out, before) else INCOMPLETE
    return [*lines, f"{page}: {_since('written', inputs) if inputs else kept}"]


def _changes(
    request: Request, kind: Kind, before: Manifest, stale: set[str], inputs: Sequence[str]
) -> Iterator[str]:
    """Yield the inputs of a kind that changed: clips, records, code and others."""
    yield from (one.job.name for one in kind.clips if one.job.name in stale)
    if kind.named("--title") and runs_of(request.records) != list(before.runs):
        yield "the records"
    code = maker_code(*kind.makers)
    yield from changed(code, {name: one for name, one in before.making.items() if name in code})
    yield from filter(kind.named, inputs)


def _since(verb: str, reasons: Sequence[str]) -> str:
    more = len(reasons) - MOST_LISTED
    listed = ", ".join(reasons[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
    return f"{verb} again, since {listed} changed"


def _why(reasons: Sequence[str], stored: bool) -> str:
    if not reasons:
        return UNCHANGED if stored else "rendered again, since the cache no longer has it"
    why = "; ".join(reasons)
    return f"taken from the cache, since {why}" if stored else f"rendered, since {why}"
