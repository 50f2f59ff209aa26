"""The transcript: each beat's caption, what is shown, and its numbers with where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fl_sim import record
from scenes.outputs.captions import Reading, dictionary
from scenes.outputs.cues import starts
from scenes.release.page.places import Addresses
from scenes.render.clips import BeatNotes, Planned, Shown
from scenes.render.jobs import Clip
from scenes.story.descriptions import shown
from scenes.text import languages as language
from scenes.text.lines import Line, Number, Text, numbers_of


@dataclass(frozen=True)
class Piece:
    """A piece of a text, with the address of its number's source if it is a number."""

    text: str
    href: str | None = None


Pieces = Sequence[Piece]


@dataclass(frozen=True)
class BeatTranscript:
    """A beat: when, seconds, its caption, what is shown, and the texts with numbers new in it.

    ``figure`` is the file of its picture.
    """

    name: str
    start: float
    end: float
    caption: Pieces
    shown: str
    texts: Sequence[Pieces]
    figure: str


@dataclass(frozen=True)
class ChapterTranscript:
    """A chapter: when, seconds, what it is called, and its beats."""

    name: str
    title: str
    start: float
    end: float
    beats: Sequence[BeatTranscript]


def transcript(
    todo: Sequence[Planned], clips: Sequence[Clip], code: str, addresses: Addresses
) -> list[ChapterTranscript]:
    """Return a film's transcript.

    Args:
        todo: its chapters.
        clips: what they became.
        code: the transcript's language, which may be another than the film's.
        addresses: of the records' places.
    """
    marks = pairwise([*starts([clip.seconds for clip in clips]), sum(c.seconds for c in clips)])
    return [
        _chapter(_Telling(planned, code, addresses), clip, start, end)
        for planned, clip, (start, end) in zip(todo, clips, marks, strict=True)
    ]


class _Telling:
    """How a chapter's texts are told in a language."""

    def __init__(self, planned: Planned, code: str, addresses: Addresses) -> None:
        job = planned.job
        self.code = code
        self.title = str(replace(job, look=replace(job.look, language=code)).spec().title)
        self.usual = record.load(job.runs[0]).name
        self.addresses = addresses
        same = code == job.look.language
        self.meanings: Mapping[Reading, Number | Line] = {} if same else dictionary(job, code)

    def pieces(self, spec: Shown) -> Pieces:
        """Return a text in pieces, each number with its address."""
        meaning = self.meanings.get(Reading.of(spec.text, spec.figures))
        if meaning is not None:
            return self._linked(str(meaning), numbers_of(meaning))
        figures = [self._figure(figure) for figure in spec.figures]
        return self._linked(_exchanged(spec.text, spec.figures, figures), figures)

    def _figure(self, figure: Number) -> Number:
        meaning: Text = self.meanings.get(Reading.of(figure.text, [figure]), figure)
        return meaning if isinstance(meaning, Number) else figure

    def _linked(self, text: str, figures: Sequence[Number]) -> Pieces:
        return [
            Piece(part, self.addresses.of(figure.source, self.usual) if figure else None)
            for part, figure in cut(text, figures)
        ]


def _exchanged(text: str, before: Sequence[Number], after: Sequence[Number]) -> str:
    """Return a text with its numbers exchanged for others."""
    meanings = dict(zip(before, after, strict=True))
    return "".join(
        part if figure is None else meanings[figure].text for part, figure in cut(text, before)
    )


def cut(text: str, figures: Sequence[Number]) -> Iterator[tuple[str, Number | None]]:
    """Yield the pieces of a text: its numbers in order, each with its figure, and what is between.

    A figure that does not stand in the text is passed over.
    """
    rest = text
    for figure in figures:
        if not figure.text or figure.text not in rest:
            continue
        before, found, after = rest.partition(figure.text)
        if before:
            yield before, None
        yield found, figure
        rest = after
    if rest:
        yield rest, None


def _chapter(telling: _Telling, clip: Clip, start: float, end: float) -> ChapterTranscript:
    before: set[str] = set()
    beats = []
    for number, beat in enumerate(clip.beats, 1):
        figure = f"figures/{clip.chapter.name}-{number}-{beat.name}.png"
        beats.append(
            BeatTranscript(
                beat.name,
                start + beat.start,
                start + beat.end,
                telling.pieces(beat.shown[0]),
                _shown(telling.code, clip.chapter.name, beat),
                [telling.pieces(one) for one in _new(beat, before)],
                figure,
            )
        )
        before = {one.text for one in beat.besides}
    return ChapterTranscript(clip.chapter.name, telling.title, start, end, beats)


def _shown(code: str, chapter: str, beat: BeatNotes) -> str:
    with language.using(code):
        return shown(chapter, beat.name)


def _new(beat: BeatNotes, before: set[str]) -> list[Shown]:
    """Return what is new on screen in a beat, each text once."""
    found = {one.text: one for one in reversed(beat.besides) if one.text not in before}
    return list(reversed(found.values()))


def as_text(chapters: Sequence[ChapterTranscript], title: str) -> str:
    """Return a transcript as plain text."""
    lines = [title, ""]
    for chapter in chapters:
        lines += [f"{clock(chapter.start)}  {chapter.title}", ""]
        for beat in chapter.beats:
            lines += [f"{clock(beat.start)}  {_plain(beat.caption)}", f"      [{beat.shown}]"]
            texts = "; ".join(_plain(text) for text in beat.texts)
            lines += [f"      [{texts}]", ""] if texts else [""]
    return "\n".join(lines)


def _plain(pieces: Pieces) -> str:
    return "".join(piece.text for piece in pieces)


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds: ``4:07``."""
    minutes, rest = divmod(int(round(seconds, 3)), 60)  # sums of times fall short by a trifle
    return f"{minutes}:{rest:02}"
