"""Records made by hand of what updates give away, and of what masks and noise hide."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hand import hand_run

from fl_sim import record

MEAN, NEAREST = 10.0, 15.0  # dB
MANY = 99  # workers
SHAPE = (2, 3, 2, 2)  # of the first convolution of a run made by hand
PICTURE = (4, 4, 3)


def hand_attacked(**numbers: int) -> list[record.Run]:
    """Return a run with attempts on updates of more and more photos. Numbers: ``hand_run``."""
    run, step = hand_run(**numbers), numbers.get("step", 0)
    found = (
        attempt(1, 20.0 + step),
        attempt(1, 19.0 + step, model="trained"),
        attempt(4 + step, 15.0 + step),
        attempt(4000 + step, 10.5 + step, num_steps=125),
    )
    changed = run.model_copy(update={"filters": run.filters * np.float32(1 + step)})
    return [attacked(changed, *found, better=step)]


def hand_masked(**numbers: int) -> list[record.Run]:
    """Return a run with a masked round of which not all is shown. Numbers: ``hand_run``."""
    workers, step = numbers.get("workers", 3), numbers.get("step", 0)
    count = min(workers, 4)
    run = hand_run(**numbers | {"picked": count})
    return [masked(run, shown=count - (2 if step else 1))]


def hand_noised(**numbers: int) -> list[record.Run]:
    """Return runs of few workers and of many, without noise and with it. Numbers: ``hand_run``."""
    workers, step = numbers.get("workers", 3), numbers.get("step", 0)
    less = 0.01 * step
    few = ((0.6 - less, 0.61), (0.3 - less, 0.31), (0.12 - less, 0.1))
    many = ((0.6 - less, 0.6), (0.6 - less, 0.61), (0.59 - less, 0.6))
    epsilons = (None, 253.0 + step, 9.6 + step)
    return [*noised(workers, few, epsilons), *noised(100 * workers, many, epsilons)]


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


def attacked(
    run: record.Run, *found: record.Inversion, better: float = 0.0, clients: int = 1
) -> record.Run:
    """Return a run with attempts to rebuild the first worker's photo.

    Args:
        run: the run.
        found: the attempts.
        better: added to the likeness of other pictures, dB.
        clients: how many have a level of chance, from the first on.
    """
    levels = {"mean": MEAN + better, "grey": MEAN - 1, "nearest": NEAREST + better}
    chance = {name: record.Likeness(psnr=psnr, ssim=0.1) for name, psnr in levels.items()}
    document = record.Inversions(
        run=record.fingerprint(run),
        seed=0,
        knows=(),
        steps=20,
        restarts=1,
        every=10,
        chance=tuple(record.Chance(client=i, label=0, **chance) for i in range(clients)),
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
            "name": f"{'many' if run.num_clients > MANY else 'few'}-{level}-s{seed}",
            "rounds": (before, last.model_copy(update=update)),
            "provenance": run.provenance.model_copy(update={"seed": seed}),
            "config": {"dp-noise": float(level), "seed": seed, "num-partitions": run.num_clients},
        }
    )
