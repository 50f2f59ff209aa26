"""Keeps what a Flower strategy sends and receives, and turns it into a run record."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg, Result, Strategy

from fl_sim import record
from fl_sim.app.cohort import Wrapper, innermost

# The name of the ConfigRecord in which a client tells what only it knows.
CLIENT = "client"

METRIC_DIGITS = 7
CURVE_DIGITS = 5

EvaluateFn = Callable[[int, ArrayRecord], MetricRecord | None]
Arrays = dict[str, npt.NDArray[Any]]


@dataclass
class _Phase:
    """One half of a round as it happens. ``sent`` maps a client to the bytes sent to it."""

    sent: dict[int, int]
    arrays: Arrays
    started: float = field(default_factory=time.perf_counter)


@dataclass(frozen=True)
class _Sent:
    """The model that a client sent."""

    arrays: Arrays
    num_bytes: int

    @classmethod
    def of(cls, reply: Message) -> "_Sent":
        records = list(reply.content.array_records.values())
        arrays = {name: array for each in records for name, array in _numpy(each).items()}
        return cls(arrays, _count_bytes(records))


class Recorder(Wrapper):
    """Wraps a strategy, of Flower's or a user's own, and keeps every round that it runs.

    What only clients know (loss curve, seconds, validation) is read from a ``ConfigRecord`` named
    ``CLIENT`` in their replies; what they do not tell is absent from the record.

    Args:
        strategy: does the work; the recorder changes nothing of it.
        nodes: Flower's id of each client, by the client's number.
        probes: the weights to follow, by name and position.
    """

    def __init__(
        self, strategy: Strategy, nodes: Sequence[int], probes: Sequence[record.Probe] = ()
    ) -> None:
        super().__init__(strategy)
        self.probes = tuple(probes)
        self.rounds: list[record.Round] = []
        self._filters: list[npt.NDArray[np.float32]] = []
        self._numbers = {node: number for number, node in enumerate(nodes)}
        self._train: record.Train | None = None
        self._evaluate: record.Evaluate | None = None
        self._phase = _Phase({}, {})

    def start(  # noqa: PLR0913, PLR0917  # the signature is Flower's
        self,
        grid: Grid,
        initial_arrays: ArrayRecord,
        num_rounds: int = 3,
        timeout: float = 3600,
        train_config: ConfigRecord | None = None,
        evaluate_config: ConfigRecord | None = None,
        evaluate_fn: EvaluateFn | None = None,
    ) -> Result:
        """Run all rounds, as ``Strategy.start`` does."""

        def evaluate_and_close(server_round: int, arrays: ArrayRecord) -> MetricRecord | None:
            metrics = evaluate_fn(server_round, arrays) if evaluate_fn else None
            self._close_round(server_round, arrays, metrics)
            return metrics

        return super().start(
            grid,
            initial_arrays,
            num_rounds,
            timeout,
            train_config,
            evaluate_config,
            evaluate_and_close,
        )

    def filters(self) -> npt.NDArray[np.float32] | None:
        """Return the first convolution of the global model after each round, if there is one.

        Its shape is (rounds + 1, filters, channels, height, width).
        """
        return np.stack(self._filters) if self._filters else None

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Note who is asked to train."""
        started = time.perf_counter()
        messages = list(super().configure_train(server_round, arrays, config, grid))
        self._phase = self._open_phase(messages, arrays, started)
        return messages

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Keep what the clients sent, and the average."""
        replies = list(replies)
        delivered = self._delivered(replies)
        # Some strategies empty the replies as they aggregate.
        sent = {client: _Sent.of(reply) for client, reply in delivered.items()}
        arrays, metrics = super().aggregate_train(server_round, replies)
        asked = self._phase.sent
        if asked:
            self._train = record.Train(
                sampled=tuple(sorted(asked)),
                replies=tuple(self._train_replies(delivered, sent)),
                failures=self._failures(replies),
                weighted_mean=self._mean(arrays),
                seconds=_seconds(self._phase.started),
            )
        return arrays, metrics

    def configure_evaluate(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Note who is asked to evaluate."""
        started = time.perf_counter()
        messages = list(super().configure_evaluate(server_round, arrays, config, grid))
        self._phase = self._open_phase(messages, arrays, started)
        return messages

    def aggregate_evaluate(
        self, server_round: int, replies: Iterable[Message]
    ) -> MetricRecord | None:
        """Keep what the clients measured, and the average."""
        replies = list(replies)
        metrics = super().aggregate_evaluate(server_round, replies)
        asked = self._phase.sent
        if asked:
            delivered = self._delivered(replies)
            self._evaluate = record.Evaluate(
                sampled=tuple(sorted(asked)),
                replies=tuple(self._evaluate_replies(delivered)),
                failures=self._failures(replies),
                metrics=score(metrics),
                seconds=_seconds(self._phase.started),
            )
        return metrics

    def _open_phase(
        self, messages: Sequence[Message], arrays: ArrayRecord, started: float
    ) -> _Phase:
        sent = {
            self._numbers[message.metadata.dst_node_id]: _count_bytes(
                message.content.array_records.values()
            )
            for message in messages
        }
        return _Phase(sent, _numpy(arrays), started)

    def _close_round(
        self, server_round: int, arrays: ArrayRecord, metrics: MetricRecord | None
    ) -> None:
        state = _numpy(arrays)
        self.rounds.append(
            record.Round(
                number=server_round,
                train=self._train,
                evaluate=self._evaluate,
                central=score(metrics),
                probes=self._probe(state),
            )
        )
        self._train, self._evaluate = None, None
        convolution = next((array for array in state.values() if array.ndim == 4), None)
        if convolution is not None:
            self._filters.append(convolution.astype(np.float32))

    def _delivered(self, replies: Sequence[Message]) -> dict[int, Message]:
        """Map each client that delivered to its reply, ascending."""
        good = [reply for reply in replies if not reply.has_error()]
        return dict(sorted((self._number(reply), reply) for reply in good))

    def _number(self, reply: Message) -> int:
        return self._numbers[reply.metadata.src_node_id]

    def _failures(self, replies: Sequence[Message]) -> tuple[record.Failure, ...]:
        reasons = dict.fromkeys(self._phase.sent, "no reply in time")
        for reply in replies:
            if reply.has_error():
                error = reply.error
                reasons[self._number(reply)] = error.reason or f"error code {error.code}"
            else:
                reasons.pop(self._number(reply), None)
        return tuple(record.Failure(client=c, reason=r) for c, r in sorted(reasons.items()))

    def _train_replies(
        self, delivered: Mapping[int, Message], sent: Mapping[int, "_Sent"]
    ) -> Iterator[record.TrainReply]:
        total = sum(self._num_examples(reply) for reply in delivered.values())
        for client, reply in delivered.items():
            told = _told(reply)
            curve = told.get("loss-curve")
            yield record.TrainReply(
                client=client,
                num_examples=self._num_examples(reply),
                weight=self._num_examples(reply) / total,
                bytes_down=self._phase.sent[client],
                bytes_up=sent[client].num_bytes,
                seconds=_rounded(told.get("seconds"), 4),
                update_norm=_rounded(_distance(sent[client].arrays, self._phase.arrays)),
                probes=self._probe(sent[client].arrays),
                loss_curve=curve and tuple(_rounded(loss, CURVE_DIGITS) for loss in curve),
                train=score(_metrics(reply)),
                validation=score(told, "validation-"),
            )

    def _evaluate_replies(self, delivered: Mapping[int, Message]) -> Iterator[record.EvaluateReply]:
        total = sum(self._num_examples(reply) for reply in delivered.values())
        for client, reply in delivered.items():
            told = _told(reply)
            yield record.EvaluateReply(
                client=client,
                num_examples=self._num_examples(reply),
                weight=self._num_examples(reply) / total,
                metrics=score(_metrics(reply)),
                bytes_down=self._phase.sent[client],
                bytes_up=_count_bytes(reply.content.metric_records.values()),
                seconds=_rounded(told.get("seconds"), 4),
            )

    def _num_examples(self, reply: Message) -> int:
        key = getattr(innermost(self.strategy), "weighted_by_key", "num-examples")
        return int(_metrics(reply)[key])

    def _mean(self, arrays: ArrayRecord | None) -> tuple[float, ...] | None:
        """Return the average's probes where the strategy's aggregate is the weighted mean."""
        strategy = type(innermost(self.strategy))
        averages = getattr(strategy, "aggregate_train", None) is FedAvg.aggregate_train
        return self._probe(_numpy(arrays)) if averages and arrays is not None else None

    def _probe(self, state: Arrays) -> tuple[float, ...]:
        return tuple(_shortest(state[probe.parameter][probe.index]) for probe in self.probes)


def _numpy(arrays: ArrayRecord) -> Arrays:
    return {name: array.numpy() for name, array in arrays.items()}


def _count_bytes(records: Iterable[ArrayRecord | MetricRecord]) -> int:
    return sum(record.count_bytes() for record in records)


def _metrics(reply: Message) -> Mapping[str, Any]:
    return next(iter(reply.content.metric_records.values()))


def _told(reply: Message) -> Mapping[str, Any]:
    return reply.content.config_records.get(CLIENT, ConfigRecord())


def _distance(a: Arrays, b: Arrays) -> float:
    """Return the L2 norm of ``a - b`` over all parameters."""
    squares = (np.square(a[key].astype(np.float64) - b[key]).sum() for key in a)
    return math.sqrt(math.fsum(squares))


def score(metrics: Mapping[str, Any] | None, prefix: str = "") -> record.Metrics | None:
    """Return ``loss`` and ``accuracy``, or None where either is missing."""
    keys = (f"{prefix}loss", f"{prefix}accuracy")
    if metrics is None or not all(key in metrics for key in keys):
        return None
    loss, accuracy = (_rounded(metrics[key]) for key in keys)
    return record.Metrics(loss=loss, accuracy=accuracy)


def _rounded(value: Any, digits: int = METRIC_DIGITS) -> Any:
    return None if value is None else float(f"{value:.{digits}g}")


def _shortest(value: Any) -> float:
    """Return the shortest decimal that is read back as the same float32."""
    return float(str(np.float32(value)))


def _seconds(started: float) -> float:
    return float(_rounded(time.perf_counter() - started, 4))
