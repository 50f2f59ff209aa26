"""What is attacked: a record's models and data, and updates of them."""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own name for it

from fl_sim import record
from fl_sim.app import cifar10, secagg, task
from fl_sim.app.descent import Descent
from fl_sim.app.folder import DataError
from fl_sim.app.settings import Settings, defaults
from fl_sim.attacks.victim import Weights, weights_of

EPOCH = 0  # in place of a number of photos: all of a client's, as in a round of the run
MOST_REBUILT = 32  # photos together


class AttackError(Exception):
    """A record that cannot be attacked: says what is missing and what to do."""


@dataclass(frozen=True)
class Subject:
    """A run with its data and both ends of its training.

    Attributes:
        run: the record.
        settings: of the run.
        data: the dataset.
        parts: of it, by client.
        models: the untrained and the trained one.
    """

    run: record.Run
    settings: Settings
    data: cifar10.Data
    parts: tuple[task.Part, ...]
    models: Mapping[str, nn.Module]

    @classmethod
    def open(cls, name: str, data: Path | None) -> "Subject":
        """Return the subject of a record, given by name or folder, and its dataset's folder.

        Raises:
            AttackError: it has no model, or was not made by this app from this dataset.
            RecordError: there is no such record.
        """
        torch.set_num_threads(1)  # as in training
        run = record.load(name)
        model = _model_of(run)
        settings, dataset, parts = trained_on(run, data)
        record.verify(name, run)
        untrained = task.initial_model(settings.seed, len(dataset.class_names), settings.network)
        trained = deepcopy(untrained)
        try:
            trained.load_state_dict(load_file(record.resolve(name) / model))
        except (OSError, RuntimeError, SafetensorError) as error:
            raise AttackError(
                f"{run.name}: {model} is not there, or not of this app's network; attacks "
                "are on runs made by fl-sim run"
            ) from error
        subject = cls(run, settings, dataset, parts, {"untrained": untrained, "trained": trained})
        subject._check_data()
        return subject

    def photos(self, client: int, count: int) -> tuple[Tensor, Tensor]:
        """Return a client's first training photos, as thumbnails are chosen, and their labels.

        They are uint8 (count, 3, height, width) and int64 (count,).
        """
        choose = task.generator(self.settings.seed, "thumbnails", client)
        images, labels = task.thumbnails(self.data, self.parts[client], count, choose)
        return images.permute(0, 3, 1, 2), labels

    def update(self, model: str, client: int, num_photos: int) -> tuple[Weights, int]:
        """Return what a client's training changes, and how many steps of descent it had.

        Args:
            model: a key of ``models``.
            client: whose photos are trained on.
            num_photos: in one step, the first thumbnail among them; or ``EPOCH``.
        """
        before = self.models[model]
        after = deepcopy(before)
        if num_photos == EPOCH:
            rounds = 1 if model == "untrained" else len(self.run.rounds)
            shuffle = task.generator(self.settings.seed, "train", rounds, client)
            train = self.parts[client].train
            losses, _ = task.train(after, self.data.train, train, self.settings, shuffle)
            steps = len(losses)
        else:
            images, labels = self.photos(client, num_photos)
            loss = F.cross_entropy(after(scaled(images)), labels)
            Descent(after, self.settings)(loss)
            steps = 1
        known = weights_of(before)
        return {name: tensor - known[name] for name, tensor in weights_of(after).items()}, steps

    def updated(self, model: str, update: Weights) -> nn.Module:
        """Return a model with an update added."""
        found = deepcopy(self.models[model])
        with torch.no_grad():
            for name, tensor in found.named_parameters():
                tensor.add_(update[name])
        return found

    def _check_data(self) -> None:
        if self.run.thumbnails is None:
            return
        for client, images in enumerate(self.run.thumbnails):
            found, _ = self.photos(client, len(images))
            if not torch.equal(found.permute(0, 2, 3, 1), torch.from_numpy(images.copy())):
                raise AttackError(
                    f"{self.run.name}: its photos are not those of {self.data.name}; give the "
                    "folder of the dataset that it was trained on by --data"
                )


def trained_on(
    run: record.Run, data: Path | None
) -> tuple[Settings, cifar10.Data, tuple[task.Part, ...]]:
    """Return the settings of a run, its dataset, and the clients' parts of it.

    Raises:
        AttackError: they cannot be had.
    """
    config = {**defaults(), **run.config, **({"dataset": str(data)} if data else {})}
    try:
        settings = Settings.of(config)
        dataset = cifar10.load(settings.dataset)
        return settings, dataset, task.partition(dataset, settings)
    except DataError as error:
        hint = "" if data else ". If you have a local copy, give its folder by --data"
        raise AttackError(f"{run.name}: {error}{hint}") from error
    except ValueError as error:
        raise AttackError(f"{run.name}: {error}") from error


def _model_of(run: record.Run) -> str:
    """Return the file of the model of a run that can be attacked."""
    if not run.by_own_app:
        raise AttackError(
            f"{run.name}: it was not made by fl-sim run, and an attack repeats what its clients "
            "did; attack a run that was"
        )
    if run.config.get("keep") == "numbers":
        raise AttackError(
            f"{run.name}: its record holds no model to attack; make one with keep=all"
        )
    if run.final is None or run.final.file is None or run.partitions == ():
        raise AttackError(f"{run.name}: it has no global model to attack; attack a run that has")
    return run.final.file


def scaled(images: Tensor) -> Tensor:
    """Return images of bytes as the network is given them, from -1 to 1."""
    return images.to(torch.float32) / 127.5 - 1


def masked(update: Weights, num_examples: int, seed: int) -> Weights:
    """Return an update as the coordinator receives it by secure aggregation, under one mask."""
    arrays = {name: tensor.numpy() for name, tensor in update.items()}
    key = hashlib.sha256(f"{seed}/mask".encode()).digest()
    x = secagg.quantise(secagg.flatten(arrays) * num_examples, 2)
    y = secagg.dequantise(x + secagg.prg(key, len(x)))
    found = secagg.unflatten(y, arrays)
    return {name: torch.from_numpy(each).float() for name, each in found.items()}


def noised(update: Weights, noise: float, seed: int) -> Weights:
    """Return an update clipped to half its norm, with noise on each weight in parts of its norm."""
    return _clipped_and_noised(update, _norm(update) / 2, noise * _norm(update), seed)


def locally_noised(update: Weights, settings: Settings, seed: int) -> Weights:
    """Return an update as a client of the run sends it: noised, if clients add noise there."""
    if not settings.dp_noise or settings.dp_where != "local":
        return update
    return _clipped_and_noised(update, settings.dp_clip, settings.dp_noise * settings.dp_clip, seed)


def _clipped_and_noised(update: Weights, clip: float, deviation: float, seed: int) -> Weights:
    randomness = task.generator(seed, "noise")
    part = min(1.0, clip / (_norm(update) or 1.0))
    return {
        name: each * part + deviation * torch.randn(each.shape, generator=randomness)
        for name, each in update.items()
    }


def _norm(update: Weights) -> float:
    return float(torch.cat([each.flatten() for each in update.values()]).norm())
