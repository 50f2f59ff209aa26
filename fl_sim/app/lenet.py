"""The network of Flower's PyTorch quickstart: a LeNet.

LeCun et al., "Gradient-based learning applied to document recognition", 1998.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own name for it


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
        x = x.to_mkldnn() if _has_onednn(x) else x
        x = F.relu(F.max_pool2d(self.conv1(x), 2, 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2, 2)).to_dense()
        x = F.relu(self.fc1(x.flatten(1)))
        x = F.relu(self.fc2(x))
        logits: Tensor = self.fc3(x)
        return logits


def _has_onednn(x: Tensor) -> bool:
    return x.is_cpu and bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
