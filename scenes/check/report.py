"""Reports of findings: a table, one line, and JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

from fl_sim import terminal
from scenes.check.finding import Finding
from scenes.check.run import Checked
from scenes.outputs.targets import whole


def table(checked: Sequence[Checked]) -> None:
    """Print the findings as a table."""
    rows = [_row(finding) for chapter in checked for finding in chapter.findings]
    if rows:
        terminal.table(("chapter", "beat", "time", "rule", "what", "measured", "limit"), rows)


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        finding.chapter,
        finding.beat,
        f"{finding.time:.1f} s",
        finding.fault.rule,
        " ".join(finding.fault.about.split()),
        finding.measured,
        finding.limit,
    )


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
    with whole(path) as partial:
        partial.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
