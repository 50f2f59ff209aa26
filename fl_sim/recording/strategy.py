"""The recorder for any Flower app, by one line in its server app."""

import inspect
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from logging import getLogger
from pathlib import Path
from typing import Any, ClassVar, TypedDict, TypeVar

import numpy as np
from flwr.app import ArrayRecord
from flwr.serverapp.strategy import Result, Strategy
from pydantic import ValidationError

from fl_sim import record
from fl_sim.recording.meaning import Choice, Doubt, Meaning, names_in
from fl_sim.recording.measures import as_named
from fl_sim.recording.models import floating_shapes
from fl_sim.recording.reader import WEIGHT, counts_examples
from fl_sim.recording.recorder import Recorder
from fl_sim.recording.renumber import Numbering, renumber
from fl_sim.recording.replies import Arrays, Model
from fl_sim.recording.versions import versions_in_use
from fl_sim.wording import count

AnyStrategy = TypeVar("AnyStrategy", bound=Strategy)

# In `start`, a record is written again after each round, unless that took more than this share of
# the time.
WRITING = 0.05

_LOG = getLogger("flwr")


def record_strategy(  # noqa: PLR0913  # one parameter an option
    strategy: AnyStrategy,
    out: str | Path,
    *,
    name: str | None = None,
    config: Mapping[str, record.Setting] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    dataset: record.Dataset | None = None,
    loss: str | Sequence[str] = (),
    accuracy: str | Sequence[str] = (),
    percent: bool = False,
    updates: bool | None = None,
    examples: str | None = None,
    metric: str | None = None,
) -> AnyStrategy:
    """Have a strategy leave a run record, and return it: it stays the object that it is.

    ::

        strategy = record_strategy(FedAvg(fraction_train=0.5), "runs/mine")

    The record is written as rounds end, so that what has run is not lost; one that is there is
    replaced. A strategy that is started again with the model that it ended with goes on with its
    record, and so does another one of the same kind, as in a loop that makes a new one each time;
    with another model, it leaves a second record beside the first, ``runs/mine-2``.
    Training goes on as it would without: where recording fails, the log says why.
    What only clients know is absent from the record, unless they report it: see ``record_client``.
    Without it they are numbered as they are met, which is another order in every run.

    Args:
        strategy: one of Flower's, or of a subclass of one's own.
        out: folder of the record, made if it is missing; relative to where the server app runs.
        name: of the run, by default that of the folder.
        config: what the run was set to, such as ``context.run_config``.
        groups: the settings that concern the ``strategy``, the ``partitioning`` or the
            ``recording`` alone, by these names. Films compare runs that differ in nothing else.
        dataset: what it was trained on, so that classes have names.
        loss: names of the metrics that are the loss, where names leave a doubt: the log says so.
        accuracy: the same of the accuracy.
        percent: accuracies are in percent, not shares of 1.
        updates: whether to compare whole models: how far clients' are from the global one, how they
            lie to each other, and the global model's path. By default, of models with up to five
            million weights; larger ones take seconds a round.
        examples: what films call the examples, such as ``"patients"``; by default "examples".
        metric: name of the metric that films show first, such as ``"auc"``; by default accuracy,
            else the best known of those that there are.

    Raises:
        TypeError: the strategy is none of ``flwr.serverapp.strategy``, or another argument is of
            another kind than it says.
        ValueError: a value of ``config`` is none that a record can keep, or the strategy is
            recorded already, elsewhere.
        OSError: the folder cannot be made.
    """
    _check_strategy(strategy)
    folder = Path(out).expanduser().absolute()
    weight = str(getattr(_innermost(strategy), "weighted_by_key", WEIGHT))
    about = about_run(
        config or {},
        groups or {},
        dataset,
        strategy=type(strategy).__name__,
        weight=weight,
        examples=examples,
        metric=metric,
    )
    known = getattr(strategy.start, "keeper", None)
    if isinstance(known, Keeper):
        known.check_same(folder)
        return strategy
    recorder = Recorder(weight=weight, score=as_named, updates=updates)
    keeper = Keeper(recorder, folder, name, about, choice_of(loss, accuracy, percent))
    recorder.watch(strategy)
    setattr(strategy, "start", keeper.watch_start(strategy.start))  # noqa: B010  # of one object
    return strategy


def _check_strategy(strategy: object) -> None:
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        name = strategy.__name__
        raise TypeError(f"{name} is a class; pass a strategy made of it, such as {name}()")
    if not isinstance(strategy, Strategy):
        raise TypeError(
            f"{type(strategy).__name__} is no strategy of flwr.serverapp.strategy; of one of "
            "flwr.server.strategy, Flower's older interface, save the History as JSON and read it "
            "with: fl-sim import FILE --name NAME"
        )


def choice_of(loss: str | Sequence[str], accuracy: str | Sequence[str], percent: bool) -> Choice:
    """Return what a user says of the metrics, one name or several."""
    return Choice(_several(loss), _several(accuracy), percent)


def _several(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


class About(TypedDict):
    """What a run was set to, as a record keeps it."""

    strategy: str | None
    weighted_by: str | None
    config: dict[str, record.Setting]
    config_groups: dict[str, tuple[str, ...]]
    dataset: record.Dataset | None
    examples: str | None
    metric: str | None


class Keeper:
    """Writes the record of a run as its rounds end.

    Args:
        recorder: of its rounds.
        folder: of the record; it is made.
        name: of the run, None for that of the folder.
        about: the run.
        choice: of the metrics that are loss and accuracy.
    """

    last: ClassVar["Keeper | None"] = None  # that has begun in this process

    def __init__(
        self, recorder: Recorder, folder: Path, name: str | None, about: About, choice: Choice
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._first, self._first_name = folder, name or folder.name
        self._folder, self._name = self._first, self._first_name
        self._about, self._choice = about, choice
        self._meaning = Meaning(choice)
        self._starts = 0
        self._ended: ArrayRecord | None = None  # the model that the last start returned
        self._started = datetime.now(UTC)
        self._starting = False
        self._written = 0  # rounds
        self._next = 0.0  # on the clock
        self._network: record.Network | None = None
        self._complaints: set[str] = set()
        self.recorder = recorder
        recorder.on_round = self._save_now_and_then
        recorder.on_error = self._give_up

    def check_same(self, folder: Path) -> None:
        """Check that a strategy that is recorded already is so in this folder."""
        if folder != self._first:
            raise ValueError(
                f"this strategy is recorded in {self._first} already; "
                "make a new strategy for a record elsewhere"
            )

    def watch_start(self, start: Callable[..., Result]) -> Callable[..., Result]:
        """Return the strategy's own ``start``, its central evaluation watched if it has one."""
        names = list(inspect.signature(start).parameters)

        @wraps(start)
        def watched(*args: Any, **kwargs: Any) -> Result:
            values = dict(zip(names, args, strict=False)) | kwargs
            self.begin(values.get("initial_arrays"))
            evaluate_fn = values.get("evaluate_fn")
            if callable(evaluate_fn):
                mine = self.recorder.watch_evaluate(evaluate_fn)
                args = tuple(mine if each is evaluate_fn else each for each in args)
                kwargs = {key: mine if v is evaluate_fn else v for key, v in kwargs.items()}
            try:
                result = start(*args, **kwargs)
                self._ended = getattr(result, "arrays", None)
                self.recorder.finish()
            finally:
                self.end()
            return result

        setattr(watched, "keeper", self)  # noqa: B010  # of this function
        return watched

    def begin(self, model: Any) -> None:
        """Begin a run, or go on with the one that has ended with this model."""
        self._starting = True
        self.recorder.tests = False
        before = self if self.recorder.rounds else Keeper.last or self
        Keeper.last = self
        goes_on = before.is_of_same_run(self) and _is_same(before._ended, model)
        if goes_on and before is not self:
            self.recorder.take_over(before.recorder)
            self._started, self._starts = before._started, before._starts
        self._ended = None
        if goes_on:
            self.recorder.go_on()
            return
        self._starts += 1
        number = f"-{self._starts}" if self._starts > 1 else ""
        self._folder = self._first.with_name(self._first.name + number)
        self._name = self._first_name + number
        self.recorder.forget()
        self._complaints.clear()
        self._started = datetime.now(UTC)
        self._written, self._next, self._network = 0, 0.0, None

    def is_of_same_run(self, other: "Keeper") -> bool:
        """Tell whether another keeper may go on with the run of this one."""
        mine, theirs = (
            (each._first, each._first_name, each._about, each._choice) for each in (self, other)
        )
        return bool(self.recorder.rounds) and mine == theirs

    def end(self) -> None:
        """Write what the run has left, and say where."""
        self._starting = False
        self._save()
        self._tell()

    def _save_now_and_then(self, round_: record.Round, model: Arrays) -> None:
        # Outside of `start`, nobody says when the last round was.
        if not self._starting:
            self._complain(
                f"`start` of {self._about['strategy']} was not called, so the run record has "
                "no central evaluation. If another strategy wraps this one, record the wrapper"
            )
        if not self._starting or time.monotonic() >= self._next:
            self._save()

    def _save(self) -> None:
        """Write the rounds that have ended, if there are new ones."""
        if self._written == len(self.recorder.rounds):
            return
        started = time.monotonic()
        try:
            record.save(self._run(), self._folder)
            self._written = len(self.recorder.rounds)
        except Exception as error:
            self._complain(f"The run record could not be written: {_reason(error)}")
        now = time.monotonic()
        self._next = now + (now - started) / WRITING

    def _complain(self, complaint: str) -> None:
        if complaint not in self._complaints:
            _LOG.warning(complaint)
        self._complaints.add(complaint)

    def _tell(self) -> None:
        metric, names = self._about["metric"], names_in(self.recorder.rounds)
        if self._written and metric is not None and metric not in names:
            found = ", ".join(names) or "none"
            self._complain(f"Run record: no metric is called {metric}; there are: {found}")
        if self._written:
            _LOG.info("Run record: %s, %s", self._folder, count(self._written - 1, "round"))
        elif not self.recorder.rounds:
            self._complain("No run record was written: no round has ended")

    def _give_up(self, error: Exception) -> None:
        rounds = len(self.recorder.rounds)
        _LOG.warning(
            "The run record ends before round %s, training goes on: %s", rounds, _reason(error)
        )

    def _run(self) -> record.Run:
        recorder = self.recorder
        rounds, doubts = self._meaning.read(recorder.rounds)
        for doubt in doubts:
            self._complain(_remedy(doubt))
        numbering = Numbering.of(recorder.clients.numbers, recorder.clients.reports)
        self._network = self._network or _network(recorder.first, recorder.rounds)
        return record.Run(
            name=self._name,
            provenance=record.Provenance(
                versions=versions_in_use(), started=self._started, finished=datetime.now(UTC)
            ),
            num_clients=numbering.count or None,
            network=self._network,
            probes=recorder.probes or (),
            partitions=self._partitions(numbering),
            rounds=tuple(renumber(each, numbering.numbers) for each in rounds),
            path=recorder.path.project(),
            filters=recorder.filters(),
            **self._about,
        )

    def _partitions(self, numbering: Numbering) -> tuple[record.Partition, ...]:
        """Return what clients reported of their data, if it is of the dataset's classes."""
        parts = numbering.partitions()
        sizes = {len(part.label_counts) for part in parts if part.label_counts}
        classes = len(self._about["dataset"].class_names) if self._about["dataset"] else 0
        if len(sizes | ({classes} - {0})) > 1:
            self._complain("The run record leaves out label counts: they are of different classes")
            return ()
        return parts


def _remedy(doubt: Doubt) -> str:
    """Return what a user can do about a doubt."""
    how = {
        "": "no accuracy of this run is recorded as such",
        "percent": "no accuracy of this run is recorded as such. Say percent=True if all are in "
        "percent, or have them measured as shares of 1",
    }.get(doubt.option, f"none is recorded as such. Say {doubt.option}={doubt.value!r}")
    return f"Run record: {doubt.found}: {how}"


def _is_same(ended: Any, model: Any) -> bool:
    """Tell whether a start begins with the model with which the one before has ended.

    Only floating parameters count: a counter that was averaged is whole again in a user's model.
    """
    if not isinstance(ended, ArrayRecord) or not isinstance(model, ArrayRecord):
        return False
    a, b = Model(ended), Model(model)
    pairs = ((a[name], b[name]) for name in a if name in b)
    return set(a) == set(b) and all(
        x.shape == y.shape and np.array_equal(x.astype(y.dtype), y, equal_nan=True)
        for x, y in pairs
        if x.dtype.kind == y.dtype.kind == "f"
    )


def about_run(  # noqa: PLR0913  # one parameter an option
    config: Mapping[str, record.Setting],
    groups: Mapping[str, Sequence[str]],
    dataset: record.Dataset | None,
    *,
    strategy: str | None,
    weight: str,
    examples: str | None = None,
    metric: str | None = None,
) -> About:
    """Return what a run was set to, checked."""
    if not isinstance(config, Mapping):
        raise TypeError(f"config is {config!r}; give a mapping, such as context.run_config")
    if not isinstance(groups, Mapping) or any(isinstance(keys, str) for keys in groups.values()):
        raise TypeError(f"groups is {groups!r}; give a list of settings for each group")
    if not isinstance(dataset, record.Dataset | None):
        raise TypeError(f"dataset is {dataset!r}; give a fl_sim.record.Dataset(name=...)")
    about: About = {
        "strategy": strategy,
        "weighted_by": None if counts_examples(weight) else weight,
        "config": dict(config),
        "config_groups": {group: tuple(keys) for group, keys in groups.items()},
        "dataset": dataset,
        "examples": examples,
        "metric": metric,
    }
    try:
        record.Run(name="", **about, rounds=(record.Round(number=0),))
    except ValidationError as error:
        raise ValueError(_reason(error)) from error
    return about


def _reason(error: Exception) -> str:
    """Return what went wrong, in a line."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        where = "".join(f"{part}: " for part in first["loc"])
        return f"{where}{first.get('ctx', {}).get('error', first['msg'])}"
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _innermost(strategy: Strategy) -> Strategy:
    """Return the strategy that decides, where others wrap it, as those of privacy do."""
    while isinstance(inner := getattr(strategy, "strategy", None), Strategy):
        strategy = inner
    return strategy


def _network(model: Arrays, rounds: list[record.Round]) -> record.Network | None:
    """Describe the network by its first model and by the bytes of the first message."""
    trains = [round_.train for round_ in rounds if round_.train]
    sizes = [reply.bytes_down for train in trains for reply in train.replies if reply.bytes_down]
    count = sum(math.prod(shape) for shape in floating_shapes(model).values())
    if not sizes or not count:  # trees are put together from nothing
        return None
    return record.Network(num_parameters=count, num_bytes=sizes[0])
