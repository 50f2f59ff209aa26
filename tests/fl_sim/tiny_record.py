"""A record that one can check by hand: two clients, three weights, one round."""

from datetime import UTC, datetime

import numpy as np

from fl_sim import record

SENT = ((1.0, 2.0, -3.0), (5.0, 6.0, 1.0))
NUM_EXAMPLES = (1, 3)
AVERAGE = (4.0, 5.0, 0.0)  # a quarter of the first and three quarters of the second


def tiny_run() -> record.Run:
    """Return a valid run."""
    return record.Run(
        name="tiny",
        strategy="FedAvg",
        provenance=record.Provenance(
            seed=0,
            versions={"python": "3.11"},
            code_hash="0" * 64,
            started=datetime(2026, 1, 1, 12, tzinfo=UTC),
            finished=datetime(2026, 1, 1, 13, tzinfo=UTC),
        ),
        config={"seed": 0, "learning-rate": 0.5, "verbose": False, "note": "by hand"},
        num_clients=2,
        dataset=record.Dataset(
            name="dots", num_train=6, num_test=2, class_names=("even", "odd"), fingerprint="f" * 64
        ),
        network=record.Network(name="line", num_parameters=3, num_bytes=12),
        probes=tuple(record.Probe(parameter="weight", index=(i,)) for i in range(3)),
        partitions=(
            record.Partition(
                num_train=1, num_validation=1, label_counts=(1, 1), thumbnail_labels=(0,)
            ),
            record.Partition(
                num_train=3, num_validation=1, label_counts=(2, 2), thumbnail_labels=(1,)
            ),
        ),
        rounds=(
            record.Round(
                number=0, central=record.Metrics(loss=2.0, accuracy=0.0), probes=(0.0, 0.0, 0.0)
            ),
            _first_round(),
        ),
        final=record.Final(
            file="model.safetensors",
            sha256="a" * 64,
            test=record.Metrics(loss=1.0, accuracy=0.5),
            num_test=2,
        ),
        thumbnails=np.arange(2 * 1 * 2 * 2 * 3, dtype=np.uint8).reshape(2, 1, 2, 2, 3),
        filters=np.linspace(-1, 1, 2 * 12, dtype=np.float32).reshape(2, 1, 3, 2, 2),
    )


def _first_round() -> record.Round:
    replies = tuple(
        record.TrainReply(
            client=client,
            num_examples=NUM_EXAMPLES[client],
            weight=NUM_EXAMPLES[client] / 4,
            probes=SENT[client],
            loss_curve=(2.0, 1.0),
        )
        for client in (0, 1)
    )
    evaluated = record.EvaluateReply(
        client=1, num_examples=1, weight=1.0, metrics=record.Metrics(loss=1.5, accuracy=1.0)
    )
    return record.Round(
        number=1,
        train=record.Train(sampled=(0, 1), replies=replies, weighted_mean=AVERAGE),
        evaluate=record.Evaluate(
            sampled=(0, 1),
            replies=(evaluated,),
            failures=(record.Failure(client=0, kind="error", reason="went out"),),
            metrics=record.Metrics(loss=1.5, accuracy=1.0),
            averaged=True,
        ),
        central=record.Metrics(loss=1.0, accuracy=0.5),
        probes=AVERAGE,
    )
