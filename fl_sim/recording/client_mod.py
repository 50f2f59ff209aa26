"""A Flower mod by which a client reports what only it knows: seconds, partition, label counts."""

import operator
import time
from collections.abc import Callable, Sequence
from logging import getLogger
from typing import TYPE_CHECKING, Any

from flwr.app import ConfigRecord, MessageType

from fl_sim.recording.replies import CLIENT

if TYPE_CHECKING:  # older versions of Flower lack some of these
    from flwr.app import ConfigRecordValues, Context, Message
    from flwr.clientapp.typing import ClientAppCallable, Mod

_LOG = getLogger("flwr")
NO_COUNTS = (
    "Run record: no label counts, since label_counts has to return a list with the number of "
    "examples of each class, such as [120, 80]: %s"
)
MOST_CHARACTERS = 100  # of what it returned instead, in the warning

LabelCounts = Callable[["Context"], Sequence[int]]


def record_client(label_counts: LabelCounts | None = None) -> "Mod":
    """Return a mod with which a client reports its seconds, its number and its label counts.

    ::

        app = ClientApp(mods=[record_client()])

    It goes into a record that ``record_strategy`` keeps, and changes nothing for the app: Flower
    leaves a ``ConfigRecord`` in a reply alone. What the app itself writes there stays.

    Args:
        label_counts: gives the number of examples of each class that a client holds, in the order
            of the labels, such as ``[120, 80]``. It is asked once for each client, run and
            process. If it fails or returns anything else, one warning says so, and the client
            trains without.

    Raises:
        TypeError: ``label_counts`` is no function.
    """
    if label_counts is not None and not callable(label_counts):
        raise TypeError(
            f"label_counts is {label_counts!r}; give a function that takes a client's context and "
            "returns its number of examples of each class"
        )
    known: dict[tuple[int, int], list[int] | None] = {}

    def counts_of(context: "Context") -> list[int] | None:
        assert label_counts is not None
        key = context.run_id, context.node_id
        if key not in known:
            try:
                known[key] = _counted(label_counts, context)
            except _NoCountsError as error:
                if None not in known.values():
                    _LOG.warning(NO_COUNTS, _shortened(str(error)))
                known[key] = None
        return known[key]

    def respond(
        message: "Message", context: "Context", call_next: "ClientAppCallable"
    ) -> "Message":
        started = time.perf_counter()
        reply = call_next(message, context)
        seconds = time.perf_counter() - started
        if reply.has_error() or not _is_asked(message):
            return reply
        report: dict[str, ConfigRecordValues] = {"seconds": seconds}
        report |= {
            key: value
            for key in ("partition-id", "num-partitions")
            if isinstance(value := context.node_config.get(key), int)
        }
        if label_counts is not None and (counts := counts_of(context)) is not None:
            report["label-counts"] = counts
        own = reply.content.config_records.get(CLIENT, ConfigRecord())
        reply.content[CLIENT] = ConfigRecord({**report, **own})
        return reply

    return respond


def _counted(label_counts: LabelCounts, context: "Context") -> list[int]:
    """Return a client's label counts.

    Raises:
        _NoCountsError: the function fails, or returns anything but whole numbers in a row.
    """
    try:
        found = label_counts(context)
    except Exception as error:  # whatever is wrong with it, the client trains
        raise _NoCountsError(f"it raised {type(error).__name__}: {error}") from error
    try:
        counts = [operator.index(count) for count in _listed(found)]
    except TypeError:
        counts = [-1]
    if min(counts, default=-1) < 0:
        raise _NoCountsError(f"it returned {found!r}")
    return counts


def _listed(found: Any) -> list[Any]:
    """Return a list, a tuple, or an array's numbers as a list."""
    if isinstance(found, list | tuple):
        return list(found)
    listed: Any = getattr(found, "tolist", tuple)()
    return listed if isinstance(listed, list) else [None]


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MOST_CHARACTERS else f"{words[:MOST_CHARACTERS]}..."


class _NoCountsError(ValueError):
    pass


def _is_asked(message: "Message") -> bool:
    kind = message.metadata.message_type.partition(".")[0]
    return kind in (MessageType.TRAIN, MessageType.EVALUATE)
