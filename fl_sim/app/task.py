"""The learning task: CIFAR-10, a small convolutional network, and how it is trained and tested.

The network and its training are those of Flower's PyTorch quickstart (a LeNet after LeCun et al.,
"Gradient-based learning applied to document recognition", 1998), with a smaller learning rate.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from datasets import ClassLabel, Dataset  # type: ignore[import-untyped]
from flwr_datasets import FederatedDataset  # type: ignore[import-untyped]
from flwr_datasets.partitioner import IidPartitioner  # type: ignore[import-untyped]
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own name for it

from fl_sim.app.settings import Settings

SIZE = (32, 32)  # of an image, pixels
EVALUATION_BATCH = 500


class DataError(Exception):
    """A dataset that is not there, or not laid out as CIFAR-10 is."""


class Net(nn.Module):
    """A LeNet for 32 x 32 colour images: 62,006 parameters with 10 classes."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images, float32 (batch, 3, 32, 32), to logits, (batch, num_classes)."""
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        x = F.relu(self.fc2(x))
        logits: Tensor = self.fc3(x)
        return logits


def initial_model(seed: int, num_classes: int) -> Net:
    """Return the network with the parameters that every client starts from."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Net(num_classes)


# --- data


class Split:
    """Labelled images. Each is decoded once in a process, when it is first used."""

    def __init__(self, encoded: list[bytes], labels: Tensor) -> None:
        self.labels = labels
        self._encoded = encoded
        self._decoded = torch.empty((len(encoded), 3, *SIZE), dtype=torch.uint8)
        self._known = torch.zeros(len(encoded), dtype=torch.bool)

    def __len__(self) -> int:
        return len(self._encoded)

    def images(self, index: Tensor) -> Tensor:
        """Return the images at ``index``, uint8 (len(index), 3, 32, 32)."""
        for i in index[~self._known[index]].tolist():
            self._decoded[i] = _decode(self._encoded[i])
        self._known[index] = True
        return self._decoded[index]


@dataclass(frozen=True)
class Data:
    """A dataset in the layout of ``uoft-cs/cifar10``."""

    name: str
    class_names: tuple[str, ...]
    train: Split
    test: Split

    def fingerprint(self) -> str:
        """Return the SHA-256 over labels and pixels of both splits, in their own order."""
        digest = hashlib.sha256()
        for split in (self.train, self.test):
            digest.update(split.labels.numpy().tobytes())
            digest.update(split.images(torch.arange(len(split))).numpy().data)
        return digest.hexdigest()


@dataclass(frozen=True)
class Part:
    """One client's own data, as positions in the train split."""

    train: Tensor
    validation: Tensor


@cache
def load_data(dataset: str) -> Data:
    """Read a dataset, given its name on the hub or a local folder in the same layout.

    Raises:
        DataError: it cannot be found or read, or has no images with labels of 32 x 32 pixels.
    """
    # Shuffled below, by labels alone: here it would cost a copy of every image.
    source = FederatedDataset(dataset=dataset, partitioners={}, shuffle=False)
    try:
        train, test = source.load_split("train"), source.load_split("test")
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"dataset {dataset!r} cannot be read: {reason}") from error
    label = train.features.get("label")
    if "img" not in train.features or not isinstance(label, ClassLabel):
        found = ", ".join(train.features)
        raise DataError(f"dataset {dataset!r} has {found}; it needs img, and label with its names")
    return Data(train.info.dataset_name, tuple(label.names), _split(train), _split(test))


def _split(dataset: Dataset) -> Split:
    table = dataset.data
    encoded = [image["bytes"] for image in table.column("img").to_pylist()]
    return Split(encoded, torch.tensor(table.column("label").to_pylist()))


def _decode(png: bytes) -> Tensor:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if image.size != SIZE:
        raise DataError(f"an image is {image.width} x {image.height}, not {SIZE[0]} x {SIZE[1]}")
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)


@cache
def partition(data: Data, settings: Settings) -> tuple[Part, ...]:
    """Split the train split among the clients, and each client's part in train and validation.

    Raises:
        DataError: there are too few images for so many clients.
    """
    order = torch.randperm(len(data.train), generator=generator(settings.seed, "shuffle"))
    partitioner = IidPartitioner(num_partitions=settings.num_partitions)
    labels = data.train.labels[order]
    partitioner.dataset = Dataset.from_dict({"label": labels.numpy(), "position": order.numpy()})
    parts = []
    for client in range(settings.num_partitions):
        positions = torch.tensor(partitioner.load_partition(client)["position"][:])
        parts.append(_divide(positions, client, settings))
    return tuple(parts)


def _divide(positions: Tensor, client: int, settings: Settings) -> Part:
    num_validation = round(len(positions) * settings.validation_fraction)
    if not 0 < num_validation < len(positions):
        raise DataError(
            f"client {client} would hold {len(positions)} images, too few to train and validate; "
            "lower num-partitions"
        )
    shuffle = generator(settings.seed, "divide", client)
    shuffled = positions[torch.randperm(len(positions), generator=shuffle)]
    return Part(train=shuffled[num_validation:], validation=shuffled[:num_validation])


def thumbnails(
    data: Data, part: Part, count: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Choose ``count`` of the client's train images, of as many classes as it has.

    Returns:
        the images, uint8 (count, 32, 32, 3), and their labels, int64 (count,).
    """
    labels = data.train.labels[part.train]
    classes = torch.randperm(len(data.class_names), generator=generator)
    of_class = [part.train[labels == label].tolist() for label in classes.tolist()]
    # One of each class, then a second of each, and so on.
    ranked = [(rank, c, i) for c, group in enumerate(of_class) for rank, i in enumerate(group)]
    chosen = torch.tensor([i for _, _, i in sorted(ranked)[:count]], dtype=torch.int64)
    return data.train.images(chosen).permute(0, 2, 3, 1), data.train.labels[chosen]


# --- training and testing


@dataclass(frozen=True)
class Score:
    """A model's mean cross-entropy (nats an example) and accuracy (0 to 1)."""

    loss: float
    accuracy: float


def train(
    model: Net, split: Split, index: Tensor, settings: Settings, shuffle: torch.Generator
) -> tuple[list[float], Score]:
    """Train ``model`` in place on the examples at ``index`` by SGD with momentum.

    Returns:
        the mean cross-entropy of each batch, and the score over the last epoch as it ran.
    """
    torch.set_num_threads(1)  # with more, sums depend on how the work was divided
    optimizer = SGD(list(model.parameters()), settings.learning_rate, settings.momentum)
    images, labels = split.images(index), split.labels[index]
    curve: list[float] = []
    for _ in range(settings.local_epochs):
        loss_sum, correct = 0.0, 0
        for batch in torch.split(
            torch.randperm(len(index), generator=shuffle), settings.batch_size
        ):
            logits = model(_normalise(images[batch]))
            loss = F.cross_entropy(logits, labels[batch])
            optimizer.step(torch.autograd.grad(loss, optimizer.parameters))
            curve.append(loss.item())
            loss_sum += curve[-1] * len(batch)
            correct += int((logits.argmax(1) == labels[batch]).sum())
    return curve, Score(loss_sum / len(index), correct / len(index))


class SGD:
    """Gradient descent with momentum, to the bit as ``torch.optim.SGD`` computes it.

    The first step of an optimizer of Torch imports its compiler, which takes seconds: as long as
    a whole round of this small network.
    """

    def __init__(self, parameters: list[Tensor], learning_rate: float, momentum: float) -> None:
        self.parameters = parameters
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._velocities: list[Tensor] = []

    @torch.no_grad()
    def step(self, gradients: tuple[Tensor, ...]) -> None:
        """Move the parameters against ``gradients``, one for each, once."""
        if self._velocities:
            torch._foreach_mul_(self._velocities, self._momentum)
            torch._foreach_add_(self._velocities, gradients)
        else:
            self._velocities = [gradient.clone() for gradient in gradients]
        torch._foreach_add_(self.parameters, self._velocities, alpha=-self._learning_rate)


def evaluate(model: Net, split: Split, index: Tensor | None = None) -> Score:
    """Score ``model`` on the examples at ``index``, all by default."""
    torch.set_num_threads(1)
    index = torch.arange(len(split)) if index is None else index
    loss_sum, correct = 0.0, 0
    with torch.inference_mode():
        for batch in torch.split(index, EVALUATION_BATCH):
            logits, labels = model(_normalise(split.images(batch))), split.labels[batch]
            loss_sum += F.cross_entropy(logits, labels, reduction="sum").item()
            correct += int((logits.argmax(1) == labels).sum())
    return Score(loss_sum / len(index), correct / len(index))


def _normalise(images: Tensor) -> Tensor:
    """Map 0 .. 255 to -1 .. 1."""
    return images.to(torch.float32).div_(127.5).sub_(1)


def generator(seed: int, *purpose: str | int) -> torch.Generator:
    """Return a generator of its own for each purpose, so that none shifts another's numbers."""
    digest = hashlib.sha256(repr((seed, *purpose)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8]) >> 1)
