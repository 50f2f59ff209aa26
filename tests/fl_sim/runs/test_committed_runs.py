"""The records that come with the project are whole, current, and what they are said to be."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from quick_run import content

from fl_sim import grid, record
from fl_sim.app.provenance import code_hash
from fl_sim.app.settings import Settings
from fl_sim.running import suite, sweep

SUITE = suite.read(suite.FILE)
GRID = {one.name: one for one in sweep.entries(grid.read(grid.GRIDS / grid.USUAL))}
FULL = [name for name, entry in SUITE.items() if entry.config["keep"] == "all"]


def rounds_of(name: str) -> list[record.Train]:
    return [round_.train for round_ in record.load(name).rounds[1:]]


def steps(name: str) -> set[int]:
    """Return the gradient steps behind the last model, or behind each client's own."""
    run = record.load(name)
    batch, epochs = run.config["batch-size"], run.config["local-epochs"]
    taken: dict[int, int] = {}
    for train in rounds_of(name):
        for reply in train.replies:
            own = reply.client if run.strategy == "LocalOnly" else 0
            taken[own] = taken.get(own, 0) + epochs * -(-reply.num_examples // batch)
    return set(taken.values())


def mean_cosine(train: record.Train) -> float:
    """Return the mean cosine between two clients' updates."""
    gram = np.array(train.gram)
    norms = np.sqrt(np.diag(gram))
    cosines = gram / np.outer(norms, norms)
    return float(cosines[np.triu_indices(len(gram), 1)].mean())


def test_they_are_those_of_the_suite() -> None:
    assert set(SUITE) <= set(record.names())  # and maybe runs of one's own


@pytest.mark.parametrize("name", SUITE)
def test_they_are_made_with_the_settings_of_the_suite(name: str) -> None:
    found = suite.inspect(SUITE[name], record.RUNS)
    assert found.state == "there", f"{found.why}: make it again with `fl-sim suite {name} --force`"


@pytest.mark.parametrize("name", SUITE)
def test_they_are_made_by_this_code(name: str) -> None:
    found = record.load(name).provenance.code_hash
    expected = code_hash(Settings.of(SUITE[name].config))
    assert found == expected, f"stale: make it again with `fl-sim suite {name} --force`"


@pytest.mark.parametrize("name", GRID)
def test_the_runs_of_the_grid_are_up_to_date(name: str) -> None:
    found = suite.inspect(GRID[name], grid.GRIDS / grid.USUAL)
    assert found.state == "there", f"{found.why}: make it again with `fl-sim sweep what-if --force`"
    assert found.run
    assert found.run.dataset == record.load("reference").dataset


def test_the_grid_is_small_and_has_no_other_runs() -> None:
    folder = grid.GRIDS / grid.USUAL
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 1_500_000
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(GRID)


@pytest.mark.parametrize("name", SUITE)
def test_they_are_of_the_current_schema(name: str) -> None:
    assert record.plain(name)["schema_version"] == record.SCHEMA_VERSION


@pytest.mark.parametrize("name", SUITE)
def test_they_are_small(name: str) -> None:
    sizes = [path.stat().st_size for path in (record.RUNS / name).iterdir()]
    assert sum(sizes) < 1_000_000


def test_together_they_are_small() -> None:
    files = (path for name in SUITE for path in (record.RUNS / name).iterdir())
    assert sum(path.stat().st_size for path in files) < 11_000_000


@pytest.mark.parametrize("name", SUITE)
def test_they_are_of_the_whole_of_cifar10(name: str) -> None:
    run = record.load(name)
    assert (run.dataset.num_train, run.dataset.num_test) == (50_000, 10_000)
    assert run.dataset.fingerprint == record.load("reference").dataset.fingerprint
    assert sum(part.num_train + part.num_validation for part in run.partitions) == 50_000
    assert {sum(map(sum, r.confusion)) for r in run.rounds if r.confusion} == {10_000}


@pytest.mark.parametrize("name", FULL)
def test_their_model_is_there(name: str) -> None:
    run = record.load(name)
    content = (record.RUNS / name / run.final.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == run.final.sha256
    assert run.final.test == run.rounds[-1].central
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert header["__metadata__"]["fingerprint"] == record.fingerprint(run)


@pytest.mark.parametrize("name", FULL)
def test_their_pictures_are_there(name: str) -> None:
    run = record.load(name)
    # As many of each client as the poorest has.
    assert run.thumbnails.shape[0] == 10
    assert run.sample_images.shape == (40, 32, 32, 3)
    assert len(run.path.points if run.path else run.rounds) == len(run.rounds)


@pytest.mark.parametrize("name", SUITE)
def test_they_name_no_place_on_a_machine(name: str) -> None:
    text = json.dumps(record.plain(name))
    assert str(Path.home()) not in text
    assert str(Path(sys.prefix)) not in text
    assert str(record.RUNS.parents[1]) not in text


def test_accuracy_after_3_and_after_30_rounds() -> None:
    assert record.load("reference").final.test.accuracy == pytest.approx(0.36, abs=0.02)
    assert record.load("iid-30").final.test.accuracy == pytest.approx(0.60, abs=0.02)


def test_the_long_run_begins_as_the_reference_run() -> None:
    long, reference = (content(record.RUNS / name)["rounds"] for name in ("iid-30", "reference"))
    for round_ in reference[1:]:
        for reply in round_["train"]["replies"]:
            reply["close_up"] = None  # the setting of the reference run alone
    assert long[:4] == reference
    assert len(long) == 31


def test_probes_move_and_clients_disagree() -> None:
    """The film shows the weighted average of round 2 in numbers of three decimals."""
    run = record.load("reference")
    train = run.rounds[2].train
    for i, before in enumerate(run.rounds[1].probes):
        shown = {round(reply.probes[i], 3) for reply in train.replies}
        assert len({*shown, round(before, 3)}) == 4


@pytest.mark.parametrize("remedy", ["fedprox-30", "fedyogi-30", "fedavgm-30"])
@pytest.mark.parametrize("repeat", [0, 1, 2])
def test_remedies_differ_from_fedavg_in_nothing_but_the_strategy(remedy: str, repeat: int) -> None:
    run = record.load(f"{remedy}-s{repeat}")
    plain = record.load(f"dirichlet-30-s{repeat}" if repeat else "dirichlet-30")
    assert run.config["seed"] == plain.config["seed"] == 42 + repeat
    assert [p.label_counts for p in run.partitions] == [p.label_counts for p in plain.partitions]
    assert [t.sampled for t in rounds_of(run.name)] == [t.sampled for t in rounds_of(plain.name)]
    assert run.rounds[0].probes == plain.rounds[0].probes


def test_baselines_take_as_many_gradient_steps() -> None:
    assert steps("iid-30") == steps("centralised") == steps("local-only") == {11_250}


def test_alone_every_client_is_tested_on_the_same_images() -> None:
    last = rounds_of("local-only")[-1]
    assert len(last.replies) == 10
    assert all(0.2 < reply.test.accuracy < 0.6 for reply in last.replies)


def test_updates_fan_out_where_data_differ() -> None:
    alike, skewed = (rounds_of(name)[0] for name in ("iid-drift", "dirichlet-drift"))
    assert len(alike.replies) == len(skewed.replies) == 10
    assert mean_cosine(alike) > 0.8
    assert mean_cosine(skewed) < 0.4


def test_unequal_clients_weigh_unequally() -> None:
    weights = [reply.weight for train in rounds_of("unequal") for reply in train.replies]
    assert max(weights) > 2 * min(weights)


def test_dropouts_has_failures_of_every_kind() -> None:
    trains = rounds_of("dropouts")
    failures = [failure for train in trains for failure in train.failures]
    assert {failure.kind for failure in failures} == {"error", "no reply"}
    assert len({failure.code for failure in failures}) == 3
    assert all(train.replies for train in trains)
