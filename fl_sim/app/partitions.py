"""Who holds which images: Flower's partitioners, by name."""

# ruff: noqa: PLC0415  # the library of partitioners takes seconds to import, plots and all

import threading
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from fl_sim.app.settings import Settings

if TYPE_CHECKING:
    from flwr_datasets.partitioner import Partitioner  # type: ignore[import-untyped]

IID = "iid"
LABEL, POSITION = "label", "position"

# Filters of warnings are the whole process's, and clients may run in several threads.
_WARNINGS = threading.Lock()


def _dirichlet(settings: Settings) -> "Partitioner":
    """Each class is dealt out in proportions from a Dirichlet distribution (arXiv 1905.12022)."""
    from flwr_datasets.partitioner import DirichletPartitioner

    return DirichletPartitioner(
        settings.num_partitions, LABEL, settings.dirichlet_alpha, seed=settings.seed
    )


def _pathological(settings: Settings) -> "Partitioner":
    """So many classes a client, the first of them in turn (arXiv 2102.02079)."""
    from flwr_datasets.partitioner import PathologicalPartitioner

    return PathologicalPartitioner(
        settings.num_partitions,
        LABEL,
        settings.classes_per_client,
        class_assignment_mode="first-deterministic",
        seed=settings.seed,
    )


def _unequal(settings: Settings) -> "Partitioner":
    """Client k, counted from 0, gets k + 1 shares."""
    from flwr_datasets.partitioner import LinearPartitioner

    return LinearPartitioner(settings.num_partitions)


PARTITIONERS: dict[str, Callable[[Settings], "Partitioner"]] = {
    "dirichlet": _dirichlet,
    "pathological": _pathological,
    "unequal": _unequal,
}


def split(labels: Tensor, positions: Tensor, settings: Settings) -> Iterator[Tensor]:
    """Deal examples out to clients.

    Args:
        labels: of the examples, int64 (examples,), in a random order.
        positions: of the same examples in their dataset, int64 (examples,).
        settings: name the partitioner, its parameters, the number of clients and the seed.

    Yields:
        the positions that each client gets, by the client's number. ``pathological`` leaves out
        classes that no client was assigned.

    Raises:
        ValueError: the examples or classes are too few for so many clients.
    """
    if settings.partitioning == IID:
        # What Flower's IidPartitioner gives, without the seconds of importing it.
        yield from positions.tensor_split(settings.num_partitions)
        return
    partitioner = _partitioner(labels, positions, settings)
    for client in range(settings.num_partitions):
        try:
            part = _load(partitioner, client)
        except ValueError as error:
            raise ValueError(
                f"{settings.partitioning} cannot deal out {len(labels)} images to "
                f"{settings.num_partitions} clients; lower num-partitions. Flower says: {error}"
            ) from error
        yield torch.tensor(part, dtype=torch.int64)


def _partitioner(labels: Tensor, positions: Tensor, settings: Settings) -> "Partitioner":
    from datasets import Dataset  # type: ignore[import-untyped]

    partitioner = PARTITIONERS[settings.partitioning](settings)
    # A partitioner looks at labels alone: images are left out.
    partitioner.dataset = Dataset.from_dict({LABEL: labels.numpy(), POSITION: positions.numpy()})
    return partitioner


def _load(partitioner: "Partitioner", client: int) -> list[int]:
    with _WARNINGS, warnings.catch_warnings():
        # Of a Dirichlet distribution drawn once more, and of classes that no client has.
        warnings.simplefilter("ignore", UserWarning)
        part: list[int] = partitioner.load_partition(client)[POSITION][:]
    return part
