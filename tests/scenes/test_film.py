"""The film as it is made from the committed runs. ``make snapshots`` writes anew what is compared.

Every picture keeps the rules, every digit has a source, and each chapter shows in each beat what
its snapshot says.
"""

from pathlib import Path

import pytest
from filmed import CHAPTERS, GROUPED, filmed, snapshot

from scenes.outputs.audit import numbers_of

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("chapter", GROUPED)
def test_a_chapter_has_no_finding(chapter: str) -> None:
    assert filmed(chapter).beats
    assert not [
        f"{finding.beat}, {finding.time:.1f} s: {finding.fault.rule}, {finding.fault.about}, "
        f"{finding.measured}, {finding.limit}"
        for finding in filmed(chapter).findings
    ]


@pytest.mark.parametrize("chapter", GROUPED)
def test_every_digit_has_a_source(chapter: str) -> None:
    shown = list(numbers_of(chapter, filmed(chapter).beats))
    assert shown
    assert not [number for number in shown if number.number is None]


@pytest.mark.parametrize("chapter", GROUPED)
def test_a_chapter_shows_what_its_snapshot_says(chapter: str, remake: bool) -> None:
    path = SNAPSHOTS / f"{chapter}.txt"
    if remake:
        path.write_text(snapshot(chapter), "utf-8")
    assert snapshot(chapter) == path.read_text("utf-8"), "see the change, then: make snapshots"


def test_no_snapshot_is_left_of_a_chapter_that_is_gone() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == set(CHAPTERS)
