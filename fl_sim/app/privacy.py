"""Differential privacy by Flower's own wrappers, mods and accountant, as a run's settings say.

What is counted are clients: epsilon and delta bound what the model tells of any one client's taking
part. Noise is drawn by (seed, round), so that a run can be repeated; who knows the seed can take
the noise off again.
"""

import math
import threading
from bisect import bisect_left
from collections.abc import Collection, Iterable
from random import Random
from typing import Any

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MetricRecord
from flwr.clientapp.mod import LocalDpMod, fixedclipping_mod
from flwr.clientapp.typing import ClientAppCallable
from flwr.serverapp import (
    GaussianPrivacyEvent,
    NeighboringRelation,
    PrivacyAccountant,
    PrivacyConfig,
    PrivacySpent,
    RdpAccountant,
    SamplingMethod,
)
from flwr.serverapp.exception import PrivacyBudgetExhausted
from flwr.serverapp.strategy import (
    DifferentialPrivacyClientSideFixedClipping,
    DifferentialPrivacyServerSideFixedClipping,
    Strategy,
)

from fl_sim.app.cohort import Wrapper
from fl_sim.app.settings import SettingError, Settings
from fl_sim.recording.replies import CLIENT, FORM, NOISED
from fl_sim.wording import count

_NOISE = threading.Lock()  # NumPy's generator, of which a process has one, is seeded and used


class SeededNoise(Wrapper):
    """A strategy in a wrapper of Flower's, whose noise is drawn by (seed, round)."""

    def __init__(self, strategy: Strategy, seed: int) -> None:
        super().__init__(strategy)
        self._seed = seed

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Aggregate with this round's noise."""
        with _NOISE:
            _seed_noise(self._seed, server_round, "server")
            return super().aggregate_train(server_round, replies)


class LocalNoise(Wrapper):
    """A strategy whose clients clip and add noise themselves, with the account that Flower keeps.

    Args:
        strategy: aggregates noised updates.
        noise: of a client's update, in parts of ``clip``.
        clip: L2 norm of a client's update before.
        accountant: of what is spent.
        event: what a round spends.
    """

    num_sampled_clients = 1  # whose noise is in an update

    def __init__(
        self,
        strategy: Strategy,
        noise: float,
        clip: float,
        accountant: PrivacyAccountant,
        event: GaussianPrivacyEvent,
    ) -> None:
        super().__init__(strategy)
        self.noise_multiplier, self.clipping_norm = noise, clip
        self.accountant, self._event = accountant, event

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Aggregate, and count what the clients have sent."""
        self.accountant.compose(self._event)
        return super().aggregate_train(server_round, replies)

    def privacy_spent(self) -> PrivacySpent:
        """Return what a client has spent that was chosen in every round so far."""
        return self.accountant.get_privacy_spent()


def protected(strategy: Strategy, settings: Settings) -> Strategy:
    """Return a strategy with the differential privacy of a run's settings, if they ask for it.

    Raises:
        PrivacyBudgetExhausted: so many rounds spend more than ``dp-epsilon``.
    """
    if not settings.dp_noise:
        return strategy
    noise, clip, clients = settings.dp_noise, settings.dp_clip, settings.num_partitions
    cohort = max(int(clients * settings.fraction_train), getattr(strategy, "min_train_nodes", 1))
    local = settings.dp_where == "local"
    # One update may be replaced by any other: those are twice as far apart as one and none.
    event = GaussianPrivacyEvent(noise / 2 if local else noise, cohort, clients)
    accountant = RdpAccountant(_config(settings))
    _check_budget(accountant, event, settings)
    if local:
        return LocalNoise(strategy, noise, clip, accountant, event)
    wrapper = {
        "server": DifferentialPrivacyServerSideFixedClipping,
        "clients": DifferentialPrivacyClientSideFixedClipping,
    }[settings.dp_where]
    return SeededNoise(wrapper(strategy, noise, clip, cohort, accountant=accountant), settings.seed)


def check_weights(sizes: Collection[int], settings: Settings) -> None:
    """Check that all clients have as many examples, so that clipping bounds what each can do.

    Raises:
        SettingError: they have not.
    """
    if settings.dp_noise and settings.dp_where != "local" and len(set(sizes)) > 1:
        raise SettingError(
            f"dp-noise needs clients of one size, and theirs are {min(sizes)} to {max(sizes)} "
            "images; set partitioning=iid and a num-partitions that divides the images"
        )


def client_side(
    settings: Settings, message: Message, context: Context, call_next: ClientAppCallable
) -> Message:
    """Return a client's reply with the part of differential privacy that clients have."""
    if settings.dp_where == "server":
        return call_next(message, context)
    if settings.dp_where == "clients":
        return fixedclipping_mod(message, context, call_next)
    reply = call_next(message, context)
    if not reply.has_error():
        reply.content.config_records[CLIENT][FORM] = NOISED
    server_round = message.content.config_records["config"]["server-round"]
    # Flower's mod is told an epsilon, and adds this noise for it: dp-noise times dp-clip.
    epsilon = math.sqrt(2 * math.log(1.25 / settings.dp_delta)) / settings.dp_noise
    add_noise = LocalDpMod(settings.dp_clip, settings.dp_clip, epsilon, settings.dp_delta)
    with _NOISE:
        _seed_noise(settings.seed, server_round, context.node_config["partition-id"])
        return add_noise(message, context, lambda *_: reply)


def _seed_noise(seed: int, server_round: Any, who: Any) -> None:
    # Flower draws its noise from this generator.
    np.random.seed(Random(f"{seed}/{server_round}/{who}/noise").getrandbits(32))


def _config(settings: Settings) -> PrivacyConfig:
    return PrivacyConfig(
        target_delta=settings.dp_delta,
        population_size=settings.num_partitions,
        neighboring_relation=NeighboringRelation.ADD_OR_REMOVE_ONE,
        sampling_method=SamplingMethod.NO_AMPLIFICATION,
        max_epsilon=settings.dp_epsilon or None,
    )


def _check_budget(
    accountant: PrivacyAccountant, event: GaussianPrivacyEvent, settings: Settings
) -> None:
    if not settings.dp_epsilon:
        return
    rounds = settings.num_server_rounds
    spent = range(1, rounds + 1)
    enough = bisect_left(spent, True, key=lambda n: accountant.would_exceed(event, count=n))
    if enough < rounds:
        lasts = f"lasts {count(enough, 'round')} of {rounds}" if enough else "lasts no round"
        fewer = f"num-server-rounds={enough}, " if enough else ""
        raise PrivacyBudgetExhausted(
            f"the privacy budget dp-epsilon={settings.dp_epsilon:g} {lasts}; "
            f"set {fewer}a larger dp-noise or a larger dp-epsilon"
        )
