"""The film: clips joined into one movie without transcoding, with captions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from scenes.outputs.cues import Cue, as_srt, cues, starts
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
    """The metadata, chapters and text tracks of a movie.

    ``about`` is the container's metadata; ``chapters`` are names in order.
    """

    about: Mapping[str, str]
    chapters: Sequence[str] = ()
    tracks: Sequence[Track] = ()


def join_captioned(
    clips: Sequence[Clip], movies: Sequence[Sequence[Path]], path: Path, about: Mapping[str, str]
) -> list[Path]:
    """Join clips into a movie with a captions file beside it, and return both paths.

    Each file is written under another name and then renamed, the movie last.

    Args:
        clips: the clips.
        movies: the files of each, in the format of the path; all have the same settings.
        path: the movie's path.
        about: the movie's metadata.
    """
    captions = path.with_suffix(".srt")
    with whole(path) as movie, whole(captions) as written:
        extras = Extras(about, [clip.chapter.name for clip in clips])
        lengths = join_movies(movies, movie, extras)
        written.write_text(as_srt(cues([clip.beats for clip in clips], lengths)), "utf-8")
    return [path, captions]


def join(movies: Sequence[Path], path: Path, about: Mapping[str, str]) -> Path:
    """Join movies into one without captions, and return its path."""
    with whole(path) as movie:
        join_movies([movies], movie, Extras(about))
    return path


def length_of(movie: Path) -> Fraction:
    """Return the length of a movie's pictures, seconds."""
    with av.open(str(movie)) as source:
        video = source.streams.video[0]
        if video.duration is not None and video.time_base is not None:
            return video.duration * video.time_base
        return Fraction(source.duration or 0, av.time_base)


def join_movies(movies: Sequence[Sequence[Path]], target: Path, extras: Extras) -> list[Fraction]:
    """Concatenate the packets of movies; return each chapter's length, seconds.

    Args:
        movies: the files of each chapter; all have the same settings.
        target: the new movie.
        extras: its metadata, chapters and text tracks.
    """
    files = [file for chapter in movies for file in chapter]
    every = {file: length_of(file) for file in files}
    lengths = [sum((every[file] for file in chapter), Fraction(0)) for chapter in movies]
    options = {} if target.suffix == ".webm" else {"movflags": "+faststart"}
    with av.open(str(target), "w", options=options) as out:
        with av.open(str(files[0])) as first:
            stream = out.add_stream_from_template(first.streams.video[0], opaque=True)
        out.mux(add_extras(out, extras, lengths))
        for file, start in zip(files, starts([every[file] for file in files]), strict=True):
            _copy(file, start, out, stream)
    return lengths


def _copy(movie: Path, start: float, out: OutputContainer, stream: Any) -> None:
    with av.open(str(movie)) as source:
        video = source.streams.video[0]
        assert video.time_base is not None
        shift = round(start / video.time_base)
        for packet in source.demux(video):
            if packet.dts is not None and packet.pts is not None:
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
