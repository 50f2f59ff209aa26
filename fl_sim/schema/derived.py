"""What follows from the predictions of a round: it is in a run, and not stored beside them."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from fl_sim.schema.model import Metrics, Round, Run

ACCURACY_DIGITS = 7  # significant, as of all metrics of a record


def complete(run: "Run") -> "Run":
    """Return a run with the confusion matrices and accuracies that its predictions give."""
    labels = run.test_labels
    if labels is None or run.dataset is None:
        return run
    classes = len(run.dataset.class_names)
    rounds = tuple(_with_derived(each, labels, classes) for each in run.rounds)
    return run.model_copy(update={"rounds": rounds})


def stored(run: "Run") -> "Run":
    """Return a run as it is stored: without what ``complete`` adds."""
    rounds = tuple(map(_without_derived, run.rounds))
    return run.model_copy(update={"rounds": rounds})


def confusion(
    labels: npt.NDArray[Any], predictions: npt.NDArray[Any], classes: int
) -> tuple[tuple[int, ...], ...]:
    """Return how many examples of each class (rows) were labelled as each class (columns)."""
    cells = np.bincount(labels.astype(np.int64) * classes + predictions, minlength=classes**2)
    return tuple(map(tuple, cells.reshape(classes, classes).tolist()))


def accuracy(labels: npt.NDArray[Any], predictions: npt.NDArray[Any]) -> float:
    """Return the share of examples whose class was predicted."""
    share = int((labels == predictions).sum()) / len(labels)
    return float(f"{share:.{ACCURACY_DIGITS}g}")


def _with_derived(round_: "Round", labels: npt.NDArray[Any], classes: int) -> "Round":
    predictions = round_.predictions
    if predictions is None:
        return round_
    central = _with_accuracy(round_.central, accuracy(labels, predictions))
    matrix = confusion(labels, predictions, classes)
    return round_.model_copy(update={"central": central, "confusion": matrix})


def _with_accuracy(metrics: "Metrics | None", value: float) -> "Metrics":
    from fl_sim.schema.model import Metrics  # noqa: PLC0415  # the model imports the checks

    if metrics is None:
        return Metrics(accuracy=value)
    return metrics.model_copy(update={"accuracy": value})


def _without_derived(round_: "Round") -> "Round":
    if round_.predictions is None:
        return round_
    central = round_.central
    if central is not None:
        left = central.loss is not None or central.other
        central = central.model_copy(update={"accuracy": None}) if left else None
    return round_.model_copy(update={"central": central, "confusion": None})
