"""`fl-sim attack`, as it is typed: what it finds, keeps and refuses."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from quick_run import SMALL
from quick_run import invoke as make

from fl_sim import record
from fl_sim.app import task
from fl_sim.attacks import invert, members
from fl_sim.attacks.subject import EPOCH, Subject
from fl_sim.cli import cli


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs") / "attacked"
    result = make(place, "--set", "num-server-rounds=1")
    assert result.exit_code == 0, result.output
    return place


def attack(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["attack", *map(str, arguments), "--data", str(SMALL)])


QUICK = ("--steps", 2, "--restarts", 1, "--clients", 1)


def test_the_photos_are_the_thumbnails(folder: Path) -> None:
    subject = Subject.open(str(folder), SMALL)
    assert subject.run.thumbnails is not None
    images, labels = subject.photos(2, 3)
    assert np.array_equal(images.permute(0, 2, 3, 1).numpy(), subject.run.thumbnails[2, :3])
    assert tuple(labels.tolist()) == subject.run.partitions[2].thumbnail_labels[:3]


def test_an_epoch_s_update_is_the_one_that_the_run_had(folder: Path) -> None:
    subject = Subject.open(str(folder), SMALL)
    (first,) = [round_.train for round_ in subject.run.rounds if round_.train]
    for reply in first.replies:
        update, steps = subject.update("untrained", reply.client, EPOCH)
        norm = torch.cat([each.flatten() for each in update.values()]).norm()
        assert reply.update_norm is not None
        assert float(norm) == pytest.approx(reply.update_norm, rel=1e-4)
        assert steps == 3  # 80 photos in batches of 32


def test_photos_are_rebuilt_and_kept_beside_the_record(folder: Path) -> None:
    result = attack("invert", folder, *QUICK)
    assert result.exit_code == 0, result.output
    run = record.load(folder)
    found = record.load_attack(folder, run, record.Inversions)
    assert found is not None
    assert [(each.form, each.num_photos) for each in found.found] == [
        *[("plain", 1)] * 2, ("masked", 1), *[("noised", 1)] * 3,
        *[("plain", 4)] * 2, *[("plain", 32), ("plain", 80)] * 2,
    ]  # fmt: skip
    assert found.found[0].history is not None
    assert found.found[0].history.shape == (3, 32, 32, 3)
    assert found.run == record.fingerprint(run)
    nearest, mean = found.chance[0].nearest, found.chance[0].mean
    assert nearest.psnr > mean.psnr  # of 100 photos, one is nearer than their mean
    assert "client 0, untrained, 1 photo" in result.output


def test_an_attack_goes_on_where_it_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    real: Callable[..., Any] = invert.rebuild

    def stop_at_third(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(invert, "rebuild", stop_at_third)
    assert attack("invert", folder, *QUICK, "--force").exit_code == 130
    found = record.load_attack(folder, record.load(folder), record.Inversions)
    assert found is not None
    assert len(found.found) == 2
    assert attack("invert", folder, *QUICK).exit_code == 0
    assert calls == 13  # the third once more, and the nine after it
    refused = attack("invert", folder, "--steps", 3, "--clients", 1)
    assert refused.exit_code == 2
    assert "--steps 2 --restarts 1" in refused.output


def test_members_of_a_model_that_memorised(folder: Path) -> None:
    subject = Subject.open(str(folder), SMALL)
    model = subject.models["trained"]
    part = subject.parts[0]
    settings = subject.settings.model_copy(
        update={"local_epochs": 40, "batch_size": 8, "learning_rate": 0.02}
    )
    task.train(model, subject.data.train, part.train, settings, torch.Generator().manual_seed(0))
    one = subject.run.rounds[1]
    assert one.train
    reply = one.train.replies[0].model_copy(update={"client": 0})
    only = one.model_copy(update={"train": one.train.model_copy(update={"replies": (reply,)})})
    run = subject.run.model_copy(update={"rounds": (subject.run.rounds[0], only)})
    memorised = Subject(run, subject.settings, subject.data, subject.parts, {"trained": model})
    found = members.infer(memorised, 0, 0).found[0]
    assert (found.num_members, found.num_others) == (80, 20)
    assert found.member_accuracy > found.other_accuracy + 0.4
    assert found.auc > 0.9


def test_members_are_told_and_kept(folder: Path) -> None:
    result = attack("members", folder)
    assert result.exit_code == 0, result.output
    found = record.load_attack(folder, record.load(folder), record.Memberships)
    assert found is not None
    whole, one = found.found
    # Two of four clients trained.
    assert (whole.model, whole.num_members, whole.num_others) == ("global", 160, 40)
    assert (one.model, one.client, one.num_members, one.num_others) == ("client", 0, 80, 20)


def test_updates_of_one_more_round_are_kept_to_a_step(folder: Path) -> None:
    result = attack("updates", folder)
    assert result.exit_code == 0, result.output
    subject = Subject.open(str(folder), SMALL)
    found = record.load_attack(folder, subject.run, record.Updates)
    assert found is not None
    last = subject.run.rounds[-1].train
    assert last is not None
    assert [each.client for each in found.found] == [each.client for each in last.replies][:3]
    assert [each.num_examples for each in found.found] == [80] * len(found.found)
    bounds = np.cumsum(found.sizes)[:-1]
    mean = {name: torch.zeros(()) for name in found.parameters}
    for each in found.found:
        update, _ = subject.update("trained", each.client, EPOCH)
        assert tuple(update) == found.parameters
        parts = np.split(each.values, bounds)
        for (name, exact), part, step in zip(update.items(), parts, each.steps, strict=True):
            near = exact.numpy().ravel()
            assert part * step == pytest.approx(near, abs=0.51 * step)
            assert step == pytest.approx(abs(near).max() / 127)
            mean[name] = mean[name] + exact / len(found.found)
    scored = task.test(subject.updated("trained", mean), subject.data.test, 1).score
    assert found.test.loss == pytest.approx(scored.loss, rel=1e-4)
    assert found.test.accuracy == pytest.approx(scored.accuracy, abs=0.011)  # of 100 photos, one


def test_updates_of_other_sizes_are_refused() -> None:
    values = np.zeros(3, np.int8)
    update = {"client": 0, "num_examples": 1, "values": values, "steps": (0.1, 0.2)}
    about = {"run": "", "seed": 0, "knows": (), "parameters": ("a", "b"), "test": {"loss": 0.0}}
    assert record.Updates(**about, sizes=(1, 2), found=(update,)).found[0].form == "plain"
    for sizes in ((1, 1), (1, 2, 3)):
        with pytest.raises(ValueError, match=r"of client 0 has other sizes|are not as many"):
            record.Updates(**about, sizes=sizes, found=(update,))


def test_a_client_that_trained_alone_trains_again_to_the_same_model(tmp_path: Path) -> None:
    place = tmp_path / "lonely"
    settings = ("strategy=local-only", "num-server-rounds=2", "keep=numbers", "predictions=all")
    words = [word for setting in settings for word in ("--set", setting)]
    assert make(place, *words).exit_code == 0
    result = attack("alone", place)
    assert result.exit_code == 0, result.output
    run = record.load(place)
    found = record.load_attack(place, run, record.LocalModel)
    assert found is not None
    assert found.values.shape == (62_006,)
    replies = run.rounds[-1].train.replies if run.rounds[-1].train else ()
    scores = {each.client: each.test.accuracy for each in replies if each.test}
    assert found.test.accuracy == scores[found.client] == max(filter(None, scores.values()))
    other = run.provenance.model_copy(update={"seed": 7})
    config = {**run.config, "seed": 7}
    record.save(run.model_copy(update={"provenance": other, "config": config}), place)
    assert "came to another model than in the run" in attack("alone", place).output


def test_only_a_client_that_trained_alone_has_a_model_of_its_own(folder: Path) -> None:
    assert "no client trained alone; take a run" in attack("alone", folder).output
    about = {"run": "", "seed": 0, "knows": (), "client": 0, "test": {"loss": 0.0}}
    kept = {**about, "parameters": ("a",), "values": np.zeros(4, np.float32)}
    assert record.LocalModel(**kept, shapes=((2, 2),)).client == 0
    with pytest.raises(ValueError, match="the weights have other shapes"):
        record.LocalModel(**kept, shapes=((2, 3),))
    with pytest.raises(ValueError, match="no finite float32 numbers"):
        record.LocalModel(**{**kept, "values": np.full(4, np.nan, np.float32)}, shapes=((4,),))


def test_a_run_that_hides_updates_has_no_client_to_attack(tmp_path: Path) -> None:
    place = tmp_path / "hidden"
    made = make(place, "--set", "num-server-rounds=1", "--set", "secure-aggregation=true")
    assert made.exit_code == 0, made.output
    assert "its updates are masked, and the server sees none" in attack("updates", place).output
    told = attack("members", place)
    assert told.exit_code == 0
    assert (
        "\nupdates are masked, so that nobody has the model of one client to attack\n"
        in told.output
    )
    found = record.load_attack(place, record.load(place), record.Memberships)
    assert found is not None
    assert [each.model for each in found.found] == ["global"]


def test_a_client_that_adds_noise_is_attacked_as_it_sends_its_update(tmp_path: Path) -> None:
    place = tmp_path / "noised"
    noise = ("--set", "dp-noise=1.0", "--set", "dp-where=local")
    made = make(place, "--set", "num-server-rounds=1", *noise)
    assert made.exit_code == 0, made.output
    assert attack("members", place).exit_code == 0
    found = record.load_attack(place, record.load(place), record.Memberships)
    assert found is not None
    whole, one = found.found
    assert (whole.form, one.form) == ("plain", "noised")
    assert one.member_accuracy < 0.4  # noise of 1 on each weight leaves no model


def test_what_cannot_be_attacked(folder: Path, tmp_path: Path) -> None:
    lost = tmp_path / "lost"
    shutil.copytree(folder, lost)
    (lost / "model.safetensors").unlink()
    assert "model.safetensors is not there" in attack("members", lost).output
    assert "no client 4" in attack("members", folder, "--client", 4).output
    small = tmp_path / "small"
    make(small, "--set", "num-server-rounds=1", "--set", "keep=numbers")
    assert "holds no model to attack" in attack("members", small).output
    run = record.load(folder)
    foreign = run.provenance.model_copy(update={"code_hash": None})
    record.save(run.model_copy(update={"provenance": foreign}), tmp_path / "foreign")
    said = attack("members", tmp_path / "foreign").output
    assert said.startswith("fl-sim: attacked: it was not made by fl-sim run, and an attack repeats")
    record.save(run.model_copy(update={"final": None, "path": None}), tmp_path / "alone")
    assert "it has no global model to attack" in attack("members", tmp_path / "alone").output
    record.save_attack(record.Memberships(run="another", seed=0, knows=("the model",)), folder)
    with pytest.raises(record.RecordError, match=r"another record.*fl-sim attack members"):
        record.load_attack(folder, run, record.Memberships)
