"""A close look at training: when it looks, and what it sees."""

from pathlib import Path

import numpy as np
import pytest
import torch
from quick_run import invoke

from fl_sim import record
from fl_sim.app import cifar10, close_up, task
from fl_sim.app.networks import LeNet
from fl_sim.app.settings import Settings
from fl_sim.recording.close_ups import close_up_in


@pytest.mark.parametrize(
    ("total", "count", "steps"),
    [(3, 8, [0, 1, 2, 3]), (100, 4, [0, 4, 21, 100]), (1500, 2, [0, 1500])],
)
def test_looks_are_close_together_at_first(total: int, count: int, steps: list[int]) -> None:
    assert close_up.spaced(total, count) == steps


def test_two_hundred_looks() -> None:
    assert 180 < len(close_up.spaced(1500, close_up.LOOKS)) <= 210


def test_what_it_sees_of_a_model() -> None:
    model = task.initial_model(0, 10, LeNet())
    first = close_up.flat(model)
    image = torch.full((1, 3, 32, 32), 200, dtype=torch.uint8)
    look = close_up.CloseUp(image, 7, first, before=0, total=2)
    look.look(model)
    with torch.no_grad():
        model.fc3.bias[0] += 2.0
        model.fc3.bias[1] -= 0.5
    look.watch(model)
    seen = close_up_in(look.report())
    assert seen is not None
    assert (seen.label, seen.steps, seen.moved_steps) == (7, (0, 1), (0, 1))
    assert (seen.image == 200).all()
    assert seen.probabilities[1].tolist() == pytest.approx(
        task.probabilities(model, image)[0].tolist(), abs=1e-7
    )
    assert seen.largest == pytest.approx((0.0, 2.0))
    assert seen.moved.shape == (2, 62_006)
    assert not seen.moved[0].any()
    assert np.sort(seen.moved[1])[-3:].tolist() == [0, 64, 255]  # a quarter, and all of it


def test_training_is_the_same_when_it_is_watched(small: Path) -> None:
    data = cifar10.load(str(small))
    settings = Settings(num_partitions=4, close_up=3)
    part = task.partition(data, settings)[1]
    states = []
    for watch in (True, False):
        model = task.initial_model(settings.seed, 10, LeNet())
        look = close_up.begin(settings, data, part, client=1, server_round=1)
        assert look is not None
        shuffle = task.generator(0)
        more = {"watch": look.watch} if watch else {}
        task.train(model, data.train, part.train, settings, shuffle, **more)
        states.append(close_up.flat(model))
    assert torch.equal(*states)


def test_whose_training_is_watched(tmp_path: Path) -> None:
    """A client takes three steps a round; those of two rounds are watched, and none later."""
    settings = ("strategy=local-only", "keep=numbers", "predictions=all", "num-server-rounds=3")
    more = ("close-up=6", "close-up-client=2")
    words = [word for setting in (*settings, *more) for word in ("--set", setting)]
    assert invoke(tmp_path / "run", *words).exit_code == 0
    run = record.load(tmp_path / "run")
    found = {
        (round_.number, reply.client): reply.close_up.steps
        for round_ in run.rounds
        for reply in (round_.train.replies if round_.train else ())
        if reply.close_up
    }
    assert found == {(1, 2): (0, 1, 2, 3), (2, 2): (3, 4, 5, 6)}
    check_examples(run, 2)
    for client in range(4):
        check_alone(run, client)


def check_examples(run: record.Run, client: int) -> None:
    """Check that all that a client trains on is kept in small, once."""
    trained = [round_.train for round_ in run.rounds if round_.train]
    first, *others = (train.replies[client].close_up for train in trained)
    assert first is not None
    assert first.place is not None
    tiles = record.examples_in_small(first, 80)
    assert tiles is not None
    small = first.image.reshape(8, 4, 8, 4, 3).mean(axis=(1, 3))
    away = np.abs(tiles - small).mean(axis=(1, 2, 3))
    assert away.argmin() == first.place
    assert away.min() < 12  # of 255: the picture is compressed
    assert all(other is None or other.examples is None for other in others)


def check_alone(run: record.Run, client: int) -> None:
    """Check what is known of a client that trains alone."""
    assert run.test_labels is not None
    replies = [round_.train.replies[client] for round_ in run.rounds if round_.train]
    tests = [reply.test.accuracy for reply in replies if reply.test]
    kept = [reply.predictions is not None for reply in replies]
    best = tests.index(max(tests))  # type: ignore[type-var]
    assert kept == [number in (best, 2) for number in range(3)]
    assert all(reply.own and reply.own.accuracy is not None for reply in replies)
    for reply, accuracy in zip(replies, tests, strict=True):
        if reply.predictions is not None:
            assert (reply.predictions == run.test_labels).mean() == pytest.approx(accuracy)
