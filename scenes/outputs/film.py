"""Movies joined from pieces of clips without transcoding, with captions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.container import OutputContainer

from scenes.outputs.cues import Cue, as_srt, cues, starts
from scenes.outputs.encode import EXACT
from scenes.outputs.soundtrack import NOTHING_HEARD, Heard, Sound, add_sound, soundtrack
from scenes.outputs.targets import whole
from scenes.render.jobs import Clip
from scenes.text.languages import LANGUAGES

MILLISECOND = Fraction(1, 1000)
# The codec of text tracks by file suffix.
TEXT_CODECS = {".mp4": "mov_text", ".mov": "mov_text", ".webm": "webvtt"}


@dataclass(frozen=True)
class Track:
    """A text track: the code of its language, and its captions."""

    language: str
    cues: Sequence[Cue]


@dataclass(frozen=True)
class Extras:
    """The metadata, chapters, text tracks and sound of a movie.

    ``about`` is the container's metadata; ``chapters`` are names in order. ``sound`` is None for
    a movie without sound.
    """

    about: Mapping[str, str]
    chapters: Sequence[str] = ()
    tracks: Sequence[Track] = ()
    sound: Sound | None = None


class Piece(NamedTuple):
    """A part of a movie, from one key frame to another; seconds."""

    movie: Path
    start: float = 0.0
    end: float = inf


def join_captioned(
    clips: Sequence[Clip],
    pieces: Sequence[Sequence[Piece]],
    origins: Sequence[float],
    path: Path,
    about: Mapping[str, str],
    heard: Heard = NOTHING_HEARD,
) -> list[Path]:
    """Join clips into a movie with a captions file beside it, and return both paths.

    Each file is written under another name and then renamed, the movie last.

    Args:
        clips: the clips.
        pieces: those of each chapter, in the format of the path, with the same settings.
        origins: when each clip begins in the movie, seconds.
        path: the movie's path.
        about: the movie's metadata.
        heard: its sound and voice.
    """
    captions = path.with_suffix(".srt")
    with whole(path) as movie, whole(captions) as written:
        names = [clip.chapter.name for clip in clips]
        join_heard(clips, pieces, origins, movie, Extras(about, names), heard)
        written.write_text(as_srt(cues([clip.beats for clip in clips], origins)), "utf-8")
    return [path, captions]


def join_heard(
    clips: Sequence[Clip],
    pieces: Sequence[Sequence[Piece]],
    origins: Sequence[float],
    target: Path,
    extras: Extras,
    heard: Heard,
) -> None:
    """Join pieces of clips into a movie with what is heard of them.

    Arguments are those of ``join_captioned`` and ``join_movies``.
    """
    sound = soundtrack(clips, origins, float(sum(_lengths(pieces))), heard)
    join_movies(pieces, target, replace(extras, sound=sound))


def join(movies: Sequence[Path], path: Path, about: Mapping[str, str]) -> Path:
    """Join movies into one without captions, and return its path."""
    with whole(path) as movie:
        join_movies([list(map(Piece, movies))], movie, Extras(about))
    return path


def length_of(movie: Path) -> Fraction:
    """Return the length of a movie's pictures, seconds."""
    with av.open(str(movie)) as source:
        video = source.streams.video[0]
        if video.duration is not None and video.time_base is not None:
            return video.duration * video.time_base
        return Fraction(source.duration or 0, av.time_base)


def join_movies(
    chapters: Sequence[Sequence[Piece]], target: Path, extras: Extras
) -> list[Fraction]:
    """Concatenate the packets of movies; return each chapter's length, seconds.

    Args:
        chapters: the pieces of each; all have the same settings.
        target: the new movie.
        extras: its metadata, chapters, text tracks and sound.
    """
    lengths = _lengths(chapters)
    pieces = [piece for chapter in chapters for piece in chapter]
    options = EXACT if target.suffix == ".webm" else {"movflags": "+faststart"}
    with av.open(str(target), "w", options=options) as out:
        with av.open(str(pieces[0].movie)) as first:
            stream = out.add_stream_from_template(first.streams.video[0], opaque=True)
        sound = [] if extras.sound is None else add_sound(out, extras.sound, target.suffix)
        beside = Beside(out, sound)
        out.mux(add_extras(out, extras, lengths))
        for piece, start in zip(pieces, starts(list(map(_length, pieces))), strict=True):
            _copy(piece, start, beside, stream)
        beside.mux_rest()
    return lengths


class Beside:
    """A movie whose sound is written beside its pictures, each packet before the picture after it.

    The muxer waits for a picture before each sound, but only for ten seconds of sound.
    """

    def __init__(self, out: OutputContainer, sound: "Iterable[av.Packet[Any]]") -> None:
        self.out, self.sound = out, iter(sound)
        self.next = next(self.sound, None)

    def mux(self, picture: "av.Packet[Any]") -> None:
        """Write a packet of the pictures, after all sound up to it."""
        while self.next is not None and _time(self.next) <= _time(picture):
            self._mux_next()
        self.out.mux(picture)

    def mux_rest(self) -> None:
        """Write the sound that is left."""
        while self.next is not None:
            self._mux_next()

    def _mux_next(self) -> None:
        assert self.next is not None
        self.out.mux(self.next)
        self.next = next(self.sound, None)


def _time(packet: "av.Packet[Any]") -> Fraction:
    assert packet.dts is not None
    assert packet.time_base is not None
    return packet.dts * packet.time_base


def _lengths(chapters: Sequence[Sequence[Piece]]) -> list[Fraction]:
    """Return the length of each chapter, seconds."""
    every = {piece: _length(piece) for chapter in chapters for piece in chapter}
    return [sum(map(every.__getitem__, chapter), Fraction(0)) for chapter in chapters]


def _length(piece: Piece) -> Fraction:
    """Return the length of a piece, whole frames, seconds."""
    whole_length = length_of(piece.movie)
    if piece.start == 0 and piece.end == inf:
        return whole_length
    with av.open(str(piece.movie)) as source:
        rate = source.streams.video[0].average_rate or Fraction(1)
    ends = (whole_length if at == inf else Fraction(round(at * rate), 1) / rate for at in piece[1:])
    first, last = ends
    return last - first


def _copy(piece: Piece, start: float, out: Beside, stream: Any) -> None:
    with av.open(str(piece.movie)) as source:
        video = source.streams.video[0]
        assert video.time_base is not None
        assert video.average_rate is not None
        frame = 1 / video.average_rate / video.time_base  # in units of the stream
        first, end = (at / float(video.time_base) - float(frame) / 2 for at in piece[1:])
        shift = round((start - piece.start) / video.time_base)
        for packet in source.demux(video):
            if packet.dts is None or packet.pts is None or not first <= packet.pts < end:
                continue
            packet.dts += shift
            packet.pts += shift
            packet.stream = stream
            out.mux(packet)


def add_extras(
    out: OutputContainer, extras: Extras, lengths: Sequence[Fraction]
) -> "list[av.Packet[Any]]":
    """Add metadata, chapters and text tracks; return the packets of the tracks.

    Mux these packets first; the muxer writes each at its time.

    Args:
        out: a new movie with its picture stream, still without packets.
        extras: the metadata, chapters and tracks.
        lengths: the lengths of the chapters, seconds.
    """
    out.metadata.update(extras.about)
    marks = list(starts([*lengths, 0]))
    out.set_chapters(
        [
            {
                "id": number,
                "start": round(marks[number] * 1000),
                "end": round(marks[number + 1] * 1000),
                "time_base": MILLISECOND,
                "metadata": {"title": name},
            }
            for number, name in enumerate(extras.chapters)
        ]
    )
    codec = TEXT_CODECS[Path(out.name).suffix]
    return [packet for track in extras.tracks for packet in _text_packets(out, track, codec)]


def _text_packets(out: OutputContainer, track: Track, codec: str) -> "Iterator[av.Packet[Any]]":
    stream = out.add_mux_stream(codec, time_base=MILLISECOND)
    stream.metadata["language"] = LANGUAGES[track.language].iso_639_2
    for cue in track.cues:
        text = cue.text.encode()
        # A packet of timed text in MP4 starts with the length of its text (3GPP TS 26.245).
        packet = av.Packet(len(text).to_bytes(2, "big") + text if codec == "mov_text" else text)
        # Both ends are rounded, so that a text never ends after the next one begins.
        start, end = round(cue.start * 1000), round(cue.end * 1000)
        packet.pts = packet.dts = start
        packet.duration = end - start
        packet.time_base = MILLISECOND
        packet.stream = stream
        yield packet
