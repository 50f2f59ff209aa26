"""Records of earlier schemas load as what they would be today."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_record import full_run, plain

from fl_sim import record
from fl_sim.record import RecordError
from fl_sim.schema.upgrades import upgrade

DATA = Path(__file__).parents[2] / "data"
V1, V2 = DATA / "record-v1", DATA / "record-v2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of a record of schema 1: ten clients, three rounds, two failures."""
    return Path(shutil.copytree(V1, tmp_path / "old"))


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def error(folder: Path) -> str:
    with pytest.raises(RecordError) as caught:
        record.load(folder)
    return str(caught.value).replace(str(folder), "RUN")


def test_the_records_are_of_old_schemas() -> None:
    versions = [json.loads((each / "run.json").read_text())["schema_version"] for each in (V1, V2)]
    assert versions == [1, 2]


def test_schema_2_becomes_the_current_one() -> None:
    run, expected = record.load(V2), full_run()
    texts = [json.dumps(plain(each), sort_keys=True) for each in (run, expected)]
    assert texts[0] == texts[1]
    np.testing.assert_array_equal(run.sample_images, expected.sample_images, strict=True)


def test_schema_1_becomes_the_current_one(folder: Path) -> None:
    run = record.load(folder)
    assert (run.schema_version, run.num_clients, run.strategy) == (3, 10, "FedAvg")
    assert (run.path, run.samples, run.sample_images) == (None, None, None)
    assert [len(round_.train.replies) for round_ in run.rounds[1:] if round_.train] == [3, 3, 3]


def test_failures_say_of_which_kind_they_are(folder: Path) -> None:
    round_ = record.load(folder).rounds[2]
    assert round_.train is not None
    assert round_.evaluate is not None
    assert round_.train.failures == (record.Failure(client=3, kind="no reply"),)
    assert round_.evaluate.failures == (
        record.Failure(client=0, kind="error", reason="RuntimeError: out of memory"),
    )
    assert round_.train.sampled == (0, 3, 7, 8)
    assert round_.evaluate.sampled == (0, 3, 7, 9)


def test_aggregated_metrics_are_means(folder: Path) -> None:
    evaluate = record.load(folder).rounds[3].evaluate
    assert evaluate is not None
    assert evaluate.averaged
    assert evaluate.metrics == record.Metrics(loss=1.726596, accuracy=0.3723333)


def test_all_numbers_stay_what_they_were(folder: Path) -> None:
    run = record.load(folder)
    train = run.rounds[1].train
    assert train is not None
    assert train.replies[0] == record.TrainReply(
        client=2,
        num_examples=4000,
        weight=0.3333333333333333,
        bytes_down=249402,
        bytes_up=249402,
        seconds=0.5666,
        update_norm=0.7625928,
        probes=(
            0.052723322,
            0.05968657,
            0.083499864,
            0.03885638,
            0.04980231,
            0.044067744,
            -0.031597164,
            -0.042773124,
        ),
        loss_curve=(2.3106, 2.2978, 2.311, 2.3076, 2.2778),
        train=record.Metrics(loss=2.289472, accuracy=0.12675),
        validation=record.Metrics(loss=2.223726, accuracy=0.168),
    )
    assert train.gram is None
    assert run.partitions[9] == record.Partition(
        num_train=4000,
        num_validation=1000,
        label_counts=(512, 549, 468, 508, 485, 493, 495, 494, 480, 516),
        thumbnail_labels=(2, 1),
    )


def test_arrays_stay_what_they_were(folder: Path) -> None:
    run = record.load(folder)
    with np.load(next(V1.glob("*.npz"))) as stored:
        np.testing.assert_array_equal(run.thumbnails, stored["thumbnails"])
        np.testing.assert_array_equal(run.filters, stored["filters"])


def failure_of(reason: str) -> dict[str, Any]:
    phase = {"failures": [{"client": 7, "reason": reason}]}
    data = {"partitions": [], "rounds": [{"number": 1, "train": phase}]}
    found: dict[str, Any] = upgrade(data, {}, 1, 0)["rounds"][0]["train"]["failures"][0]
    return found


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("no reply in time", {"kind": "no reply"}),
        ("error code 3", {"kind": "error", "code": 3}),
        ("error code 3 of 4", {"kind": "error", "reason": "error code 3 of 4"}),
        ("went out", {"kind": "error", "reason": "went out"}),
    ],
)
def test_a_failure(reason: str, expected: dict[str, Any]) -> None:
    assert failure_of(reason) == {"client": 7, **expected}


def test_an_old_record_is_checked_like_any_other(folder: Path) -> None:
    data = json.loads((folder / "run.json").read_text())
    data["rounds"][1]["train"]["sampled"] = [2, 7]
    edit(folder, **data)
    expected = "RUN/run.json: rounds[1].train: sampled: [2, 7] were asked, [2, 7, 9] answered."
    assert error(folder).startswith(expected)


REMAKE = "Restore the file, or make the record again"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rounds": 5}, "TypeError("),
        ({"rounds": [5]}, "TypeError("),
        ({"rounds": [{"train": "no"}]}, "ValueError("),
        ({"rounds": [{"train": {"failures": [{"client": 1}]}}]}, "KeyError('reason')). Restore"),
        ({"partitions": None}, "TypeError("),
    ],
)
def test_not_what_the_old_schema_says(folder: Path, changes: Any, message: str) -> None:
    edit(folder, **changes)
    expected = f"RUN/run.json: not laid out as in schema_version 1 ({message}"
    assert error(folder).startswith(expected)


def test_an_old_record_has_no_other_arrays(folder: Path) -> None:
    content = folder / "more.npz"
    np.savez(content, colours=np.zeros(3))
    digest = hashlib.sha256(content.read_bytes()).hexdigest()
    edit(folder, arrays={"file": "more.npz", "sha256": digest, "shapes": {}})
    assert error(folder) == (
        "RUN/run.json: not laid out as in schema_version 2 "
        f"(ValueError(\"the array 'colours' is not known\")). {REMAKE}"
    )


# --- versions


@pytest.mark.parametrize("version", [4, 10**40])
def test_a_newer_schema(folder: Path, version: int) -> None:
    edit(folder, schema_version=version)
    found = "4" if version == 4 else "1" + "0" * 17 + "..." + "0" * 19
    assert error(folder) == (
        f"RUN/run.json: schema_version is {found}, this fedreel reads up to 3. "
        "Upgrade with: pip install --upgrade fedreel"
    )


@pytest.mark.parametrize("version", [0, -1])
def test_no_schema(folder: Path, version: int) -> None:
    edit(folder, schema_version=version)
    assert error(folder) == f"RUN/run.json: there is no schema_version {version}. {REMAKE}"


@pytest.mark.parametrize("version", [True, False, None, 1.0, "2", [2]])
def test_a_schema_that_is_no_number(folder: Path, version: Any) -> None:
    edit(folder, schema_version=version)
    expected = f"RUN/run.json: schema_version is {version!r}, not a number. {REMAKE}"
    assert error(folder) == expected
