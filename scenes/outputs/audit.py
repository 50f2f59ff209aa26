"""The audit: every number that a chapter shows, with its place in the record."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scenes.render.jobs import Job, build_blind
from scenes.render.workers import side_by_side
from scenes.text.lines import DIGIT
from scenes.text.numbers import Number


@dataclass(frozen=True)
class AuditedNumber:
    """A number on screen. ``number`` is absent where it has no source: that is a fault."""

    chapter: str
    beat: str
    text: str
    number: Number | None


def audit(todo: Sequence[Job], on_beat: Callable[[str, str], None]) -> list[AuditedNumber]:
    """Build chapters without encoding them, side by side, and list every number they show.

    Args:
        todo: the jobs.
        on_beat: told chapter and beat whenever one begins, and (chapter, "done") at its end.
    """
    return [number for found in side_by_side(_audited, todo, on_beat) for number in found.shown]


@dataclass(frozen=True)
class _Audited:
    shown: tuple[AuditedNumber, ...]


def _audited(job: Job, news: Any) -> _Audited:
    """List one chapter's numbers; runs in a process of its own."""
    scene = build_blind(job, on_beat=lambda beat: news.put((job.name, beat)))
    return _Audited(tuple(numbers_of(job.name, scene.beats)))


def numbers_of(chapter: str, beats: Iterable[Any]) -> Iterator[AuditedNumber]:
    """Yield every number that a chapter's beats showed, each once."""
    found: dict[AuditedNumber, None] = {}
    for beat in beats:
        for text, numbers in beat.texts:
            found.update(dict.fromkeys(_numbers(chapter, beat.name, text, numbers)))
    yield from found


def _numbers(
    chapter: str, beat: str, text: str, numbers: Sequence[Number]
) -> Iterator[AuditedNumber]:
    rest = text
    for number in numbers:
        yield AuditedNumber(chapter, beat, text, number)
        rest = rest.replace(number.text, "", 1)
    if DIGIT.search(rest):
        yield AuditedNumber(chapter, beat, text, None)


def table(shown: Sequence[AuditedNumber]) -> None:
    """Print the audit."""
    rows = Table("chapter", "beat", "text", "source", "value")
    for one in shown:
        source = escape(str(one.number.source)) if one.number else "[red]none[/red]"
        value = _value(one)
        written = f"{value:.10g}" if isinstance(value, float) else escape(value or "")
        rows.add_row(one.chapter, one.beat, escape(one.text), source, written)
    Console().print(rows)


def write(shown: Sequence[AuditedNumber], path: Path) -> None:
    """Write the audit as JSON: a list of objects. The value of a quoted text is the text itself."""
    rows = [
        {
            "chapter": one.chapter,
            "beat": one.beat,
            "text": one.text,
            "source": str(one.number.source) if one.number else None,
            "value": _value(one),
        }
        for one in shown
    ]
    written = json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(written + "\n")


def _value(one: AuditedNumber) -> float | str | None:
    """Return a number's value, or what is shown of a text that was quoted."""
    if one.number is None:
        return None
    return one.number.text if isnan(one.number.value) else float(one.number.value)
