"""Measures: numbers as a record keeps them, and an app's own metrics in its terms.

Needs no Flower, so that results of another machine can be read where none is installed.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from fl_sim import record

METRIC_DIGITS = 7

# How apps call the two measures of a record, alone or after a prefix such as train_ or eval-.
LOSS = ("loss",)
ACCURACY = ("accuracy", "acc")


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
