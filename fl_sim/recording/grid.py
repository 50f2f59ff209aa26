"""The recorder for an app without a strategy, which sends messages through Flower's grid itself."""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flwr.app import ArrayRecord, ConfigRecord, Message, MessageType
from flwr.serverapp import Grid

from fl_sim import record
from fl_sim.recording.meaning import words_of
from fl_sim.recording.measures import as_named
from fl_sim.recording.phase import Phase
from fl_sim.recording.reader import WEIGHT
from fl_sim.recording.recorder import Recorder
from fl_sim.recording.replies import Model
from fl_sim.recording.strategy import Keeper, about_run, choice_of

if TYPE_CHECKING:
    from flwr.supercore.run import Run

# How the number of the round is called in the config of a message; by Flower, server-round.
ROUNDS = (["server", "round"], ["current", "round"], ["round"], ["rnd"])


def record_grid(  # noqa: PLR0913  # one parameter an option
    grid: Grid,
    out: str | Path,
    *,
    name: str | None = None,
    config: Mapping[str, record.Setting] | None = None,
    dataset: record.Dataset | None = None,
    loss: str | Sequence[str] = (),
    accuracy: str | Sequence[str] = (),
    percent: bool = False,
    updates: bool | None = None,
    weighted_by_key: str = WEIGHT,
    examples: str | None = None,
    metric: str | None = None,
) -> Grid:
    """Return a grid that leaves a run record of what an app sends and receives through it.

    ::

        grid = record_grid(grid, "runs/mine")

    It is for an app without a strategy; ``record_strategy`` sees more. A round begins with messages
    to train. Messages with another number in their config, such as ``server-round``, or as their
    group, begin the next one, and without a number so do messages after replies, or to a client
    that was asked already. Rounds are numbered as they come. The global model after a round is
    the one that is sent next, to all the same. What does not pass through the grid is absent from
    the record: what the server measures, how it aggregates metrics, and the last model, unless it
    is sent to be evaluated. The last round is written when the grid is let go of, as at the end of
    the server app's function.

    Args:
        grid: that the server app was given.
        out: as for ``record_strategy``, and so are the others.
        name: of the run.
        config: what the run was set to.
        dataset: what it was trained on.
        loss: names of the metrics that are the loss.
        accuracy: the same of the accuracy.
        percent: accuracies are in percent.
        updates: whether to compare whole models.
        weighted_by_key: name of the metric by which clients are weighed.
        examples: what films call the examples.
        metric: name of the metric that films show first.

    Raises:
        TypeError: the grid is none of Flower's, or another argument is of another kind.
        ValueError: a value of ``config`` is none that a record can keep.
        OSError: the folder cannot be made.
    """
    if not isinstance(grid, Grid):
        raise TypeError(f"{type(grid).__name__} is no grid; pass the one that the server app gets")
    about = about_run(
        config or {},
        {},
        dataset,
        strategy=None,
        weight=weighted_by_key,
        examples=examples,
        metric=metric,
    )
    recorder = _GridRecorder(grid, weighted_by_key, updates)
    folder = Path(out).expanduser().absolute()
    keeper = Keeper(recorder, folder, name, about, choice_of(loss, accuracy, percent))
    keeper.begin(None)
    recorded = _RecordedGrid(grid, recorder)
    weakref.finalize(recorded, _end, keeper)
    return recorded


def _end(keeper: Keeper) -> None:
    keeper.recorder.finish()
    keeper.end()


class _GridRecorder(Recorder):
    """Keeps the rounds of an app from the messages that pass."""

    def __init__(self, grid: Grid, weight: str, updates: bool | None) -> None:
        super().__init__(weight=weight, score=as_named, updates=updates)
        self._grid = grid
        self._number: int | None = None  # that the app gives the open round
        self._asked: dict[str, Phase] = {}  # by the id of a message of the open round

    def send(self, messages: Sequence[Message]) -> None:
        """Note messages that are about to be sent."""
        for kind, note in (
            (MessageType.TRAIN, self._send_to_train),
            (MessageType.EVALUATE, self._send_to_evaluate),
        ):
            if some := [each for each in messages if _kind(each) == kind]:
                self._note(partial(note, some))

    def sent(self, messages: Sequence[Message], ids: Sequence[str]) -> None:
        """Note the ids of messages, so that a late reply is not taken for one of a later round."""
        for message, key in zip(messages, ids, strict=False):
            if (phase := self._phase_of(message)) is not None:
                self._asked[key] = phase

    def receive(self, replies: Sequence[Message], *, pulled: bool = False) -> None:
        """Note replies; those that were pulled may be of a round that has ended."""
        for reply in replies:
            key = reply.metadata.reply_to_message_id
            phase = self._asked.pop(key, None) if pulled else self._phase_of(reply)
            if phase is not None:
                self._note(partial(phase.deliver, [reply]))

    def finish(self) -> None:
        """End the last round: its model is not known, unless it was evaluated."""
        self._note(partial(self._settle, None))
        super().finish()

    def _phase_of(self, message: Message) -> Phase | None:
        kind = _kind(message)
        if self._open is None or kind not in (MessageType.TRAIN, MessageType.EVALUATE):
            return None
        return self._open.training if kind == MessageType.TRAIN else self._open.evaluating

    def _send_to_train(self, messages: Sequence[Message]) -> None:
        number = _number_in(messages[0])
        if not self._goes_on(number, messages):
            model = _model_of_all(messages)
            self._settle(model)
            self.close()
            self._asked.clear()
            self._number = number
            label, arrays = object(), model or ArrayRecord()
            self.choose_to_train(label, arrays, ConfigRecord(), self._grid)
        assert self._open is not None
        self._open.training.ask(messages)

    def _goes_on(self, number: int | None, messages: Sequence[Message]) -> bool:
        """Tell whether messages to train are of the open round."""
        now = self._open
        if now is None or number != self._number or now.evaluating.sampled:
            return False
        asked = {self.clients.number(each.metadata.dst_node_id) for each in messages}
        again = bool(asked & set(now.training.sampled))
        return not now.training.answered or (number is not None and not again)

    def _send_to_evaluate(self, messages: Sequence[Message]) -> None:
        now = self._open
        if now is None:
            return  # the state before training has no such phase
        model = _model_of_all(messages)
        if model is not None and not now.evaluating.sampled:
            self._settle(model)
            self.choose_to_evaluate(None, model)
        now.evaluating.ask(messages)

    def _settle(self, model: ArrayRecord | None) -> None:
        """Read the phases of the open round, of which this model has come, if that is known."""
        now = self._open
        if now is None:
            return
        if now.train is None:
            self.end_train((model, None))
            now.model = Model(model or ArrayRecord())
        if now.evaluate is None and now.evaluating.sampled:
            now.evaluate = self._reader.evaluate(now.evaluating, None)
        # Nobody tells when the server has aggregated.
        for phase in ("train", "evaluate"):
            if (read := getattr(now, phase)) is not None:
                setattr(now, phase, read.model_copy(update={"seconds": None}))


class _RecordedGrid(Grid):
    """A grid that leaves everything to another one, and has what passes recorded."""

    def __init__(self, grid: Grid, recorder: _GridRecorder) -> None:
        self._grid, self._recorder = grid, recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._grid, name)

    def set_run(self, run: "Run") -> None:
        """Set the run."""
        self._grid.set_run(run)

    @property
    def run(self) -> "Run":
        """The run."""
        return self._grid.run

    def create_message(self, *args: Any, **kwargs: Any) -> Message:
        """Create a message."""
        return self._grid.create_message(*args, **kwargs)

    def get_node_ids(self) -> Iterable[int]:
        """Return the ids of the clients' nodes."""
        return self._grid.get_node_ids()

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Send messages."""
        messages = list(messages)
        self._recorder.send(messages)
        ids = list(self._grid.push_messages(messages))
        self._recorder.sent(messages, ids)
        return ids

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """Return the replies that have come."""
        replies = list(self._grid.pull_messages(message_ids))
        self._recorder.receive(replies, pulled=True)
        return replies

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        """Send messages, and return the replies."""
        messages = list(messages)
        self._recorder.send(messages)
        replies = list(self._grid.send_and_receive(messages, timeout=timeout))
        self._recorder.receive(replies)
        return replies


def _kind(message: Message) -> str:
    return message.metadata.message_type.partition(".")[0]


def _number_in(message: Message) -> int | None:
    """Return the number of the round that a message names, None if it names none."""
    for config in message.content.config_records.values():
        for name, number in config.items():
            if isinstance(number, int) and words_of(name) in ROUNDS:
                return number
    group = message.metadata.group_id
    return int(group) if group.isdecimal() else None


def _model_of_all(messages: Sequence[Message]) -> ArrayRecord | None:
    """Return the model that all these messages carry, None if they carry different ones or none."""
    models = [next(iter(each.content.array_records.values()), None) for each in messages]
    first = models[0]
    return first if all(each is first or each == first for each in models) else None
