"""A film's captions in every language, at the times at which they stand in one of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any, Self

from scenes.outputs.cues import cues
from scenes.outputs.film import Track
from scenes.render.jobs import Clip, Job
from scenes.text import languages as language
from scenes.text.lines import Line, Number, numbers_of


def tracks(
    todo: Sequence[Job], clips: Sequence[Clip], lengths: Sequence[float | Fraction]
) -> list[Track]:
    """Return a text track in each language, that of the pictures first."""
    own = todo[0].look.language
    codes = [own, *(code for code in language.LANGUAGES if code != own)]
    return [
        Track(code, cues([_spec_in(code, job, clip) for job, clip in _pairs(todo, clips)], lengths))
        for code in codes
    ]


def _pairs(todo: Sequence[Job], clips: Sequence[Clip]) -> Iterator[tuple[Job, Clip]]:
    return zip(todo, clips, strict=True)


def _spec_in(code: str, job: Job, clip: Clip) -> list[Any]:
    """Return a clip's beats with their captions in a language."""
    if code == job.look.language:
        return list(clip.beats)
    meanings = dictionary(job, code)
    readings = [Reading.of(beat.caption, beat.shown[0].figures) for beat in clip.beats]
    return [
        replace(beat, caption=str(meanings[reading]))
        for beat, reading in zip(clip.beats, readings, strict=True)
    ]


@dataclass(frozen=True)
class Reading:
    """How a line reads, and its numbers' sources, which may differ where it reads the same."""

    text: str
    sources: tuple[str, ...]

    @classmethod
    def of(cls, text: str, figures: Sequence[Number]) -> Self:
        """Return how a text with some numbers reads."""
        return cls(text, tuple(figure.source for figure in figures))


def dictionary(job: Job, code: str) -> Mapping[Reading, Number | Line]:
    """Return what each line of a chapter is in another language, by how it reads in its own."""
    other = replace(job, look=replace(job.look, language=code))
    pairs = zip(lines_in(job.spec()), lines_in(other.spec()), strict=True)
    return {Reading.of(str(one), numbers_of(one)): another for one, another in pairs}


def lines_in(spec: Any) -> Iterator[Number | Line]:
    """Yield every figure and every line in what is told, however deep."""
    if isinstance(spec, Number | Line):
        yield spec
    elif is_dataclass(spec):
        yield from lines_in([getattr(spec, field.name) for field in fields(spec)])
    elif isinstance(spec, Mapping):
        yield from lines_in(list(spec.values()))
    elif isinstance(spec, Sequence) and not isinstance(spec, str):
        for part in spec:
            yield from lines_in(part)
