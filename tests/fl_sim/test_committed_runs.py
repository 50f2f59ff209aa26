"""The records that come with the project are whole, current, and what they are said to be."""

import hashlib
import sys
from pathlib import Path

import pytest
from quick_run import content

from fl_sim import record
from fl_sim.app.provenance import code_hash

NAMES = ("iid-30", "reference")


def test_they_are_all_there() -> None:
    assert set(NAMES) <= set(record.names())


@pytest.mark.parametrize("name", NAMES)
def test_they_are_made_by_this_code(name: str) -> None:
    found = record.load(name).provenance.code_hash
    assert found == code_hash(), f"stale: make it again with `fl-sim run {name} --force`"


@pytest.mark.parametrize("name", NAMES)
def test_they_are_small(name: str) -> None:
    sizes = [path.stat().st_size for path in (record.RUNS / name).iterdir()]
    assert sum(sizes) < 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_they_are_of_the_whole_of_cifar10(name: str) -> None:
    run = record.load(name)
    assert (run.dataset.num_train, run.dataset.num_test, run.final.num_test) == (
        50000,
        10000,
        10000,
    )
    assert [(part.num_train, part.num_validation) for part in run.partitions] == [(4000, 1000)] * 10
    assert run.thumbnails.shape == (10, 6, 32, 32, 3)


@pytest.mark.parametrize("name", NAMES)
def test_their_model_is_there(name: str) -> None:
    run = record.load(name)
    content = (record.RUNS / name / run.final.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == run.final.sha256
    assert run.final.test == run.rounds[-1].central


@pytest.mark.parametrize("name", NAMES)
def test_they_name_no_place_on_a_machine(name: str) -> None:
    text = (record.RUNS / name / "run.json").read_text()
    assert str(Path.home()) not in text
    assert str(Path(sys.prefix)) not in text
    assert str(record.RUNS.parents[1]) not in text


def test_accuracy_after_3_and_after_30_rounds() -> None:
    assert record.load("reference").final.test.accuracy == pytest.approx(0.36, abs=0.02)
    assert record.load("iid-30").final.test.accuracy == pytest.approx(0.60, abs=0.02)


def test_the_long_run_begins_as_the_reference_run() -> None:
    long, reference = (content(record.RUNS / name)["rounds"] for name in NAMES)
    assert long[:4] == reference
    assert len(long) == 31


def test_probes_move_and_clients_disagree() -> None:
    """The film shows the weighted average of round 2 in numbers of three decimals."""
    run = record.load("reference")
    train = run.rounds[2].train
    for i, before in enumerate(run.rounds[1].probes):
        shown = {round(reply.probes[i], 3) for reply in train.replies}
        assert len({*shown, round(before, 3)}) == 4
