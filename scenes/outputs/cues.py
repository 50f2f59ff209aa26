"""Captions as timed cues, and their SubRip and WebVTT formats."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from html import escape
from typing import Any

import srt


@dataclass(frozen=True)
class Cue:
    """A caption with its start and end, seconds."""

    start: float
    end: float
    text: str


def cues(clips: Sequence[Sequence[Any]], origins: Sequence[float]) -> list[Cue]:
    """Return the captions of consecutive clips.

    Args:
        clips: each clip's beats, with ``shown``, ``end`` and ``caption``.
        origins: when each clip begins, seconds.
    """
    found: list[Cue] = []
    for beats, first in zip(clips, origins, strict=True):
        found += (Cue(beat.shown + first, beat.end + first, beat.caption) for beat in beats)
    return found


def starts(lengths: Sequence[float | Fraction]) -> Iterator[float]:
    """Yield the start of each clip, seconds."""
    start = 0.0
    for length in lengths:
        yield start
        start += float(length)


def as_srt(captions: Sequence[Cue]) -> str:
    """Return captions as SubRip."""
    return str(
        srt.compose(
            srt.Subtitle(i, _rounded(cue.start), _rounded(cue.end), cue.text)
            for i, cue in enumerate(captions, 1)
        )
    )


def _rounded(seconds: float) -> timedelta:
    """Return a time rounded to milliseconds; the SubRip writer would truncate it."""
    return timedelta(milliseconds=round(1000 * seconds))


def as_vtt(captions: Sequence[Cue], language: str) -> str:
    """Return captions as WebVTT, with markup in captions escaped.

    Source: W3C, WebVTT: The Web Video Text Tracks Format.
    """
    blocks = [f"WEBVTT\nLanguage: {language}"]
    blocks += (
        f"{_clock(cue.start)} --> {_clock(cue.end)}\n{escape(cue.text, quote=False)}"
        for cue in captions
    )
    return "\n\n".join(blocks) + "\n"


def _clock(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
