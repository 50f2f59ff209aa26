"""The networks that a run can train.

To add one, write a class here whose ``make`` returns it, and give it a name in ``NETWORKS``. The
docstrings describe them.
"""

# ruff: noqa: PLC0415  # Torch takes seconds to import

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from fl_sim.app.fields import Group

if TYPE_CHECKING:
    from torch import nn


class NetworkChoice(Group, ABC):
    """A network that a run can train."""

    title: ClassVar[str]  # its name in a record

    @abstractmethod
    def make(self, num_classes: int) -> nn.Module:
        """Return the network, from images, float32 (batch, 3, 32, 32), to logits."""


class LeNet(NetworkChoice):
    """A small convolutional network, 62,006 weights (LeCun et al., 1998)."""

    title: ClassVar[str] = "LeNet"

    def make(self, num_classes: int) -> nn.Module:
        """Return a new network."""
        from fl_sim.app.lenet import Net

        return Net(num_classes)


class ResNet20(NetworkChoice):
    """A residual network with normalised groups, 272,474 weights (arXiv 1512.03385, 1803.08494)."""

    title: ClassVar[str] = "ResNet-20"

    def make(self, num_classes: int) -> nn.Module:
        """Return a new network."""
        from fl_sim.app.resnet import ResNet

        return ResNet(num_classes)


NETWORKS: dict[str, type[NetworkChoice]] = {"lenet": LeNet, "resnet20": ResNet20}
