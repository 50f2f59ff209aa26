"""A film's captions in every language, at the times at which they stand in one of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any, Self

from scenes.outputs.cues import cues
from scenes.outputs.film import Track
from scenes.render.jobs import Clip
from scenes.text.language import Language
from scenes.text.languages import LANGUAGES
from scenes.text.lines import Line, in_language, numbers_of
from scenes.text.numbers import Number
from scenes.text.sources import Source


def tracks(
    own: Language,
    stories: Sequence[Any],
    clips: Sequence[Clip],
    lengths: Sequence[float | Fraction],
) -> list[Track]:
    """Return a text track in each language, that of the pictures first.

    Args:
        own: the language of the pictures.
        stories: the specs of the chapters, in whatever language.
        clips: the chapters as they were rendered.
        lengths: of the clips, seconds.
    """
    languages = [own, *(language for language in LANGUAGES.values() if language != own)]
    pairs = list(zip(stories, clips, strict=True))
    return [
        Track(
            language.code,
            cues([_beats_in(language, own, story, clip) for story, clip in pairs], lengths),
        )
        for language in languages
    ]


def _beats_in(language: Language, own: Language, story: Any, clip: Clip) -> list[Any]:
    """Return a clip's beats with their captions in a language."""
    if language == own:
        return list(clip.beats)
    meanings = dictionary(story, own, language)
    readings = [Reading.of(beat.caption, beat.shown[0].numbers) for beat in clip.beats]
    return [
        replace(beat, caption=str(meanings[reading]))
        for beat, reading in zip(clip.beats, readings, strict=True)
    ]


@dataclass(frozen=True)
class Reading:
    """How a line reads, and its numbers' sources, which may differ where it reads the same."""

    text: str
    sources: tuple[Source, ...]

    @classmethod
    def of(cls, text: str, numbers: Sequence[Number]) -> Self:
        """Return how a text with some numbers reads."""
        return cls(text, tuple(number.source for number in numbers))


def dictionary(story: Any, own: Language, other: Language) -> Mapping[Reading, Number | Line]:
    """Return what each line of a chapter is in another language, by how it reads in its own."""
    pairs = zip(lines_in(in_language(story, own)), lines_in(in_language(story, other)), strict=True)
    return {Reading.of(str(one), numbers_of(one)): another for one, another in pairs}


def lines_in(spec: Any) -> Iterator[Number | Line]:
    """Yield every number and every line in a spec, however deep."""
    if isinstance(spec, Number | Line):
        yield spec
    elif is_dataclass(spec):
        yield from lines_in([getattr(spec, field.name) for field in fields(spec)])
    elif isinstance(spec, Mapping):
        yield from lines_in(list(spec.values()))
    elif isinstance(spec, Sequence) and not isinstance(spec, str):
        for part in spec:
            yield from lines_in(part)
