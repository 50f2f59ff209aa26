"""Measures: numbers as a record keeps them.

Needs no Flower, so that results of another machine can be read where none is installed.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_sim import record

METRIC_DIGITS = 7
# Weights of a model: above it a round takes longer to compare whole models than to train, for some.
LARGE = 5_000_000


def score(
    metrics: Mapping[str, Any] | None, prefix: str = "", weight: str = ""
) -> record.Metrics | None:
    """Return metrics in the record's terms, where they have its names; None where there are none.

    Args:
        metrics: numbers by name. ``loss`` is the loss, and ``accuracy`` the accuracy, if it is a
            share of 1; lists are left out, and so is what is not finite.
        prefix: of the names to read; the rest is left out.
        weight: name of the number of examples, which is no measure.
    """
    found = as_named(metrics, prefix, weight)
    if found is None:
        return None
    other = dict(found.other)
    share = 0 <= other.get("accuracy", -1) <= 1
    return record.Metrics(
        loss=other.pop("loss", None),
        accuracy=other.pop("accuracy") if share else None,
        other=other,
    )


def as_named(
    metrics: Mapping[str, Any] | None, prefix: str = "", weight: str = ""
) -> record.Metrics | None:
    """Return metrics under the names that an app gives them; arguments as above."""
    known = {
        name.removeprefix(prefix): rounded(value)
        for name, value in (metrics or {}).items()
        if name.startswith(prefix) and name != weight and is_number(value)
    }
    return record.Metrics(other=known) if known else None


def is_mean(found: record.Metrics | None, replies: Sequence[record.EvaluateReply]) -> bool:
    """Tell whether an aggregate is the mean over the replies, weighted by their examples."""
    if found is None:
        return False
    aggregates = {"loss": found.loss, "accuracy": found.accuracy}
    known = {key: value for key, value in aggregates.items() if value is not None}
    return bool(known) and all(_is_mean_of(key, value, replies) for key, value in known.items())


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number, which true and false are not."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all real ones
        return False


def rounded(value: Any, digits: int = METRIC_DIGITS) -> float:
    """Return a number to some significant digits."""
    return float(f"{value:.{digits}g}")


def shortest(value: Any) -> float:
    """Return the shortest decimal that is read back as the same float32."""
    with np.errstate(over="ignore"):
        return float(str(np.float32(value)))


def finite(values: Iterable[float]) -> tuple[float, ...] | None:
    """Return the values, or None where one is not finite: a record holds none such."""
    found = tuple(values)
    return found if all(map(math.isfinite, found)) else None


def _is_mean_of(key: str, value: float, replies: Sequence[record.EvaluateReply]) -> bool:
    terms = [
        reply.weight * measured
        for reply in replies
        if reply.weight is not None and (measured := getattr(reply.metrics, key, None)) is not None
    ]
    if not len(terms) == len(replies) > 0:
        return False
    mean = sum(terms)
    return bool(abs(value - mean) <= record.MEAN_TOLERANCE * max(1.0, abs(mean)))
