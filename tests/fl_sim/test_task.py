"""The network, its training, and who holds which images."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Image, Value
from PIL import Image as Picture

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


def test_the_small_dataset(data: task.Data) -> None:
    assert (len(data.train), len(data.test), data.name) == (400, 100, "cifar10-small")
    assert data.class_names[0] == "airplane"
    assert torch.bincount(data.train.labels).tolist() == [40] * 10
    images = data.train.images(torch.tensor([5, 5, 0]))
    assert (images.shape, images.dtype) == ((3, 3, 32, 32), torch.uint8)
    assert torch.equal(images[0], images[1])


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
