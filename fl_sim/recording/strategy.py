"""The recorder for any Flower app, by one line in its server app."""

import inspect
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from logging import getLogger
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from flwr.serverapp.strategy import Result, Strategy
from pydantic import ValidationError

from fl_sim import record
from fl_sim.recording.models import floating_shapes
from fl_sim.recording.recorder import WEIGHT, Recorder
from fl_sim.recording.renumber import Numbering, renumber
from fl_sim.recording.replies import Arrays
from fl_sim.recording.versions import versions
from fl_sim.wording import count

AnyStrategy = TypeVar("AnyStrategy", bound=Strategy)

# In `start`, a record is written again after each round, unless that took more than this share of
# the time.
WRITING = 0.05

_LOG = getLogger("flwr")


def record_strategy(
    strategy: AnyStrategy,
    out: str | Path,
    *,
    name: str | None = None,
    config: Mapping[str, record.Setting] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    dataset: record.Dataset | None = None,
) -> AnyStrategy:
    """Have a strategy leave a run record, and return it: it stays the object that it is.

    ::

        strategy = record_strategy(FedAvg(fraction_train=0.5), "runs/mine")

    The record is written as rounds end, so that what has run is not lost; one that is there is
    replaced. A strategy that is started a second time leaves a second record beside the first,
    ``runs/mine-2``. Training goes on as it would without: where recording fails, the log says why.
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

    Raises:
        TypeError: the strategy is none of ``flwr.serverapp.strategy``.
        ValueError: a value of ``config`` is none that a record can keep.
        OSError: the folder cannot be made.
    """
    if not isinstance(strategy, Strategy):
        raise TypeError(
            f"{type(strategy).__name__} is no strategy of flwr.serverapp.strategy; "
            "those of flwr.server.strategy, Flower's older interface, cannot be recorded"
        )
    folder = Path(out).expanduser().absolute()
    about: _About = {
        "config": dict(config or {}),
        "config_groups": {group: tuple(keys) for group, keys in (groups or {}).items()},
        "dataset": dataset,
    }
    _check(about)
    folder.mkdir(parents=True, exist_ok=True)
    keeper = _Keeper(strategy, folder, name or folder.name, about)
    keeper.recorder.watch(strategy)
    setattr(strategy, "start", keeper.watch_start(strategy.start))  # noqa: B010  # of one object
    return strategy


class _About(TypedDict):
    """What a run was set to, as a record keeps it."""

    config: dict[str, record.Setting]
    config_groups: dict[str, tuple[str, ...]]
    dataset: record.Dataset | None


class _Keeper:
    """Writes the record of a strategy as its rounds end."""

    def __init__(
        self,
        strategy: Strategy,
        folder: Path,
        name: str,
        about: "_About",
    ) -> None:
        self._strategy, self._first, self._first_name = strategy, folder, name
        self._folder, self._name = folder, name
        self._about = about
        self._starts = 0
        self._started = datetime.now(UTC)
        self._starting = False
        self._written = 0  # rounds
        self._next = 0.0  # on the clock
        self._network: record.Network | None = None
        self._complaint = ""
        weight = getattr(_innermost(strategy), "weighted_by_key", WEIGHT)
        self.recorder = Recorder(weight=weight, on_round=self._save_now_and_then)
        self.recorder.on_error = self._give_up

    def watch_start(self, start: Callable[..., Result]) -> Callable[..., Result]:
        """Return the strategy's own ``start``, its central evaluation watched if it has one."""
        names = list(inspect.signature(start).parameters)

        @wraps(start)
        def watched(*args: Any, **kwargs: Any) -> Result:
            self._begin()
            values = dict(zip(names, args, strict=False)) | kwargs
            evaluate_fn = values.get("evaluate_fn")
            if callable(evaluate_fn):
                mine = self.recorder.watch_evaluate(evaluate_fn)
                args = tuple(mine if each is evaluate_fn else each for each in args)
                kwargs = {key: mine if v is evaluate_fn else v for key, v in kwargs.items()}
            try:
                result = start(*args, **kwargs)
                self.recorder.finish()
            finally:
                self._starting = False
                self._save()
                self._tell()
            return result

        return watched

    def _begin(self) -> None:
        self._starting = True
        self._starts += 1
        if self._starts > 1:
            self._folder = self._first.with_name(f"{self._first.name}-{self._starts}")
            self._name = f"{self._first_name}-{self._starts}"
        self.recorder.forget()
        self.recorder.tests = False
        self._started = datetime.now(UTC)
        self._written, self._next, self._network = 0, 0.0, None

    def _save_now_and_then(self, round_: record.Round, model: Arrays) -> None:
        # Outside of `start`, nobody says when the last round was.
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
        if complaint != self._complaint:
            _LOG.warning(complaint)
        self._complaint = complaint

    def _tell(self) -> None:
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
        numbering = Numbering.of(recorder.clients.numbers, recorder.clients.reports)
        self._network = self._network or _network(recorder.first, recorder.rounds)
        return record.Run(
            name=self._name,
            strategy=type(self._strategy).__name__,
            provenance=record.Provenance(
                versions=versions(), started=self._started, finished=datetime.now(UTC)
            ),
            num_clients=numbering.count or None,
            network=self._network,
            probes=recorder.probes or (),
            partitions=self._partitions(numbering),
            rounds=tuple(renumber(each, numbering.numbers) for each in recorder.rounds),
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


def _check(about: _About) -> None:
    try:
        record.Run(name="", **about, rounds=(record.Round(number=0),))
    except ValidationError as error:
        raise ValueError(f"config: {_reason(error)}") from error


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
    shapes = floating_shapes(model).values()
    if not sizes or not shapes:
        return None
    count = sum(math.prod(shape) for shape in shapes)
    return record.Network(num_parameters=count, num_bytes=sizes[0])
