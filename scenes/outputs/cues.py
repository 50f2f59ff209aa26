"""Captions of a film as cues: SubRip for players, WebVTT for the web, packets for a text track."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from html import escape
from typing import Any

import srt


@dataclass(frozen=True)
class Cue:
    """A caption and when it stands, seconds."""

    start: float
    end: float
    text: str


def cues(spec: Sequence[Sequence[Any]], lengths: Sequence[float | Fraction]) -> list[Cue]:
    """Return the captions of clips that follow one another.

    Args:
        spec: each clip's beats, with ``start``, ``end`` and ``caption``.
        lengths: of the clips, seconds.
    """
    found: list[Cue] = []
    for beats, first in zip(spec, starts(lengths), strict=True):
        found += (Cue(beat.start + first, beat.end + first, beat.caption) for beat in beats)
    return found


def starts(lengths: Sequence[float | Fraction]) -> Iterator[float]:
    """Yield where each clip starts, seconds."""
    start = 0.0
    for length in lengths:
        yield start
        start += float(length)


def as_srt(shown: Sequence[Cue]) -> str:
    """Return captions as SubRip."""
    return str(
        srt.compose(
            srt.Subtitle(i, _rounded(cue.start), _rounded(cue.end), cue.text)
            for i, cue in enumerate(shown, 1)
        )
    )


def _rounded(seconds: float) -> timedelta:
    """Return a time to the millisecond: SubRip has no more, and its writer would cut it off."""
    return timedelta(milliseconds=round(1000 * seconds))


def as_vtt(shown: Sequence[Cue], language: str) -> str:
    """Return captions as WebVTT; a caption's text is text, whatever is in it.

    Source: W3C, WebVTT: The Web Video Text Tracks Format.
    """
    blocks = [f"WEBVTT\nLanguage: {language}"]
    blocks += (
        f"{_clock(cue.start)} --> {_clock(cue.end)}\n{escape(cue.text, quote=False)}"
        for cue in shown
    )
    return "\n\n".join(blocks) + "\n"


def _clock(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
