"""A residual network for 32 x 32 images, of torchvision's blocks.

He et al., "Deep residual learning for image recognition", 2015, section 4.2, with 20 layers.
Groups of channels are normalised in place of batches (Wu and He, "Group normalization", 2018):
clients' batches differ, so that their statistics cannot be averaged (Hsieh et al., "The non-IID
data quagmire of decentralized machine learning", 2020).
"""

from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock

WIDTHS = (16, 32, 64)  # channels of the three stages
BLOCKS = 3  # in each stage
GROUPS = 8


class ResNet(nn.Module):
    """A ResNet with 20 layers: 272,474 parameters with 10 classes."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, WIDTHS[0], 3, padding=1, bias=False), _normalised(WIDTHS[0]), nn.ReLU()
        )
        inputs = (WIDTHS[0], *WIDTHS)
        self.stages = nn.Sequential(*map(_stage, inputs, WIDTHS))
        self.head = nn.Linear(WIDTHS[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images, float32 (batch, 3, 32, 32), to logits, (batch, num_classes)."""
        logits: Tensor = self.head(self.stages(self.stem(x)).mean((2, 3)))
        return logits


def _stage(inputs: int, outputs: int) -> nn.Sequential:
    """Return the blocks of one width; the first of a wider stage halves the picture's sides."""
    stride = 1 if inputs == outputs else 2
    shortcut = nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, stride, bias=False), _normalised(outputs)
    )
    first = BasicBlock(
        inputs, outputs, stride, None if stride == 1 else shortcut, norm_layer=_normalised
    )
    rest = (BasicBlock(outputs, outputs, norm_layer=_normalised) for _ in range(BLOCKS - 1))
    return nn.Sequential(first, *rest)


def _normalised(channels: int) -> nn.Module:
    return nn.GroupNorm(GROUPS, channels)
