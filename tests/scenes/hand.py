"""Records made by hand, whose every number can be chosen. None of them is a result."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from fl_sim import record


def hand_run(
    workers: int = 3, rounds: int = 2, classes: int = 2, step: int = 0, picked: int = 0
) -> record.Run:
    """Return a valid run. Two runs of another ``step`` share no number that is shown.

    Args:
        workers: clients.
        rounds: rounds after round 0.
        classes: classes of the dataset.
        picked: workers that train in every round; without it two, or three where a step is given.
        step: added to what is counted, and a hundredth of it to what is measured.
    """
    return record.Run(
        name=f"hand-{step}",
        strategy="FedAvg",
        provenance=record.Provenance(
            seed=step,
            versions={},
            code_hash="0" * 64,
            started=datetime(2026, 1, 1, tzinfo=UTC),
            finished=datetime(2026, 1, 1, tzinfo=UTC),
        ),
        config={},
        num_clients=workers,
        dataset=record.Dataset(
            name="dots",
            num_train=100 * workers + step,
            num_test=50 + step,
            class_names=tuple(chr(ord("a") + i) for i in range(classes)),
            fingerprint="f" * 64,
        ),
        network=record.Network(name="line", num_parameters=75 + step, num_bytes=1000 + 100 * step),
        probes=(record.Probe(parameter="weight", index=(0,)),),
        partitions=tuple(_partition(worker, classes, step) for worker in range(workers)),
        rounds=tuple(
            _round(number, step, picked or (3 if step else 2)) for number in range(rounds + 1)
        ),
        thumbnails=np.full((workers, 2, 4, 4, 3), 40 + step, np.uint8),
        filters=np.stack([_filters(number, step) for number in range(rounds + 1)]),
    )


def saved(folder: Path, run: record.Run) -> str:
    """Save a run and return what ``FEDREEL_RUN`` should say."""
    return str(record.save(run, folder / run.name).parent)


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


def _round(number: int, step: int, count: int) -> record.Round:
    central = record.Metrics(
        loss=2.0 / (1 + 0.1 * number) + 0.01 * step,
        accuracy=min(0.1 + 0.05 * number, 0.8) + 0.01 * step,
    )
    if number == 0:
        return record.Round(number=0, central=central, probes=(0.0,))
    picked = tuple(range(count))
    examples = [10 + 20 * client + number + step for client in picked]
    sent = [0.25 * (client + 1) for client in picked]
    shares = [count / sum(examples) for count in examples]
    average = sum(share * value for share, value in zip(shares, sent, strict=True))
    return record.Round(
        number=number,
        train=record.Train(
            sampled=picked,
            replies=tuple(_reply(client, examples, sent, step) for client in picked),
            weighted_mean=(average,),
        ),
        evaluate=_evaluate(picked[:-1], step),
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
