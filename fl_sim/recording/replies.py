"""The content of replies: arrays, metrics, and the report of what only a client knows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flwr.app import Array, ArrayRecord, ConfigRecord, MetricRecord

from fl_sim import record
from fl_sim.recording.measures import score

if TYPE_CHECKING:  # older versions of Flower lack some of these
    from flwr.app import Error, Message

__all__ = [
    "CLIENT",
    "FORM",
    "NOISED",
    "PLAIN_UPDATE",
    "PREDICTIONS",
    "Arrays",
    "Model",
    "arrays_of",
    "count_bytes",
    "form_of",
    "metrics_in",
    "model_among",
    "plain_reason",
    "report_in",
    "score",
]  # fmt: skip

# The name of the ConfigRecord in which a client reports what only it knows.
CLIENT = "fedreel"
# In that record, and only where a run is to show what secure aggregation hides: an update as bytes
# of float64.
PLAIN_UPDATE = "plain-update"
# In that record, where a client has added noise to its update: that it is NOISED.
FORM = "update"
# In that record, of a client that trains alone: a byte a test example, the class that it gives.
PREDICTIONS = "test-predictions"
NOISED = "noised"

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
MOST_REASON = 500  # characters

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

    def is_real(self, name: str) -> bool:
        """Tell whether there is an array of this name that holds real numbers."""
        return name in self._arrays and np.dtype(self._arrays[name].dtype).kind == "f"

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


def metrics_in(reply: "Message") -> dict[str, Any]:
    """Return the first record of metrics in a reply."""
    return dict(next(iter(reply.content.metric_records.values()), MetricRecord()))


def report_in(reply: "Message") -> dict[str, Any]:
    """Return what a client reported of itself, nothing for most apps."""
    return dict(reply.content.config_records.get(CLIENT, ConfigRecord()))


def form_of(records: Iterable[ArrayRecord], report: Mapping[str, Any], model: Model) -> record.Form:
    """Return in which form an update was sent.

    Args:
        records: of the reply.
        report: what the client reported of itself.
        model: that it was sent. Masks make whole numbers of all its real ones, and encryption what
            NumPy cannot read.
    """
    sent = {name: array for each in records for name, array in each.items()}
    hidden = [
        array.stype != NUMPY or np.dtype(array.dtype).kind in "iu"
        for name, array in sent.items()
        if model.is_real(name)
    ]
    if hidden and all(hidden):
        return "masked"
    return "noised" if report.get(FORM) == NOISED else "plain"


def plain_reason(error: "Error") -> str | None:
    """Return why a client failed: what it raised, if it raised.

    Flower wraps that in the name of an exception, and Ray in colours and a traceback, which names
    places on one machine.
    """
    text = COLOUR.sub("", error.reason or "")
    return text.rpartition("Message: ")[2].removesuffix("'>").strip()[:MOST_REASON] or None
