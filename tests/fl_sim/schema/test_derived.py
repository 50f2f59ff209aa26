"""What follows from predictions is in a run, and not in its files."""

import numpy as np
import pytest
from pydantic import ValidationError
from tiny_record import tiny_run

from fl_sim import record

LABELS = np.array([0, 0, 1, 1, 1], np.uint8)
PREDICTIONS = np.array([0, 1, 1, 1, 0], np.uint8)


def predicted(**more: object) -> record.Run:
    """Return a run of which the class that its model gives each test example is known."""
    run = tiny_run()
    assert run.dataset
    dataset = run.dataset.model_copy(update={"num_test": 5})
    first, last = run.rounds
    rounds = (first, last.model_copy(update={"predictions": PREDICTIONS}))
    changes = {"dataset": dataset, "rounds": rounds, "test_labels": LABELS, **more}
    return run.model_copy(update=changes)


def test_the_confusion_and_the_accuracy(tmp_path: object) -> None:
    path = record.save(predicted(), f"{tmp_path}/run")
    stored = record.plain(path)["rounds"][1]
    assert "confusion" not in stored
    assert stored["central"] == {"loss": 1.0, "other": {}}
    found = record.load(path).rounds[1]
    assert found.confusion == ((1, 1), (1, 2))
    assert found.central == record.Metrics(loss=1.0, accuracy=0.6)
    assert found.predictions is not None
    assert found.predictions.tolist() == PREDICTIONS.tolist()


def test_the_fingerprint_is_that_of_what_is_stored(tmp_path: object) -> None:
    run = predicted()
    loaded = record.load(record.save(run, f"{tmp_path}/run"))
    assert record.fingerprint(loaded) == record.fingerprint(run)
    other = 1 - PREDICTIONS
    rounds = (run.rounds[0], run.rounds[1].model_copy(update={"predictions": other}))
    changed = run.model_copy(update={"rounds": rounds})
    assert record.fingerprint(changed) != record.fingerprint(run)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"test_labels": None}, r"rounds\[1\].predictions: of a test split without `test_labels`"),
        ({"test_labels": LABELS[:4]}, "test_labels: 4 for 5 test examples"),
        ({"test_labels": LABELS + 1}, "test_labels: class 2 of 2"),
        ({"test_labels": LABELS.astype(np.int64)}, "test_labels: is int64 of shape"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, object], says: str) -> None:
    run = predicted(**changes)
    fields = {name: getattr(run, name) for name in record.Run.model_fields}
    with pytest.raises(ValidationError, match=says):
        record.Run(**fields)
