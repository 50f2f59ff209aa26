"""Records a run of any Flower app, by one line in its server app."""

import inspect
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path
from typing import Any, TypeVar

from flwr.serverapp.strategy import Result, Strategy

from fl_sim import record
from fl_sim.recording.recorder import WEIGHT, Recorder
from fl_sim.recording.renumber import Numbering, renumber
from fl_sim.recording.replies import Arrays
from fl_sim.recording.versions import versions

AnyStrategy = TypeVar("AnyStrategy", bound=Strategy)


def record_strategy(
    strategy: AnyStrategy,
    out: str | Path,
    *,
    name: str | None = None,
    config: Mapping[str, record.Setting] | None = None,
    dataset: record.Dataset | None = None,
) -> AnyStrategy:
    """Have a strategy leave a run record, and return it: it stays the object that it is.

    ::

        strategy = record_strategy(FedAvg(fraction_train=0.5), "runs/mine")

    The record is written as each round ends, so that what has run is not lost. What only clients
    know is absent from it, unless they tell it: see ``record_client``.

    Args:
        strategy: one of Flower's, or of a subclass of one's own.
        out: folder of the record, made if it is missing; relative to where the server app runs.
        name: of the run, by default that of the folder.
        config: what the run was set to, such as ``context.run_config``.
        dataset: what it was trained on, so that classes have names.
    """
    folder = Path(out).absolute()
    keeper = _Keeper(strategy, folder, name or folder.name, dict(config or {}), dataset)
    keeper.recorder.watch(strategy)
    setattr(strategy, "start", keeper.watch_start(strategy.start))  # noqa: B010  # of one object
    return strategy


class _Keeper:
    """Writes the record of a strategy, again after each round."""

    def __init__(
        self,
        strategy: Strategy,
        folder: Path,
        name: str,
        config: dict[str, record.Setting],
        dataset: record.Dataset | None,
    ) -> None:
        self._strategy, self._folder, self._name = strategy, folder, name
        self._config, self._dataset = config, dataset
        self._started = datetime.now(UTC)
        weight = getattr(_innermost(strategy), "weighted_by_key", WEIGHT)
        self.recorder = Recorder(weight=weight, on_round=self._save)

    def watch_start(self, start: Callable[..., Result]) -> Callable[..., Result]:
        """Return the strategy's own ``start``, its central evaluation watched if it has one."""
        signature = inspect.signature(start)

        def watched(*args: Any, **kwargs: Any) -> Result:
            self._started = datetime.now(UTC)
            bound = signature.bind(*args, **kwargs)
            evaluate_fn = bound.arguments.get("evaluate_fn")
            if evaluate_fn is not None:
                bound.arguments["evaluate_fn"] = self.recorder.watch_evaluate(evaluate_fn)
            result = start(*bound.args, **bound.kwargs)
            self.recorder.close()
            getLogger("flwr").info("Run record: %s", self._folder)
            return result

        return watched

    def _save(self, round_: record.Round, model: Arrays) -> None:
        recorder = self.recorder
        numbering = Numbering.of(recorder.numbers, recorder.told)
        first = recorder.first or {}
        run = record.Run(
            name=self._name,
            strategy=type(self._strategy).__name__,
            provenance=record.Provenance(
                versions=versions(), started=self._started, finished=datetime.now(UTC)
            ),
            config=self._config,
            num_clients=numbering.count,
            dataset=self._dataset,
            network=_network(first, recorder.rounds),
            probes=recorder.probes or (),
            partitions=numbering.partitions(),
            rounds=tuple(renumber(each, numbering.numbers) for each in recorder.rounds),
            path=recorder.path.project(),
            filters=recorder.filters(),
        )
        record.save(run, self._folder)


def _innermost(strategy: Strategy) -> Strategy:
    """Return the strategy that decides, where others wrap it, as those of privacy do."""
    while isinstance(inner := getattr(strategy, "strategy", None), Strategy):
        strategy = inner
    return strategy


def _network(model: Arrays, rounds: list[record.Round]) -> record.Network | None:
    """Describe the network by its first model and by the bytes of the first message."""
    trains = [round_.train for round_ in rounds if round_.train]
    sizes = [reply.bytes_down for train in trains for reply in train.replies if reply.bytes_down]
    if not sizes:
        return None
    count = sum(array.size for array in model.values() if array.dtype.kind == "f")
    return record.Network(num_parameters=count, num_bytes=sizes[0])
