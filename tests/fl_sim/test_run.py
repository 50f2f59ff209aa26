"""`fl-sim run` from end to end, on a few hundred real images."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from quick_run import QUICK, content, invoke
from safetensors.torch import load_file

from fl_sim import record
from fl_sim.app import task
from fl_sim.app.provenance import code_hash


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of three rounds."""
    folder = tmp_path_factory.mktemp("runs") / "three"
    result = invoke(folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> record.Run:
    return record.load(folder)


def test_nothing_but_the_record_is_left(folder: Path, run: record.Run) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {"run.json", "model.safetensors", run.arrays.file}
    assert [path.name for path in folder.parent.iterdir()] == ["three"]


def test_it_knows_everything(run: record.Run) -> None:
    assert (run.name, run.strategy, len(run.rounds), len(run.partitions)) == (
        "three",
        "FedAvg",
        4,
        4,
    )
    assert run.network.num_parameters == 62_006
    assert run.dataset.name == "cifar10-small"
    assert run.provenance.code_hash == code_hash()
    assert not {"name", "out", "dataset"} & set(run.config)
    for round_ in run.rounds[1:]:
        assert len(round_.train.replies) == len(round_.evaluate.replies) == 2
        assert round_.probes == round_.train.weighted_mean
        assert round_.evaluate.metrics is not None
        for reply in round_.train.replies:
            assert None not in reply.model_dump().values()
            assert len(reply.loss_curve) == 3
            assert reply.bytes_down == reply.bytes_up == run.network.num_bytes
        for reply in round_.evaluate.replies:
            assert None not in reply.model_dump().values()
    assert all(round_.central for round_ in run.rounds)


def test_its_pictures(run: record.Run, small: Path) -> None:
    assert run.thumbnails.shape == (4, 6, 32, 32, 3)
    data = task.load_data(str(small))
    known = {
        image.permute(1, 2, 0).numpy().tobytes(): int(label)
        for image, label in zip(
            data.train.images(torch.arange(400)), data.train.labels, strict=True
        )
    }
    for images, part in zip(run.thumbnails, run.partitions, strict=True):
        assert [known[image.tobytes()] for image in images] == list(part.thumbnail_labels)


@pytest.mark.parametrize(("clients", "images"), [(60, 2), (130, 0)])
def test_many_clients_show_few_pictures(tmp_path: Path, clients: int, images: int) -> None:
    assert invoke(tmp_path / "many", "--set", f"num-partitions={clients}").exit_code == 0
    run = record.load(tmp_path / "many")
    assert {len(part.thumbnail_labels) for part in run.partitions} == {images}
    assert (run.thumbnails is None) == (images == 0)


def test_its_filters_and_probes_are_those_of_the_model(folder: Path, run: record.Run) -> None:
    state = load_file(folder / run.final.file)
    assert torch.equal(torch.from_numpy(run.filters[-1]), state["conv1.weight"])
    for probe, value in zip(run.probes, run.rounds[-1].probes, strict=True):
        assert torch.tensor(value, dtype=torch.float32) == state[probe.parameter][probe.index]


def test_the_saved_model_is_the_last_one(folder: Path, run: record.Run) -> None:
    model = folder / run.final.file
    assert hashlib.sha256(model.read_bytes()).hexdigest() == run.final.sha256
    assert run.final.test == run.rounds[-1].central
    assert run.final.num_test == 100


def test_a_repeat_is_the_same_to_the_bit(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "three"
    assert invoke(again).exit_code == 0
    assert content(again) == content(folder)
    assert (again / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()


def test_another_seed_is_another_run(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "three"
    assert invoke(other, "--set", "seed=7").exit_code == 0
    assert content(other)["rounds"] != content(folder)["rounds"]


def test_a_longer_run_begins_with_the_same_rounds(folder: Path, tmp_path: Path) -> None:
    longer = tmp_path / "three"
    assert invoke(longer, "--set", "num-server-rounds=5").exit_code == 0
    rounds = content(longer)["rounds"]
    assert len(rounds) == 6
    assert rounds[:4] == content(folder)["rounds"]


def test_force_replaces_a_run(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    first, second = invoke(folder, "--set", "num-server-rounds=1"), invoke(folder, "--force")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert len(record.load(folder).rounds) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_failing_client_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(task, "train", fail)
    result = invoke(tmp_path / "bad", "--set", "num-server-rounds=1")
    assert result.exit_code == 0
    assert result.stderr.count("out of memory") == 2


def test_too_few_images(tmp_path: Path) -> None:
    result = invoke(tmp_path / "many", "--set", "num-partitions=400")
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert result.stderr == (
        "fl-sim: client 0 would hold 1 images, too few to train and validate; "
        "lower num-partitions\n"
    )


def test_no_dataset_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    folder = tmp_path / "new" / "run"
    result = invoke(folder, "--data", str(tmp_path / "empty"))
    assert (result.exit_code, folder.parent.exists()) == (2, False)
    assert "cannot be read" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_interrupted_run_leaves_the_old_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(folder)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(task, "train", interrupt)
    assert invoke(folder, "--force").exit_code != 0
    assert content(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["three"]


def test_ctrl_c(tmp_path: Path) -> None:
    out = str(tmp_path / "endless")
    command = [sys.executable, "-m", "fl_sim.cli", "run", "endless", "--out", out, *QUICK]
    process = subprocess.Popen(
        [*command, "--set", "num-server-rounds=1000000"], stderr=subprocess.PIPE, text=True
    )
    while not any(tmp_path.iterdir()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert stderr.strip() == "fl-sim: stopped; nothing was written"
    assert os.listdir(tmp_path) == []
