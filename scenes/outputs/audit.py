"""The audit: a list of all numbers on screen with their sources in run records."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any

from fl_sim import terminal
from scenes.fast.scheduler import OnProgress, WorkerContext
from scenes.outputs.targets import whole
from scenes.render.jobs import Job, dry_run
from scenes.render.workers import all_that_succeed
from scenes.text.language import Language
from scenes.text.lines import DIGIT
from scenes.text.lines import numbers_of as text_numbers
from scenes.text.numbers import Number
from scenes.voice.spoken import spoken


@dataclass(frozen=True)
class AuditedNumber:
    """A number on screen. ``number`` is None if a digit has no source, which is an error."""

    chapter: str
    beat: str
    text: str
    number: Number | None


def audit(
    todo: Sequence[Job], on_progress: OnProgress, *, aloud: bool = False
) -> tuple[list[AuditedNumber], Mapping[str, str]]:
    """Return every number that chapters show, and why some could not be built, by name.

    Chapters are built in parallel, without drawing.

    Args:
        todo: the jobs.
        on_progress: called with a job's name and each beat that begins, and (name, ``DONE``).
        aloud: whether to list also what a voice speaks.
    """
    built, failed = all_that_succeed(partial(_audit, aloud), todo, on_progress)
    return [number for found in built for number in found], failed


def _audit(aloud: bool, job: Job, context: WorkerContext) -> list[AuditedNumber]:
    """Return one chapter's numbers; runs in a worker process."""
    scene = dry_run(job, on_beat=partial(context.report, job.name))
    heard = spoken_numbers(job.name, scene.beats, scene.language) if aloud else ()
    return [*numbers_of(job.name, scene.beats), *heard]


def numbers_of(chapter: str, beats: Iterable[Any]) -> Iterator[AuditedNumber]:
    """Yield the distinct numbers in a chapter's beats."""
    found: dict[AuditedNumber, None] = {}
    for beat in beats:
        for text, numbers in beat.texts:
            found.update(dict.fromkeys(_numbers(chapter, beat.name, text, numbers)))
    yield from found


def spoken_numbers(
    chapter: str, beats: Iterable[Any], language: Language
) -> Iterator[AuditedNumber]:
    """Yield the numbers that a voice speaks in a chapter's captions, as words."""
    for beat in beats:
        line = spoken(beat.line, language)
        yield from _numbers(chapter, beat.name, str(line), text_numbers(line))


def _numbers(
    chapter: str, beat: str, text: str, numbers: Sequence[Number]
) -> Iterator[AuditedNumber]:
    rest = text
    for number in numbers:
        yield AuditedNumber(chapter, beat, text, number)
        rest = rest.replace(number.text, "", 1)
    if DIGIT.search(rest):
        yield AuditedNumber(chapter, beat, text, None)


def table(numbers: Sequence[AuditedNumber]) -> None:
    """Print the audit as a table."""
    terminal.table(("chapter", "beat", "text", "source", "value"), map(_row, numbers))


def _row(one: AuditedNumber) -> tuple[str, ...]:
    source = str(one.number.source) if one.number else "none"
    value = _value(one)
    written = f"{value:.10g}" if isinstance(value, float) else value or ""
    return one.chapter, one.beat, one.text, source, written


def write(numbers: Sequence[AuditedNumber], path: Path) -> None:
    """Write the audit as JSON: a list of objects. The value of a quoted text is the text itself."""
    rows = [
        {
            "chapter": one.chapter,
            "beat": one.beat,
            "text": one.text,
            "source": str(one.number.source) if one.number else None,
            "value": _value(one),
        }
        for one in numbers
    ]
    written = json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)
    with whole(path) as partial:
        partial.write_text(written + "\n", "utf-8")


def _value(one: AuditedNumber) -> float | str | None:
    """Return a number's value, or the text on screen of a quoted text."""
    if one.number is None:
        return None
    return one.number.text if isnan(one.number.value) else float(one.number.value)
