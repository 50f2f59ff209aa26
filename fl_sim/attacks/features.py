"""The input of the first linear layer, solved for from its gradient.

For one photo the gradient of row i is error_i times the input, and that of its bias is error_i: any
row divided by its bias gives the input. With several photos the rows of units that only one of them
activates still do, and such rows are the same.
"""

import torch
from torch import Tensor

from fl_sim.attacks.victim import Features, Weights, gradients

FEW = 32  # photos above which no unit is active for one alone
SAME = 0.02  # largest distance of rows that are the same but for rounding, in parts of their norm


def solve(update: Weights, weights: Weights, labels: Tensor) -> Features:
    """Return the features of the photos that the gradient tells.

    Args:
        update: the observed change of each weight, at any scale.
        weights: of the network.
        labels: int64 (photos,): those of the photos, in the order that the attacker gives them.
    """
    rows, bias = update["fc1.weight"].double(), update["fc1.bias"].double()
    photos, size = len(labels), rows.shape[1]
    if photos == 1:
        one = (bias @ rows / (bias @ bias)).clamp_min(0).float()
        return Features(one[None], torch.ones(1, dtype=torch.bool))
    found = Features.none(photos, size)
    if photos >= FEW:
        return found
    for candidate in _repeated(rows, bias)[:photos]:
        _assign(candidate.float(), found, update, weights, labels)
    return found


def _repeated(rows: Tensor, bias: Tensor) -> list[Tensor]:
    """Return the inputs that at least two rows agree on, those of most rows first."""
    used = bias.abs() > 1e-3 * bias.abs().max()
    inputs = rows[used] / bias[used, None]
    near = torch.cdist(inputs, inputs) < SAME * inputs.norm(dim=1)
    groups: list[tuple[int, Tensor]] = []
    left = torch.ones(len(inputs), dtype=torch.bool)
    for i in near.sum(1).argsort(descending=True).tolist():
        group = near[i] & left
        if left[i] and int(group.sum()) > 1:
            groups.append((int(group.sum()), inputs[group].median(0).values.clamp_min(0)))
            left &= ~near[i]
    groups.sort(key=lambda each: -each[0])
    return [each for _, each in groups]


def _assign(
    candidate: Tensor, found: Features, update: Weights, weights: Weights, labels: Tensor
) -> None:
    """Give features to the photo whose label explains the rows that they were read from best."""
    free = [i for i in range(len(labels)) if not found.known[i]]
    observed = torch.cat([update["fc1.weight"], update["fc1.bias"][:, None]], 1) @ torch.cat(
        [candidate, torch.ones(1)]
    )
    scores = []
    for i in free:
        one = Features(candidate[None], torch.ones(1, dtype=torch.bool))
        _, guess = gradients(weights, torch.zeros(1, 1, 3, 32, 32), labels[i : i + 1], one, 0.0)
        error = guess["fc1"][0, -len(observed) :]
        scores.append(float(torch.cosine_similarity(error, -observed, dim=0)))
    best = free[max(range(len(free)), key=scores.__getitem__)]
    found.values[best], found.known[best] = candidate, True
