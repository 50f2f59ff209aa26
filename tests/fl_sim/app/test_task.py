"""The network, its training, and who holds which images."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from processes import run

from fl_sim.app import cifar10, lenet, task
from fl_sim.app.descent import Descent
from fl_sim.app.folder import DataError
from fl_sim.app.networks import LeNet
from fl_sim.app.settings import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(num_partitions=4)


def with_(settings: Settings, **changes: int) -> Settings:
    return settings.model_copy(update=changes)


@pytest.fixture
def data(small: Path) -> cifar10.Data:
    return cifar10.load(str(small))


def test_the_network_of_the_quickstart() -> None:
    assert sum(parameter.numel() for parameter in lenet.Net().parameters()) == 62_006


def test_the_network_computes_what_torchs_own_layers_do() -> None:
    net = task.initial_model(0, 10, LeNet())
    pool = torch.nn.MaxPool2d(2)
    plain = torch.nn.Sequential(
        *(net.conv1, torch.nn.ReLU(), pool, net.conv2, torch.nn.ReLU(), pool, torch.nn.Flatten()),
        *(net.fc1, torch.nn.ReLU(), net.fc2, torch.nn.ReLU(), net.fc3),
    )
    images = torch.rand((8, 3, 32, 32), generator=torch.Generator().manual_seed(0)) * 2 - 1
    parameters = list(net.parameters())
    results = []
    for network in (net, plain):
        logits = network(images)
        results.append((logits, *torch.autograd.grad(logits.square().sum(), parameters)))
    for ours, theirs in zip(*results, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_the_seed_decides_the_first_model() -> None:
    one, same, other = (task.initial_model(seed, 10, LeNet()).fc3.bias for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_descent_is_torchs_to_the_bit(settings: Settings) -> None:
    images = torch.rand((8, 3, 32, 32), generator=task.generator(0))
    ours, theirs = (task.initial_model(0, 10, LeNet()) for _ in range(2))
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.01, momentum=0.9)
    step = Descent(ours, settings)
    for _ in range(3):
        step(ours(images).square().sum())
        optimizer.zero_grad()
        theirs(images).square().sum().backward()
        optimizer.step()
    for mine, torchs in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(mine, torchs)


def test_training_does_not_import_torchs_compiler() -> None:
    program = (
        "import sys, torch; from fl_sim.app import descent, lenet, settings; "
        "model = lenet.Net(); "
        "descent.Descent(model, settings.Settings())(model(torch.zeros(2, 3, 32, 32)).sum()); "
        "print('torch._dynamo' in sys.modules)"
    )
    assert run(sys.executable, "-c", program).stdout == "False\n"


def test_training_is_repeated_to_the_bit(data: cifar10.Data, settings: Settings) -> None:
    def trained(seed: int) -> tuple[list[float], torch.Tensor]:
        model = task.initial_model(0, 10, LeNet())
        curve, _ = task.train(
            model, data.train, torch.arange(100), settings, task.generator(seed, "train", 1, 2)
        )
        return curve, model.conv1.weight

    (curve, weight), (same_curve, same_weight), (_, other) = trained(0), trained(0), trained(1)
    assert len(curve) == 4  # batches of 32, 32, 32 and 4
    assert curve == same_curve
    assert torch.equal(weight, same_weight)
    assert not torch.equal(weight, other)


def test_the_score_of_a_model_that_always_says_class_three(data: cifar10.Data) -> None:
    model = lenet.Net()
    torch.nn.init.zeros_(model.fc3.weight)
    torch.nn.init.zeros_(model.fc3.bias)
    with torch.no_grad():
        model.fc3.bias[3] = 100.0
    # Of 100 test images 10 are of class 3, and the others cost 100 nats each.
    assert task.test(model, data.test, 1).score == task.Score(loss=90.0, accuracy=0.1)


def test_the_proximal_term_is_that_of_fedprox(data: cifar10.Data, settings: Settings) -> None:
    index, mu = torch.arange(96), 0.5

    def trained(**options: float) -> torch.nn.Module:
        model = task.initial_model(0, 10, LeNet())
        task.train(model, data.train, index, settings, task.generator(0), **options)
        return model

    by_hand = task.initial_model(0, 10, LeNet())
    received = [parameter.detach().clone() for parameter in by_hand.parameters()]
    optimizer = torch.optim.SGD(by_hand.parameters(), lr=0.01, momentum=0.9)
    for batch in torch.split(torch.randperm(96, generator=task.generator(0)), 32):
        logits = by_hand(data.train.images(index[batch]) / 127.5 - 1)
        distance = sum(
            ((w - w0.detach()) ** 2).sum()
            for w, w0 in zip(by_hand.parameters(), received, strict=True)
        )
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(logits, data.train.labels[index[batch]])
        (loss + mu / 2 * distance).backward()
        optimizer.step()
    plain, zero, pulled = (
        torch.nn.utils.parameters_to_vector(model.parameters())
        for model in (trained(), trained(proximal_mu=0.0), trained(proximal_mu=mu))
    )
    assert torch.equal(plain, zero)
    expected = torch.nn.utils.parameters_to_vector(by_hand.parameters())
    assert torch.allclose(pulled, expected, rtol=0, atol=1e-7)
    assert not torch.allclose(pulled, plain, rtol=0, atol=1e-5)


class ReadsFirstPixel(torch.nn.Module):
    """Reads the class from an image's first pixel, and is sure of it by 100 nats."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        classes = ((images[:, 0, 0, 0] + 1) * 127.5).round().long()
        return 100.0 * torch.nn.functional.one_hot(classes, 3).float()


def split(classes: list[int], labels: list[int]) -> cifar10.Split:
    """Return a split whose images have these classes for ``ReadsFirstPixel``."""
    pixels = torch.tensor(classes, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 32, 32)
    return cifar10.Split(torch.tensor(labels), lambda index: pixels[index])


def test_the_predictions_for_five_examples() -> None:
    result = task.test(ReadsFirstPixel(), split([0, 1, 1, 2, 0], labels=[0, 0, 1, 2, 2]), 1)
    assert result.predictions.tolist() == [0, 1, 1, 2, 0]
    # Two of five are taken for another class, by 100 nats each.
    assert result.score == task.Score(loss=40.0, accuracy=0.6)


def test_the_test_scores_as_the_evaluation_does(data: cifar10.Data) -> None:
    model = task.initial_model(0, 10, LeNet())
    result = task.test(model, data.test, 2)
    assert result.score == task.evaluate(model, data.test, torch.arange(len(data.test)))
    assert len(result.predictions) == len(data.test)


def test_the_probabilities_of_known_logits() -> None:
    model = lenet.Net(3)
    with torch.no_grad():
        model.fc3.weight.zero_()
        model.fc3.bias.copy_(torch.tensor([1.0, 2.0, 5.0]).log())
    given = task.probabilities(model, torch.zeros((2, 3, 32, 32), dtype=torch.uint8))
    assert given.dtype == torch.float32
    assert torch.allclose(given, torch.tensor([[0.125, 0.25, 0.625]] * 2), rtol=0, atol=1e-7)


def test_every_image_has_one_owner(data: cifar10.Data, settings: Settings) -> None:
    parts = task.partition(data, settings)
    assert [(len(part.train), len(part.validation)) for part in parts] == [(80, 20)] * 4
    held = torch.cat([torch.cat([part.train, part.validation]) for part in parts])
    assert torch.equal(held.sort().values, torch.arange(400))


def test_the_seed_decides_who_holds_what(data: cifar10.Data, settings: Settings) -> None:
    part, other = (task.partition(data, with_(settings, seed=seed))[0].train for seed in (42, 43))
    assert not torch.equal(part, other)


def test_several_threads_find_the_same_partition(data: cifar10.Data, settings: Settings) -> None:
    settings = with_(settings, seed=1234)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: task.partition(data, settings), range(4)))
    assert all(each is found[0] for each in found)


def test_too_many_clients(data: cifar10.Data, settings: Settings) -> None:
    with pytest.raises(DataError, match="client 0 would hold 1 image, too few"):
        task.partition(data, with_(settings, num_partitions=400))


def test_thumbnails_are_of_different_classes(data: cifar10.Data, settings: Settings) -> None:
    part = task.partition(data, settings)[0]
    images, labels = task.thumbnails(data, part, 6, task.generator(0))
    assert images.shape == (6, 32, 32, 3)
    assert len(set(labels.tolist())) == 6


def test_thumbnails_of_few_classes_repeat_them(data: cifar10.Data) -> None:
    cats = (data.train.labels == 3).nonzero().flatten()
    part = task.Part(train=cats, validation=cats)
    _, labels = task.thumbnails(data, part, 6, task.generator(0))
    assert labels.tolist() == [3] * 6


def test_samples_are_spread_over_the_classes(data: cifar10.Data) -> None:
    chosen, again, other = (task.samples(data, 24, task.generator(seed)) for seed in (0, 0, 1))
    assert torch.equal(chosen, again)
    assert not torch.equal(chosen, other)
    assert len(set(chosen.tolist())) == 24
    assert sorted(torch.bincount(data.test.labels[chosen]).tolist()) == [2] * 6 + [3] * 4
    assert len(set(data.test.labels[chosen[:10]].tolist())) == 10


def test_no_more_samples_than_there_are(data: cifar10.Data) -> None:
    assert sorted(task.samples(data, 1000, task.generator(0)).tolist()) == list(range(100))
