"""The input of the first linear layer, solved for from its gradient.

For one photo the gradient of row i is error_i times the input, and that of its bias is error_i: any
row divided by its bias gives the input. With several photos the rows of units that only one of them
activates still do, and such rows are the same.
"""

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # torch's own name for it

from fl_sim.attacks.victim import Features, Weights, gradients

BLANK = torch.zeros(1, 1, 3, 32, 32)  # a photo that is not looked at
LEAST = 1e-3  # error of a row that is used, in parts of the largest
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
    repeated = _repeated(rows, bias)[:photos] if photos < FEW else []
    if repeated:
        scores = torch.stack([_scores(*each, bias, weights, labels) for each in repeated])
        # Each goes to one photo: the one whose label explains its rows best.
        for i, photo in zip(*linear_sum_assignment(scores.numpy(), maximize=True), strict=True):
            found.values[photo], found.known[photo] = repeated[i][0], True
    return found


def _repeated(rows: Tensor, bias: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return the inputs that at least two rows agree on, and those rows; most rows first."""
    used = (bias.abs() > LEAST * bias.abs().max()).nonzero().flatten()
    inputs = rows[used] / bias[used, None]
    near = torch.cdist(inputs, inputs) < SAME * inputs.norm(dim=1)
    left = torch.ones(len(inputs), dtype=torch.bool)
    groups: list[tuple[Tensor, Tensor]] = []
    for i in near.sum(1).argsort(descending=True).tolist():
        group = near[i] & left
        if left[i] and int(group.sum()) > 1:
            groups.append((inputs[group].median(0).values.clamp_min(0).float(), used[group]))
            left &= ~near[i]
    return sorted(groups, key=lambda each: -len(each[1]))


def _scores(
    candidate: Tensor, group: Tensor, bias: Tensor, weights: Weights, labels: Tensor
) -> Tensor:
    """Return how well each label explains the errors of the rows that gave a candidate."""
    known = Features(candidate[None], torch.ones(1, dtype=torch.bool))
    errors = torch.cat(
        [gradients(weights, BLANK, label[None], known, 0.0)[1]["fc1"] for label in labels]
    )[:, -len(bias) :]
    return F.cosine_similarity(errors[:, group].double(), -bias[group][None], dim=1)
