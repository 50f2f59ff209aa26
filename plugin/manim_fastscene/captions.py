"""Captions put into a movie as text tracks, from the SubRip files that Manim writes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import av
import srt
from av.container import InputContainer, OutputContainer

from manim_fastscene.cues import Cue, as_vtt
from manim_fastscene.text_tracks import TEXT_CODECS, Track, text_packets

UNKNOWN = "und"  # no language, in ISO 639-2


class CaptionsError(Exception):
    """Captions, or a movie, that cannot be read or written."""


def language_of(captions: Path) -> str:
    """Return the language in the name of a file, as in ``film.deu.srt``, else ``UNKNOWN``.

    Raises:
        CaptionsError: it is there by two letters, which a movie cannot have.
    """
    found = re.search(r"\.([a-z]{2,3})\.srt$", captions.name)
    if found and len(found[1]) < len(UNKNOWN):
        raise CaptionsError(
            f"{captions}: name its language by three letters (ISO 639-2), such as eng or deu"
        )
    return found[1] if found else UNKNOWN


def read_captions(captions: Path) -> list[Cue]:
    """Return the captions of a SubRip file in order of time.

    Raises:
        CaptionsError: it is not one, or has none.
    """
    try:
        texts = srt.sort_and_reindex(srt.parse(captions.read_text("utf-8-sig")))
        found = [Cue(*_seconds(text), text.content) for text in texts]
    except (ValueError, srt.SRTParseError) as error:
        raise CaptionsError(f"{captions} is no SubRip file: {error}") from error
    if not found:
        raise CaptionsError(f"{captions} has no captions")
    return found


def write_captioned(movie: Path, captions: Sequence[Path], path: Path) -> list[Path]:
    """Write a movie with a text track for each file of captions, and return all paths.

    Pictures and sound are copied as they are. Beside the movie, each track is written as WebVTT,
    for the ``<track>`` of a page.

    Args:
        movie: a movie in a format of ``TEXT_CODECS``, which the path has as well.
        captions: SubRip files; the first is the one that players show unasked.
        path: the new movie, another file.

    Raises:
        CaptionsError: a file cannot be read, two are of one language, or the format has no
            captions.
    """
    if path.suffix not in TEXT_CODECS or path.suffix != movie.suffix:
        formats = ", ".join(TEXT_CODECS)
        raise CaptionsError(f"{path}: name it as {movie} ends, by one of {formats}")
    tracks = [Track(language_of(file), read_captions(file)) for file in captions]
    if len({track.language for track in tracks}) < len(tracks):
        raise CaptionsError(
            "two files of captions are of one language. Name each one's by three letters, as in "
            "movie.eng.srt and movie.deu.srt"
        )
    try:
        with av.open(str(movie)) as source, av.open(str(path), "w") as target:
            _copy(source, target, tracks)
    except (av.FFmpegError, OSError) as error:
        path.unlink(missing_ok=True)
        raise CaptionsError(f"{path} was not written: {error}") from error
    return [path, *(_beside(path, track) for track in tracks)]


def _seconds(text: srt.Subtitle) -> tuple[float, float]:
    return text.start.total_seconds(), text.end.total_seconds()


def _copy(source: InputContainer, target: OutputContainer, tracks: Sequence[Track]) -> None:
    target.metadata.update(source.metadata)
    streams: Mapping[Any, Any] = {
        stream.index: target.add_stream_from_template(stream, opaque=True)
        for stream in (*source.streams.video, *source.streams.audio)
    }
    texts = [packet for track in tracks for packet in text_packets(target, track)]
    target.mux(texts)
    for packet in _packets(source, list(streams)):
        packet.stream = streams[packet.stream.index]
        target.mux(packet)


def _packets(source: InputContainer, streams: Sequence[int]) -> "Iterator[av.Packet[Any]]":
    for packet in source.demux([source.streams[number] for number in streams]):
        if packet.dts is not None:
            yield packet


def _beside(path: Path, track: Track) -> Path:
    """Write a track as WebVTT beside its movie, and return its path."""
    suffix = ".vtt" if track.language == UNKNOWN else f".{track.language}.vtt"
    text = path.with_suffix(suffix)
    text.write_text(as_vtt(track.cues, track.language), "utf-8")
    return text
