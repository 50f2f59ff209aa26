"""The reader of replies: the train phase and the evaluate phase of a round as a record has them."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import MetricRecord
from flwr.serverapp.strategy import Strategy

from fl_sim import record
from fl_sim.recording import drift
from fl_sim.recording.close_ups import close_up_in
from fl_sim.recording.hidden import masked_in, privacy_of
from fl_sim.recording.meaning import words_of
from fl_sim.recording.measures import finite, is_mean, is_number, rounded, score
from fl_sim.recording.models import first_convolution
from fl_sim.recording.phase import Delivery, Phase
from fl_sim.recording.probes import read_probes
from fl_sim.recording.replies import PREDICTIONS, Model

CURVE_DIGITS = 5
CLOCK_DIGITS = 4
WEIGHT = "num-examples"  # Flower's default name for it
MOST_COMPARED = 30  # clients: inner products are their number squared, most of a small record
MOST_CHANGES, MOST_WEIGHTS = 12, 5_000  # clients and weights of a record's first convolutions
MOST_EXAMPLES = 2**53  # beyond it a real number is no count

Probes = Sequence[record.Probe] | None
Score = Callable[..., record.Metrics | None]


def counts_examples(weight: str) -> bool:
    """Tell whether the metric by which clients are weighed is their number of examples."""
    return words_of(weight) == words_of(WEIGHT)


class Reader:
    """Reads what clients sent in a record's terms. What they do not report is absent.

    Args:
        weight: name of the metric by which clients are weighed. If it is not the number of
            examples, it is a metric like the others.
        curves: whether to keep the loss of every batch, and how updates lie to each other where
            they are more than ``MOST_COMPARED``.
        score: makes metrics of a record out of those of an app.
    """

    def __init__(self, weight: str, curves: bool, score: Score = score) -> None:
        self._weight = weight
        self._counted = weight if counts_examples(weight) else ""
        self._curves = curves
        self._score = score
        self.strategy: Strategy | None = None  # that is recorded
        self.updates = True  # whether to measure how far clients' models are from the global one
        self.shown = not curves  # what clients changed of the first layer: once, or never

    def train(
        self, phase: Phase, probes: Probes, aggregate: Model | None, metrics: MetricRecord | None
    ) -> record.Train:
        """Return the train phase of a round.

        Args:
            phase: what was sent and came back.
            probes: the weights to follow.
            aggregate: the model that the strategy made of it, None if it made none.
            metrics: as the strategy aggregated them.
        """
        shares = self._shares(phase.deliveries)
        form = phase.form
        told = None if form == "masked" else probes
        rows = tuple(self._trained(phase, each, shares, told) for each in phase.deliveries)
        self.shown = self.shown or bool(rows)
        privacy = masked = None
        if aggregate is not None and self.strategy is not None:
            privacy = privacy_of(self.strategy)
            masked = masked_in(self.strategy, phase, shares, aggregate)
        followed = None if aggregate is None else read_probes(probes, aggregate)
        return record.Train(
            form=form,
            masked=masked,
            privacy=privacy,
            sampled=phase.sampled,
            replies=rows,
            failures=phase.failures,
            weighted_mean=_mean(followed, rows),
            metrics=self._score(metrics, weight=self._counted),
            gram=self._gram(phase),
            seconds=_since(phase),
        )

    def evaluate(self, phase: Phase, metrics: MetricRecord | None) -> record.Evaluate:
        """Return the evaluate phase of a round, its metrics as the strategy aggregated."""
        shares = self._shares(phase.deliveries)
        rows = tuple(self._evaluated(phase, each, shares) for each in phase.deliveries)
        found = self._score(metrics, weight=self._counted)
        return record.Evaluate(
            sampled=phase.sampled,
            replies=rows,
            failures=phase.failures,
            metrics=found,
            averaged=is_mean(found, rows),
            seconds=_since(phase),
        )

    def _gram(self, phase: Phase) -> drift.Matrix | None:
        starts = [phase.models.get(each.client) for each in phase.deliveries]
        known = [start for start in starts if start is not None]
        if not self.updates or phase.form == "masked" or len(known) < len(starts):
            return None
        if not self._curves and len(known) > MOST_COMPARED:
            return None
        return drift.gram([each.model for each in phase.deliveries], known)

    def _trained(
        self, phase: Phase, sent: Delivery, shares: Mapping[int, float], probes: Probes
    ) -> record.TrainReply:
        compared = self.updates and sent.form != "masked"
        start = phase.models.get(sent.client) if compared else None
        close_up = close_up_in(sent.report)
        norm = None if start is None else drift.distance(sent.model, start)
        return record.TrainReply(
            client=sent.client,
            num_examples=self._num_examples(sent),
            weight=shares.get(sent.client),
            bytes_down=phase.bytes_down.get(sent.client),
            bytes_up=sent.model_bytes,
            seconds=_clocked(sent.report),
            update_norm=None if norm is None else rounded(norm),
            probes=read_probes(probes, sent.model),
            loss_curve=_curve(sent.report) if self._curves or close_up else None,
            train=self._score(sent.metrics, weight=self._counted),
            validation=self._score(sent.report, "validation-"),
            test=self._score(sent.report, "test-"),
            own=self._score(sent.report, "own-"),
            predictions=_predictions(sent.report),
            close_up=close_up,
            change=None if start is None or self.shown else self._change(phase, sent, start),
        )

    def _change(self, phase: Phase, sent: Delivery, start: Model) -> npt.NDArray[np.float32] | None:
        """Return what a client changed of the first convolution, unless that is large."""
        name = first_convolution(sent.model)
        if name is None or name not in start or len(phase.deliveries) > MOST_CHANGES:
            return None
        if sent.model[name].shape != start[name].shape or start[name].size > MOST_WEIGHTS:
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            change = sent.model[name].astype(np.float32) - start[name].astype(np.float32)
        return change if np.isfinite(change).all() else None

    def _evaluated(
        self, phase: Phase, sent: Delivery, shares: Mapping[int, float]
    ) -> record.EvaluateReply:
        return record.EvaluateReply(
            client=sent.client,
            num_examples=self._num_examples(sent),
            weight=shares.get(sent.client),
            metrics=self._score(sent.metrics, weight=self._counted),
            bytes_down=phase.bytes_down.get(sent.client),
            bytes_up=sent.metrics_bytes,
            seconds=_clocked(sent.report),
        )

    def _num_examples(self, sent: Delivery) -> int | None:
        """Return the examples that a client counted; some weigh by what is no count."""
        count = sent.metrics.get(self._counted)
        if count is None or not is_number(count):
            return None
        return int(count) if count == int(count) and 0 <= count <= MOST_EXAMPLES else None

    def _shares(self, sent: Sequence[Delivery]) -> dict[int, float]:
        """Return n_k / n of each client, nothing unless all have counted."""
        counts = {each.client: self._amount(each) for each in sent}
        known = {client: count for client, count in counts.items() if count is not None}
        total = sum(known.values())
        if len(known) < len(counts) or not total:
            return {}
        return {client: count / total for client, count in known.items()}

    def _amount(self, sent: Delivery) -> float | None:
        """Return what a client is weighed by."""
        if self._counted:
            return self._num_examples(sent)
        amount = sent.metrics.get(self._weight)
        return amount if is_number(amount) and amount is not None and amount >= 0 else None


def _clocked(report: Mapping[str, Any]) -> float | None:
    seconds = report.get("seconds")
    known = is_number(seconds) and seconds is not None and seconds >= 0
    return rounded(seconds, CLOCK_DIGITS) if known else None


def _since(phase: Phase) -> float:
    return rounded(time.perf_counter() - phase.started, CLOCK_DIGITS)


def _curve(report: Mapping[str, Any]) -> tuple[float, ...] | None:
    curve = report.get("loss-curve")
    if not isinstance(curve, list) or not curve or not all(map(is_number, curve)):
        return None
    return finite(rounded(loss, CURVE_DIGITS) for loss in curve)


def _predictions(report: Mapping[str, Any]) -> npt.NDArray[np.uint8] | None:
    content = report.get(PREDICTIONS)
    return np.frombuffer(content, dtype=np.uint8) if isinstance(content, bytes) else None


def _mean(
    aggregate: Sequence[float] | None, replies: Sequence[record.TrainReply]
) -> tuple[float, ...] | None:
    """Return the aggregate's probes if they are the weighted mean of what was sent."""
    sent = [reply.probes for reply in replies if reply.probes is not None]
    weights = [reply.weight for reply in replies if reply.weight is not None]
    if aggregate is None or not len(replies) == len(sent) == len(weights) > 0:
        return None
    columns = zip(aggregate, *sent, strict=True)
    near = all(_is_near(value, weights, column) for value, *column in columns)
    return tuple(aggregate) if near else None


def _is_near(value: float, weights: Sequence[float], column: Sequence[float]) -> bool:
    mean = sum(w * x for w, x in zip(weights, column, strict=True))
    return abs(value - mean) <= record.mean_tolerance(mean, column)
