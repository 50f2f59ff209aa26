"""A client's own training examples in small: a picture kept beside the project's records.

No record holds a client's photos, but what a record says decides them: its dataset, its seed, and
how the examples were dealt out. The picture is kept in ``pictures`` under a name made from that.

``python -m fl_sim.own_tiles NAME CLIENT [DATASET]`` makes it for a run of this app.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fl_sim import tiles
from fl_sim.schema.model import Run

# The settings that decide who holds what, besides those of the group.
SETTINGS = ("seed", "num-partitions", "validation-fraction")
GROUP = "partitioning"
MARK = 8  # characters of a hash in the name
SIDE = 16  # pixels of a tile: the camera comes near
QUALITY = 70


def path_of(run: Run, client: int) -> Path | None:
    """Return the place of the picture of a client's training examples, None if it has none."""
    if run.dataset is None or run.dataset.fingerprint is None or client >= len(run.partitions):
        return None
    names = (*SETTINGS, *run.config_groups.get(GROUP, ()))
    part = run.partitions[client]
    known = [{name: run.config.get(name) for name in sorted(names)}, client]
    dealt = json.dumps([known, part.num_train, part.num_validation, part.label_counts])
    mark = hashlib.sha256(dealt.encode()).hexdigest()[:MARK]
    return tiles.PICTURES / f"{run.dataset.fingerprint[:16]}-{mark}-{client}.webp"


def of_client(run: Run, client: int) -> npt.NDArray[np.uint8] | None:
    """Return a client's training examples in small, uint8 (examples, SIDE, SIDE, 3), or None."""
    path = path_of(run, client)
    if path is None or not path.is_file():
        return None
    return tiles.decode(path.read_bytes(), run.partitions[client].num_train or 0, SIDE)


def make(run: Run, client: int, dataset: str = "") -> Path:
    """Make the picture of a client's training examples from the dataset, and return its path.

    Raises:
        ValueError: the dataset is another one than the run's, or was dealt out otherwise.
    """
    from fl_sim.app import cifar10, task  # noqa: PLC0415  # a record is read without torch
    from fl_sim.app.settings import Settings, defaults  # noqa: PLC0415

    given = {"dataset": dataset} if dataset else {}
    settings = Settings.of({**defaults(), **run.config, **given})
    data = cifar10.load(settings.dataset)
    own: Any = task.partition(data, settings)[client].train
    path = path_of(run, client)
    counted = len(own) == run.partitions[client].num_train
    if path is None or run.dataset is None or data.fingerprint() != run.dataset.fingerprint:
        raise ValueError(f"{run.name} was not trained on the dataset that is here")
    if not counted:
        raise ValueError(f"client {client} of {run.name} holds other examples than are here")
    images = data.train.images(own).permute(0, 2, 3, 1).contiguous()
    path.write_bytes(tiles.encode(images.numpy(), SIDE, QUALITY))
    return path


if __name__ == "__main__":
    from fl_sim import record

    name, client, *dataset = sys.argv[1:]
    print(make(record.load(name), int(client), *dataset))
