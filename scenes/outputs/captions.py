"""A film's captions in all languages, with the times of the film."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Self

from scenes.outputs.cues import cues
from scenes.outputs.text_tracks import Track
from scenes.render.jobs import Clip
from scenes.text.language import Language
from scenes.text.languages import LANGUAGES
from scenes.text.lines import Line, in_language, numbers_of
from scenes.text.numbers import Number
from scenes.text.sources import Source


def tracks(
    own: Language,
    specs: Sequence[Any],
    clips: Sequence[Clip],
    origins: Sequence[float],
) -> list[Track]:
    """Return a text track in each language, the language of the pictures first.

    Args:
        own: the language of the pictures.
        specs: the specs of the chapters, in any language.
        clips: the rendered chapters.
        origins: when each clip begins in the film, seconds.
    """
    languages = [own, *(language for language in LANGUAGES.values() if language != own)]
    pairs = list(zip(specs, clips, strict=True))
    return [
        Track(
            language.code,
            cues([_beats_in(language, own, spec, clip) for spec, clip in pairs], origins),
        )
        for language in languages
    ]


def _beats_in(language: Language, own: Language, spec: Any, clip: Clip) -> list[Any]:
    """Return a clip's beats with their captions in a language."""
    if language == own:
        return list(clip.beats)
    translated = translations(spec, own, language)
    keys = [TextKey.of(beat.caption, beat.texts[0].numbers) for beat in clip.beats]
    return [
        replace(beat, caption=str(translated[key]))
        for beat, key in zip(clip.beats, keys, strict=True)
    ]


@dataclass(frozen=True)
class TextKey:
    """The key of a line: its text and its numbers' sources; equal texts may differ in sources."""

    text: str
    sources: tuple[Source, ...]

    @classmethod
    def of(cls, text: str, numbers: Sequence[Number]) -> Self:
        """Return the key of a text with numbers."""
        return cls(text, tuple(number.source for number in numbers))


def translations(spec: Any, own: Language, other: Language) -> Mapping[TextKey, Number | Line]:
    """Return each line of a chapter in another language, by its key in its own language."""
    pairs = zip(lines_in(in_language(spec, own)), lines_in(in_language(spec, other)), strict=True)
    return {TextKey.of(str(one), numbers_of(one)): another for one, another in pairs}


def lines_in(spec: Any) -> Iterator[Number | Line]:
    """Yield every number and every line in a spec, at any depth."""
    if isinstance(spec, Number | Line):
        yield spec
    elif is_dataclass(spec):
        yield from lines_in([getattr(spec, field.name) for field in fields(spec)])
    elif isinstance(spec, Mapping):
        yield from lines_in(list(spec.values()))
    elif isinstance(spec, Sequence) and not isinstance(spec, str):
        for part in spec:
            yield from lines_in(part)
