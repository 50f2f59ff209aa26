"""The server app: a federated run, recorded round by round."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from logging import getLogger
from operator import lt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from flwr.app import Array, ArrayRecord, Context, MetricRecord
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import Strategy
from safetensors.torch import load, save
from torch import nn

from fl_sim import record, tiles
from fl_sim.app import cifar10, predictions, privacy, provenance, secagg_strategy, task
from fl_sim.app.clients import Client, ask_clients, stack_images
from fl_sim.app.cohort import SeededCohort
from fl_sim.app.resume import Resumed
from fl_sim.app.settings import PLACES, Settings, groups
from fl_sim.app.threads import sensible
from fl_sim.recording import state
from fl_sim.recording.alone import only_best_and_last
from fl_sim.recording.journal import Journal, Past
from fl_sim.recording.recorder import Recorder
from fl_sim.recording.replies import Arrays, score
from fl_sim.recording.versions import versions
from fl_sim.schema import derived

MODEL_FILE = "model.safetensors"
JOURNAL = "journal"  # folder beside the record while the run goes on
SAMPLES = 40  # test images shown with the model's probabilities

# Weights followed through the run, from every layer. In round 2 of the reference run each moves
# visibly, and differently on each client.
PROBES = tuple(
    record.Probe(parameter=parameter, index=index)
    for parameter, index in (
        ("conv1.weight", (3, 1, 4, 0)),
        ("conv1.weight", (5, 0, 0, 2)),
        ("conv2.weight", (15, 1, 4, 3)),
        ("fc1.weight", (11, 398)),
        ("fc2.weight", (70, 31)),
        ("fc3.weight", (0, 59)),
        ("fc3.weight", (7, 40)),
        ("fc3.bias", (1,)),
    )
)

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    """Train, and leave the record in the folder that the setting ``out`` names."""
    started = datetime.now(UTC)
    settings = Settings.of(context.run_config)
    config = {key: value for key, value in context.run_config.items() if key not in PLACES}
    data = cifar10.load(settings.dataset)
    parts = task.partition(data, settings)  # fails at once if there are too few images
    privacy.check_weights([len(part.train) for part in parts], settings)
    clients = ask_clients(grid, settings)
    Experiment(settings, config, data, clients, started).run(grid)


class Experiment:
    """One run of the app, from its first round, or from where it was interrupted.

    Args:
        settings: of the run.
        config: the settings as the record keeps them.
        data: what is trained and tested on.
        clients: in the order of their numbers.
        started: when the run began, UTC.
    """

    def __init__(
        self,
        settings: Settings,
        config: Mapping[str, Any],
        data: cifar10.Data,
        clients: list[Client],
        started: datetime,
    ) -> None:
        self.settings, self.config, self.data, self.clients = settings, config, data, clients
        self._nodes = [client.node for client in clients]
        self._numbers = {node: number for number, node in enumerate(self._nodes)}
        self._inner = settings.strategy.make(settings)
        # A strategy that sends each client its own model has no global one to test.
        self._personal = bool(getattr(self._inner, "personal", False))
        self._strategy = self._wrapped()
        self._model = task.placed(self._initial_model(), settings)
        self._dataset = _dataset(data)
        self._keeps_predictions = predictions.are_kept(settings, data)
        self._journal = self._open_journal(started)
        self._recorder = Recorder(
            self._numbers,
            _probes(self._model),
            curves=settings.keep == "all",
            on_round=self._end_round,
        )

    def run(self, grid: Grid) -> None:
        """Run the rounds that are left, and write the record."""
        past = self._journal.read() if self._journal else Past()
        self._recorder.watch(self._strategy)
        strategy, arrays = self._restore(past)
        evaluate = self._recorder.watch_evaluate(self._evaluate)
        done = max(len(past.rounds) - 1, 0)
        if isinstance(strategy, Resumed):
            evaluate = strategy.evaluated_by(evaluate)
        strategy.start(
            grid,
            arrays,
            self.settings.num_server_rounds - done,
            self.settings.round_timeout,
            evaluate_fn=evaluate,
        )
        if self._journal is None:
            getLogger("flwr").warning("setting `out` names no folder: no record is kept")
            return
        self._write(Path(self.settings.out))
        self._journal.remove()

    def _initial_model(self) -> nn.Module:
        settings = self.settings
        return task.initial_model(settings.seed, len(self.data.class_names), settings.network)

    def _wrapped(self) -> Strategy:
        """Return the strategy with its cohort, and with what hides the clients' updates."""
        settings = self.settings
        private = privacy.protected(self._inner, settings)
        cohort = SeededCohort(private, settings.seed, self._nodes, settings.full_round)
        if not settings.secure_aggregation:
            return cohort
        return secagg_strategy.SecureAggregation(cohort, settings.round_timeout)

    # --- rounds

    def _open_journal(self, started: datetime) -> Journal | None:
        if not self.settings.out:
            return None
        identity = {
            "config": dict(self.config),
            "code_hash": provenance.code_hash(self.settings),
            "dataset": self._dataset.fingerprint,
            "versions": versions(),
        }
        return Journal(Path(self.settings.out) / JOURNAL, identity, started.isoformat())

    def _restore(self, past: Past) -> tuple[Strategy, ArrayRecord]:
        """Return the strategy and the model to go on with."""
        if not past.rounds:
            return self._strategy, ArrayRecord(self._model.state_dict())
        for round_ in past.rounds:
            self._recorder.restore(round_, past.models.get(round_.number))
        done = past.rounds[-1].number
        nodes = dict(enumerate(self._nodes))
        state.restore(self._strategy, *past.strategy, nodes)
        arrays = _array_record(past.models[done])
        # Where all rounds have ended, nobody evaluates the model before it is saved.
        self._model.load_state_dict(arrays.to_torch_state_dict())
        return Resumed(self._strategy, done), arrays

    def _evaluate(self, server_round: int, arrays: ArrayRecord) -> MetricRecord | None:
        if self._personal and server_round > 0:
            return None
        self._model.load_state_dict(arrays.to_torch_state_dict())
        # The server has the machine for itself, as far as clients go.
        test = task.test(self._model, self.data.test, sensible())
        if self._keeps_predictions:
            self._recorder.note_predictions(predictions.packed(test.predictions))
        elif self._confusion_is_due(server_round):
            self._recorder.note_confusion(self._confusion(test))
        return MetricRecord({"loss": test.score.loss, "accuracy": test.score.accuracy})

    def _confusion(self, test: task.Test) -> tuple[tuple[int, ...], ...]:
        labels, classes = self.data.test.labels.numpy(), len(self.data.class_names)
        return derived.confusion(labels, test.predictions.numpy(), classes)

    def _confusion_is_due(self, server_round: int) -> bool:
        every = self.settings.confusion_every
        last = server_round == self.settings.num_server_rounds
        return every > 0 and (server_round % every == 0 or last)

    def _end_round(self, round_: record.Round, model: Arrays) -> None:
        if self._journal:
            self._journal.append(round_, model, state.capture(self._strategy, self._numbers))

    # --- the record

    def _write(self, folder: Path) -> None:
        all_kept = self.settings.keep == "all"
        samples, images = self._samples() if all_kept and not self._personal else (None, None)
        run = record.Run(
            name=self.settings.name,
            strategy=type(self._inner).__name__,
            provenance=self._provenance(),
            config=dict(self.config),
            config_groups=groups(),
            num_clients=len(self.clients),
            dataset=self._dataset,
            network=_network(self._model, self.settings.network.title),
            probes=self._recorder.probes or (),
            partitions=tuple(client.partition for client in self.clients),
            rounds=self._rounds(),
            path=None if self._personal else self._recorder.path.project(),
            samples=samples,
            thumbnails=stack_images(self.clients),
            filters=self._recorder.filters() if all_kept else None,
            sample_images=images,
            **self._test_split(),
        )
        if not self._personal:
            run = run.model_copy(update={"final": self._final(run, folder)})
        record.save(run, folder)

    def _rounds(self) -> tuple[record.Round, ...]:
        rounds = tuple(self._recorder.rounds)
        return only_best_and_last(rounds) if self._personal else rounds

    def _test_split(self) -> dict[str, npt.NDArray[np.uint8]]:
        """Return the labels of the test images, and these in small, as far as they are kept."""
        if not self._keeps_predictions:
            return {}
        split = self.data.test
        labels = predictions.packed(split.labels)
        known = tiles.path_of(self._dataset.fingerprint or "").is_file()
        if known or len(split) > tiles.MOST or self.settings.keep != "all":
            return {"test_labels": labels}
        images = split.images(torch.arange(len(split))).permute(0, 2, 3, 1).contiguous()
        picture = np.frombuffer(tiles.encode(images.numpy()), dtype=np.uint8)
        return {"test_labels": labels, "test_images": picture}

    def _samples(self) -> tuple[record.Samples | None, Any]:
        """Return test images with the probabilities; none of a model that has diverged."""
        choose = task.generator(self.settings.seed, "samples")
        index = task.samples(self.data, SAMPLES, choose)
        images = self.data.test.images(index)
        first = task.placed(self._initial_model(), self.settings)
        last = task.probabilities(self._model, images)
        if not last.isfinite().all():
            return None, None
        samples = record.Samples(
            labels=tuple(self.data.test.labels[index].tolist()),
            first=_shares(task.probabilities(first, images)),
            last=_shares(last),
        )
        return samples, images.permute(0, 2, 3, 1).contiguous().numpy()

    def _final(self, run: record.Run, folder: Path) -> record.Final:
        """Save the global model where it is to be kept, and test what the file gives back."""
        num_test = len(self.data.test)
        if self.settings.keep != "all":
            return record.Final(test=run.rounds[-1].central, num_test=num_test)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / MODEL_FILE
        # In the header: which run it is of.
        path.write_bytes(save(self._model.state_dict(), {"fingerprint": record.fingerprint(run)}))
        content = path.read_bytes()
        saved = task.placed(self._initial_model(), self.settings)
        saved.load_state_dict(load(content))
        result = task.test(saved, self.data.test, 1).score
        return record.Final(
            file=path.name,
            sha256=hashlib.sha256(content).hexdigest(),
            test=score({"loss": result.loss, "accuracy": result.accuracy}),
            num_test=num_test,
        )

    def _provenance(self) -> record.Provenance:
        assert self._journal is not None
        return record.Provenance(
            seed=self.settings.seed,
            versions=versions(),
            code_hash=provenance.code_hash(self.settings),
            started=datetime.fromisoformat(self._journal.started),
            finished=datetime.now(UTC),
        )


def _array_record(arrays: Arrays) -> ArrayRecord:
    return ArrayRecord({name: Array(array) for name, array in arrays.items()})


def _shares(probabilities: torch.Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(value, 4) for value in row) for row in probabilities.tolist())


def _probes(model: nn.Module) -> list[record.Probe]:
    """Return the probes that this model has: the last layer's depend on the number of classes."""
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    known = (probe for probe in PROBES if probe.parameter in shapes)
    return [probe for probe in known if all(map(lt, probe.index, shapes[probe.parameter]))]


def _dataset(data: cifar10.Data) -> record.Dataset:
    return record.Dataset(
        name=data.name,
        num_train=len(data.train),
        num_test=len(data.test),
        class_names=data.class_names,
        fingerprint=data.fingerprint(),
    )


def _network(model: nn.Module, name: str) -> record.Network:
    return record.Network(
        name=name,
        num_parameters=sum(parameter.numel() for parameter in model.parameters()),
        num_bytes=ArrayRecord(model.state_dict()).count_bytes(),
    )
