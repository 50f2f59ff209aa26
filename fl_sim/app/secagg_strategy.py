"""Secure aggregation, the coordinator's part: a wrapper that gives a strategy the average alone."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from logging import getLogger
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from flwr.app import Array, ArrayRecord, ConfigRecord, Message, MetricRecord, RecordDict
from flwr.common.secure_aggregation.crypto.shamir import combine_shares
from flwr.serverapp import Grid
from flwr.serverapp.strategy import Strategy

from fl_sim.app.cohort import Wrapper, innermost
from fl_sim.app.secagg import (
    SECAGG,
    Stage,
    Vector,
    agree,
    dequantise,
    flatten,
    pairwise_mask,
    prg,
    to_secret_key,
    unflatten,
)
from fl_sim.recording.replies import plain_reason
from fl_sim.wording import count

DONE = {
    Stage.ADVERTISE_KEYS: "sent public keys",
    Stage.SHARE_KEYS: "sent shares of their secrets",
    Stage.MASKED_INPUT_COLLECTION: "sent a masked update",
    Stage.UNMASKING: "sent what unmasks the sum",
}
Values = Mapping[str, Any]

FEWEST = 2  # clients, so that the sum is not one client's update

_LOG = getLogger("flwr")


class TooFewError(RuntimeError):
    """Fewer clients than are needed to unmask the sum have come through a stage."""


class SecureAggregation(Wrapper):
    """A strategy that learns the weighted average of the clients' updates, and none of them.

    ::

        strategy = SecureAggregation(FedAvg(fraction_train=0.5))

    Clients need ``secagg_mod``. The strategy inside gets every client's metrics, and as every
    client's model the average of all: this suits strategies that begin with the weighted average,
    such as FedAvg, FedProx, FedAvgM, FedAdam and FedYogi, and none that compares clients.

    A round in which fewer than a majority of the chosen clients come through leaves the model as
    it was, and the log says so.

    Args:
        strategy: chooses the clients, and makes the next model of the average.
        timeout: seconds that clients have for each stage in which they do not train.
    """

    def __init__(self, strategy: Strategy, timeout: float = 3600.0) -> None:
        super().__init__(strategy)
        self.timeout = timeout
        self._coordinator: Coordinator | None = None

    @property
    def threshold(self) -> int:
        """How many clients it took to unmask the last round's sum."""
        return self._coordinator.t if self._coordinator else 0

    @property
    def num_bytes(self) -> int:
        """Bytes of keys, shares and lists of clients in the last round, both ways."""
        return self._coordinator.num_bytes if self._coordinator else 0

    @property
    def lost(self) -> Mapping[int, Message | None]:
        """Nodes that the last round lost before training, each with its error, if it sent one."""
        return self._coordinator.lost if self._coordinator else {}

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Have the chosen clients agree on keys; ask those that did to train."""
        messages = list(super().configure_train(server_round, arrays, config, grid))
        weighted_by = getattr(innermost(self.strategy), "weighted_by_key", "num-examples")
        self._coordinator = Coordinator(grid, messages, arrays, weighted_by, self.timeout)
        try:
            return self._coordinator.share_keys() if messages else []
        except TooFewError as error:
            self._say(server_round, error)
            return []

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Unmask the sum of what came back, and let the strategy go on from the average."""
        replies = list(replies)
        try:
            if replies and self._coordinator:
                self._coordinator.unmask(replies)
        except TooFewError as error:
            self._say(server_round, error)
            replies = []
        arrays, metrics = super().aggregate_train(server_round, replies)
        if arrays is not None and self._coordinator:
            arrays = self._coordinator.as_precise(arrays)
        return arrays, metrics

    def _say(self, server_round: int, error: TooFewError) -> None:
        _LOG.warning("Round %s fails, the model stays as it was: %s", server_round, error)


class Coordinator:
    """The coordinator in one round. Clients are numbered in the order of the messages to them.

    Args:
        grid: sends messages.
        messages: to those that the strategy has chosen, each with the model.
        arrays: the model.
        weighted_by: name of the metric that is a client's weight.
        timeout: seconds a stage.
    """

    def __init__(
        self,
        grid: Grid,
        messages: Sequence[Message],
        arrays: ArrayRecord,
        weighted_by: str,
        timeout: float,
    ) -> None:
        self._grid, self._timeout, self._weighted_by = grid, timeout, weighted_by
        self._messages = dict(enumerate(messages))
        self._numbers = {each.metadata.dst_node_id: u for u, each in self._messages.items()}
        self._model = {name: array.numpy() for name, array in arrays.items()}
        self._s_pk: dict[int, bytes] = {}
        self._u2: list[int] = []
        self.t = max(FEWEST, len(messages) // 2 + 1)
        self.num_bytes = 0  # of keys, shares and lists of clients, both ways
        self.lost: dict[int, Message | None] = {}  # while clients agreed on keys

    def share_keys(self) -> list[Message]:
        """Return the messages that ask clients to train, after they have agreed on keys."""
        keys = self._ask(Stage.ADVERTISE_KEYS, {u: {"u": u} for u in self._messages})
        self._s_pk = {u: key["s_pk"] for u, key in keys.items()}
        public = {
            "users": list(keys),
            "t": self.t,
            "c_pk": [key["c_pk"] for key in keys.values()],
            "s_pk": list(self._s_pk.values()),
        }
        shares = self._ask(Stage.SHARE_KEYS, dict.fromkeys(keys, public))
        self._u2 = list(shares)
        place = {u: i for i, u in enumerate(keys)}
        common = {"users": self._u2, "weighted-by": self._weighted_by}
        return [
            self._message(
                Stage.MASKED_INPUT_COLLECTION,
                u,
                {**common, "e": [shares[v]["e"][place[u]] for v in self._u2]},
                self._messages[u].content,
            )
            for u in self._u2
        ]

    def unmask(self, replies: Sequence[Message]) -> None:
        """Put the average of all masked models into each reply in the place of its own."""
        sent = self._answered(replies)
        self._check(Stage.MASKED_INPUT_COLLECTION, sent, len(self._u2), replies)
        u3 = list(sent)
        answers = self._ask(Stage.UNMASKING, {u: {"users": u3} for u in u3})
        shares = [list(each["shares"]) for each in answers.values()][: self.t]
        total = np.zeros(flatten(self._model).size, dtype=np.uint64)
        for y in sent.values():
            (record,) = y.content.array_records.values()
            total += np.concatenate([record[name].numpy().ravel() for name in self._model])
        for v, of_v in zip(self._u2, zip(*shares, strict=True), strict=True):
            total -= self._mask(v, combine_shares(list(of_v)), u3, total.size)
        average = self._moved(dequantise(total) / sum(map(self._weight, sent.values())))
        for reply in sent.values():
            (name,) = reply.content.array_records
            reply.content[name] = average

    def _mask(self, v: int, secret: bytes, u3: list[int], size: int) -> Vector:
        """Return what the sum holds of v's masks: its own, or those that others share with it."""
        if v in u3:
            return prg(secret, size)
        s_sk = to_secret_key(secret)
        masks = [pairwise_mask(u, v, agree(s_sk, self._s_pk[u]), size) for u in u3]
        return np.asarray(np.sum(masks, axis=0, dtype=np.uint64))

    def _weight(self, reply: Message) -> float:
        (metrics,) = reply.content.metric_records.values()
        return cast(float, metrics[self._weighted_by])

    def as_precise(self, arrays: ArrayRecord) -> ArrayRecord:
        """Return a model with the precision of the round's first."""
        real = {name: each.dtype for name, each in self._model.items() if each.dtype.kind == "f"}
        return ArrayRecord(
            {
                name: Array(array.numpy().astype(real[name])) if name in real else array
                for name, array in arrays.items()
            }
        )

    def _moved(self, update: npt.NDArray[np.float64]) -> ArrayRecord:
        """Return the model after an update, in double precision.

        The strategy adds it up again, once for each client, which would round it as often.
        """
        moved = unflatten(flatten(self._model) + update, self._model)
        return ArrayRecord({name: Array(array) for name, array in moved.items()})

    def _ask(self, stage: Stage, contents: Mapping[int, Values]) -> dict[int, Values]:
        """Return what clients answer, by their number.

        Raises:
            TooFewError: fewer than t have answered.
        """
        messages = [self._message(stage, u, values) for u, values in contents.items()]
        replies = list(self._grid.send_and_receive(messages, timeout=self._timeout))
        answered = self._answered(replies)
        if stage != Stage.UNMASKING:  # then their updates are in the sum
            errors = {each.metadata.src_node_id: each for each in replies if each.has_error()}
            nodes = {self._messages[u].metadata.dst_node_id for u in contents.keys() - answered}
            self.lost |= {node: errors.get(node) for node in sorted(nodes)}
        self._check(stage, answered, len(messages), replies)
        answers = {u: reply.content.config_records[SECAGG] for u, reply in answered.items()}
        self.num_bytes += sum(each.count_bytes() for each in answers.values())
        return {u: dict(answer) for u, answer in answers.items()}

    def _message(
        self, stage: Stage, u: int, values: Values, content: RecordDict | None = None
    ) -> Message:
        """Return a message to a client, with the round's config or with other content."""
        asked = self._messages[u]
        about = ConfigRecord({"stage": str(stage), **values})
        self.num_bytes += about.count_bytes()
        records = asked.content.config_records if content is None else content
        return Message(
            RecordDict({**records, SECAGG: about}),
            asked.metadata.dst_node_id,
            asked.metadata.message_type,
            group_id=asked.metadata.group_id,
        )

    def _answered(self, replies: Iterable[Message]) -> dict[int, Message]:
        """Return the replies that are no errors, by the client's number, ascending."""
        known = {
            self._numbers[reply.metadata.src_node_id]: reply
            for reply in replies
            if not reply.has_error() and SECAGG in reply.content
        }
        return dict(sorted(known.items()))

    def _check(self, stage: Stage, answered: Sized, asked: int, replies: Iterable[Message]) -> None:
        if len(answered) >= self.t:
            return
        reasons = (plain_reason(each.error) for each in replies if each.has_error())
        reason = next((f" ({each})" for each in reasons if each), "")
        raise TooFewError(
            f"{len(answered)} of {count(asked, 'client')} {DONE[stage]}, "
            f"{self.t} are needed{reason}"
        )
