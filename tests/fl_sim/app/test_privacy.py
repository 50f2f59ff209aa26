"""Differential privacy: what is clipped, what noise is added, and what it is said to cost."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from flwr.serverapp import GaussianPrivacyEvent
from flwr.serverapp.strategy import FedAvg
from quick_run import invoke

from fl_sim import record
from fl_sim.app import privacy
from fl_sim.app.settings import SettingError, Settings, Value

CLIP = 0.004  # about half of an update's norm in these runs
NOISE = ("--set", "dp-noise=0.5", "--set", f"dp-clip={CLIP}")
LOCAL = (*NOISE, "--set", "dp-where=local")
AT_CLIENTS = (*NOISE, "--set", "dp-where=clients")
ALL = tuple(
    word
    for setting in ("fraction-train=1.0", "fraction-evaluate=0.0", "num-server-rounds=2")
    for word in ("--set", setting)
)


Made = Callable[..., record.Run]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a function that makes a run of two rounds with some options, each once."""

    @cache
    def make(*options: str) -> record.Run:
        folder = tmp_path_factory.mktemp("runs") / "run"
        result = invoke(folder, *ALL, *options)
        assert result.exit_code == 0, result.output
        return record.load(folder)

    return make


def train(run: record.Run, round_: int = 1) -> record.Train:
    found = run.rounds[round_].train
    assert found is not None
    return found


def norms(run: record.Run) -> list[float]:
    return [reply.update_norm or 0.0 for reply in train(run).replies]


# --- what it costs


def renyi(noise: float, rounds: int, delta: float) -> float:
    """Return epsilon as Opacus has it: by Rényi divergences, arXiv 2004.00010, proposition 12."""
    orders = np.linspace(1.01, 200, 100_000)
    spent = rounds * orders / (2 * noise**2)
    bounds = spent + np.log1p(-1 / orders) - np.log(delta * orders) / (orders - 1)
    return float(bounds.min())


def exact_delta(noise: float, rounds: int, epsilon: float) -> float:
    """Return the delta that Gaussian noise has exactly, arXiv 1805.06530, theorem 8."""
    mu, normal = rounds**0.5 / noise, NormalDist().cdf
    away = epsilon / mu
    return normal(mu / 2 - away) - math.exp(epsilon) * normal(-mu / 2 - away)


@pytest.mark.parametrize(("noise", "rounds"), [(1.0, 1), (1.0, 30), (4.0, 30), (10.0, 100)])
def test_epsilon_is_that_of_an_independent_computation(noise: float, rounds: int) -> None:
    settings = Settings(dp_noise=noise, num_partitions=1000, dp_delta=1e-5)
    strategy = privacy.protected(FedAvg(), settings).strategy
    strategy.accountant.compose(GaussianPrivacyEvent(noise, 300, 1000), rounds)
    spent = strategy.privacy_spent()
    assert spent.delta == 1e-5
    assert spent.epsilon == pytest.approx(renyi(noise, rounds, 1e-5), rel=0.01)
    # It is an upper bound, by less than a tenth.
    assert exact_delta(noise, rounds, spent.epsilon) < 1e-5
    assert exact_delta(noise, rounds, spent.epsilon * 0.9) > 1e-5


def test_each_round_tells_what_all_so_far_have_spent(made: Made) -> None:
    run = made(*NOISE)
    for round_ in (1, 2):
        spent = train(run, round_).privacy
        assert spent is not None
        assert spent.epsilon == pytest.approx(renyi(0.5, round_, 1e-5), rel=0.01)
        assert (spent.delta, spent.clip, spent.noise) == (1e-5, CLIP, 0.5 * CLIP / 4)


def test_of_local_noise_it_is_what_a_client_has_spent(made: Made) -> None:
    run = made(*LOCAL)
    spent = train(run).privacy
    assert spent is not None
    # Two updates may lie twice as far apart as an update and none.
    assert spent.epsilon == pytest.approx(renyi(0.25, 1, 1e-5), rel=0.01)
    assert spent.noise == 0.5 * CLIP


def test_a_budget_that_ends_too_early_says_what_to_do(tmp_path: Path) -> None:
    for epsilon, found in (
        ("5", "dp-epsilon=5 lasts 1 round of 2; set num-server-rounds=1, a larger dp-noise or"),
        ("4", "dp-epsilon=4 lasts no round; set a larger dp-noise or a larger dp-epsilon"),
    ):
        options = ("--set", "dp-noise=1.0", "--set", f"dp-epsilon={epsilon}")
        result = invoke(tmp_path / "run", *ALL, *options)
        assert result.exit_code == 2
        assert found in result.stderr
        assert result.stderr.count("\n") == 1
    strategy = privacy.protected(FedAvg(), Settings(dp_noise=1.0, dp_epsilon=10.0)).strategy
    assert strategy.accountant.config.max_epsilon == 10.0  # Flower minds it, too


# --- what it does


def test_noise_is_on_the_average_and_clients_send_plain_updates(made: Made) -> None:
    plain, noised = made(), made(*NOISE)
    assert (train(noised).form, train(plain).privacy) == ("plain", None)
    assert train(noised).weighted_mean is None
    assert norms(noised) == norms(plain)
    before, after = noised.filters[:2]
    clipped = clipped_mean(plain)
    noise = (after - before - clipped).ravel()
    assert noise.std() == pytest.approx(0.5 * CLIP / 4, rel=0.1)
    assert abs(noise.mean()) < 4 * 0.5 * CLIP / 4 / noise.size**0.5


def clipped_mean(plain: record.Run) -> np.ndarray:
    """Return about how far clipping lets the first convolution move."""
    shares = [min(1.0, CLIP / norm) for norm in norms(plain)]
    before, after = plain.filters[:2]
    return (after - before) * np.mean(shares)


def test_clients_that_clip_send_no_more(made: Made) -> None:
    at_server, at_clients = made(*NOISE), made(*AT_CLIENTS)
    assert min(norms(at_server)) > CLIP
    assert norms(at_clients) == pytest.approx([CLIP] * 4, rel=1e-5)
    assert np.abs(at_server.filters - at_clients.filters).max() < 1e-6


def test_local_noise_is_on_each_update(made: Made) -> None:
    run = made(*LOCAL)
    assert train(run).form == "noised"
    expected = 0.5 * CLIP * run.network.num_parameters**0.5
    assert norms(run) == pytest.approx([expected] * 4, rel=0.02)


@pytest.mark.parametrize("options", [NOISE, LOCAL], ids=["server", "local"])
def test_noise_is_the_same_in_every_run(
    made: Made, tmp_path: Path, options: tuple[str, ...]
) -> None:
    again = tmp_path / "run"
    assert invoke(again, *ALL, *options).exit_code == 0
    assert record.fingerprint(record.load(again)) == record.fingerprint(made(*options))


def test_with_secure_aggregation_it_is_the_same_model(made: Made) -> None:
    seen, unseen = made(*AT_CLIENTS), made(*AT_CLIENTS, "--set", "secure-aggregation=true")
    assert train(unseen).form == "masked"
    assert train(unseen).privacy == train(seen).privacy
    assert np.abs(seen.filters - unseen.filters).max() < 1e-6


# --- what does not go together


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"strategy": "fedadam"}, "strategy=fedavg or fedprox"),
        ({"full-round": 1}, "set full-round=0"),
        ({"secure-aggregation": True}, "set dp-where=clients"),
    ],
)
def test_what_does_not_go_with_noise(settings: dict[str, Value], found: str) -> None:
    with pytest.raises(SettingError, match=found):
        Settings.of({"dp-noise": 1.0, **settings})


def test_clients_of_unequal_size_are_refused(tmp_path: Path) -> None:
    result = invoke(tmp_path / "run", "--set", "dp-noise=1.0", "--set", "partitioning=unequal")
    assert result.exit_code == 2
    assert "theirs are 32 to 128 images; set partitioning=iid" in result.stderr
    assert result.stderr.count("\n") == 1
