"""Secure aggregation: the average that comes of it, who may drop out, and what can be seen."""

import logging
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import numpy as np
import pytest
from flwr.app import (
    ArrayRecord,
    ConfigRecord,
    Context,
    Error,
    Message,
    MetricRecord,
    RecordDict,
)
from flwr.clientapp import ClientApp
from flwr.common.constant import ErrorCode
from flwr.serverapp.strategy import FedAvg
from hypothesis import given
from hypothesis import strategies as st
from toy_app import model

from fl_sim.app.cohort import SeededCohort
from fl_sim.app.secagg import (
    SECAGG,
    STEP,
    SecAggError,
    Stage,
    dequantise,
    prg,
    quantise,
)
from fl_sim.app.secagg_mod import secagg_mod
from fl_sim.app.secagg_strategy import SecureAggregation
from fl_sim.recording.replies import arrays_of
from fl_sim.running.in_process import InProcessGrid

SHAPES = {"conv.weight": (6, 3, 5, 5), "fc.weight": (40, 50), "fc.bias": ()}
STAGES = list(Stage)
FIRST_NODE = 2  # of the in-process grid


def start_model() -> ArrayRecord:
    chance = np.random.default_rng(0)
    return model(**{k: chance.normal(size=s).astype(np.float32) for k, s in SHAPES.items()})


def trained(record: ArrayRecord, client: int) -> ArrayRecord:
    """Return what a client makes of a model: steps of about 0.01, its own."""
    chance = np.random.default_rng(client + 1)
    return model(
        **{
            name: (array + chance.normal(scale=0.01, size=array.shape)).astype(np.float32)
            for name, array in arrays_of(record).items()
        }
    )


def client_app(mods: Iterable = (secagg_mod,)) -> ClientApp:
    """Return an app whose client k has 400 + 37 k examples."""
    app = ClientApp(mods=list(mods))

    @app.train()
    def train(message: Message, context: Context) -> Message:
        client = int(context.node_config["partition-id"])
        (record,) = message.content.array_records.values()
        metrics = MetricRecord({"num-examples": 400 + 37 * client, "loss": float(client)})
        return Message(
            RecordDict({"arrays": trained(record, client), "metrics": metrics}), reply_to=message
        )

    return app


Gone = Callable[[int, Stage], bool]


class LossyGrid(InProcessGrid):
    """A grid that keeps what clients send, and loses the replies of those that drop out.

    Args:
        gone: whether a client does not answer from a stage on.
        tells: whether the server is told of it, by an error, or nothing comes.
    """

    def __init__(self, clients: int, gone: Gone = lambda u, stage: False, tells: bool = True):
        super().__init__(client_app(), {}, clients)
        self._gone, self._tells = gone, tells
        self.sent: dict[Stage, list[RecordDict]] = {stage: [] for stage in Stage}

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        replies = []
        for message in messages:
            stage = Stage(str(message.content.config_records[SECAGG]["stage"]))
            client = message.metadata.dst_node_id - FIRST_NODE
            if not self._gone(client, stage):
                replies += super().send_and_receive([message], timeout=timeout)
                self.sent[stage].append(RecordDict(dict(replies[-1].content)))
            elif self._tells:
                error = Error(ErrorCode.NODE_UNAVAILABLE, "the client cannot be reached")
                replies.append(Message(error, reply_to=message))
        return replies


def one_round(grid: LossyGrid) -> tuple[dict[str, np.ndarray], MetricRecord | None]:
    """Return the model after one round, none if the round failed, and its metrics."""
    nodes = list(grid.get_node_ids())
    inner = FedAvg(fraction_evaluate=0.0, min_train_nodes=1, min_available_nodes=1)
    strategy = SecureAggregation(SeededCohort(inner, 0, nodes))
    result = strategy.start(grid, start_model(), 1)
    return arrays_of(result.arrays), result.train_metrics_clientapp.get(1)


def plain_average(clients: Iterable[int]) -> dict[str, np.ndarray]:
    """Return the mean of what these clients train, by their examples, in double precision."""
    weights = {client: 400 + 37 * client for client in clients}
    models = {client: arrays_of(trained(start_model(), client)) for client in weights}
    total = sum(weights.values())
    return {
        name: sum(w * models[u][name].astype(np.float64) for u, w in weights.items()) / total
        for name in SHAPES
    }


def error(found: dict[str, np.ndarray], clients: Iterable[int]) -> float:
    """Return the largest error of an average, in parts of its update's largest weight."""
    expected, before = plain_average(clients), arrays_of(start_model())
    largest = max(np.abs(expected[name] - before[name]).max() for name in SHAPES)
    return float(max(np.abs(found[name] - expected[name]).max() for name in SHAPES) / largest)


# --- the average


def test_the_average_is_the_plain_one() -> None:
    found, metrics = one_round(LossyGrid(5))
    assert error(found, range(5)) < 1e-4
    for name, expected in plain_average(range(5)).items():
        rounding = np.spacing(np.abs(expected).astype(np.float32)) / 2
        assert (np.abs(found[name] - expected) <= rounding + STEP).all()
    assert {name: array.shape for name, array in found.items()} == SHAPES
    assert {array.dtype for array in found.values()} == {np.dtype(np.float32)}
    assert metrics is not None
    weights = np.array([400 + 37 * client for client in range(5)])
    assert metrics["loss"] == pytest.approx(weights @ np.arange(5) / weights.sum())


def test_it_is_the_same_to_the_bit_whatever_the_masks() -> None:
    (first, _), (second, _) = one_round(LossyGrid(4)), one_round(LossyGrid(4))
    assert all(first[name].tobytes() == second[name].tobytes() for name in SHAPES)


@pytest.mark.parametrize("seed", range(20))
def test_a_majority_that_comes_through_is_enough(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = Random(seed)
    count = chance.randint(3, 8)
    leaves = {u: chance.randrange(4) for u in range(count) if chance.random() < 0.45}
    grid = LossyGrid(
        count, lambda u, stage: leaves.get(u, 4) <= STAGES.index(stage), chance.random() < 0.5
    )
    with caplog.at_level(logging.WARNING, "flwr"):
        found, _ = one_round(grid)
    summed = [u for u in range(count) if leaves.get(u, 4) > 2]
    if count - len(leaves) > count / 2:
        assert error(found, summed) < 1e-4
    else:
        assert found == {}
        (said,) = [each for each in caplog.messages if "Round 1 fails" in each]
        assert "\n" not in said
        assert f"{count // 2 + 1} are needed" in said


def test_one_client_alone_is_not_summed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "flwr"):
        assert one_round(LossyGrid(1))[0] == {}
    assert "1 of 1 client sent public keys, 2 are needed" in caplog.text


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_steps_add_up_as_numbers_do(first: list[float], second: list[float]) -> None:
    size = min(len(first), len(second))
    a, b = np.array(first[:size]), np.array(second[:size])
    mask = prg(bytes(32), size)
    masked = quantise(a, 2) + mask + quantise(b, 2)
    assert dequantise(masked - mask) == pytest.approx(a + b, abs=STEP)


@pytest.mark.parametrize("value", [2.0**31, -(2.0**31), float("nan"), float("inf")])
def test_what_does_not_fit_is_not_sent(value: float) -> None:
    assert dequantise(quantise(np.array([2.0**29 - 1]), 2)) == 2.0**29 - 1
    with pytest.raises(SecAggError, match="too large to mask"):
        quantise(np.array([1.0, value]), 2)


# --- what the coordinator sees


def masked(content: RecordDict) -> np.ndarray:
    """Return what a client sent as its model, as bytes."""
    arrays = arrays_of(content.array_records["arrays"])
    return np.concatenate([arrays[name].ravel() for name in SHAPES]).view(np.uint8)


def plain(client: int) -> np.ndarray:
    after, before = arrays_of(trained(start_model(), client)), arrays_of(start_model())
    return np.concatenate([(after[name] - before[name]).ravel() for name in SHAPES])


def test_masked_updates_look_like_noise_and_tell_nothing_of_the_plain_ones() -> None:
    grid = LossyGrid(4)
    one_round(grid)
    sent = [masked(each) for each in grid.sent[Stage.MASKED_INPUT_COLLECTION]]
    size = plain(0).size
    for client, seen in enumerate(sent):
        counts = np.bincount(seen, minlength=256)
        expected = seen.size / 256
        chi_square = float(((counts - expected) ** 2 / expected).sum())
        # 255 degrees of freedom; five standard deviations, which chance passes once in a million.
        assert abs(chi_square - 255) < 5 * (2 * 255) ** 0.5
        top = seen.reshape(size, 8)[:, 7].astype(float)  # the highest of a weight's bytes
        limit = 5 / size**0.5
        assert abs(np.corrcoef(top, plain(client))[0, 1]) < limit
        others = [each.reshape(size, 8)[:, 7] for each in sent[:client]]
        assert all(abs(np.corrcoef(top, other)[0, 1]) < limit for other in others)


def test_the_statistics_find_what_is_not_masked() -> None:
    bare = quantise(plain(0) * 400.0, 4).view(np.uint8)
    counts, expected = np.bincount(bare, minlength=256), bare.size / 256
    assert ((counts - expected) ** 2 / expected).sum() > 10_000
    signed = bare.reshape(-1, 8)[:, 4].view(np.int8).astype(float)
    assert np.corrcoef(signed, plain(0))[0, 1] > 0.5


def test_no_secret_and_no_plain_update_travels() -> None:
    grid = LossyGrid(3)
    one_round(grid)
    for stage, kinds in {
        Stage.ADVERTISE_KEYS: {"c_pk", "s_pk"},
        Stage.SHARE_KEYS: {"e"},
        Stage.MASKED_INPUT_COLLECTION: {"u"},
        Stage.UNMASKING: {"shares"},
    }.items():
        for content in grid.sent[stage]:
            assert set(content.config_records[SECAGG]) == kinds
    for content in grid.sent[Stage.MASKED_INPUT_COLLECTION]:
        # In the clear: the number of examples and the other metrics.
        assert set(content) == {"arrays", "metrics", SECAGG}


def test_the_same_update_is_masked_anew_each_time() -> None:
    first, second = LossyGrid(2), LossyGrid(2)
    one_round(first)
    one_round(second)
    a, b = (masked(each.sent[Stage.MASKED_INPUT_COLLECTION][0]) for each in (first, second))
    assert abs((a == b).mean() - 1 / 256) < 0.005


# --- what clients refuse


class Client:
    """A client that is asked stage by stage, with five others that are not there."""

    def __init__(self) -> None:
        self.grid = InProcessGrid(client_app(), {}, 6)
        self.keys = [self.ask(u, Stage.ADVERTISE_KEYS, {"u": u}) for u in range(6)]
        self.public = {key: [each[key] for each in self.keys] for key in ("c_pk", "s_pk")}

    def ask(self, u: int, stage: Stage | None, values: dict[str, Any]) -> ConfigRecord:
        """Return what client u answers; raise what it refuses by."""
        about = {} if stage is None else {SECAGG: ConfigRecord({"stage": str(stage), **values})}
        content = RecordDict({"arrays": start_model(), **about})
        (reply,) = self.grid.send_and_receive([Message(content, u + FIRST_NODE, "train")])
        if reply.has_error():
            raise SecAggError(reply.error.reason)
        return reply.content.config_records[SECAGG]

    def share(self, **changes: Any) -> list[ConfigRecord]:
        values = {"users": list(range(6)), "t": 4, **self.public, **changes}
        return [self.ask(u, Stage.SHARE_KEYS, values) for u in range(6)]

    def mask(self, users: list[int]) -> None:
        shares = self.share()
        e = [shares[v]["e"][0] for v in users]
        values = {"users": users, "e": e, "weighted-by": "num-examples"}
        self.ask(0, Stage.MASKED_INPUT_COLLECTION, values)


def test_a_plain_update_is_refused() -> None:
    with pytest.raises(SecAggError, match="wrap the strategy in SecureAggregation"):
        Client().ask(0, None, {})


@pytest.mark.parametrize("t", [1, 3, 7])
def test_shares_that_no_majority_needs_are_refused(t: int) -> None:
    with pytest.raises(SecAggError, match="no majority"):
        Client().share(t=t)


def test_two_clients_with_one_key_are_refused() -> None:
    client = Client()
    twice = [client.public["s_pk"][0], *client.public["s_pk"][:5]]
    with pytest.raises(SecAggError, match="one key"):
        client.share(s_pk=twice)


def test_too_few_to_hide_among_are_refused() -> None:
    with pytest.raises(SecAggError, match="3 clients are too few"):
        Client().mask([0, 1, 2])


def test_a_sum_of_too_few_is_refused_and_secrets_are_told_once() -> None:
    client = Client()
    client.mask([0, 1, 2, 3, 4])
    with pytest.raises(SecAggError, match="the sum of 3 clients"):
        client.ask(0, Stage.UNMASKING, {"users": [0, 1, 2]})
    with pytest.raises(SecAggError, match="has not just done masked-input-collection"):
        client.ask(0, Stage.UNMASKING, {"users": [0, 1, 2, 3]})


def test_of_each_client_one_secret_is_told() -> None:
    client = Client()
    client.mask([0, 1, 2, 3, 4])
    shares = client.ask(0, Stage.UNMASKING, {"users": [0, 1, 2, 4]})["shares"]
    # 4 bytes of index; b has 32 bytes and s_sk has 48, each padded to whole blocks.
    assert [len(share) for share in shares] == [52, 52, 52, 68, 52]


def test_masks_serve_for_one_update() -> None:
    client = Client()
    client.mask([0, 1, 2, 3])
    with pytest.raises(SecAggError, match="has not just done share-keys"):
        client.ask(0, Stage.MASKED_INPUT_COLLECTION, {"users": [0, 1, 2, 3]})


def test_without_the_mod_the_round_fails_and_says_why(caplog: pytest.LogCaptureFixture) -> None:
    grid = InProcessGrid(client_app(mods=()), {}, 2)
    with caplog.at_level(logging.WARNING, "flwr"):
        result = SecureAggregation(FedAvg(fraction_evaluate=0.0)).start(grid, start_model(), 1)
    assert not result.arrays
    assert "0 of 2 clients sent public keys, 2 are needed (" in caplog.text
