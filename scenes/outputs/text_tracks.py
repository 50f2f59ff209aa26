"""Text tracks of a movie: captions that a player shows or hides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from scenes.outputs.cues import Cue

MILLISECOND = Fraction(1, 1000)
# The codec of text tracks by file suffix.
TEXT_CODECS = {".mp4": "mov_text", ".mov": "mov_text", ".webm": "webvtt"}


@dataclass(frozen=True)
class Track:
    """A text track: the code of its language, and its captions."""

    language: str
    cues: Sequence[Cue]


def text_packets(out: OutputContainer, track: Track) -> "Iterator[av.Packet[Any]]":
    """Add a text track to a movie, and yield its packets.

    Mux these packets before those of the pictures; the muxer writes each at its time.

    Args:
        out: a new movie, still without packets, with a suffix of ``TEXT_CODECS``.
        track: captions, and their language by its code of three letters (ISO 639-2).
    """
    codec = TEXT_CODECS[Path(out.name).suffix]
    stream = out.add_mux_stream(codec, time_base=MILLISECOND)
    stream.metadata["language"] = track.language
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
