"""The audit: every number that a chapter shows, with its place in the record."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scenes.figures import DIGIT, Figure
from scenes.publish.render import Job, build_blind


@dataclass(frozen=True)
class Shown:
    """A number on screen. ``figure`` is absent where it has no source: that is a fault."""

    chapter: str
    beat: str
    text: str
    figure: Figure | None


def audit(jobs: Sequence[Job]) -> list[Shown]:
    """Build chapters without encoding them, and list every number they show."""
    found: dict[Shown, None] = {}
    for job in jobs:
        scene = build_blind(job)
        for beat in scene.beats:
            for text, figures in beat.texts:
                found.update(dict.fromkeys(_numbers(job.chapter.name, beat.name, text, figures)))
    return list(found)


def _numbers(chapter: str, beat: str, text: str, figures: Sequence[Figure]) -> Iterator[Shown]:
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
        source = figure.source if figure else "[red]none[/red]"
        value = f"{figure.value:.10g}" if figure else ""
        rows.add_row(number.chapter, number.beat, number.text, source, value)
    Console().print(rows)


def write(shown: Sequence[Shown], path: Path) -> None:
    """Write the audit as JSON: a list of objects."""
    rows = [
        {
            "chapter": number.chapter,
            "beat": number.beat,
            "text": number.text,
            "source": number.figure.source if number.figure else None,
            "value": number.figure.value if number.figure else None,
        }
        for number in shown
    ]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
