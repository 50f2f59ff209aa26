"""What a round hides of its clients' updates: noise and its cost, and masks that were shown."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import Message
from flwr.serverapp.strategy import Strategy

from fl_sim import record
from fl_sim.recording.measures import rounded
from fl_sim.recording.models import first_convolution
from fl_sim.recording.phase import Phase
from fl_sim.recording.replies import PLAIN_UPDATE, Model

MOST_SHOWN = 3  # clients
HIGHEST_BYTE = 56  # its place in 64 bits

Reals = npt.NDArray[np.float64]


def chain(strategy: Strategy) -> Iterator[Any]:
    """Give a strategy and those that it wraps, from the outside."""
    found: Any = strategy
    while isinstance(found, Strategy):
        yield found
        found = getattr(found, "strategy", None)


def lost_in(strategy: Strategy) -> Mapping[int, Message | None]:
    """Return whom secure aggregation has lost in a round before they were to train.

    It is the error by node, or None of one that did not answer.
    """
    lost = (each.lost for each in chain(strategy) if hasattr(each, "lost"))
    return next((each for each in lost if isinstance(each, Mapping)), {})


def privacy_of(strategy: Strategy) -> record.Privacy | None:
    """Return the noise of the average that a strategy has just made, and what is spent.

    None of a strategy that is not in one of Flower's wrappers of differential privacy.
    """
    found = next((each for each in chain(strategy) if hasattr(each, "noise_multiplier")), None)
    if found is None:
        return None
    noise = found.noise_multiplier * found.clipping_norm / found.num_sampled_clients
    # Flower's adaptive wrappers keep no account, and the others need not.
    spent: Any = found.privacy_spent() if hasattr(found, "privacy_spent") else None
    cost: dict[str, float] = {}
    if spent is not None and math.isfinite(spent.epsilon):
        cost = {"epsilon": rounded(spent.epsilon), "delta": spent.delta}
    return record.Privacy(clip=rounded(found.clipping_norm), noise=rounded(noise), **cost)


def masked_in(
    strategy: Strategy, phase: Phase, shares: Mapping[int, float], average: Model
) -> record.Masked | None:
    """Return what masks hid in a round, if its clients have told their plain updates.

    Args:
        strategy: a wrapper with secure aggregation.
        phase: training.
        shares: n_k / n of each client.
        average: the model that came of it.
    """
    unmasked = [each for each in phase.deliveries if PLAIN_UPDATE in each.report]
    wrapper = next((each for each in chain(strategy) if hasattr(each, "threshold")), None)
    if (
        wrapper is None
        or not unmasked
        or len(unmasked) < len(phase.deliveries)
        or len(shares) < len(unmasked)
    ):
        return None
    start = phase.models[unmasked[0].client]
    plain = [_as_model(each.report[PLAIN_UPDATE], start) for each in unmasked]
    mean = {name: average[name].astype(np.float64) - start[name] for name in start}
    errors = {
        name: mean[name]
        - sum(shares[t.client] * p[name] for t, p in zip(unmasked, plain, strict=True))
        for name in start
    }
    layer = first_convolution(start)
    shown = unmasked[:MOST_SHOWN]
    filters: dict[str, npt.NDArray[Any]] = {}
    if layer is not None:
        highest = [each.model[layer] >> HIGHEST_BYTE for each in shown]
        filters = {
            "plain": np.stack([each[layer] for each in plain[:MOST_SHOWN]]).astype(np.float32),
            "masked": np.stack(highest).astype(np.uint8),
            "mean": mean[layer].astype(np.float32),
        }
    return record.Masked(
        **filters,
        clients=tuple(each.client for each in shown),
        error=rounded(max(np.abs(each).max(initial=0) for each in errors.values())),
        largest=rounded(max(np.abs(each).max(initial=0) for each in mean.values())),
        threshold=wrapper.threshold,
        num_bytes=wrapper.num_bytes,
    )


def _as_model(update: bytes, like: Model) -> dict[str, Reals]:
    """Return an update, which is all weights one after another, as a model's arrays."""
    flat = np.frombuffer(update)
    ends = np.cumsum([like[name].size for name in like])
    parts = zip(like, np.split(flat, ends[:-1]), strict=True)
    return {name: part.reshape(like[name].shape) for name, part in parts}
