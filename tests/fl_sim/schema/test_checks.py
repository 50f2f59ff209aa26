"""Records that contradict themselves are refused, in one line that names the field."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from tiny_record import full_run, put_changed, tiny_run

from fl_sim import record
from fl_sim.record import RecordError

Data = dict[str, Any]
Change = Callable[[Data], object]


def in_round(index: int, *path: Any, **values: Any) -> Change:
    """Return a change of some values in a round."""

    def change(data: Data) -> None:
        found = data["rounds"][index]
        for key in path:
            found = found[key]
        found.update(values)

    return change


def with_arrays(**found: Any) -> Change:
    return lambda data: data.update(found)


FIELDS = [
    (lambda data: data.pop("name"), "name: field required"),
    (
        lambda data: data.update(colour="red"),
        "colour: extra inputs are not permitted, found 'red'",
    ),
    (
        in_round(1, "central", loss=float("nan")),
        "rounds[1].central.loss: input should be a finite number, found nan",
    ),
    (
        in_round(1, "central", accuracy=1.5),
        "rounds[1].central.accuracy: input should be less than or equal to 1, found 1.5",
    ),
    (
        in_round(1, central={"other": {}}),
        "rounds[1].central: metrics: hold nothing; leave them out",
    ),
    (
        lambda data: data["network"].update(num_bytes="12"),
        "network.num_bytes: input should be a valid integer, found '12'",
    ),
    (
        lambda data: data["network"].update(num_bytes=2**63),
        "network.num_bytes: input should be less than or equal to 9223372036854775807, "
        "found 9223372036854775808",
    ),
    (
        lambda data: data["config"].update(seed=None),
        "config.seed: found None; a setting is true, false, a finite number or text",
    ),
    (
        in_round(1, "evaluate", failures=[{"client": 0, "kind": "tired"}]),
        "rounds[1].evaluate.failures[0].kind: input should be 'error' or 'no reply', found 'tired'",
    ),
]

ROUNDS = [
    (lambda data: data.update(rounds=[]), "rounds: there is none; round 0 is the state before"),
    (in_round(1, number=2), "rounds: numbers [0, 2] are not 0, 1, ..."),
    (
        in_round(1, "evaluate", failures=[{"client": 1, "kind": "no reply"}]),
        "rounds[1].evaluate: sampled: [0, 1] were asked, [1, 1] answered",
    ),
    (
        lambda data: data["rounds"][1]["train"]["replies"].reverse(),
        "rounds[1].train: replies: clients [1, 0] are not ascending",
    ),
    (
        in_round(1, "train", "replies", 0, weight=0.5),
        "rounds[1].train: replies[0].weight: 0.5 differs from 0.25, its sum",
    ),
    (
        in_round(1, "evaluate", "replies", 0, num_examples=None),
        "rounds[1].evaluate: replies[0].weight: is a share of an unknown number of examples",
    ),
    (
        in_round(1, "train", weighted_mean=[4.0, 5.1, 0.0]),
        "rounds[1].train: weighted_mean[1]: 5.1 differs from 5, its sum",
    ),
    (
        in_round(1, "train", "replies", 1, probes=[5.0, 6.0]),
        "rounds[1].train: weighted_mean: 3 probes, a reply has another count",
    ),
    (
        in_round(1, "train", "replies", 1, probes=None),
        "rounds[1].train: weighted_mean: 3 probes, a reply has another count",
    ),
    (
        in_round(1, "train", "replies", 1, weight=None),
        "rounds[1].train: weighted_mean: a reply has no weight",
    ),
    (
        in_round(1, "evaluate", "metrics", loss=1.6),
        "rounds[1].evaluate: metrics.loss: 1.6 differs from 1.5, its sum",
    ),
    (
        in_round(1, "evaluate", "metrics", accuracy=0.5),
        "rounds[1].evaluate: metrics.accuracy: 0.5 differs from 1, its sum",
    ),
    (
        lambda data: data["rounds"][1]["evaluate"].pop("metrics"),
        "rounds[1].evaluate: averaged: true, and there are no metrics",
    ),
    (in_round(1, probes=[4.0, 5.0, 0.5]), "rounds[1].probes: differ from train.weighted_mean"),
    (in_round(0, probes=[0.0]), "rounds[0]: 1 probe, the run has 3"),
    (
        lambda data: data.update(num_clients=1),
        "rounds[1]: client 1 was sampled, there are 1",
    ),
]

PARTITIONS = [
    (lambda data: data["partitions"].pop(), "partitions: 1 for 2 clients"),
    (lambda data: data.pop("num_clients"), "partitions: 2 for ? clients"),
    (
        lambda data: data["partitions"][0].update(label_counts=[2]),
        "partitions[0].label_counts: 1 count for 2 classes",
    ),
    (
        lambda data: data["partitions"][0].update(label_counts=[2, 1]),
        "partitions[0].label_counts: sum to 3, it holds 2 examples",
    ),
    (
        lambda data: data["partitions"][0].update(thumbnail_labels=[2]),
        "partitions[0].thumbnail_labels: class 2 of 2",
    ),
    (
        lambda data: data["partitions"][0].update(thumbnail_labels=[]),
        "thumbnails: 1 a client, labels for {0, 1}",
    ),
]

ARRAYS = [
    (
        with_arrays(thumbnails=np.zeros((2, 1, 2, 2, 3))),
        "thumbnails: is float64",
    ),
    (
        with_arrays(thumbnails=np.zeros((2, 1, 2, 2, 4), np.uint8)),
        "thumbnails: shape (2, 1, 2, 2, 4)",
    ),
    (
        with_arrays(thumbnails=np.zeros((2, 2, 2, 3), np.uint8)),
        "thumbnails: shape (2, 2, 2, 3)",
    ),
    (
        with_arrays(thumbnails=np.zeros((3, 1, 2, 2, 3), np.uint8)),
        "thumbnails: shape (3, 1, 2, 2, 3) for 2 clients",
    ),
    (with_arrays(filters=np.zeros((2, 1, 3, 2, 2))), "filters: is float64"),
    (
        with_arrays(filters=np.zeros((1, 1, 3, 2, 2), np.float32)),
        "filters: shape (1, 1, 3, 2, 2) for 2 rounds, round 0 included",
    ),
    (
        with_arrays(filters=np.full((2, 1, 3, 2, 2), np.nan, np.float32)),
        "filters: hold a number that is not finite",
    ),
    (
        with_arrays(sample_images=np.zeros((1, 2, 2, 3), np.uint8)),
        "sample_images: there are no samples",
    ),
]

# Of the full record.
FULL = [
    (
        in_round(1, "train", gram=[[25.0, 8.0], [8.5, 4.0]]),
        "rounds[1].train: gram: is not symmetric",
    ),
    (
        in_round(1, "train", gram=[[25.0, 8.0], [8.0, 4.1]]),
        "rounds[1].train: gram[1][1]: 4.1 is not the square of update_norm",
    ),
    (
        in_round(1, "train", gram=[[-25.0, 8.0], [8.0, 4.0]]),
        "rounds[1].train: gram[0][0]: -25 is not the square of update_norm",
    ),
    (
        in_round(1, "train", "replies", 0, update_norm=1e200),
        "rounds[1].train: gram[0][0]: 25 is not the square of update_norm",
    ),
    (in_round(2, "train", gram=[[1.0, 0.0], [0.0, 1.0]]), "rounds[2].train: gram: 2 rows for 1"),
    (
        in_round(0, confusion=[[1, 1], [1, 0]]),
        "rounds[0].confusion: 3 for 4 test examples",
    ),
    (in_round(0, confusion=[[4]]), "rounds[0].confusion: 1 row for 2 classes"),
    (lambda data: data.pop("dataset"), "rounds[0].confusion: of classes without a dataset"),
    (lambda data: data["path"]["points"].pop(), "path.points: 3 for 4 rounds"),
    (
        lambda data: data["path"].update(explained=[0.5]),
        "path.explained[1]: field required",
    ),
    (lambda data: data["samples"].update(labels=[0, 2]), "samples.labels: class 2 of 2"),
    (lambda data: data["samples"]["last"].pop(), "samples.last: 1 for 2 samples"),
    (lambda data: data["samples"]["first"][1].pop(), "samples.first[1]: 1 for 2 classes"),
    (
        with_arrays(sample_images=np.zeros((1, 2, 2, 3), np.uint8)),
        "sample_images: shape (1, 2, 2, 3) for 2 samples",
    ),
    (
        with_arrays(sample_images=np.zeros((2, 2, 2, 3), np.int8)),
        "sample_images: is int8",
    ),
    (lambda data: data.pop("samples"), "sample_images: there are no samples"),
]


@pytest.mark.parametrize(
    ("run", "change", "message"),
    [
        *((tiny_run(), *case) for case in [*FIELDS, *ROUNDS, *PARTITIONS, *ARRAYS]),
        *((full_run(), *case) for case in FULL),
    ],
)
def test_contradictions(tmp_path: Path, run: record.Run, change: Change, message: str) -> None:
    put_changed(tmp_path, run, change)
    with pytest.raises(RecordError) as caught:
        record.load(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/run.json.gz: {message}")
    assert str(caught.value).endswith(". Restore the file, or make the record again")


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        ({"sampled": (0, 1), "replies": ()}, "sampled: [0, 1] were asked, [] answered"),
        ({"sampled": (1, 0), "replies": ()}, "sampled: (1, 0) is not ascending"),
        ({"sampled": (), "replies": (), "gram": ((1.0,),)}, "gram: 1 row for 0 replies"),
        (
            {"sampled": (0,), "replies": ({"client": 0},), "gram": ((1.0, 2.0),)},
            "gram: 1 row for 1 reply",
        ),
    ],
)
def test_phases_that_contradict_themselves(phase: Data, message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"Value error, {message} [type=")):
        record.Train.model_validate(phase)


SENT = {"sampled": (0,), "replies": ({"client": 0, "update_norm": 1.0},)}
SHOWN = {
    "clients": (0, 2),
    "plain": np.zeros((2, 6, 3, 5, 5), np.float32),
    "masked": np.zeros((2, 6, 3, 5, 5), np.uint8),
    "mean": np.zeros((6, 3, 5, 5), np.float32),
    **{"error": 0.0, "largest": 0.0, "threshold": 2, "num_bytes": 1},
}


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ({"form": "masked", **SENT}, "form: masked, and updates are told"),
        ({"masked": SHOWN}, "masked: of updates that are plain"),
        (
            {"form": "masked", "masked": {**SHOWN, "clients": (0,)}},
            "plain: shape (2, 6, 3, 5, 5) for 1 clients",
        ),
        ({"form": "masked", "masked": {**SHOWN, "mean": None}}, "mean: is absent, and others"),
        (
            {"form": "masked", "masked": {**SHOWN, "masked": SHOWN["plain"]}},
            "masked: is float32",
        ),
    ],
)
def test_what_is_masked_is_not_told(train: Data, message: str) -> None:
    assert record.Train.model_validate({"form": "masked", "masked": SHOWN}).masked is not None
    with pytest.raises(ValidationError, match=re.escape(f"Value error, {message}")):
        record.Train.model_validate(train)


def test_a_long_list_is_cut() -> None:
    with pytest.raises(ValidationError) as caught:
        record.Train(sampled=tuple(range(1000)), replies=())
    expected = "sampled: [0, 1, 2, 3, 4, 5, ...] were asked, [] answered"
    assert expected in str(caught.value)
