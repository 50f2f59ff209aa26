"""The transcript: each beat's caption, description and texts, with links from numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fl_sim import record
from scenes import Beat
from scenes.outputs.captions import TextKey, translations
from scenes.outputs.cues import Cue, starts
from scenes.release.page.places import Addresses
from scenes.release.products import Film
from scenes.render.clips import BeatMetadata, TimedText
from scenes.render.jobs import Clip, Job
from scenes.story.examples import sentence_for
from scenes.story.facts import holds
from scenes.text.language import Language
from scenes.text.languages import LANGUAGES
from scenes.text.lines import Line, Text, in_language, numbers_of
from scenes.text.numbers import Number


@dataclass(frozen=True)
class TextPart:
    """A part of a text; a number has the address of its source."""

    text: str
    href: str | None = None


TextParts = Sequence[TextPart]


@dataclass(frozen=True)
class BeatTranscript:
    """A beat: times in seconds, caption, description, and the new texts with numbers.

    ``shown`` is when its caption appears, ``figure`` and ``vector_figure`` are the files of its
    figure, PNG and SVG.
    """

    name: str
    start: float
    end: float
    shown: float
    caption: TextParts
    description: str
    texts: Sequence[TextParts]
    figure: str
    vector_figure: str


@dataclass(frozen=True)
class ChapterTranscript:
    """A chapter: times in seconds, title, and beats."""

    name: str
    title: str
    start: float
    end: float
    beats: Sequence[BeatTranscript]


def transcript(film: Film, language: Language, addresses: Addresses) -> list[ChapterTranscript]:
    """Return a film's transcript.

    Args:
        film: the film.
        language: the transcript's language, which may differ from the film's.
        addresses: the addresses of places in records.
    """
    marks = pairwise([*starts(film.lengths), film.seconds])
    chapters = zip(film.planned, film.specs, film.clips, marks, strict=True)
    return [
        _chapter(_Translator(planned.job, spec, language, addresses), clip, start, end)
        for planned, spec, clip, (start, end) in chapters
    ]


class _Translator:
    """A translator of a chapter's texts into a language, with links from numbers."""

    def __init__(self, job: Job, spec: Any, language: Language, addresses: Addresses) -> None:
        own = LANGUAGES[job.look.language]
        self.spec = spec
        self.language = language
        self.title = str(in_language(spec.title, language))
        self.runs = tuple(record.load_all(job.runs).values())
        self.default_run = self.runs[0].name
        self.addresses = addresses
        self.translated: Mapping[TextKey, Number | Line] = (
            {} if language == own else translations(spec, own, language)
        )

    def parts(self, text: TimedText) -> TextParts:
        """Return the translated parts of a text; numbers have addresses."""
        translated = self.translated.get(TextKey.of(text.text, text.numbers))
        if translated is not None:
            return self._linked(str(translated), numbers_of(translated))
        numbers = [self._number(number) for number in text.numbers]
        return self._linked(_exchanged(text.text, text.numbers, numbers), numbers)

    def description(self, beat: Beat) -> str:
        """Return the description of what is seen in a beat."""
        sentences = beat.seen(lambda fact: holds(fact, self.spec))
        suited = (sentence_for(self.runs, sentence) for sentence in sentences)
        return " ".join(map(self.language.translate, suited))

    def _number(self, number: Number) -> Number:
        translated: Text = self.translated.get(TextKey.of(number.text, [number]), number)
        return translated if isinstance(translated, Number) else number

    def _linked(self, text: str, numbers: Sequence[Number]) -> TextParts:
        return [
            TextPart(part, self.addresses.of(number.source, self.default_run) if number else None)
            for part, number in cut(text, numbers)
        ]


def _exchanged(text: str, before: Sequence[Number], after: Sequence[Number]) -> str:
    """Return a text with its numbers replaced by others."""
    replacements = dict(zip(before, after, strict=True))
    return "".join(
        part if number is None else replacements[number].text for part, number in cut(text, before)
    )


def cut(text: str, numbers: Sequence[Number]) -> Iterator[tuple[str, Number | None]]:
    """Yield the parts of a text: its numbers in order, and the texts between them.

    A number that is not in the text is skipped.
    """
    rest = text
    for number in numbers:
        if not number.text or number.text not in rest:
            continue
        before, found, after = rest.partition(number.text)
        if before:
            yield before, None
        yield found, number
        rest = after
    if rest:
        yield rest, None


def _chapter(translator: _Translator, clip: Clip, start: float, end: float) -> ChapterTranscript:
    before: set[str] = set()
    beats = []
    origin = start - clip.card
    declared = {beat.name: beat for beat in clip.chapter.beats}
    for number, beat in enumerate(clip.beats, 1):
        figure = f"figures/{clip.chapter.name}-{number}-{beat.name}"
        beats.append(
            BeatTranscript(
                beat.name,
                origin + beat.start,
                origin + beat.end,
                origin + beat.shown,
                translator.parts(beat.texts[0]),
                translator.description(declared[beat.name]),
                [translator.parts(one) for one in _new(beat, before)],
                f"{figure}.png",
                f"{figure}.svg",
            )
        )
        before = {one.text for one in beat.other_texts}
    return ChapterTranscript(clip.chapter.name, translator.title, start, end, beats)


def _new(beat: BeatMetadata, before: set[str]) -> list[TimedText]:
    """Return the distinct texts that are new on screen in a beat."""
    found = {one.text: one for one in reversed(beat.other_texts) if one.text not in before}
    return list(reversed(found.values()))


def as_text(chapters: Sequence[ChapterTranscript], title: str) -> str:
    """Return a transcript as plain text."""
    lines = [title, ""]
    for chapter in chapters:
        lines += [f"{clock(chapter.start)}  {chapter.title}", ""]
        for beat in chapter.beats:
            lines += [
                f"{clock(beat.start)}  {as_plain_text(beat.caption)}",
                f"      [{beat.description}]",
            ]
            texts = "; ".join(as_plain_text(text) for text in beat.texts)
            lines += [f"      [{texts}]", ""] if texts else [""]
    return "\n".join(lines)


def descriptions(chapters: Sequence[ChapterTranscript]) -> list[Cue]:
    """Return what is seen in each beat, from its start to its end."""
    beats = (beat for chapter in chapters for beat in chapter.beats)
    return [Cue(beat.start, beat.end, beat.description) for beat in beats]


def as_plain_text(parts: TextParts) -> str:
    """Return the text of parts, without their links."""
    return "".join(part.text for part in parts)


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds: ``4:07``."""
    minutes, rest = divmod(int(round(seconds, 3)), 60)  # sums of times have rounding errors
    return f"{minutes}:{rest:02}"
