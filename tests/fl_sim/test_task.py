"""The network, its training, and who holds which images."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Image, Value
from PIL import Image as Picture
from pyarrow import parquet

from fl_sim.app import task
from fl_sim.app.settings import Settings, defaults


@pytest.fixture
def settings() -> Settings:
    return replace(Settings.of(defaults()), num_partitions=4)


@pytest.fixture
def data(small: Path) -> task.Data:
    return task.load_data(str(small))


def test_the_network_of_the_quickstart() -> None:
    assert sum(parameter.numel() for parameter in task.Net().parameters()) == 62_006


def test_the_network_computes_what_torchs_own_layers_do() -> None:
    net = task.initial_model(0, 10)
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
    one, same, other = (task.initial_model(seed, 10).fc3.bias for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_sgd_is_torchs_to_the_bit() -> None:
    generator = torch.Generator().manual_seed(0)
    ours, theirs = (task.initial_model(0, 10) for _ in range(2))
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.01, momentum=0.9)
    sgd = task.SGD(list(ours.parameters()), 0.01, 0.9)
    for _ in range(3):
        gradients = [
            torch.randn(parameter.shape, generator=generator) for parameter in ours.parameters()
        ]
        sgd.step(tuple(gradients))
        for parameter, gradient in zip(theirs.parameters(), gradients, strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()
    for mine, torchs in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(mine, torchs)


def test_training_is_repeated_to_the_bit(data: task.Data, settings: Settings) -> None:
    def trained(seed: int) -> tuple[list[float], torch.Tensor]:
        model = task.initial_model(0, 10)
        curve, _ = task.train(
            model, data.train, torch.arange(100), settings, task.generator(seed, "train", 1, 2)
        )
        return curve, model.conv1.weight

    (curve, weight), (same_curve, same_weight), (_, other) = trained(0), trained(0), trained(1)
    assert len(curve) == 4  # batches of 32, 32, 32 and 4
    assert curve == same_curve
    assert torch.equal(weight, same_weight)
    assert not torch.equal(weight, other)


def test_the_score_of_a_model_that_always_says_class_three(data: task.Data) -> None:
    model = task.Net()
    torch.nn.init.zeros_(model.fc3.weight)
    torch.nn.init.zeros_(model.fc3.bias)
    with torch.no_grad():
        model.fc3.bias[3] = 100.0
    # Of 100 test images 10 are of class 3, and the others cost 100 nats each.
    assert task.evaluate(model, data.test) == task.Score(loss=90.0, accuracy=0.1)


def test_the_proximal_term_is_that_of_fedprox(data: task.Data, settings: Settings) -> None:
    index, mu = torch.arange(96), 0.5

    def trained(**options: float) -> task.Net:
        model = task.initial_model(0, 10)
        task.train(model, data.train, index, settings, task.generator(0), **options)
        return model

    by_hand, received = task.initial_model(0, 10), list(task.initial_model(0, 10).parameters())
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


class Tells(torch.nn.Module):
    """Reads the class from an image's first pixel, and is sure of it by 100 nats."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        told = ((images[:, 0, 0, 0] + 1) * 127.5).round().long()
        return 100.0 * torch.nn.functional.one_hot(told, 3).float()


def told(classes: list[int], labels: list[int]) -> task.Split:
    """Return a split of which ``Tells`` says these classes."""
    split = task.Split([b""] * len(classes), torch.tensor(labels))
    split._decoded[:] = torch.tensor(classes, dtype=torch.uint8).view(-1, 1, 1, 1)
    split._known[:] = True
    return split


def test_the_confusion_of_five_examples() -> None:
    result = task.test(Tells(), told([0, 1, 1, 2, 0], labels=[0, 0, 1, 2, 2]), num_classes=3)
    assert result.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]
    assert result.confusion.dtype == torch.int64
    # Two of five are taken for another class, by 100 nats each.
    assert result.score == task.Score(loss=40.0, accuracy=0.6)


def test_the_test_scores_as_the_evaluation_does(data: task.Data) -> None:
    model = task.initial_model(0, 10)
    result = task.test(model, data.test, 10)
    assert result.score == task.evaluate(model, data.test)
    assert result.confusion.sum(1).tolist() == [10] * 10


def test_the_probabilities_of_known_logits() -> None:
    model = task.Net(3)
    with torch.no_grad():
        model.fc3.weight.zero_()
        model.fc3.bias.copy_(torch.tensor([1.0, 2.0, 5.0]).log())
    given = task.probabilities(model, torch.zeros((2, 3, 32, 32), dtype=torch.uint8))
    assert given.dtype == torch.float32
    assert torch.allclose(given, torch.tensor([[0.125, 0.25, 0.625]] * 2), rtol=0, atol=1e-7)


def test_the_small_dataset(data: task.Data) -> None:
    assert (len(data.train), len(data.test), data.name) == (400, 100, "cifar10-small")
    assert data.class_names[0] == "airplane"
    assert torch.bincount(data.train.labels).tolist() == [40] * 10
    images = data.train.images(torch.tensor([5, 5, 0]))
    assert (images.shape, images.dtype) == ((3, 3, 32, 32), torch.uint8)
    assert torch.equal(images[0], images[1])


def test_the_library_reads_the_same_as_this_module_does(
    small: Path, data: task.Data, tmp_path: Path
) -> None:
    # Without the names of the classes, which the card of the dataset knows too.
    for path in small.rglob("*.parquet"):
        parquet.write_table(
            parquet.read_table(path).replace_schema_metadata(), tmp_path / path.name
        )
    shutil.copy(small / "README.md", tmp_path)
    card = tmp_path / "README.md"
    card.write_text(card.read_text().replace("plain_text/t", "t"))
    other = task.load_data(str(tmp_path))
    assert other.class_names == data.class_names
    assert other.fingerprint() == data.fingerprint()


def test_the_fingerprint_is_of_labels_and_pixels(data: task.Data) -> None:
    assert data.fingerprint() == data.fingerprint()
    swapped = replace(data, train=data.test, test=data.train)
    assert swapped.fingerprint() != data.fingerprint()


def test_every_image_has_one_owner(data: task.Data, settings: Settings) -> None:
    parts = task.partition(data, settings)
    assert [(len(part.train), len(part.validation)) for part in parts] == [(80, 20)] * 4
    held = torch.cat([torch.cat([part.train, part.validation]) for part in parts])
    assert torch.equal(held.sort().values, torch.arange(400))


def test_the_seed_decides_who_holds_what(data: task.Data, settings: Settings) -> None:
    part, other = (task.partition(data, replace(settings, seed=seed))[0].train for seed in (42, 43))
    assert not torch.equal(part, other)


def test_several_threads_find_the_same_partition(data: task.Data, settings: Settings) -> None:
    settings = replace(settings, seed=1234)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: task.partition(data, settings), range(4)))
    assert all(each is found[0] for each in found)


def test_too_many_clients(data: task.Data, settings: Settings) -> None:
    with pytest.raises(task.DataError, match="client 0 would hold 1 images, too few"):
        task.partition(data, replace(settings, num_partitions=400))


def test_thumbnails_are_of_different_classes(data: task.Data, settings: Settings) -> None:
    part = task.partition(data, settings)[0]
    images, labels = task.thumbnails(data, part, 6, task.generator(0))
    assert images.shape == (6, 32, 32, 3)
    assert len(set(labels.tolist())) == 6


def test_thumbnails_of_few_classes_repeat_them(data: task.Data) -> None:
    cats = (data.train.labels == 3).nonzero().flatten()
    part = task.Part(train=cats, validation=cats)
    _, labels = task.thumbnails(data, part, 6, task.generator(0))
    assert labels.tolist() == [3] * 6


def test_samples_are_spread_over_the_classes(data: task.Data) -> None:
    chosen, again, other = (task.samples(data, 24, task.generator(seed)) for seed in (0, 0, 1))
    assert torch.equal(chosen, again)
    assert not torch.equal(chosen, other)
    assert len(set(chosen.tolist())) == 24
    assert sorted(torch.bincount(data.test.labels[chosen]).tolist()) == [2] * 6 + [3] * 4
    assert len(set(data.test.labels[chosen[:10]].tolist())) == 10


def test_no_more_samples_than_there_are(data: task.Data) -> None:
    assert sorted(task.samples(data, 1000, task.generator(0)).tolist()) == list(range(100))


def save(folder: Path, features: Features, rows: dict[str, list[object]]) -> str:
    for split in ("train", "test"):
        Dataset.from_dict(rows, features=features).to_parquet(folder / f"{split}.parquet")
    return str(folder)


def test_another_layout(tmp_path: Path) -> None:
    folder = save(tmp_path, Features({"text": Value("string")}), {"text": ["a"]})
    with pytest.raises(task.DataError, match="has text; it needs img, and label with its names"):
        task.load_data(folder)


def test_another_size(tmp_path: Path) -> None:
    features = Features({"img": Image(), "label": ClassLabel(names=["dot"])})
    folder = save(tmp_path, features, {"img": [Picture.new("RGB", (8, 9))], "label": [0]})
    data = task.load_data(folder)
    with pytest.raises(task.DataError, match="an image is 8 x 9, not 32 x 32"):
        data.train.images(torch.tensor([0]))


def test_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(task.DataError, match="cannot be read"):
        task.load_data(str(tmp_path))
