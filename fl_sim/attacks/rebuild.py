"""Gradient inversion: photos are searched for whose gradient has the direction of an update.

The objective is the cosine distance, layer by layer (after Geiping et al., "Inverting gradients:
how easy is it to break privacy in federated learning?", NeurIPS 2020), with what the first linear
layer gives away in exact numbers. Photos are described by their frequencies, each in units of its
spread over other photos, so that descent finds coarse shapes first and likely photos are near.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from scipy.fft import dct
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # torch's own name for it
from torch.optim.adam import adam

from fl_sim.attacks.features import solve
from fl_sim.attacks.victim import LAYERS, Features, Weights, by_layer, gradients

LEARNING_RATE, LEAST_RATE = 0.3, 0.01  # of Adam, and the part of it at the end
SOFTEST, HARDEST = 10.0, 0.01  # temperature of the pools at the beginning, and before it is zero
SOFT_PART = 0.8  # of the steps
START = 0.1  # spread of the first guess, in that of other photos
PRIOR_FIRST, PRIOR_LAST = 1e-2, 3e-5  # weight of how likely a photo is, falling
FEATURES_WEIGHT, RANGE_WEIGHT = 10.0, 1e-3


@dataclass(frozen=True)
class Prior:
    """What photos of a kind have in common: their mean, and the spread of each frequency.

    Attributes:
        mean: float32 (3, height, width), from -1 to 1.
        spread: float32 (3, height, width), of each frequency of each mixture of colours.
        colours: float32 (3, 3), the mixtures, one a row.
        waves: float32 (height, height), the cosines, one a row.
    """

    mean: Tensor
    spread: Tensor
    colours: Tensor
    waves: Tensor

    @classmethod
    def of(cls, photos: Tensor) -> "Prior":
        """Return the prior of some photos, float32 (photos, 3, height, width)."""
        torch.set_num_threads(1)  # with more, sums depend on how the work was divided
        mean = photos.mean(0)
        apart = (photos - mean).transpose(0, 1).flatten(1)
        _, colours = torch.linalg.eigh(apart @ apart.T / apart.shape[1])
        side = photos.shape[-1]
        waves = torch.from_numpy(dct(torch.eye(side).numpy(), axis=0, norm="ortho"))
        rough = cls(mean, torch.ones_like(mean), colours.T.contiguous(), waves)
        return cls(mean, rough.frequencies(photos).std(0) + 1e-3, rough.colours, waves)

    def frequencies(self, photos: Tensor) -> Tensor:
        """Return the frequencies of photos, in units of their spread."""
        mixed = torch.einsum("kc,...chw->...khw", self.colours, photos - self.mean)
        return (self.waves @ mixed @ self.waves.T) / self.spread

    def photos(self, frequencies: Tensor) -> Tensor:
        """Return the photos that have such frequencies."""
        mixed = self.waves.T @ (frequencies * self.spread) @ self.waves
        return torch.einsum("kc,...khw->...chw", self.colours, mixed) + self.mean


@dataclass(frozen=True)
class Knowledge:
    """What an attacker has: the model, an update of it, labels, and photos of the same kind.

    Attributes:
        weights: of the model before.
        update: what it was changed by, at any scale.
        labels: int64 (photos,): of the photos that made it.
        prior: from photos that have nothing to do with it.
    """

    weights: Weights
    update: Weights
    labels: Tensor
    prior: Prior


@dataclass(frozen=True)
class Effort:
    """How much is tried: steps of descent, from how many first guesses, and their seed."""

    steps: int = 500
    restarts: int = 4
    seed: int = 0


@dataclass(frozen=True)
class Rebuilt:
    """The photos whose gradient is nearest to the update.

    Attributes:
        photos: float32 (photos, 3, height, width), from -1 to 1.
        history: the same (steps shown, photos, 3, height, width), from the first guess.
        distance: of the gradient from the update, as the attacker sees it.
        features: those of the photos that were solved for.
    """

    photos: Tensor
    history: Tensor
    distance: float
    features: Features


def rebuild(
    knowledge: Knowledge,
    effort: Effort = Effort(),
    every: int = 10,
    watch: Callable[[int], None] = lambda step: None,
) -> Rebuilt:
    """Rebuild the photos that an update was made from.

    Args:
        knowledge: the attacker's.
        effort: the attacker's.
        every: steps between two guesses of the history.
        watch: is told each step.
    """
    torch.set_num_threads(1)
    objective = Objective(knowledge)
    count, shape = len(knowledge.labels), knowledge.prior.mean.shape
    randomness = torch.Generator().manual_seed(effort.seed)
    first = torch.randn(effort.restarts, count, *shape, generator=randomness)
    guess = (START * first).requires_grad_()
    descent = _Adam(guess)
    history = []
    for step in range(effort.steps):
        if step % every == 0:
            history.append(objective.photos(guess))
        part = step / effort.steps
        (gradient,) = torch.autograd.grad(objective(guess, part).sum(), guess)
        descent(gradient, LEARNING_RATE * _cosine(part))
        watch(step + 1)
    history.append(objective.photos(guess))
    with torch.no_grad():
        distances = objective.distances(objective.photos(guess), 0.0)
    best = int(distances.argmin())
    shown = torch.stack([each[best] for each in history])
    return Rebuilt(shown[-1], shown, float(distances[best]), objective.features)


class _Adam:
    """The steps of Adam, by the function that ``torch.optim.Adam`` calls.

    The class would import Torch's compiler, which takes seconds.
    """

    def __init__(self, parameter: Tensor) -> None:
        self._parameter = parameter
        self._mean, self._square = torch.zeros_like(parameter), torch.zeros_like(parameter)
        self._steps = torch.tensor(0.0)

    def __call__(self, gradient: Tensor, rate: float) -> None:
        """Move the parameter, once."""
        with torch.no_grad():
            adam(
                [self._parameter],
                [gradient],
                [self._mean],
                [self._square],
                [],
                [self._steps],
                foreach=False,
                amsgrad=False,
                beta1=0.9,
                beta2=0.99,
                lr=rate,
                weight_decay=0.0,
                eps=1e-8,
                maximize=False,
            )


class Objective:
    """What an attacker makes small: the distance from the update, and what no photo is like."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        # Any other size of the update is one of the learning rate.
        norm = math.sqrt(sum(float((each**2).sum()) for each in knowledge.update.values()))
        self._target = by_layer(
            {name: -each / (norm or 1.0) for name, each in knowledge.update.items()}
        )
        self.features: Features = solve(knowledge.update, knowledge.weights, knowledge.labels)

    def __call__(self, guess: Tensor, part: float) -> Tensor:
        """Return the objective of each batch of frequencies, after a part of all steps."""
        photos = self._knowledge.prior.photos(guess)
        unlikely = _between(PRIOR_FIRST, PRIOR_LAST, part) * (guess**2).flatten(1).sum(1)
        outside = RANGE_WEIGHT * (F.relu(photos.abs() - 1) ** 2).flatten(1).sum(1)
        softness = _between(SOFTEST, HARDEST, part / SOFT_PART) if part < SOFT_PART else 0.0
        return self.distances(photos, softness) + unlikely + outside

    def distances(self, photos: Tensor, softness: float) -> Tensor:
        """Return how far each batch's gradient and features are from what was observed."""
        known = self.features
        weights, labels = self._knowledge.weights, self._knowledge.labels
        found, gradient = gradients(weights, photos, labels, known, softness)
        total = torch.zeros(len(photos))
        for layer in LAYERS:
            target = self._target[layer]
            total = total + 1 - F.cosine_similarity(gradient[layer], target[None], dim=1)
        if known.known.any():
            true = known.values[known.known]
            error = ((found[:, known.known] - true) ** 2).sum(2) / (true**2).sum(1)
            total = total + FEATURES_WEIGHT * error.sum(1)
        return total

    def photos(self, guess: Tensor) -> Tensor:
        """Return guesses as photos, from -1 to 1."""
        return self._knowledge.prior.photos(guess.detach()).clamp(-1, 1)


def _cosine(part: float) -> float:
    return LEAST_RATE + (1 - LEAST_RATE) * (1 + math.cos(math.pi * part)) / 2


def _between(first: float, last: float, part: float) -> float:
    return float(first * (last / first) ** part)
