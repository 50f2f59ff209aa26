"""Reports of findings: a table, one line, and JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenes.check.run import Checked


def table(checked: Sequence[Checked]) -> None:
    """Print the findings as a table."""
    rows = Table("chapter", "beat", "time", "rule", "what", "measured", "limit")
    for chapter in checked:
        for finding in chapter.findings:
            rows.add_row(
                finding.chapter,
                finding.beat,
                f"{finding.time:.1f} s",
                finding.fault.rule,
                Text(" ".join(finding.fault.about.split())),
                finding.measured,
                finding.limit,
            )
    if rows.row_count:
        Console().print(rows)


def summary(checked: Sequence[Checked], stills: Path) -> str:
    """Return the number of findings and of checked scenes in one line."""
    found = sum(len(chapter.findings) for chapter in checked)
    beats = sum(chapter.beats for chapter in checked)
    seconds = sum(chapter.seconds for chapter in checked)
    what = f"{_many(len(checked), 'scene')}, {_many(beats, 'beat')}, {seconds:.0f} s"
    if not found:
        return f"no findings in {what}"
    return f"{_many(found, 'finding')} in {what}. Stills are in {stills}"


def write(checked: Sequence[Checked], path: Path) -> None:
    """Write the findings as JSON: a list of objects."""
    rows = [finding.as_json() for chapter in checked for finding in chapter.findings]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
