"""Reads what clients send: arrays, metrics under an app's own names, and what only they know."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import Array, ArrayRecord, ConfigRecord, Message, MetricRecord

from fl_sim import record

# The name of the ConfigRecord in which a client tells what only it knows.
CLIENT = "fedreel"

METRIC_DIGITS = 7

# How apps call the two measures that a film shows, alone or after a prefix such as train_ or eval-.
LOSS = ("loss",)
ACCURACY = ("accuracy", "acc")

# Flower's name for arrays that NumPy can read. An app may send others, such as encrypted ones.
NUMPY = "numpy.ndarray"

Arrays = Mapping[str, npt.NDArray[Any]]


class Model(Mapping[str, npt.NDArray[Any]]):
    """A model's arrays by name, as Flower sends them.

    An array is unpacked when it is looked at, and not kept: a model may be large, and a server
    holds those of many clients. Arrays that NumPy cannot read are left out.
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = {name: array for name, array in arrays.items() if array.stype == NUMPY}

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._arrays[name].numpy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def arrays_of(arrays: ArrayRecord) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a model by name."""
    return dict(Model(arrays))


def model_among(records: Iterable[ArrayRecord], like: Iterable[str] = ()) -> Model:
    """Return the model among what a message carries, empty if it carries none.

    Args:
        records: of the message. Some strategies send more than the model, such as corrections.
        like: names of the global model's parameters. The model is the first record that has the
            same, or else the first of all.
    """
    models = [Model(each) for each in records]
    names = set(like)
    same = (model for model in models if set(model) == names)
    return next(same, models[0] if models else Model({}))


def count_bytes(records: Iterable[ArrayRecord | MetricRecord]) -> int:
    """Return the bytes of some records, as Flower counts them."""
    return sum(each.count_bytes() for each in records)


def metrics_in(reply: Message) -> dict[str, Any]:
    """Return the first record of metrics in a reply."""
    return dict(next(iter(reply.content.metric_records.values()), MetricRecord()))


def told_in(reply: Message) -> dict[str, Any]:
    """Return what a client told of itself, nothing for most apps."""
    return dict(reply.content.config_records.get(CLIENT, ConfigRecord()))


def score(
    metrics: Mapping[str, Any] | None, prefix: str = "", weight: str = ""
) -> record.Metrics | None:
    """Return an app's metrics in the record's terms, or None where there are none.

    Args:
        metrics: numbers by the app's own names. One called ``loss`` or ``..._loss`` is the loss,
            one called ``accuracy``, ``acc`` or ``..._acc`` the accuracy, if it is a share of 1;
            lists are left out, and so is what is not finite.
        prefix: of the names to read; the rest is left out.
        weight: name of the number of examples, which is no measure.
    """
    known = {
        name.removeprefix(prefix): rounded(value)
        for name, value in (metrics or {}).items()
        if name.startswith(prefix) and name != weight and is_number(value)
    }
    if not known:
        return None
    loss = named(known, LOSS)
    accuracy = named([name for name, value in known.items() if 0 <= value <= 1], ACCURACY)
    return record.Metrics(
        loss=None if loss is None else known[loss],
        accuracy=None if accuracy is None else known[accuracy],
        other={name: value for name, value in known.items() if name not in (loss, accuracy)},
    )


def named(names: Iterable[str], endings: tuple[str, ...]) -> str | None:
    """Return the name that is one of ``endings``, or else the first that ends in one as a word."""
    known = {name: re.split(r"[^a-z0-9]+", name.lower()) for name in names}
    exact = [name for ending in endings for name in known if known[name] == [ending]]
    ended = [name for name, words in known.items() if words[-1] in endings]
    return next(iter(exact + ended), None)


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
