"""The ways to deal images out to clients that a run can choose, and the settings of each.

To add one, write a class here and give it a name in ``PARTITIONERS``. Its fields are its own
settings. The docstrings describe them.
"""

# ruff: noqa: PLC0415  # the library of partitioners takes seconds to import, plots and all

from __future__ import annotations

import threading
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fl_sim.app.fields import Count, Group, Positive
from fl_sim.wording import count

if TYPE_CHECKING:
    from flwr_datasets.partitioner import Partitioner  # type: ignore[import-untyped]
    from torch import Tensor

    from fl_sim.app.settings import Settings

LABEL, POSITION = "label", "position"

# Filters of warnings are the whole process's, and clients may run in several threads.
_WARNINGS = threading.Lock()


class PartitionerChoice(Group, ABC):
    """A way to deal images out that a run can choose."""

    @abstractmethod
    def split(self, labels: Tensor, positions: Tensor, settings: Settings) -> Iterable[Tensor]:
        """Return the positions that each client gets, by the client's number.

        Args:
            labels: of the examples, int64 (examples,), in a random order.
            positions: of the same examples in their dataset, int64 (examples,).
            settings: the number of clients, and the seed.

        Raises:
            ValueError: the examples or classes are too few for so many clients.
        """


class Iid(PartitionerChoice):
    """Every client gets as many, at random."""

    def split(self, labels: Tensor, positions: Tensor, settings: Settings) -> Iterable[Tensor]:
        """Return what Flower's IidPartitioner gives, without the seconds of importing it."""
        return positions.tensor_split(settings.num_partitions)


class FlowerChoice(PartitionerChoice):
    """A partitioner of Flower's."""

    @abstractmethod
    def partitioner(self, settings: Settings) -> Partitioner:
        """Return a new partitioner of Flower."""

    def split(self, labels: Tensor, positions: Tensor, settings: Settings) -> Iterator[Tensor]:
        """Yield the positions that each client gets."""
        import torch
        from datasets import Dataset  # type: ignore[import-untyped]

        partitioner = self.partitioner(settings)
        # A partitioner looks at labels alone: images are left out.
        columns = {LABEL: labels.numpy(), POSITION: positions.numpy()}
        partitioner.dataset = Dataset.from_dict(columns)
        for client in range(settings.num_partitions):
            try:
                yield torch.tensor(_load(partitioner, client), dtype=torch.int64)
            except Exception as error:  # a division by zero, an index, whatever Flower runs into
                raise ValueError(
                    f"{count(len(labels), 'image')} cannot be dealt out to "
                    f"{count(settings.num_partitions, 'client')}; lower num-partitions. "
                    f"Flower says: {error}"
                ) from error


def _load(partitioner: Partitioner, client: int) -> list[int]:
    with _WARNINGS, warnings.catch_warnings():
        # Of a Dirichlet distribution drawn once more, of classes that no client has, and of what
        # the library uses.
        warnings.simplefilter("ignore")
        part: list[int] = partitioner.load_partition(client)[POSITION][:]
    return part


class Dirichlet(FlowerChoice):
    """Each class is shared by proportions from a Dirichlet distribution (arXiv 1905.12022)."""

    dirichlet_alpha: Positive = 0.1
    """the smaller, the fewer classes has a client"""

    def partitioner(self, settings: Settings) -> Partitioner:
        """Return a new partitioner of Flower."""
        from flwr_datasets.partitioner import DirichletPartitioner

        return DirichletPartitioner(
            settings.num_partitions, LABEL, self.dirichlet_alpha, seed=settings.seed
        )


class Pathological(FlowerChoice):
    """So many classes a client, the first of them in turn (arXiv 2102.02079).

    Classes that no client was assigned are left out.
    """

    classes_per_client: Count = 2
    """classes that each client has images of"""

    def partitioner(self, settings: Settings) -> Partitioner:
        """Return a new partitioner of Flower."""
        from flwr_datasets.partitioner import PathologicalPartitioner

        return PathologicalPartitioner(
            settings.num_partitions,
            LABEL,
            self.classes_per_client,
            class_assignment_mode="first-deterministic",
            seed=settings.seed,
        )


class Unequal(FlowerChoice):
    """Client k, counted from 0, gets k + 1 shares."""

    def partitioner(self, settings: Settings) -> Partitioner:
        """Return a new partitioner of Flower."""
        from flwr_datasets.partitioner import LinearPartitioner

        return LinearPartitioner(settings.num_partitions)


PARTITIONERS: dict[str, type[PartitionerChoice]] = {
    "iid": Iid,
    "dirichlet": Dirichlet,
    "pathological": Pathological,
    "unequal": Unequal,
}
