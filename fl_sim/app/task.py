"""The learning task: CIFAR-10, a small convolutional network, and how it is trained and tested.

The network and its training are those of Flower's PyTorch quickstart (a LeNet after LeCun et al.,
"Gradient-based learning applied to document recognition", 1998), with a smaller learning rate.
"""

import hashlib
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

import pyarrow as pa  # type: ignore[import-untyped]
import torch
from PIL import Image
from pyarrow import parquet
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own name for it

from fl_sim.app import partitions
from fl_sim.app.settings import Settings
from fl_sim.app.threads import mapping, sensible

SIZE = (32, 32)  # of an image, pixels
FEATURES = b"huggingface"  # where a Parquet file says what its columns are, as JSON
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
        # In oneDNN's own layout pooling takes a tenth of the time, and gives the same bits.
        x = x.to_mkldnn() if _has_onednn() else x
        x = F.relu(F.max_pool2d(self.conv1(x), 2, 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2, 2)).to_dense()
        x = F.relu(self.fc1(x.flatten(1)))
        x = F.relu(self.fc2(x))
        logits: Tensor = self.fc3(x)
        return logits


def _has_onednn() -> bool:
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]


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
        new = index[~self._known[index]]
        if len(new):
            self._decoded[new] = _decode([self._encoded[i] for i in new.tolist()])
            self._known[new] = True
        return self._decoded.index_select(0, index)


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
            for batch in torch.split(torch.arange(len(split)), EVALUATION_BATCH):
                digest.update(split.images(batch).numpy().data)
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
    names, train = _load(dataset, "train")
    _, test = _load(dataset, "test")
    return Data(Path(dataset).resolve().name, names, train, test)


def _load(dataset: str, split: str) -> tuple[tuple[str, ...], Split]:
    """Return the names of the classes, and the images with their labels."""
    try:
        schema, batches = _read(dataset, split)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"dataset {dataset!r} cannot be read: {reason}") from error
    features = json.loads(schema.metadata[FEATURES])["info"]["features"]
    names = features.get("label", {}).get("names")
    if "img" not in features or names is None:
        found = ", ".join(features)
        raise DataError(f"dataset {dataset!r} has {found}; it needs img, and label with its names")
    encoded: list[bytes] = []
    labels: list[int] = []
    for batch in batches:
        encoded += batch.column("img").field("bytes").to_pylist()
        labels += batch.column("label").to_pylist()
    return tuple(names), Split(encoded, torch.tensor(labels))


def _read(dataset: str, split: str) -> tuple[pa.Schema, Iterable[pa.RecordBatch]]:
    paths = sorted(Path(dataset).rglob(f"{split}*.parquet"))
    # In small pieces, and none before it is asked for: what was read at once stays in memory.
    files = [parquet.ParquetFile(path, pre_buffer=False) for path in paths]
    if files and FEATURES in (files[0].schema_arrow.metadata or {}):
        return files[0].schema_arrow, (rows for file in files for rows in file.iter_batches(1000))
    # It knows the hub and every other layout, but takes seconds to import.
    from datasets import load_dataset  # type: ignore[import-untyped]  # noqa: PLC0415

    table = load_dataset(dataset, split=split).data.table
    return table.schema, table.to_batches()


def _decode(encoded: Sequence[bytes]) -> Tensor:
    """Return the pixels of images in a file format, uint8 (len(encoded), 3, 32, 32)."""
    pixels = bytearray(b"".join(map(_pixels, encoded)))
    return torch.frombuffer(pixels, dtype=torch.uint8).view(-1, *SIZE, 3).permute(0, 3, 1, 2)


def _pixels(encoded: bytes) -> bytes:
    image = Image.open(io.BytesIO(encoded))
    if image.size != SIZE:
        raise DataError(f"an image is {image.width} x {image.height}, not {SIZE[0]} x {SIZE[1]}")
    return (image if image.mode == "RGB" else image.convert("RGB")).tobytes()


_PARTITIONING = Lock()


def partition(data: Data, settings: Settings) -> tuple[Part, ...]:
    """Split the train split among the clients, and each client's part in train and validation.

    Raises:
        DataError: there are too few images for so many clients.
    """
    with _PARTITIONING:  # the first of several threads does it, the others wait for what it finds
        return _partition(data, settings)


@cache
def _partition(data: Data, settings: Settings) -> tuple[Part, ...]:
    order = torch.randperm(len(data.train), generator=generator(settings.seed, "shuffle"))
    try:
        parts = partitions.split(data.train.labels[order], order, settings)
        return tuple(_divide(part, client, settings) for client, part in enumerate(parts))
    except ValueError as error:
        raise DataError(str(error)) from error


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
    chosen = _evenly(part.train, data.train.labels, len(data.class_names), generator)[:count]
    return data.train.images(chosen).permute(0, 2, 3, 1), data.train.labels[chosen]


def samples(data: Data, count: int, generator: torch.Generator) -> Tensor:
    """Choose ``count`` test images at random, as evenly over the classes as they are there.

    Returns:
        positions in the test split, int64 (count,), one of each class, then a second, and so on.
    """
    shuffled = torch.randperm(len(data.test), generator=generator)
    return _evenly(shuffled, data.test.labels, len(data.class_names), generator)[:count]


def _evenly(
    positions: Tensor, labels: Tensor, num_classes: int, generator: torch.Generator
) -> Tensor:
    """Return ``positions`` with one of each class first, then a second of each, and so on."""
    classes = torch.randperm(num_classes, generator=generator)
    of_class = [positions[labels[positions] == label].tolist() for label in classes.tolist()]
    ranked = [(rank, c, i) for c, group in enumerate(of_class) for rank, i in enumerate(group)]
    return torch.tensor([i for _, _, i in sorted(ranked)], dtype=torch.int64)


# --- training and testing


@dataclass(frozen=True)
class Score:
    """A model's mean cross-entropy (nats an example) and accuracy (0 to 1)."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class Test:
    """How a model does on a split: its score, and which class it takes for which."""

    score: Score
    confusion: Tensor
    """int64 (classes, classes): examples of the row's class that it takes for the column's."""


def train(
    model: Net,
    split: Split,
    index: Tensor,
    settings: Settings,
    shuffle: torch.Generator,
    proximal_mu: float = 0.0,
) -> tuple[list[float], Score]:
    """Train ``model`` in place on the examples at ``index`` by SGD with momentum.

    With ``proximal_mu`` the objective has FedProx's term, mu / 2 * ||w - w_received||^2 (Li et
    al., "Federated optimization in heterogeneous networks", 2020, equation 2), where w_received
    are the parameters that ``model`` comes with. It is no part of what is returned.

    Returns:
        the mean cross-entropy of each batch, and the score over the last epoch as it ran.
    """
    torch.set_num_threads(1)  # with more, sums depend on how the work was divided
    optimizer = SGD(list(model.parameters()), settings.learning_rate, settings.momentum)
    received = [parameter.detach().clone() for parameter in optimizer.parameters]
    images, labels = split.images(index), split.labels[index]
    curve: list[float] = []
    for _ in range(settings.local_epochs):
        loss_sum, correct = 0.0, 0
        for batch in torch.split(
            torch.randperm(len(index), generator=shuffle), settings.batch_size
        ):
            logits = model(_normalise(images.index_select(0, batch)))
            loss = F.cross_entropy(logits, labels[batch])
            gradients = torch.autograd.grad(loss, optimizer.parameters)
            if proximal_mu:
                gradients = _pulled(gradients, optimizer.parameters, received, proximal_mu)
            optimizer.step(gradients)
            curve.append(loss.item())
            loss_sum += curve[-1] * len(batch)
            correct += int((logits.argmax(1) == labels[batch]).sum())
    return curve, Score(loss_sum / len(index), correct / len(index))


@torch.no_grad()
def _pulled(
    gradients: tuple[Tensor, ...], parameters: list[Tensor], received: list[Tensor], mu: float
) -> tuple[Tensor, ...]:
    """Add the gradient of the proximal term, mu * (w - w_received)."""
    return torch._foreach_add(gradients, torch._foreach_sub(parameters, received), alpha=mu)


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
    index = torch.arange(len(split)) if index is None else index
    loss, predicted = _predict(model, split, index)
    return Score(loss, int((predicted == split.labels[index]).sum()) / len(index))


def test(model: Net, split: Split, num_classes: int) -> Test:
    """Score ``model`` on all of ``split``, and count which class it takes for which.

    The server's test: it has the machine for itself, as far as clients go.
    """
    loss, predicted = _predict(model, split, torch.arange(len(split)), sensible())
    cells = torch.bincount(split.labels * num_classes + predicted, minlength=num_classes**2)
    confusion = cells.view(num_classes, num_classes)
    return Test(Score(loss, int(confusion.trace()) / len(split)), confusion)


def probabilities(model: Net, images: Tensor) -> Tensor:
    """Return what ``model`` gives each class.

    Args:
        model: the network.
        images: uint8 (n, 3, 32, 32).

    Returns:
        float32 (n, classes), each row from 0 to 1 with the sum 1.
    """
    torch.set_num_threads(1)
    with torch.inference_mode():
        return F.softmax(model(_normalise(images)), dim=1)


def _predict(model: Net, split: Split, index: Tensor, threads: int = 1) -> tuple[float, Tensor]:
    """Return the mean cross-entropy, and the likeliest class of each example, int64."""
    torch.set_num_threads(1)

    @torch.inference_mode()
    def answer(batch: Tensor) -> tuple[float, Tensor]:
        logits = model(_normalise(split.images(batch)))
        loss = F.cross_entropy(logits, split.labels[batch], reduction="sum")
        return loss.item(), logits.argmax(1)

    with mapping(answer, torch.split(index, EVALUATION_BATCH), threads) as answers:
        losses, predicted = zip(*answers, strict=True)
    return math.fsum(losses) / len(index), torch.cat(predicted)


def _normalise(images: Tensor) -> Tensor:
    """Map 0 .. 255 to -1 .. 1."""
    return images.to(torch.float32).div_(127.5).sub_(1)


def generator(seed: int, *purpose: str | int) -> torch.Generator:
    """Return a generator of its own for each purpose, so that none shifts another's numbers."""
    digest = hashlib.sha256(repr((seed, *purpose)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8]) >> 1)
