"""`fl-sim run` from end to end, on a few hundred real images."""

import hashlib
import math
import signal
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from processes import Child, finish, start, wait_for
from quick_run import QUICK, content, invoke
from safetensors import safe_open
from safetensors.torch import load_file

from fl_sim import record
from fl_sim.app import cifar10, lenet, task
from fl_sim.app.provenance import code_hash
from fl_sim.app.settings import Settings
from fl_sim.cli import cli
from fl_sim.running.target import LaunchError, Target
from fl_sim.show import divergence


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
    assert names == {"run.json.gz", "model.safetensors", run.arrays.file}
    assert [path.name for path in folder.parent.iterdir()] == ["three"]


@pytest.mark.parametrize(("rounds", "said"), [(1, "1 round"), (2, "2 rounds")])
def test_a_line_a_round_where_there_is_no_terminal(tmp_path: Path, rounds: int, said: str) -> None:
    result = invoke(tmp_path / "few", "--set", f"num-server-rounds={rounds}")
    lines = [f"round {number} of {rounds} is done\n" for number in range(1, rounds + 1)]
    assert result.stderr == "".join(lines)
    assert result.stdout.startswith(f"few: {said}, ")


def test_a_fraction_may_be_one_client(tmp_path: Path) -> None:
    one = ("--set", "num-server-rounds=1", "--set", "fraction-train=0.25")
    assert invoke(tmp_path / "few", *one, "--set", "fraction-evaluate=0.49").exit_code == 0
    first = record.load(tmp_path / "few").rounds[1]
    assert first.train and first.evaluate  # noqa: PT018  # both are phases
    assert [len(phase.sampled or ()) for phase in (first.train, first.evaluate)] == [1, 1]


def test_it_knows_everything(run: record.Run) -> None:
    assert (run.name, run.strategy, len(run.rounds), len(run.partitions)) == (
        "three",
        "FedAvg",
        4,
        4,
    )
    assert run.network.num_parameters == 62_006
    assert run.dataset.name == "cifar10-small"
    assert run.provenance.code_hash == code_hash(Settings.of(run.config))
    assert not {"name", "out", "dataset"} & set(run.config)
    for round_ in run.rounds[1:]:
        assert (len(round_.train.replies), len(round_.evaluate.replies)) == (2, 1)
        assert round_.probes == round_.train.weighted_mean
        assert round_.evaluate.metrics is not None
        for reply in round_.train.replies:
            absent = {k for k, v in reply.model_dump().items() if v is None}
            later = {"change"} if round_.number > 1 else set()
            assert absent == {"test", "own", "predictions", "close_up"} | later
            assert len(reply.loss_curve) == 3
            assert reply.bytes_down == reply.bytes_up == run.network.num_bytes
        for reply in round_.evaluate.replies:
            assert None not in reply.model_dump().values()
        assert len(round_.train.gram) == 2
    assert all(round_.central for round_ in run.rounds)
    assert len(run.test_labels) == 100
    for round_ in run.rounds:
        assert len(round_.predictions) == 100
        matrix = np.array(round_.confusion)
        assert matrix.sum() == 100
        assert np.trace(matrix) / 100 == round_.central.accuracy
    assert len(run.path.points) == 4


def test_its_samples_are_test_images(run: record.Run, small: Path) -> None:
    data = cifar10.load(str(small))
    known = {
        image.permute(1, 2, 0).numpy().tobytes(): int(label)
        for image, label in zip(data.test.images(torch.arange(100)), data.test.labels, strict=True)
    }
    assert run.sample_images.shape == (40, 32, 32, 3)
    assert [known[image.tobytes()] for image in run.sample_images] == list(run.samples.labels)
    assert sorted(run.samples.labels) == sorted(list(range(10)) * 4)


def test_the_probabilities_are_those_of_the_saved_model(folder: Path, run: record.Run) -> None:
    model = lenet.Net(10)
    model.load_state_dict(load_file(folder / run.final.file))
    images = torch.from_numpy(run.sample_images).permute(0, 3, 1, 2)
    found = task.probabilities(model, images).numpy()
    np.testing.assert_allclose(run.samples.last, found, rtol=0, atol=0.5e-4 + 1e-9)


def test_the_model_says_which_run_it_is_of(folder: Path, run: record.Run) -> None:
    with safe_open(folder / run.final.file, framework="np") as file:
        assert file.metadata() == {"fingerprint": record.fingerprint(run)}


def test_numbers_alone_make_a_small_record(tmp_path: Path, run: record.Run) -> None:
    assert invoke(tmp_path / "three", "--set", "keep=numbers").exit_code == 0
    small = record.load(tmp_path / "three")
    assert [path.name for path in (tmp_path / "three").iterdir()] == ["run.json.gz"]
    assert (small.arrays, small.thumbnails, small.filters) == (None, None, None)
    assert (small.samples, small.final.file) == (None, None)
    assert small.final.test == run.final.test
    assert [r.central for r in small.rounds] == [r.central for r in run.rounds]
    assert small.rounds[1].train.replies[0].loss_curve is None


def test_confusion_every_second_round(tmp_path: Path) -> None:
    without = ("--set", "predictions=none")
    assert invoke(tmp_path / "three", "--set", "confusion-every=2", *without).exit_code == 0
    rounds = record.load(tmp_path / "three").rounds
    assert [round_.confusion is not None for round_ in rounds] == [True, False, True, True]


def test_in_a_full_round_every_client_trains(tmp_path: Path) -> None:
    assert invoke(tmp_path / "three", "--set", "full-round=2").exit_code == 0
    rounds = record.load(tmp_path / "three").rounds
    assert [len(round_.train.sampled) for round_ in rounds[1:]] == [2, 4, 2]
    assert np.shape(rounds[2].train.gram) == (4, 4)


def test_alone_every_client_has_a_model_of_its_own(tmp_path: Path) -> None:
    assert invoke(tmp_path / "alone", "--set", "strategy=local-only").exit_code == 0
    run = record.load(tmp_path / "alone")
    assert (run.final, run.path, run.samples) == (None, None, None)
    assert [round_.central is None for round_ in run.rounds] == [False, True, True, True]
    for round_ in run.rounds[1:]:
        assert round_.evaluate is None
        assert [reply.client for reply in round_.train.replies] == [0, 1, 2, 3]
        assert all(reply.test is not None for reply in round_.train.replies)


def test_one_client_with_all_data(tmp_path: Path) -> None:
    assert invoke(tmp_path / "central", "--set", "num-partitions=1").exit_code == 0
    run = record.load(tmp_path / "central")
    assert [(part.num_train, part.num_validation) for part in run.partitions] == [(320, 80)]
    assert all(round_.train.sampled == (0,) for round_ in run.rounds[1:])


def test_its_pictures(run: record.Run, small: Path) -> None:
    assert run.thumbnails.shape == (4, 6, 32, 32, 3)
    data = cifar10.load(str(small))
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


def make_while_files_come(folder: Path) -> None:
    """Make a record; its place gets a file before it is finished."""
    with Target("mine", folder).making(folder, {}) as new:
        new.mkdir()
        (new / "run.json").touch()
        folder.mkdir()
        (folder / "thesis.txt").touch()


def test_files_that_come_meanwhile_stay(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    with pytest.raises(LaunchError, match="got other files meanwhile; the finished record") as no:
        make_while_files_come(folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    assert [path.name for path in Path(str(no.value).split()[-1]).iterdir()] == ["run.json"]


def test_a_failing_client_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(task, "train", fail)
    result = invoke(tmp_path / "bad", "--set", "num-server-rounds=1")
    assert result.exit_code == 2
    assert result.stderr.count("out of memory") == 2
    assert "no client delivered in any round: the model was not trained" in result.stderr


def test_a_round_in_which_all_fail_keeps_the_model(tmp_path: Path) -> None:
    assert invoke(tmp_path / "bad", "--set", "failure-rate=1").exit_code == 2
    run = record.load(tmp_path / "bad")
    assert len(run.rounds) == 4
    assert len({round_.probes for round_ in run.rounds}) == 1
    for round_ in run.rounds[1:]:
        assert (round_.train.replies, round_.train.weighted_mean) == ((), None)
        assert [failure.kind for failure in round_.train.failures] == ["error", "error"]


# --- runs that diverge


@pytest.mark.parametrize(
    ("strategy", "rate", "round_", "who"),
    [
        ("fedavg", 10, 2, "the global model"),
        ("fedprox", 100, 1, "the global model"),
        ("local-only", 100, 2, "client 3"),
    ],
)
def test_a_run_that_diverges_leaves_a_record(
    tmp_path: Path, strategy: str, rate: int, round_: int, who: str
) -> None:
    settings = (f"learning-rate={rate}", f"strategy={strategy}", "proximal-mu=10")
    result = invoke(tmp_path / "steep", *(word for each in settings for word in ("--set", each)))
    where = f"in round {round_}: the loss of {who} is no finite number"
    assert result.exit_code == 0
    assert result.stderr.endswith(f"\nthe run diverged {where}; try a smaller learning-rate\n")
    run = record.load(tmp_path / "steep")
    assert len(run.rounds) == 4
    assert divergence(run) == where
    assert (run.samples, run.sample_images) == (None, None)
    shown = CliRunner().invoke(cli, ["show", str(tmp_path / "steep")], env={"COLUMNS": "120"})
    assert where in " ".join(shown.stdout.split())


def test_a_loss_that_is_no_number_in_one_client_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = task.train
    trained: list[int] = []

    def stumble(*arguments: Any, **named: Any) -> tuple[list[float], task.Score]:
        curve, score = train(*arguments, **named)
        trained.append(len(trained))
        if len(trained) != 4:
            return curve, score
        return [*curve[:-1], math.inf], task.Score(math.nan, score.accuracy)

    monkeypatch.setattr(task, "train", stumble)
    monkeypatch.setattr("fl_sim.app.threads.sensible", lambda: 1)
    result = invoke(tmp_path / "one")
    assert result.exit_code == 0
    run = record.load(tmp_path / "one")
    stumbled = run.rounds[2].train.replies[1]
    assert (stumbled.train.loss, stumbled.loss_curve) == (None, None)
    assert stumbled.train.accuracy is not None
    assert (
        divergence(run) == f"in round 2: the loss of client {stumbled.client} is no finite number"
    )
    assert run.rounds[2].central.loss is not None
    assert run.samples is not None


def test_too_few_images(tmp_path: Path) -> None:
    result = invoke(tmp_path / "many", "--set", "num-partitions=400")
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert result.stderr == (
        "fl-sim: client 0 would hold 1 image, too few to train and validate; lower num-partitions\n"
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

    monkeypatch.setattr(task, "test", interrupt)
    assert invoke(folder, "--force").exit_code == 130
    assert content(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["three"]


def endless(folder: Path) -> AbstractContextManager[Child]:
    """Start a run that takes very long."""
    command = (sys.executable, "-m", "fl_sim.cli", "run", "endless", "--out", folder, *QUICK)
    return start(*command, "--set", "num-server-rounds=1000000")


def wait_for_lines(pattern: str, folder: Path, child: Child, lines: int = 0) -> None:
    """Wait until a file is there, and has some lines."""
    wait_for(
        lambda: any(path.read_bytes().count(b"\n") >= lines for path in folder.glob(pattern)),
        f"{lines} lines in {pattern}",
        child=child,
    )


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_the_first_round(tmp_path: Path, number: int, status: int) -> None:
    with endless(tmp_path / "endless") as child:
        wait_for_lines(".endless.*/config.json", tmp_path, child)
        child.send_signal(number)
        stderr = finish(child)[1]
    assert child.returncode == status, stderr
    assert stderr == ("fl-sim: stopped; nothing was written\n" if status == 130 else "")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_and_resume(tmp_path: Path) -> None:
    folder = tmp_path / "endless"
    with endless(folder) as child:
        wait_for_lines(".endless.*/endless/journal/journal.jsonl", tmp_path, child, lines=4)
        second = invoke(folder)
        assert (second.exit_code, second.stderr) == (
            2,
            f"fl-sim: {folder} is being made by another process\n",
        )
        child.send_signal(signal.SIGINT)
        stderr = finish(child)[1]
    assert child.returncode == 130, stderr
    assert "stopped; endless was interrupted after round" in stderr
    assert stderr.rstrip().endswith(f"go on with: fl-sim run endless --resume --out {folder}")
    assert "or begin anew with --force" in invoke(folder).stderr


def test_a_run_goes_on_where_it_was_interrupted(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = tmp_path / "three"
    whole = task.test

    def interrupt_once(*arguments: Any) -> Any:
        journal = next(tmp_path.glob(".three.*/three/journal/journal.jsonl"), None)
        if journal is not None and journal.read_bytes().count(b"\n") == 3:
            raise KeyboardInterrupt
        return whole(*arguments)

    monkeypatch.setattr(task, "test", interrupt_once)
    assert "after round 1" in invoke(again).stderr
    monkeypatch.setattr(task, "test", whole)
    resumed = CliRunner().invoke(cli, ["run", "three", "--out", str(again), "--resume"])
    assert resumed.exit_code == 0, resumed.stderr
    assert resumed.stderr == "round 2 of 3 is done\nround 3 of 3 is done\n"
    assert content(again) == content(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["three"]


def resume(folder: Path) -> Result:
    return CliRunner().invoke(cli, ["run", folder.name, "--out", str(folder), "--resume"])


def test_there_is_nothing_to_resume(tmp_path: Path) -> None:
    result = resume(tmp_path / "new")
    assert (result.exit_code, result.stderr) == (
        2,
        "fl-sim: there is no interrupted run new to go on with. "
        f"Start it with: fl-sim run new --out {tmp_path / 'new'}\n",
    )


def test_a_finished_run_is_not_resumed(folder: Path) -> None:
    result = resume(folder)
    assert (result.exit_code, result.stderr) == (
        2,
        "fl-sim: three is finished already; "
        f"make it anew with: fl-sim run three --force --out {folder}\n",
    )
