"""The rounds of a run, put together step by step as a strategy takes the steps."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from logging import getLogger
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid

from fl_sim import record
from fl_sim.recording.hidden import lost_in
from fl_sim.recording.measures import LARGE, score
from fl_sim.recording.models import Filters, PathOfModels, floating_shapes
from fl_sim.recording.phase import Clients, Phase
from fl_sim.recording.probes import choose_probes, read_probes
from fl_sim.recording.reader import WEIGHT, Reader, Score
from fl_sim.recording.replies import Arrays, Model

_LOG = getLogger("flwr")

# Called with each round as it ends, and with the global model after it.
RoundEnded = Callable[[record.Round, Arrays], None]


@dataclass
class _Open:
    """The round that is running."""

    label: Any  # what the strategy calls it
    model: Arrays
    training: Phase
    evaluating: Phase
    train: record.Train | None = None
    evaluate: record.Evaluate | None = None
    central: record.Metrics | None = None
    confusion: tuple[tuple[int, ...], ...] | None = None
    predictions: npt.NDArray[np.uint8] | None = None
    evaluated: bool = False
    tested: bool = False


class Rounds:
    """The rounds of a run, from what a strategy sends and receives.

    A round begins when clients are chosen to train. It ends with the last of its evaluations or,
    where a strategy does without, when the next one begins. Rounds are numbered as they come.

    Args:
        numbers: the number of each client by Flower's node id. A node that is not in it gets the
            next number when it is first seen.
        probes: the weights to follow; without them, some that move most in the first round.
        curves: whether to keep what is large: the loss of every batch, and how the updates of many
            clients lie to each other.
        weight: name of the metric by which clients are weighed.
        score: makes metrics of a record out of those of an app.
        updates: whether to compare models as a whole: how far clients' are from the global one, how
            they lie to each other, and the global model's path. None: unless the model has more
            weights than ``LARGE``.
        on_round: called with each round as it ends.
    """

    def __init__(  # noqa: PLR0913  # one parameter an option
        self,
        numbers: Mapping[int, int] | None = None,
        probes: Sequence[record.Probe] | None = None,
        *,
        curves: bool = True,
        weight: str = WEIGHT,
        score: Score = score,
        updates: bool | None = True,
        on_round: RoundEnded = lambda round_, model: None,
    ) -> None:
        self.clients = Clients(numbers or {})
        self.tests = False  # whether there is a central evaluation to wait for
        self._chosen = None if probes is None else tuple(probes)
        self._reader = Reader(weight, curves, score)
        self._score = score
        self._updates = updates
        self.on_round = on_round
        self.forget()

    def forget(self) -> None:
        """Begin a new run of the same clients."""
        self.rounds: list[record.Round] = []
        self.probes = self._chosen
        self.path = PathOfModels()
        self.first: Arrays = {}
        self._last: Arrays = {}
        self._filters = Filters()
        self._open: _Open | None = None
        self._phase = Phase(self.clients)  # that clients are being chosen for

    def take_over(self, other: "Rounds") -> None:
        """Begin with the rounds of another recorder."""
        for name in ("clients", "rounds", "probes", "path", "first", "_last", "_filters"):
            setattr(self, name, getattr(other, name))
        self._reader.updates = other._reader.updates

    def go_on(self) -> None:
        """Take in what follows as more rounds of the same run."""
        self._open = None

    def restore(self, round_: record.Round, model: Arrays | None) -> None:
        """Take in a round of an earlier process, in order, with the global model after it."""
        self._reader.shown |= bool(round_.train and round_.train.replies)
        self._keep(round_, model)

    def note_confusion(self, matrix: Sequence[Sequence[int]]) -> None:
        """Keep the confusion matrix of the round that is being evaluated."""
        if self._open:
            self._open.confusion = tuple(tuple(map(int, row)) for row in matrix)

    def note_predictions(self, classes: npt.NDArray[np.uint8]) -> None:
        """Keep the class that the model gives each test example, uint8 (examples,)."""
        if self._open:
            self._open.predictions = classes

    def close(self) -> None:
        """End the round that is running, if there is one."""
        if self._open is not None:
            now, self._open = self._open, None
            self._end(now)

    def filters(self) -> npt.NDArray[np.float32] | None:
        """Return the first convolution of the global model after each round, if there is one.

        Its shape is (rounds + 1, filters, channels, height, width).
        """
        return self._filters.stack()

    # --- training

    def choose_to_train(
        self, label: Any, arrays: ArrayRecord, _: ConfigRecord, grid: Grid, *__: Any
    ) -> None:
        """Begin a round: a strategy is about to choose clients."""
        self._begin(label, Model(arrays))
        self.clients.meet(grid.get_node_ids())

    def ask(self, messages: Sequence[Message]) -> None:
        """Note whom a strategy has chosen, and what they are sent."""
        self._phase.ask(messages)
        if self._open and self._phase is self._open.training and self._reader.strategy:
            self._phase.lose(lost_in(self._reader.strategy))

    def receive_trained(self, label: Any, replies: Sequence[Message]) -> None:
        """Note what clients have made of the model, before a strategy aggregates it."""
        now = self._open
        waiting = now is not None and (now.label == label or not now.training.answered)
        if replies and not waiting:
            # The strategy has asked clients by itself, unseen.
            self._begin(label, now.model if now else self._last)
        if self._open:
            self._open.training.deliver(replies)

    def end_train(self, result: tuple[ArrayRecord | None, MetricRecord | None]) -> None:
        """Note what a strategy has made of it."""
        now = self._open
        if now is None or not now.training.sampled:
            return
        arrays, metrics = result
        model = None if arrays is None else Model(arrays)
        sent = [each.model for each in now.training.deliveries]
        if self.probes is None and sent:
            self._choose_probes(sent[0] if model is None else model)
        now.train = self._reader.train(now.training, self.probes, model, metrics)
        now.model = model or now.model

    # --- evaluation

    def choose_to_evaluate(self, _: Any, arrays: ArrayRecord, *__: Any) -> None:
        """Note that a strategy is about to choose clients to evaluate a model."""
        model = Model(arrays)
        self._phase = Phase(self.clients, model)
        if self._open:
            self._open.model, self._open.evaluating = model, self._phase

    def receive_evaluated(self, _: Any, replies: Sequence[Message]) -> None:
        """Note what clients have measured."""
        if self._open:
            self._open.evaluating.deliver(replies)

    def end_evaluate(self, metrics: MetricRecord | None) -> None:
        """Note what a strategy has made of it."""
        if self._open is None:
            return
        if self._open.evaluating.sampled:
            self._open.evaluate = self._reader.evaluate(self._open.evaluating, metrics)
        self._open.evaluated = True
        self._close_if_complete()

    def begin_test(self, label: Any, arrays: ArrayRecord, *_: Any) -> None:
        """Note that the server is about to evaluate a model by itself."""
        model = Model(arrays)
        if self._open is None and not self.rounds:
            self._open_round(label, model)
        if self._open:
            self._open.model = model

    def end_test(self, metrics: MetricRecord | None) -> None:
        """Note what the server has measured."""
        if self._open is None:
            return
        self._open.central = self._score(metrics)
        self._open.tested = True
        self._close_if_complete()

    # --- rounds

    def _begin(self, label: Any, model: Arrays) -> None:
        """Begin to train; end the round before, or round 0, with the model that came of it."""
        if self._open is None and not self.rounds:
            self._open_round(label, model)
        if self._open and (self._open.label != label or self._has_trained(self._open)):
            self._open.model = model
            self.close()
        if self._open is None:
            self._open_round(label, model)
        assert self._open is not None
        self._phase = self._open.training = Phase(self.clients, model)

    def _has_trained(self, now: _Open) -> bool:
        return not self.rounds or now.evaluated or now.tested

    def _open_round(self, label: Any, model: Arrays) -> None:
        phases = Phase(self.clients, model), Phase(self.clients, model)
        self._open = _Open(label, model, *phases)
        if not self.rounds:
            self._reader.updates = self._compares(model)

    def _compares(self, model: Arrays) -> bool:
        """Tell whether models are compared as a whole."""
        if self._updates is not None:
            return self._updates
        weights = sum(math.prod(shape) for shape in floating_shapes(model).values())
        if weights > LARGE:
            _LOG.warning(
                "The model has %s weights: the run record leaves out how clients' updates lie to "
                "each other and the path of the model; updates=True keeps them, and takes longer",
                weights,
            )
        return weights <= LARGE

    def _close_if_complete(self) -> None:
        assert self._open is not None
        tested = self._open.tested or not self.tests
        if tested and (self._open.evaluated or not self.rounds):
            self.close()

    def _end(self, now: _Open) -> None:
        probes = read_probes(self.probes, now.model)
        train = now.train
        if train and train.weighted_mean not in (None, probes):
            # More was done to the mean, outside of the strategy, before it became the model.
            train = train.model_copy(update={"weighted_mean": None})
        round_ = record.Round(
            number=len(self.rounds),
            train=train,
            evaluate=now.evaluate,
            central=now.central,
            probes=probes,
            confusion=now.confusion,
            predictions=now.predictions,
        )
        self._keep(round_, now.model)
        self.on_round(round_, now.model)

    def _keep(self, round_: record.Round, model: Arrays | None) -> None:
        if not self.rounds:
            self.first = model or {}
        self._last = model or {}
        self.rounds.append(round_)
        self.path.add(model if self._reader.updates else None)
        self._filters.add(model)

    def _choose_probes(self, after: Arrays) -> None:
        """Choose weights to follow once it can be seen which ones move."""
        self.probes = choose_probes(self.first, after)
        # Nothing has changed the model until now.
        values = read_probes(self.probes, self.first)
        self.rounds = [each.model_copy(update={"probes": values}) for each in self.rounds]
