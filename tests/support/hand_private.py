"""Records made by hand of what updates give away, and of what masks and noise hide."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hand import hand_run

from fl_sim import record

MEAN, NEAREST = 10.0, 15.0  # dB
SHAPE = (2, 3, 2, 2)  # of the first convolution of a run made by hand
PICTURE = (4, 4, 3)


def attempt(num_photos: int, psnr: float, **fields: Any) -> record.Inversion:
    """Return an attempt on the first worker's photo that reached some likeness, dB."""
    given = {"client": 0, "label": 0, "model": "untrained", "num_photos": num_photos}
    kept = np.arange(3 * 48).reshape(3, *PICTURE).astype(np.uint8) if num_photos == 1 else None
    return record.Inversion(
        **given | {"history": kept, "num_steps": 1} | fields,
        restarts=1,
        num_rebuilt=1,
        num_features=1,
        distance=0.1,
        start_psnr=9.0,
        likeness=record.Likeness(psnr=psnr, ssim=0.5),
        photo=np.full(PICTURE, num_photos % 256, np.uint8),
    )


def attacked(run: record.Run, *found: record.Inversion) -> record.Run:
    """Return a run with attempts to rebuild the first worker's photo."""
    levels = {"mean": MEAN, "grey": MEAN - 1, "nearest": NEAREST}
    chance = {name: record.Likeness(psnr=psnr, ssim=0.1) for name, psnr in levels.items()}
    document = record.Inversions(
        run=record.fingerprint(run),
        seed=0,
        knows=(),
        steps=20,
        restarts=1,
        every=10,
        chance=(record.Chance(client=0, label=0, **chance),),
        found=found,
    )
    return run.with_inversions(document)


def masked(run: record.Run, shown: int = 2, off: float = 0.0) -> record.Run:
    """Return a run whose first round was masked, and told of so many workers what that hid.

    Args:
        run: the run, whose updates are all of the same weight afterwards.
        shown: workers that are shown, of those that train.
        off: by how much the average differs from that of the plain updates.
    """
    round_ = run.rounds[1]
    train = round_.train
    assert train is not None
    count = len(train.replies)
    plain = np.stack([np.full(SHAPE, 0.1 * (i + 1), np.float32) for i in range(count)])
    equal = {"num_examples": 20, "weight": 1 / count, "probes": None, "update_norm": None}
    told = record.Masked(
        clients=tuple(reply.client for reply in train.replies[:shown]),
        plain=plain[:shown],
        masked=np.arange(plain[:shown].size).reshape(plain[:shown].shape).astype(np.uint8),
        mean=(plain.mean(axis=0) + off).astype(np.float32),
        error=1e-9,
        largest=1.0,
        threshold=2,
        num_bytes=100,
    )
    replies = tuple(reply.model_copy(update=equal) for reply in train.replies)
    form = {"form": "masked", "masked": told, "weighted_mean": None}
    hidden = train.model_copy(update={"replies": replies, **form})
    rounds = (run.rounds[0], round_.model_copy(update={"train": hidden}), *run.rounds[2:])
    return run.model_copy(update={"rounds": rounds})


def noised(
    workers: int, accuracies: Sequence[Sequence[float]], epsilons: Sequence[float | None]
) -> list[record.Run]:
    """Return runs with some workers: at each level of noise one for each seed, of an accuracy.

    The first level has no noise, and no epsilon.
    """
    made = hand_run(workers=workers, rounds=1, classes=10)
    return [
        _noised(made, level, seed, accuracy, epsilons[level])
        for level, several in enumerate(accuracies)
        for seed, accuracy in enumerate(several)
    ]


def _noised(
    run: record.Run, level: int, seed: int, accuracy: float, epsilon: float | None
) -> record.Run:
    before, last = run.rounds
    update: dict[str, Any] = {"central": record.Metrics(accuracy=accuracy), "confusion": None}
    if level:
        spent = {} if epsilon is None else {"epsilon": epsilon, "delta": 1e-5}
        privacy = record.Privacy(clip=1.0, noise=float(level), **spent)
        update["train"] = last.train.model_copy(update={"privacy": privacy})
    return run.model_copy(
        update={
            "name": f"{run.num_clients}-{level}-s{seed}",
            "rounds": (before, last.model_copy(update=update)),
            "provenance": record.Provenance(seed=seed),
            "config": {"dp-noise": float(level), "seed": seed, "num-partitions": run.num_clients},
        }
    )
