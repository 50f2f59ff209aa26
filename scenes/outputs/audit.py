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
from scenes.text.lines import DIGIT, Number


@dataclass(frozen=True)
class Shown:
    """A number on screen. ``figure`` is absent where it has no source: that is a fault."""

    chapter: str
    beat: str
    text: str
    figure: Number | None


def audit(todo: Sequence[Job], on_beat: Callable[[str, str], None]) -> list[Shown]:
    """Build chapters without encoding them, side by side, and list every number they show.

    Args:
        todo: the jobs.
        on_beat: told chapter and beat whenever one begins, and (chapter, "done") at its end.
    """
    return [number for found in side_by_side(_audited, todo, on_beat) for number in found.shown]


@dataclass(frozen=True)
class _Audited:
    shown: tuple[Shown, ...]


def _audited(job: Job, news: Any) -> _Audited:
    """List one chapter's numbers; runs in a process of its own."""
    scene = build_blind(job, on_beat=lambda beat: news.put((job.name, beat)))
    return _Audited(tuple(numbers_of(job.name, scene.beats)))


def numbers_of(chapter: str, beats: Iterable[Any]) -> Iterator[Shown]:
    """Yield every number that a chapter's beats showed, each once."""
    found: dict[Shown, None] = {}
    for beat in beats:
        for text, figures in beat.texts:
            found.update(dict.fromkeys(_numbers(chapter, beat.name, text, figures)))
    yield from found


def _numbers(chapter: str, beat: str, text: str, figures: Sequence[Number]) -> Iterator[Shown]:
    rest = text
    for figure in figures:
        yield Shown(chapter, beat, text, figure)
        rest = rest.replace(figure.text, "", 1)
    if DIGIT.search(rest):
        yield Shown(chapter, beat, text, None)


def table(shown: Sequence[Shown]) -> None:
    """Print the audit."""
    rows = Table("chapter", "beat", "text", "source", "value")
    for number in shown:
        figure = number.figure
        source = escape(figure.source) if figure else "[red]none[/red]"
        value = _value(number)
        written = f"{value:.10g}" if isinstance(value, float) else escape(value or "")
        rows.add_row(number.chapter, number.beat, escape(number.text), source, written)
    Console().print(rows)


def write(shown: Sequence[Shown], path: Path) -> None:
    """Write the audit as JSON: a list of objects. The value of a quoted text is the text itself."""
    rows = [
        {
            "chapter": number.chapter,
            "beat": number.beat,
            "text": number.text,
            "source": number.figure.source if number.figure else None,
            "value": _value(number),
        }
        for number in shown
    ]
    written = json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(written + "\n")


def _value(number: Shown) -> float | str | None:
    """Return a number's value, or what is shown of a text that was quoted."""
    if number.figure is None:
        return None
    value = number.figure.value
    return number.figure.text if isnan(value) else float(value)
