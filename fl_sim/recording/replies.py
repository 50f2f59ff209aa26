"""Reads what clients send: arrays, metrics under an app's own names, and what only they know."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord

from fl_sim import record

# The name of the ConfigRecord in which a client tells what only it knows.
CLIENT = "fedreel"

METRIC_DIGITS = 7

# How apps call the two measures that a film shows, alone or after a prefix such as train_ or eval-.
LOSS = ("loss",)
ACCURACY = ("accuracy", "acc")

Arrays = dict[str, npt.NDArray[Any]]


def arrays_of(arrays: ArrayRecord) -> Arrays:
    """Return the arrays of a model by name."""
    return {name: array.numpy() for name, array in arrays.items()}


def model_of(reply: Message) -> Arrays:
    """Return the model that a client sent."""
    records = reply.content.array_records.values()
    return {name: array for each in records for name, array in arrays_of(each).items()}


def count_bytes(records: Iterable[ArrayRecord | MetricRecord]) -> int:
    """Return the bytes of some records, as Flower counts them."""
    return sum(each.count_bytes() for each in records)


def metrics_in(reply: Message) -> Mapping[str, Any]:
    """Return the first record of metrics in a reply."""
    return next(iter(reply.content.metric_records.values()), MetricRecord())


def told_in(reply: Message) -> Mapping[str, Any]:
    """Return what a client told of itself, nothing for most apps."""
    return reply.content.config_records.get(CLIENT, ConfigRecord())


def score(
    metrics: Mapping[str, Any] | None, prefix: str = "", weight: str = ""
) -> record.Metrics | None:
    """Return an app's metrics in the record's terms, or None where there are none.

    Args:
        metrics: numbers by the app's own names. One called ``loss`` or ``..._loss`` is the loss,
            one called ``accuracy``, ``acc`` or ``..._acc`` the accuracy; lists are left out, and so
            is what is not finite.
        prefix: of the names to read; the rest is left out.
        weight: name of the number of examples, which is no measure.
    """
    known = {
        name.removeprefix(prefix): rounded(value)
        for name, value in (metrics or {}).items()
        if name.startswith(prefix) and name != weight and _is_number(value)
    }
    loss = _named(known, LOSS)
    accuracy = _named(known, ACCURACY)
    if accuracy is not None and not 0 <= known[accuracy] <= 1:
        accuracy = None
    other = {name: value for name, value in known.items() if name not in (loss, accuracy)}
    if not known:
        return None
    return record.Metrics(
        loss=None if loss is None else known[loss],
        accuracy=None if accuracy is None else known[accuracy],
        other=other,
    )


def rounded(value: Any, digits: int = METRIC_DIGITS) -> float:
    """Return a number to some significant digits."""
    return float(f"{value:.{digits}g}")


def shortest(value: Any) -> float:
    """Return the shortest decimal that is read back as the same float32."""
    return float(str(np.float32(value)))


def finite(values: Iterable[float]) -> tuple[float, ...] | None:
    """Return the values, or None where one is not finite: a record holds none such."""
    found = tuple(values)
    return found if all(map(math.isfinite, found)) else None


def _is_number(value: Any) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value)


def _named(known: Mapping[str, float], endings: tuple[str, ...]) -> str | None:
    """Return the name that is one of ``endings``, or else the first that ends in one."""
    exact = [name for name in endings if name in known]
    ended = [name for name in known if name.replace("-", "_").split("_")[-1] in endings]
    return next(iter(exact + ended), None)
