"""The gradient of a batch, as an attacker guesses it: with max pooling made soft.

A guess is improved by descent on the distance between its gradient and the one that was observed.
Which of four numbers a max pool passes on changes by jumps, so that descent gets stuck. Here each
of the four counts by its softmax, at a temperature that falls to zero, where this is the gradient
of the network itself.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own name for it

Weights = dict[str, Tensor]
LAYERS = ("conv1", "conv2", "fc1", "fc2", "fc3")
KERNEL = 5


@dataclass(frozen=True)
class Features:
    """What the first linear layer was given, for each photo, as far as that is known.

    Attributes:
        values: float32 (photos, features).
        known: bool (photos,).
    """

    values: Tensor
    known: Tensor

    @classmethod
    def none(cls, photos: int, size: int) -> "Features":
        """Return that nothing is known."""
        return cls(torch.zeros(photos, size), torch.zeros(photos, dtype=torch.bool))


def weights_of(model: nn.Module) -> Weights:
    """Return a model's weights and biases by name."""
    return {name: tensor.detach().clone() for name, tensor in model.named_parameters()}


def by_layer(weights: Weights) -> Weights:
    """Return weights and biases of each layer as one vector."""
    return {
        layer: torch.cat([weights[f"{layer}.weight"].flatten(), weights[f"{layer}.bias"]])
        for layer in LAYERS
    }


def gradients(
    weights: Weights, photos: Tensor, labels: Tensor, features: Features, softness: float
) -> tuple[Tensor, Weights]:
    """Return the features of some batches, and the gradient of each by layer.

    Args:
        weights: of the network.
        photos: float32 (batches, photos, 3, 32, 32), from -1 to 1.
        labels: int64 (photos,).
        features: those that are known go on to the linear layers in place of the guess's.
        softness: temperature of the pools, in standard deviations of what they are given; 0: none.
    """
    batches, count = photos.shape[:2]
    x = photos.flatten(0, 1)
    pooled1, share1 = _pool(_conv(x, weights, "conv1"), softness)
    h = F.relu(pooled1)
    pooled2, share2 = _pool(_conv(h, weights, "conv2"), softness)
    f = F.relu(pooled2).flatten(1)
    values, known = features.values.repeat(batches, 1), features.known.repeat(batches)
    used = torch.where(known[:, None], values, f)
    linear, error = _backwards(weights, used, labels.repeat(batches))
    error2 = _unpool((error * (used > 0)).view_as(pooled2), share2)
    error1 = F.conv_transpose2d(error2, weights["conv2.weight"]) * _gate(pooled1, softness)
    each = {
        "conv1": _conv_gradient(_unpool(error1, share1), x),
        "conv2": _conv_gradient(error2, h),
        **linear,
    }
    return f.view(batches, count, -1), {
        layer: gradient.view(batches, count, -1).mean(1) for layer, gradient in each.items()
    }


def _conv(x: Tensor, weights: Weights, layer: str) -> Tensor:
    return F.conv2d(x, weights[f"{layer}.weight"], weights[f"{layer}.bias"])


def _backwards(weights: Weights, features: Tensor, labels: Tensor) -> tuple[Weights, Tensor]:
    """Return each photo's gradients of the linear layers, and that of its features."""
    inputs, sums = [features], []
    for layer in ("fc1", "fc2", "fc3"):
        sums.append(F.linear(inputs[-1], weights[f"{layer}.weight"], weights[f"{layer}.bias"]))
        inputs.append(F.relu(sums[-1]))
    error = F.softmax(sums[2], 1) - F.one_hot(labels, sums[2].shape[1])
    found = {}
    for i in (2, 1, 0):
        layer = LAYERS[2 + i]
        outer = error[:, :, None] * inputs[i][:, None]
        found[layer] = torch.cat([outer.flatten(1), error], 1)
        error = error @ weights[f"{layer}.weight"]
        if i:
            error = error * (sums[i - 1] > 0)
    return found, error


def _conv_gradient(error: Tensor, x: Tensor) -> Tensor:
    """Return each photo's gradient of a convolution's weights and biases."""
    weight = torch.bmm(error.flatten(2), F.unfold(x, KERNEL).transpose(1, 2))
    return torch.cat([weight.flatten(1), error.sum((2, 3))], 1)


def _pool(x: Tensor, softness: float) -> tuple[Tensor, Tensor]:
    """Return the pooled numbers, and how much each of the four counts."""
    n, c, height, width = x.shape
    fours = x.view(n, c, height // 2, 2, width // 2, 2).transpose(3, 4).flatten(4)
    if softness:
        share = F.softmax(fours / (softness * x.detach().std() + 1e-12), -1)
    else:
        share = F.one_hot(fours.argmax(-1), 4).to(x.dtype)
    return (share * fours).sum(-1), share


def _unpool(error: Tensor, share: Tensor) -> Tensor:
    n, c, height, width = error.shape
    fours = (error[..., None] * share).view(n, c, height, width, 2, 2)
    return fours.transpose(3, 4).reshape(n, c, 2 * height, 2 * width)


def _gate(pooled: Tensor, softness: float) -> Tensor:
    if not softness:
        return (pooled > 0).to(pooled.dtype)
    return torch.sigmoid(pooled / (softness * pooled.detach().std() + 1e-12))
