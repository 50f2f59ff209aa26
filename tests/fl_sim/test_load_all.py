"""Several records at once: names are labels, and fingerprints tell records apart."""

from pathlib import Path

import pytest
from hand import hand_run, saved

from fl_sim import record
from fl_sim.record import Run


@pytest.fixture
def three(tmp_path: Path) -> list[str]:
    """Return the folders of three records, two of which have one name."""
    runs = [
        hand_run().model_copy(update={"name": "run"}),
        hand_run(step=1).model_copy(update={"name": "run"}),
        hand_run(step=2).model_copy(update={"name": "other"}),
    ]
    return [saved(tmp_path / str(i), run) for i, run in enumerate(runs)]


def mark(run: Run) -> str:
    return record.fingerprint(run)[:8]


def test_records_of_one_name_are_told_apart(three: list[str]) -> None:
    plain = [record.load(name) for name in three]
    found = record.load_all(three)
    assert list(found) == three
    assert [run.name for run in found.values()] == [
        f"run {mark(plain[0])}",
        f"run {mark(plain[1])}",
        "other",
    ]
    assert [record.fingerprint(run) for run in found.values()] == list(
        map(record.fingerprint, plain)
    )


def test_a_name_of_its_own_stays(three: list[str]) -> None:
    assert [run.name for run in record.load_all(three[1:]).values()] == ["run", "other"]


def test_what_was_computed_twice_is_one_record(tmp_path: Path, three: list[str]) -> None:
    again = saved(tmp_path / "again", record.load(three[0]))
    assert list(record.load_all([three[0], three[2], again, three[2]])) == [three[0], three[2]]
