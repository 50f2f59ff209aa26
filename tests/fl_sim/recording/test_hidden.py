"""What clients hide is recorded as hidden, whoever's strategy it is."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord, ConfigRecord, Error, Message, MetricRecord
from flwr.clientapp.mod import LocalDpMod, fixedclipping_mod
from flwr.common.constant import ErrorCode
from flwr.serverapp import (
    NeighboringRelation,
    PrivacyConfig,
    RdpAccountant,
    SamplingMethod,
)
from flwr.serverapp.strategy import (
    DifferentialPrivacyClientSideFixedClipping,
    DifferentialPrivacyServerSideAdaptiveClipping,
    DifferentialPrivacyServerSideFixedClipping,
    FedAvg,
    Strategy,
)
from quick_run import invoke
from toy_app import START, arrays, model, start, toy_app

from fl_sim import record
from fl_sim.app.secagg import SECAGG, Stage
from fl_sim.app.secagg_mod import secagg_mod
from fl_sim.app.secagg_strategy import SecureAggregation
from fl_sim.recording.replies import CLIENT, FORM, NOISED
from fl_sim.recording.strategy import record_strategy
from fl_sim.running.in_process import InProcessGrid

CLIENTS = 3


def recorded(strategy: Strategy, out: Path, mods: Iterable[Any] = ()) -> record.Run:
    """Return the record of one round of the toy app with a strategy."""
    start(record_strategy(strategy, out), toy_app(mods=tuple(mods)), CLIENTS)
    return record.load(out)


def train(run: record.Run) -> record.Train:
    found = run.rounds[1].train
    assert found is not None
    return found


def told(run: record.Run) -> list[Any]:
    """Return all that a record holds of single updates, but for what is absent."""
    phase = train(run)
    of_replies = [(reply.update_norm, reply.probes) for reply in phase.replies]
    everything = [phase.gram, phase.weighted_mean, *(each for pair in of_replies for each in pair)]
    return [each for each in everything if each is not None]


def fedavg() -> FedAvg:
    return FedAvg(min_available_nodes=CLIENTS, fraction_evaluate=0.0)


# --- masks


def test_of_masked_updates_nothing_is_kept_but_their_bytes(tmp_path: Path) -> None:
    run = recorded(SecureAggregation(fedavg()), tmp_path / "run", [secagg_mod])
    assert (train(run).form, told(run), train(run).masked) == ("masked", [], None)
    # What travels in the clear.
    assert [reply.num_examples for reply in train(run).replies] == [1, 2, 3]
    # The mean of 1, 2 and 3 by 1, 2 and 3 examples.
    assert run.rounds[1].probes == pytest.approx([START[0] + 14 / 6])


class OtherMasks(FedAvg):
    """Somebody's own strategy, whose clients send integers in place of their weights."""

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        return arrays([1.0, 2.0, 3.0]), None


def disguise(kind: str) -> Any:
    """Return a mod that sends other arrays in place of the model."""
    hidden = {
        "integers": Array(np.array([7, 8, 9], dtype=np.uint32)),
        "encrypted": Array("float32", (3,), "paillier", b"?" * 12),
    }[kind]

    def mod(message: Message, context: Any, call_next: Any) -> Message:
        reply = call_next(message, context)
        if "arrays" in reply.content:
            reply.content["arrays"] = ArrayRecord({"weight": hidden})
        return reply

    return mod


class Lossy(InProcessGrid):
    """A grid that loses some clients in the stages before training, with an error or without."""

    def send_and_receive(self, messages: Iterable[Message], **options: Any) -> list[Message]:
        replies = []
        for message in messages:
            stage = message.content.config_records[SECAGG]["stage"]
            client = message.metadata.dst_node_id - min(self.get_node_ids())
            if (client, stage) == (1, Stage.SHARE_KEYS):
                error = Error(ErrorCode.NODE_UNAVAILABLE, "it cannot be reached")
                replies.append(Message(error, reply_to=message))
            elif (client, stage) != (3, Stage.ADVERTISE_KEYS):
                replies += super().send_and_receive([message], **options)
        return replies


@pytest.mark.parametrize(("clients", "delivered"), [(5, [0, 2, 4]), (4, [])])
def test_who_is_lost_before_training_has_failed(
    clients: int, delivered: list[int], tmp_path: Path
) -> None:
    grid = Lossy(toy_app(mods=(secagg_mod,)), {}, clients)
    inner = FedAvg(min_available_nodes=clients, fraction_evaluate=0.0)
    strategy = record_strategy(SecureAggregation(inner), tmp_path)
    strategy.start(grid, arrays(START), 1)
    phase = train(record.load(tmp_path))
    assert [reply.client for reply in phase.replies] == delivered
    assert phase.sampled == tuple(sorted({*delivered, 1, 3}))
    assert [(each.client, each.kind, each.reason) for each in phase.failures] == [
        (1, "error", "it cannot be reached"), (3, "no reply", None)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["integers", "encrypted"])
def test_other_peoples_masks_are_masks(tmp_path: Path, kind: str) -> None:
    run = recorded(OtherMasks(fraction_evaluate=0.0), tmp_path / "run", [disguise(kind)])
    assert (train(run).form, told(run)) == ("masked", [])


def test_a_model_of_whole_numbers_is_no_mask(tmp_path: Path) -> None:
    whole = model(weight=np.array([1, 2, 3]))
    strategy = record_strategy(fedavg(), tmp_path / "run")
    strategy.start(InProcessGrid(toy_app(), {}, CLIENTS), whole, 1)
    assert train(record.load(tmp_path / "run")).form == "plain"


def test_the_round_that_is_revealed(tmp_path: Path) -> None:
    options = ("secure-aggregation=true", "reveal-round=2", "fraction-train=1.0")
    folder = tmp_path / "run"
    result = invoke(folder, *(word for option in options for word in ("--set", option)))
    assert result.exit_code == 0, result.output
    run = record.load(folder)
    phases = [round_.train for round_ in run.rounds[1:] if round_.train]
    assert [phase.form for phase in phases] == ["masked"] * 3
    assert [phase.masked is not None for phase in phases] == [False, True, False]
    shown = phases[1].masked
    assert shown is not None
    assert (shown.clients, shown.threshold) == ((0, 1, 2), 3)
    assert shown.error < 1e-4 * shown.largest
    assert shown.mean == pytest.approx(run.filters[2] - run.filters[1], abs=1e-7)
    # The average is near those that it is of, and what was sent is near nothing.
    assert all(np.corrcoef(each.ravel(), shown.mean.ravel())[0, 1] > 0.3 for each in shown.plain)
    assert len(np.unique(shown.masked)) > 240
    plain, masked = shown.plain.ravel(), shown.masked.ravel()
    assert abs(np.corrcoef(plain, masked)[0, 1]) < 5 / plain.size**0.5
    assert [reply.bytes_up for reply in phases[1].replies] == [497426] * 4


# --- noise


def test_noise_of_flowers_wrappers(tmp_path: Path) -> None:
    wrapper = DifferentialPrivacyServerSideFixedClipping(fedavg(), 0.5, 3.0, CLIENTS)
    run = recorded(wrapper, tmp_path / "run")
    assert train(run).form == "plain"  # as the server gets them
    assert train(run).privacy == record.Privacy(clip=3.0, noise=0.5)
    assert train(run).weighted_mean is None


def test_what_an_accountant_counts(tmp_path: Path) -> None:
    config = PrivacyConfig(
        target_delta=1e-3,
        population_size=CLIENTS,
        neighboring_relation=NeighboringRelation.ADD_OR_REMOVE_ONE,
        sampling_method=SamplingMethod.NO_AMPLIFICATION,
    )
    accountant = RdpAccountant(config)
    inner = FedAvg(min_available_nodes=CLIENTS, weighted_by_key="accuracy", fraction_evaluate=0.0)
    wrapper = DifferentialPrivacyServerSideFixedClipping(
        inner, 2.0, 1.0, CLIENTS, accountant=accountant
    )
    spent = train(recorded(wrapper, tmp_path / "run")).privacy
    assert spent is not None
    assert spent.epsilon == pytest.approx(accountant.get_privacy_spent().epsilon, rel=1e-6)
    assert spent.delta == 1e-3


def test_clients_that_clip(tmp_path: Path) -> None:
    wrapper = DifferentialPrivacyClientSideFixedClipping(fedavg(), 1.0, 1.5, CLIENTS)
    run = recorded(wrapper, tmp_path / "run", [fixedclipping_mod])
    assert [reply.update_norm for reply in train(run).replies] == pytest.approx([1.5] * 3)
    assert train(run).privacy == record.Privacy(clip=1.5, noise=0.5)


def test_noise_that_follows_the_norms_has_no_account(tmp_path: Path) -> None:
    wrapper = DifferentialPrivacyServerSideAdaptiveClipping(fedavg(), 0.1, CLIENTS)
    found = train(recorded(wrapper, tmp_path / "run")).privacy
    assert found is not None
    assert found.clip == pytest.approx(wrapper.clipping_norm, rel=1e-6)
    assert (found.noise > 0, found.epsilon) == (True, None)


def tells_of_noise(message: Message, context: Any, call_next: Any) -> Message:
    reply = call_next(message, context)
    reply.content[CLIENT] = ConfigRecord({FORM: NOISED})
    return reply


def test_clients_that_say_so_have_added_noise(tmp_path: Path) -> None:
    add_noise = LocalDpMod(1.0, 0.1, 1.0, 1e-5)
    run = recorded(fedavg(), tmp_path / "run", [tells_of_noise, add_noise])
    assert train(run).form == "noised"
    assert train(run).gram is not None
