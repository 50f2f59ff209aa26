"""Watches a Flower strategy, and keeps every round that it runs."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import Strategy

from fl_sim import record
from fl_sim.recording import drift
from fl_sim.recording.probes import choose_probes
from fl_sim.recording.replies import (
    CLIENT,
    Arrays,
    arrays_of,
    count_bytes,
    finite,
    metrics_in,
    model_of,
    rounded,
    score,
    shortest,
    told_in,
)

__all__ = ["CLIENT", "Recorder", "score"]

CURVE_DIGITS = 5
WEIGHT = "num-examples"  # Flower's default name for it

EvaluateFn = Callable[[int, ArrayRecord], MetricRecord | None]
# Called with each round as it ends, and with the global model after it.
RoundEnded = Callable[[record.Round, Arrays], None]


@dataclass
class _Phase:
    """One half of a round as it happens: by client, the bytes and the model sent to it."""

    sent: dict[int, int] = field(default_factory=dict)
    models: dict[int, Arrays] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)


@dataclass
class _Open:
    """The round that is running."""

    number: int
    model: Arrays
    train: record.Train | None = None
    evaluate: record.Evaluate | None = None
    central: record.Metrics | None = None
    confusion: tuple[tuple[int, ...], ...] | None = None


class Recorder:
    """Keeps what a strategy, of Flower's or a user's own, sends and receives.

    What only clients know (loss curve, seconds, validation) is read from a ``ConfigRecord`` named
    ``CLIENT`` in their replies; what they do not tell is absent from the record.

    Args:
        numbers: the number of each client by Flower's node id. A node that is not in it gets the
            next number when it is first seen.
        probes: the weights to follow; without them, some that move most in the first round.
        curves: whether to keep the loss of every batch.
        weight: name of the number of examples among a client's metrics.
        on_round: is told of each round as it ends.
    """

    def __init__(
        self,
        numbers: Mapping[int, int] | None = None,
        probes: Sequence[record.Probe] | None = None,
        *,
        curves: bool = True,
        weight: str = WEIGHT,
        on_round: RoundEnded = lambda round_, model: None,
    ) -> None:
        self.numbers = dict(numbers or {})
        self.told: dict[int, Mapping[str, Any]] = {}
        self.rounds: list[record.Round] = []
        self.probes = None if probes is None else tuple(probes)
        self.path = drift.PathOfModels()
        self._curves = curves
        self._weight = weight
        self._on_round = on_round
        self._filters: list[npt.NDArray[np.float32]] = []
        self.first: Arrays | None = None
        self._phase = _Phase()
        self._open: _Open | None = None

    # --- watching

    def watch(self, strategy: Strategy) -> None:
        """Have a strategy tell of what it does from now on.

        Its methods are wrapped on this one object, so that it stays what it is, and a ``start`` of
        a subclass's own is honoured.
        """
        wrapped = {
            "configure_train": self._watch_configure_train(strategy.configure_train),
            "aggregate_train": self._watch_aggregate_train(strategy.aggregate_train),
            "configure_evaluate": self._watch_configure_evaluate(strategy.configure_evaluate),
            "aggregate_evaluate": self._watch_aggregate_evaluate(strategy.aggregate_evaluate),
        }
        for name, method in wrapped.items():
            setattr(strategy, name, method)

    def watch_evaluate(self, evaluate_fn: EvaluateFn) -> EvaluateFn:
        """Return the same central evaluation, which ends a round when it is done."""

        def evaluate(server_round: int, arrays: ArrayRecord) -> MetricRecord | None:
            self._enter(server_round, arrays_of(arrays))
            metrics = evaluate_fn(server_round, arrays)
            if self._open:
                self._open.central = score(metrics)
                self._open.model = arrays_of(arrays)
            self.close()
            return metrics

        return evaluate

    def note_confusion(self, matrix: Sequence[Sequence[int]]) -> None:
        """Keep the confusion matrix of the round that is being evaluated."""
        if self._open:
            self._open.confusion = tuple(tuple(map(int, row)) for row in matrix)

    def restore(self, round_: record.Round, model: Arrays | None) -> None:
        """Take in a round of an earlier process, in order, with the global model after it."""
        self.rounds.append(round_)
        if model is not None:
            self._keep(model)

    def close(self) -> None:
        """End the round that is running, if there is one."""
        if self._open is None:
            return
        now, self._open = self._open, None
        round_ = record.Round(
            number=now.number,
            train=now.train,
            evaluate=now.evaluate,
            central=now.central,
            probes=self._probe(now.model),
            confusion=now.confusion,
        )
        self.rounds.append(round_)
        self._keep(now.model)
        self._on_round(round_, now.model)

    def filters(self) -> npt.NDArray[np.float32] | None:
        """Return the first convolution of the global model after each round, if there is one.

        Its shape is (rounds + 1, filters, channels, height, width).
        """
        if not self._filters or len(self._filters) < len(self.rounds):
            return None
        stack = np.stack(self._filters)
        return stack if np.isfinite(stack).all() else None

    # --- the five steps of a round

    def _watch_configure_train(self, configure: Callable[..., Any]) -> Callable[..., Any]:
        def configure_train(
            server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
        ) -> Iterable[Message]:
            model = arrays_of(arrays)
            self._enter(server_round, model)
            self._meet(grid)
            return self._configured(configure, server_round, arrays, config, grid)

        return configure_train

    def _watch_configure_evaluate(self, configure: Callable[..., Any]) -> Callable[..., Any]:
        def configure_evaluate(
            server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
        ) -> Iterable[Message]:
            return self._configured(configure, server_round, arrays, config, grid)

        return configure_evaluate

    def _watch_aggregate_train(self, aggregate: Callable[..., Any]) -> Callable[..., Any]:
        def aggregate_train(
            server_round: int, replies: Iterable[Message]
        ) -> tuple[ArrayRecord | None, MetricRecord | None]:
            replies = list(replies)
            delivered = self._delivered(replies)
            # Some strategies empty the replies as they aggregate.
            models = [model_of(reply) for reply in delivered.values()]
            sizes = [count_bytes(r.content.array_records.values()) for r in delivered.values()]
            result: tuple[ArrayRecord | None, MetricRecord | None]
            result = aggregate(server_round, replies)
            if self._open and self._phase.sent:
                self._end_train(replies, delivered, models, sizes, result)
            return result

        return aggregate_train

    def _watch_aggregate_evaluate(self, aggregate: Callable[..., Any]) -> Callable[..., Any]:
        def aggregate_evaluate(
            server_round: int, replies: Iterable[Message]
        ) -> MetricRecord | None:
            replies = list(replies)
            metrics: MetricRecord | None = aggregate(server_round, replies)
            if self._open and self._phase.sent:
                self._end_evaluate(replies, metrics)
            return metrics

        return aggregate_evaluate

    def _enter(self, server_round: int, model: Arrays) -> None:
        """Open a round; where there was no central evaluation, end the one before first."""
        if self._open and self._open.number == server_round:
            return
        self.close()
        if not self.rounds and server_round > 0:
            self._enter(0, model)
            self.close()
        if not self.rounds:
            self.first = model
        self._open = _Open(server_round, model)

    def _meet(self, grid: Grid) -> None:
        for node in sorted(grid.get_node_ids()):
            self._number(node)

    def _configured(
        self,
        configure: Callable[..., Any],
        server_round: int,
        arrays: ArrayRecord,
        config: ConfigRecord,
        grid: Grid,
    ) -> list[Message]:
        self._phase = _Phase()
        messages = list(configure(server_round, arrays, config, grid))
        # Most strategies send the same arrays to all.
        models: dict[int, Arrays] = {}
        for message in messages:
            client = self._number(message.metadata.dst_node_id)
            records = list(message.content.array_records.values())
            self._phase.sent[client] = count_bytes(records)
            key = id(records[0]) if records else 0
            if key not in models:
                models[key] = arrays_of(records[0]) if records else {}
            self._phase.models[client] = models[key]
        return messages

    def _end_train(
        self,
        replies: Sequence[Message],
        delivered: Mapping[int, Message],
        models: Sequence[Arrays],
        sizes: Sequence[int],
        result: tuple[ArrayRecord | None, MetricRecord | None],
    ) -> None:
        assert self._open is not None
        arrays, metrics = result
        sent = [
            _Sent(client, reply, model, size)
            for (client, reply), model, size in zip(delivered.items(), models, sizes, strict=True)
        ]
        if arrays is not None:
            self._open.model = arrays_of(arrays)
        if self.probes is None and sent and self.first is not None:
            self._choose_probes()
        rows = tuple(self._train_replies(sent))
        starts = [self._phase.models[each.client] for each in sent]
        self._open.train = record.Train(
            sampled=tuple(sorted(self._phase.sent)),
            replies=rows,
            failures=self._failures(replies),
            weighted_mean=self._mean(rows) if arrays is not None else None,
            metrics=score(metrics, weight=self._weight),
            gram=drift.gram(models, starts),
            seconds=_seconds(self._phase.started),
        )

    def _end_evaluate(self, replies: Sequence[Message], metrics: MetricRecord | None) -> None:
        assert self._open is not None
        rows = tuple(self._evaluate_replies(self._delivered(replies)))
        found = score(metrics, weight=self._weight)
        self._open.evaluate = record.Evaluate(
            sampled=tuple(sorted(self._phase.sent)),
            replies=rows,
            failures=self._failures(replies),
            metrics=found,
            averaged=_is_mean(found, rows),
            seconds=_seconds(self._phase.started),
        )

    # --- what was sent

    def _number(self, node: int) -> int:
        return self.numbers.setdefault(node, len(self.numbers))

    def _delivered(self, replies: Sequence[Message]) -> dict[int, Message]:
        """Map each client that delivered to its reply, ascending."""
        good = [reply for reply in replies if not reply.has_error()]
        for reply in good:
            told = told_in(reply)
            if told:
                self.told[reply.metadata.src_node_id] = dict(told)
        return dict(sorted((self._number(r.metadata.src_node_id), r) for r in good))

    def _failures(self, replies: Sequence[Message]) -> tuple[record.Failure, ...]:
        failures = {
            client: record.Failure(client=client, kind="no reply") for client in self._phase.sent
        }
        strays = []
        for reply in replies:
            client = self.numbers.get(reply.metadata.src_node_id)
            if not reply.has_error():
                failures.pop(self._number(reply.metadata.src_node_id), None)
            elif client in failures:
                failures[client] = _failure(client, reply)
            else:
                strays.append(reply)
        silent = [client for client, failure in failures.items() if failure.kind == "no reply"]
        # Of a client that is gone the SuperLink tells in its own name. Who it is shows only if
        # nobody else is silent.
        if len(strays) == len(silent):
            for client, reply in zip(silent, strays, strict=True):
                failures[client] = _failure(client, reply)
        return tuple(failures[client] for client in sorted(failures))

    def _train_replies(self, sent: Sequence["_Sent"]) -> Iterator[record.TrainReply]:
        counts = [self._num_examples(each.reply) for each in sent]
        for each, count in zip(sent, counts, strict=True):
            told = told_in(each.reply)
            norm = drift.distance(each.model, self._phase.models[each.client])
            yield record.TrainReply(
                client=each.client,
                num_examples=count,
                weight=_share(count, counts),
                bytes_down=self._phase.sent[each.client],
                bytes_up=each.num_bytes,
                seconds=_known(told, "seconds"),
                update_norm=None if norm is None else rounded(norm),
                probes=self._probe(each.model),
                loss_curve=self._curve(told),
                train=score(metrics_in(each.reply), weight=self._weight),
                validation=score(told, "validation-"),
                test=score(told, "test-"),
            )

    def _evaluate_replies(self, delivered: Mapping[int, Message]) -> Iterator[record.EvaluateReply]:
        counts = [self._num_examples(reply) for reply in delivered.values()]
        for (client, reply), count in zip(delivered.items(), counts, strict=True):
            yield record.EvaluateReply(
                client=client,
                num_examples=count,
                weight=_share(count, counts),
                metrics=score(metrics_in(reply), weight=self._weight),
                bytes_down=self._phase.sent[client],
                bytes_up=count_bytes(reply.content.metric_records.values()),
                seconds=_known(told_in(reply), "seconds"),
            )

    def _num_examples(self, reply: Message) -> int | None:
        count = metrics_in(reply).get(self._weight)
        whole = isinstance(count, int | float) and count >= 0 and int(count) == count
        return int(count) if whole and count is not None else None

    def _curve(self, told: Mapping[str, Any]) -> tuple[float, ...] | None:
        curve = told.get("loss-curve") if self._curves else None
        return finite(rounded(loss, CURVE_DIGITS) for loss in curve) if curve else None

    # --- the model

    def _keep(self, model: Arrays) -> None:
        self.path.add(model)
        convolution = next((array for array in model.values() if array.ndim == 4), None)
        if convolution is not None:
            self._filters.append(convolution.astype(np.float32))

    def _choose_probes(self) -> None:
        """Choose weights to follow once it can be seen which ones move."""
        assert self._open is not None
        assert self.first is not None
        self.probes = choose_probes(self.first, self._open.model)
        for i, round_ in enumerate(self.rounds):
            # Nothing has changed the model until now.
            self.rounds[i] = round_.model_copy(update={"probes": self._probe(self.first)})

    def _probe(self, model: Arrays) -> tuple[float, ...] | None:
        probes = self.probes
        if probes is None or any(probe.parameter not in model for probe in probes):
            return None
        values = finite(float(model[probe.parameter][probe.index]) for probe in probes)
        return values if values is None else tuple(map(shortest, values))

    def _mean(self, replies: Sequence[record.TrainReply]) -> tuple[float, ...] | None:
        """Return the aggregate's probes if they are the weighted mean of what was sent."""
        assert self._open is not None
        aggregate = self._probe(self._open.model)
        if not aggregate or any(r.weight is None or r.probes is None for r in replies):
            return None
        sent = np.array([reply.probes for reply in replies], dtype=np.float64)
        means = np.array([reply.weight for reply in replies]) @ sent
        near = np.allclose(aggregate, means, rtol=0, atol=record.MEAN_TOLERANCE)
        return aggregate if near else None


@dataclass(frozen=True)
class _Sent:
    """What a client sent after training: the reply, and the model that it held."""

    client: int
    reply: Message
    model: Arrays
    num_bytes: int


def _failure(client: int, reply: Message) -> record.Failure:
    reason, code = reply.error.reason, reply.error.code
    return record.Failure(client=client, kind="error", code=code, reason=reason or None)


def _share(count: int | None, counts: Sequence[int | None]) -> float | None:
    known = [each for each in counts if each is not None]
    if count is None or len(known) < len(counts) or not sum(known):
        return None
    return count / sum(known)


def _is_mean(found: record.Metrics | None, replies: Sequence[record.EvaluateReply]) -> bool:
    """Tell whether an aggregate is the mean over the replies, weighted by their examples."""
    if found is None or (found.loss is None and found.accuracy is None):
        return False
    for key in ("loss", "accuracy"):
        aggregate = getattr(found, key)
        values = [(r.weight, getattr(r.metrics, key, None)) for r in replies]
        if aggregate is None:
            continue
        if any(None in pair for pair in values):
            return False
        mean = sum(w * v for w, v in values if w is not None and v is not None)
        if abs(mean - aggregate) > record.MEAN_TOLERANCE * max(1, abs(mean)):
            return False
    return True


def _known(told: Mapping[str, Any], key: str) -> float | None:
    value = told.get(key)
    return rounded(value, 4) if isinstance(value, int | float) and value >= 0 else None


def _seconds(started: float) -> float:
    return rounded(time.perf_counter() - started, 4)
