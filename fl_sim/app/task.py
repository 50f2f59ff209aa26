"""The learning task: the first model, its training, its test and its data.

The training is that of Flower's PyTorch quickstart, with a smaller learning rate.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Lock

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own name for it

from fl_sim.app import accelerators
from fl_sim.app.cifar10 import Data, Split
from fl_sim.app.descent import Descent
from fl_sim.app.folder import DataError
from fl_sim.app.networks import NetworkChoice
from fl_sim.app.settings import Settings
from fl_sim.app.threads import mapping
from fl_sim.wording import count

EVALUATION_BATCH = 500


_INITIALISING = Lock()  # threads share torch's own generator


def initial_model(seed: int, num_classes: int, network: NetworkChoice) -> nn.Module:
    """Return a network with the parameters that every client starts from."""
    with _INITIALISING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return network.make(num_classes)


def placed(model: nn.Module, settings: Settings) -> nn.Module:
    """Return ``model`` on the device that a run computes on.

    Raises:
        SettingError: this machine has no such device.
    """
    return model.to(accelerators.named(settings.device))


# --- who holds which images


@dataclass(frozen=True)
class Part:
    """One client's own data, as positions in the train split."""

    train: Tensor
    validation: Tensor


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
        parts = settings.partitioning.split(data.train.labels[order], order, settings)
        return tuple(_divide(part, client, settings) for client, part in enumerate(parts))
    except ValueError as error:
        raise DataError(str(error)) from error


def _divide(positions: Tensor, client: int, settings: Settings) -> Part:
    num_validation = round(len(positions) * settings.validation_fraction)
    if not 0 < num_validation < len(positions):
        raise DataError(
            f"client {client} would hold {count(len(positions), 'image')}, too few to train and "
            "validate; lower num-partitions"
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
    """How a model does on a split: its score, and the class that it gives each example."""

    score: Score
    predictions: Tensor
    """int64 (examples,)"""


def train(  # noqa: PLR0913  # one parameter an option
    model: nn.Module,
    split: Split,
    index: Tensor,
    settings: Settings,
    shuffle: torch.Generator,
    *,
    proximal_mu: float = 0.0,
    watch: Callable[[nn.Module], None] = lambda model: None,
) -> tuple[list[float], Score]:
    """Train ``model`` in place on the examples at ``index`` by SGD with momentum.

    With ``proximal_mu`` the objective has FedProx's term, mu / 2 * ||w - w_received||^2 (Li et
    al., "Federated optimization in heterogeneous networks", 2020, equation 2), where w_received
    are the parameters that ``model`` comes with. It is no part of what is returned.

    ``watch`` is called after each step.

    Returns:
        the mean cross-entropy of each batch, and the score over the last epoch as it ran.
    """
    torch.set_num_threads(1)  # with more, sums depend on how the work was divided
    step = Descent(model, settings, proximal_mu)
    images, labels = split.images(index), split.labels[index]
    curve: list[float] = []
    for _ in range(settings.local_epochs):
        loss_sum, correct = 0.0, 0
        order = torch.randperm(len(index), generator=shuffle)
        for batch in torch.split(order, settings.batch_size):
            shown = images.index_select(0, batch)
            if settings.augment:
                from fl_sim.app.augmentation import augmented  # noqa: PLC0415  # takes seconds

                shown = augmented(shown, shuffle)
            logits = model(_normalise(shown, model))
            loss = F.cross_entropy(logits, labels[batch].to(logits.device))
            step(loss)
            watch(model)
            curve.append(loss.item())
            loss_sum += curve[-1] * len(batch)
            correct += int((logits.argmax(1).cpu() == labels[batch]).sum())
    return curve, Score(loss_sum / len(index), correct / len(index))


def evaluate(model: nn.Module, split: Split, index: Tensor) -> Score:
    """Score ``model`` on the examples at ``index``."""
    loss, predicted = _predict(model, split, index)
    return Score(loss, int((predicted == split.labels[index]).sum()) / len(index))


def test(model: nn.Module, split: Split, threads: int) -> Test:
    """Score ``model`` on all of ``split``, and say which class it gives each example."""
    every = torch.arange(len(split))
    loss, predicted = _predict(model, split, every, threads)
    right = int((predicted == split.labels).sum())
    return Test(Score(loss, right / len(split)), predicted)


def probabilities(model: nn.Module, images: Tensor) -> Tensor:
    """Return what ``model`` gives each class.

    Args:
        model: the network.
        images: uint8 (n, 3, 32, 32).

    Returns:
        float32 (n, classes), each row from 0 to 1 with the sum 1.
    """
    torch.set_num_threads(1)
    with torch.inference_mode():
        return F.softmax(model(_normalise(images, model)), dim=1).cpu()


def _predict(
    model: nn.Module, split: Split, index: Tensor, threads: int = 1
) -> tuple[float, Tensor]:
    """Return the mean cross-entropy, and the likeliest class of each example, int64."""
    torch.set_num_threads(1)

    @torch.inference_mode()
    def answer(batch: Tensor) -> tuple[float, Tensor]:
        logits = model(_normalise(split.images(batch), model)).cpu()
        loss = F.cross_entropy(logits, split.labels[batch], reduction="sum")
        return loss.item(), logits.argmax(1)

    with mapping(answer, torch.split(index, EVALUATION_BATCH), threads) as answers:
        losses, predicted = zip(*answers, strict=True)
    return math.fsum(losses) / len(index), torch.cat(predicted)


def _normalise(images: Tensor, model: nn.Module) -> Tensor:
    """Map 0 .. 255 to -1 .. 1, on the device that ``model`` is on."""
    device = next(model.parameters(), images).device
    return images.to(device, torch.float32).div_(127.5).sub_(1)


def generator(seed: int, *purpose: str | int) -> torch.Generator:
    """Return a generator of its own for each purpose, so that none shifts another's numbers."""
    digest = hashlib.sha256(repr((seed, *purpose)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8]) >> 1)
