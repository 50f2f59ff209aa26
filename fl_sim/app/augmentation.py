"""Random crops and flips of training images, by torchvision."""

from threading import Lock

import torch
from torch import Tensor
from torchvision.transforms import v2

MARGIN = 4  # pixels around an image, of which the crop takes its part

_DRAWING = Lock()  # threads share torch's own generator


def augmented(images: Tensor, draw: torch.Generator) -> Tensor:
    """Return images, uint8 (batch, 3, height, width), each cropped and perhaps flipped.

    Args:
        images: the batch.
        draw: decides what is cropped and flipped.
    """
    change = v2.Compose(
        [v2.RandomCrop(images.shape[-2:], padding=MARGIN), v2.RandomHorizontalFlip()]
    )
    seed = int(torch.randint(2**31, (), generator=draw))
    with _DRAWING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return torch.stack([change(image) for image in images])
