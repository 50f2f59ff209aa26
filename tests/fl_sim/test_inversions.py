"""What an attack found goes with the run where records are read for a film."""

from pathlib import Path

import pytest
from hand import hand_run, saved
from hand_private import attacked, attempt

from fl_sim import record
from scenes.release.page.records import entries


@pytest.fixture
def place(tmp_path: Path) -> str:
    return saved(tmp_path, attacked(hand_run(), attempt(1, 20.0)))


def only(place: str) -> record.Run:
    (run,) = record.load_all([place]).values()
    return run


def test_a_run_has_what_an_attack_on_it_found(place: str) -> None:
    run = only(place)
    assert run.inversions is not None
    assert run.inversions.found[0].likeness.psnr == 20.0
    assert record.load(place).inversions is None
    assert record.fingerprint(run) == record.fingerprint(record.load(place))
    assert "inversions.found[0].likeness.psnr" in set(entries(run).paths())


def test_what_is_about_another_record_is_left_out(place: str) -> None:
    record.save(hand_run(step=1), place)
    assert only(place).inversions is None


def test_what_is_damaged_is_left_out(place: str) -> None:
    Path(place, "inversions.json.gz").write_bytes(b"")
    assert only(place).inversions is None
