"""A Flower mod by which a client reports what only it knows: seconds, partition, label counts."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flwr.app import ConfigRecord, MessageType

from fl_sim.recording.replies import CLIENT

if TYPE_CHECKING:  # older versions of Flower lack some of these
    from flwr.app import ConfigRecordValues, Context, Message
    from flwr.clientapp.typing import ClientAppCallable, Mod

LabelCounts = Callable[["Context"], Sequence[int]]


def record_client(label_counts: LabelCounts | None = None) -> "Mod":
    """Return a mod with which a client reports its seconds, its number and its label counts.

    ::

        app = ClientApp(mods=[record_client()])

    It goes into a record that ``record_strategy`` keeps, and changes nothing for the app: Flower
    leaves a ``ConfigRecord`` in a reply alone. What the app itself writes there stays.

    Args:
        label_counts: gives the number of examples of each class that a client holds, in the order
            of the labels. It is asked once for each client, run and process.

    Raises:
        TypeError: ``label_counts`` is no function.
    """
    if label_counts is not None and not callable(label_counts):
        raise TypeError(
            f"label_counts is {label_counts!r}; give a function that takes a client's context and "
            "returns its number of examples of each class"
        )
    known: dict[tuple[int, int], list[int]] = {}

    def counts_of(context: "Context") -> list[int]:
        assert label_counts is not None
        key = context.run_id, context.node_id
        if key not in known:
            known[key] = [int(count) for count in label_counts(context)]
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
        if label_counts is not None:
            report["label-counts"] = counts_of(context)
        own = reply.content.config_records.get(CLIENT, ConfigRecord())
        reply.content[CLIENT] = ConfigRecord({**report, **own})
        return reply

    return respond


def _is_asked(message: "Message") -> bool:
    kind = message.metadata.message_type.partition(".")[0]
    return kind in (MessageType.TRAIN, MessageType.EVALUATE)
