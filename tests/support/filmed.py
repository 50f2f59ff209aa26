"""The film's chapters as they are checked, once a process: what stands at each beat's end.

As text, to be reviewed, and as a picture; with what the checks find on the way.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pytest
from manim import ImageMobject, ManimColor, Mobject, VMobject

from scenes import FILM, LOOP, theme
from scenes.check.finding import Finding
from scenes.check.inspector import Inspector
from scenes.check.margins import SafeArea
from scenes.check.overlaps import Overlap
from scenes.check.photos import PhotosStay
from scenes.check.run import NO_MOVIE
from scenes.check.sampler import snapshot as moment_of
from scenes.check.sizes import TextHeight
from scenes.drawing.palettes import PALETTES
from scenes.drawing.text import Words
from scenes.explainer import Explainer, PlayedBeat
from scenes.fast.images import BoxCamera
from scenes.render.jobs import Job, jobs, scene_for
from scenes.render.looks import Look
from scenes.sound.effects import TimedEffect
from scenes.text.errors import NotRecordedError

CHAPTERS = [chapter.name for chapter in (*FILM, LOOP)]
# Tests of a chapter run in one process, so that it is built once.
GROUPED = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in CHAPTERS]
RULES = (Overlap, SafeArea, TextHeight, PhotosStay)
WIDTH, HEIGHT = 320, 180
MOST_PLACES = 12  # listed one by one


@dataclass
class BeatEnd:
    """A beat's end: what can be seen, as (what, where), and its picture.

    ``pixels`` is uint8, (height, width, 3).
    """

    name: str
    caption: str
    actors: list[tuple[str, str]] = field(default_factory=list)
    pixels: npt.NDArray[np.uint8] | None = None


@dataclass
class Filmed:
    """A chapter of the film, built from its committed runs.

    ``gone`` are the seconds without a picture at its begin and at its end.
    """

    ends: list[BeatEnd]
    beats: list[PlayedBeat]
    findings: list[Finding]
    effects: list[TimedEffect]
    gone: tuple[float, float]


@cache
def filmed(chapter: str) -> Filmed:
    """Build and check a chapter, once a process."""
    ends: list[BeatEnd] = []
    job = film_job(chapter)

    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(Explainer, "_end_beat", _noting(ends))
        with scene_for(job, {**NO_MOVIE, "media_dir": str(Path(folder))}) as scene:
            inspector = Inspector(chapter, None)
            findings = inspector.inspect(scene)
    return Filmed(ends, scene.beats, findings, scene.effects, inspector.gone)


def film_job(chapter: str) -> Job:
    """Return the job of a chapter of the film; skip the test if its runs are still to be made."""
    (job,) = jobs((chapter,), look=Look("low"))
    try:
        job.tell()
    except NotRecordedError as reason:
        pytest.skip(str(reason))
    return job


@contextmanager
def noting_faults() -> Iterator[list[str]]:
    """Give a list of what is wrong with each beat's end of a scene that is built meanwhile."""
    found: list[str] = []
    end_beat = Explainer._end_beat

    def end(scene: Explainer) -> None:
        end_beat(scene)
        moment = moment_of(scene, scene.beats[-1].name)
        for rule in RULES:
            for fault in rule().check_moment(moment):
                found.append(f"{moment.beat}: {fault.rule}, {fault.about}, {fault.measured:.1f}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Explainer, "_end_beat", end)
        yield found


def _noting(ends: list[BeatEnd]) -> Callable[[Explainer], None]:
    end_beat = Explainer._end_beat

    def end(scene: Explainer) -> None:
        end_beat(scene)
        beat = scene.beats[-1]
        ends.append(BeatEnd(beat.name, beat.caption, list(_actors(scene)), _pixels(scene)))

    return end


def _pixels(scene: Explainer) -> npt.NDArray[np.uint8]:
    camera = BoxCamera(pixel_width=WIDTH, pixel_height=HEIGHT)
    camera.capture_mobjects(scene.mobjects)
    return camera.pixel_array[..., :3].copy()


def _actors(scene: Explainer) -> Iterator[tuple[str, str]]:
    """Yield what can be seen: what it is and in which colour, and its middle in Manim's units."""
    seen: set[int] = set()
    texts: set[int] = set()
    for mobject in scene.mobjects:
        for part in mobject.get_family():
            if id(part) in seen | texts:
                continue
            seen.add(id(part))
            if isinstance(part, Words):
                texts.update(id(glyph) for glyph in part.get_family())
            if what := _what(part):
                x, y, _ = part.get_center() + 0.0
                yield what, f"{x:.1f},{y:.1f}".replace("-0.0", "0.0")


def _what(part: Mobject) -> str | None:
    """Return what a mobject is, or nothing where it is a group or cannot be seen."""
    if isinstance(part, Words):
        return f'"{part.string}"' if part.get_fill_opacity() > 0 else None
    if isinstance(part, ImageMobject):
        return "image" if part.pixel_array[..., 3].any() else None
    if not isinstance(part, VMobject) or not len(part.points):
        return None
    looks = []
    if part.get_fill_opacity() > 0:
        looks.append(_role(part.get_fill_color()))
    if part.get_stroke_opacity() > 0 and part.get_stroke_width() > 0:
        looks.append(f"{_role(part.get_stroke_color())} line")
    return f"{type(part).__name__} {' '.join(looks)}" if looks else None


def _role(color: ManimColor) -> str:
    """Return the role of a colour in the theme, or its code where it is between two."""
    palette = asdict(PALETTES[theme.DEFAULT]).items()
    roles = {code: role for role, code in reversed(palette)}
    return roles.get(color.to_hex().upper(), "blend")


def snapshot(chapter: str) -> str:
    """Return a chapter as text: each beat's caption, what came (+) and what went (-) in it."""
    lines: list[str] = []
    before: Counter[tuple[str, str]] = Counter()
    for beat in filmed(chapter).ends:
        now = Counter(beat.actors)
        lines.append(f"[{beat.name}] {beat.caption}")
        lines += [f"- {line}" for line in _listed(before - now)]
        lines += [*(f"+ {line}" for line in _listed(now - before)), ""]
        before = now
    return "\n".join(lines)


def _listed(actors: Counter[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for each kind of actor: where each stands, or how many there are and where."""
    kinds: dict[str, list[str]] = {}
    for what, where in actors.elements():
        kinds.setdefault(what, []).append(where)
    for what, places in kinds.items():
        if len(places) <= MOST_PLACES:
            yield f"{what} at {'  '.join(places)}"
        else:
            yield f"{len(places)} {what} from {places[0]} to {places[-1]}"
