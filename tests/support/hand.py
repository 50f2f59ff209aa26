"""Records made by hand, whose every number can be chosen. None of them is a result."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from fl_sim import record


def hand_run(  # noqa: PLR0913, PLR0917  # one number an option
    workers: int = 3,
    rounds: int = 2,
    classes: int = 2,
    step: int = 0,
    picked: int = 0,
    failed: int = 0,
    close_up: int = 0,
) -> record.Run:
    """Return a valid run. Two runs of another ``step`` share no number that is shown.

    Args:
        workers: clients.
        rounds: rounds after round 0.
        classes: classes of the dataset.
        picked: workers that train in every round; without it two, or three where a step is given.
        step: added to what is counted, and a hundredth of it to what is measured.
        failed: how many of these fail in every round, in turn with an error and without a reply.
        close_up: steps of round 1 after which each training is looked at closely.
    """
    run = record.Run(
        name=f"hand-{step}",
        strategy="FedAvg",
        provenance=record.Provenance(
            seed=step,
            versions={name: f"{n}.{step}" for n, name in enumerate(("python", "flwr", "torch"))},
            code_hash=f"{step:x}" * 64,
            started=datetime(2026, 1, 1 + step, tzinfo=UTC),
            finished=datetime(2026, 1, 1 + step, tzinfo=UTC),
        ),
        config={},
        config_groups={
            "strategy": ("strategy", "eta"),
            "partitioning": ("partitioning", "dirichlet-alpha"),
        },
        num_clients=workers,
        dataset=record.Dataset(
            name="dots",
            num_train=100 * workers + step,
            num_test=50 + step,
            class_names=tuple(chr(ord("a") + step + i) for i in range(classes)),
            fingerprint="f" * 64,
        ),
        network=record.Network(name="line", num_parameters=75 + step, num_bytes=1000 + 100 * step),
        probes=(record.Probe(parameter="weight", index=(step,)),),
        partitions=tuple(_partition(worker, classes, step) for worker in range(workers)),
        rounds=tuple(
            _round(number, step, picked or (3 if step else 2), failed).model_copy(
                update={"confusion": _confusion(number, step, classes)}
            )
            for number in range(rounds + 1)
        ),
        thumbnails=np.full((workers, 2, 4, 4, 3), 40 + step, np.uint8),
        filters=np.stack([_filters(number, step) for number in range(rounds + 1)]),
        samples=_samples(classes, 5 + step),
        sample_images=np.full((5 + step, 4, 4, 3), 50 + step, np.uint8),
    )
    return with_close_up(run, close_up, step) if close_up else run


def with_close_up(run: record.Run, steps: int, step: int = 0) -> record.Run:
    """Return a run whose clients are looked at after each of some steps of round 1.

    The true class, of the client's number, becomes surer from step to step, and the weights move.
    """
    train = run.rounds[1].train
    replies = [
        reply.model_copy(update={"close_up": _close_up(run, reply.client, steps, step)})
        for reply in train.replies
    ]
    train = train.model_copy(update={"replies": tuple(replies)})
    seen = run.rounds[1].model_copy(update={"train": train})
    return run.model_copy(update={"rounds": (run.rounds[0], seen, *run.rounds[2:])})


def _close_up(run: record.Run, client: int, steps: int, step: int) -> record.CloseUp:
    classes, weights = len(run.dataset.class_names), run.network.num_parameters
    label, looks = client % classes, np.arange(steps + 1)
    surer = np.minimum((1 + looks + 0.1 * step) / (steps + 2), 0.9).astype(np.float32)
    shares = np.repeat((1 - surer[:, None]) / (classes - 1), classes, axis=1)
    shares[:, label] = surer
    return record.CloseUp(
        label=label,
        image=np.full((4, 4, 3), 40 + step, np.uint8),
        steps=tuple((looks + step).tolist()),
        probabilities=shares.astype(np.float32),
        moved_steps=(step, step + 1, step + steps)[: min(steps, 2) + 1],
        moved=np.outer([0, 100, 255], np.linspace(0, 1, weights))[: min(steps, 2) + 1].astype(
            np.uint8
        ),
        largest=(0.0, 0.1, 0.5)[: min(steps, 2) + 1],
    )


def of_others(run: record.Run) -> record.Run:
    """Return a run as an app of somebody else's leaves it: nothing is known of its code."""
    origin = run.provenance.model_copy(update={"code_hash": None})
    return run.model_copy(update={"provenance": origin})


def imported(run: record.Run) -> record.Run:
    """Return a run as if its record were made of a file."""
    origin = run.provenance.model_copy(update={"code_hash": None, "source": "metrics.csv"})
    return run.model_copy(update={"provenance": origin})


def hand_pair(**numbers: int) -> list[record.Run]:
    """Return two runs that differ in their data only, alike and skewed. Numbers: ``hand_run``."""
    run, step = hand_run(**numbers), numbers.get("step", 0)
    config = {"partitioning": "dirichlet", "dirichlet-alpha": 0.1 + 0.01 * step}
    skewed = _skewed(run, step).model_copy(update={"name": "skewed", "config": config})
    return [
        _with_gram(run, 1.0 + 0.1 * step, 0.8 - 0.01 * step).model_copy(update={"name": "alike"}),
        _moved(_with_gram(skewed, 2.0 + 0.1 * step, 0.1 + 0.02 * step), -0.02),
    ]


def hand_seeds(**numbers: int) -> list[record.Run]:
    """Return runs on skewed data: two strategies, two seeds each; three where a step is given."""
    step = numbers.get("step", 0)
    run = _skewed(hand_run(**numbers), step)
    gains = {"FedAvg": (0.0, 0.01), "FedYogi": (0.05 + 0.01 * step, 0.08)}
    if step:
        gains = {name: (*both, 0.03) for name, both in gains.items()} | {
            "FedProx": (0.0, 0.02, 0.01)
        }
    return [
        _moved(run, gain).model_copy(
            update={
                "name": f"{strategy}-s{seed}",
                "strategy": strategy,
                "provenance": run.provenance.model_copy(update={"seed": seed}),
                "config": {"seed": seed, "strategy": strategy.lower()},
            }
        )
        for strategy, several in gains.items()
        for seed, gain in enumerate(several)
    ]


def _skewed(run: record.Run, step: int) -> record.Run:
    """Let each worker hold one kind of examples above all others."""
    classes = len(run.dataset.class_names) if run.dataset else 0
    partitions = []
    for worker in range(len(run.partitions)):
        counts = [1] * classes
        counts[worker % classes] = 40 + step + worker
        validation = {"num_train": sum(counts) - 3, "num_validation": 3}
        part = record.Partition(label_counts=tuple(counts), thumbnail_labels=(0, 1), **validation)
        partitions.append(part)
    return run.model_copy(update={"partitions": tuple(partitions)})


def _with_gram(run: record.Run, length: float, cosine: float) -> record.Run:
    """Let all updates be of a length, and of an angle to each other."""
    rounds = [run.rounds[0]]
    for round_ in run.rounds[1:]:
        count = len(round_.train.replies)
        gram = length**2 * (cosine + (1 - cosine) * np.eye(count))
        train = round_.train.model_copy(update={"gram": tuple(map(tuple, gram.tolist()))})
        rounds.append(round_.model_copy(update={"train": train}))
    return run.model_copy(update={"rounds": tuple(rounds)})


def _moved(run: record.Run, gain: float) -> record.Run:
    """Let every round after the first be more or less accurate."""
    rounds = [
        round_.model_copy(
            update={
                "central": round_.central.model_copy(
                    update={"accuracy": round_.central.accuracy + gain * (round_.number > 0)}
                )
            }
        )
        for round_ in run.rounds
    ]
    return run.model_copy(update={"rounds": tuple(rounds)})


def saved(folder: Path, run: record.Run) -> str:
    """Save a run, with what attacks on it found, and return what ``FEDREEL_RUN`` should say."""
    place = record.save(run, folder / run.name).parent
    if run.inversions:
        record.save_attack(run.inversions, place)
    return str(place)


def _partition(worker: int, classes: int, step: int) -> record.Partition:
    counts = tuple(10 + worker + kind + step for kind in range(classes))
    return record.Partition(
        num_train=sum(counts) - 3 - step,
        num_validation=3 + step,
        label_counts=counts,
        thumbnail_labels=(0, 1),
    )


def _filters(number: int, step: int) -> np.ndarray:
    values = np.arange(2 * 3 * 2 * 2, dtype=np.float32) - 12 + number + step
    return (values / 24).reshape(2, 3, 2, 2)


def _samples(classes: int, count: int) -> record.Samples:
    """Return samples that the first model calls the first class, the last one mostly right."""
    labels = tuple(i % classes for i in range(count))
    last = tuple((label + (i % 3 == 2)) % classes for i, label in enumerate(labels))
    sure = np.eye(classes)
    return record.Samples(
        labels=labels,
        first=tuple(tuple(sure[0].tolist()) for _ in labels),
        last=tuple(tuple(sure[kind].tolist()) for kind in last),
    )


def _confusion(number: int, step: int, classes: int) -> tuple[tuple[int, ...], ...]:
    """Return answers of which more are right in each round; the others name the next class."""
    counts = np.zeros((classes, classes), int)
    for kind in range(classes):
        held = (50 + step) // classes + ((50 + step) % classes if kind == 0 else 0)
        right = min(held, 2 * number + kind + 1 + step)
        counts[kind, kind] = right
        counts[kind, (kind + 1) % classes] += held - right
    return tuple(tuple(row) for row in counts.tolist())


def _failures(clients: tuple[int, ...]) -> tuple[record.Failure, ...]:
    kinds = [{"kind": "error", "code": 2, "reason": "out of memory"}, {"kind": "no reply"}]
    return tuple(record.Failure(client=c, **kinds[i % 2]) for i, c in enumerate(clients))


def _round(number: int, step: int, count: int, failed: int = 0) -> record.Round:
    central = record.Metrics(
        loss=2.0 / (1 + 0.1 * number) + 0.01 * step,
        accuracy=min(0.1 + 0.05 * number, 0.8) + 0.01 * step,
    )
    if number == 0:
        return record.Round(number=0, central=central, probes=(0.01 * step,))
    picked, sampled = tuple(range(count - failed)), tuple(range(count))
    examples = [10 + 20 * client + number + step for client in picked]
    sent = [0.25 * (client + 1) + 0.01 * step for client in picked]
    shares = [count / sum(examples) for count in examples]
    average = sum(share * value for share, value in zip(shares, sent, strict=True))
    return record.Round(
        number=number,
        train=record.Train(
            sampled=sampled,
            replies=tuple(_reply(client, examples, sent, step) for client in picked),
            failures=_failures(sampled[count - failed :]),
            weighted_mean=(average,),
        ),
        evaluate=_evaluate(sampled[:-1], step),
        central=central,
        probes=(average,),
    )


def _evaluate(picked: tuple[int, ...], step: int) -> record.Evaluate:
    measured = record.Metrics(loss=1.9 + 0.01 * step, accuracy=0.2 + 0.01 * step)
    replies = tuple(
        record.EvaluateReply(
            client=client, num_examples=3, weight=1 / len(picked), metrics=measured
        )
        for client in picked
    )
    return record.Evaluate(sampled=picked, replies=replies, metrics=measured, averaged=True)


def _reply(client: int, examples: list[int], sent: list[float], step: int) -> record.TrainReply:
    return record.TrainReply(
        client=client,
        num_examples=examples[client],
        weight=examples[client] / sum(examples),
        bytes_down=1000 + 100 * step,
        bytes_up=2000 + 100 * step + 50 * client,
        probes=(sent[client],),
        loss_curve=(2.0 + 0.1 * step, 1.5 + 0.01 * step, 1.2 + 0.1 * step),
    )
