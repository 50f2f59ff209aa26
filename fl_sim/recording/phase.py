"""One phase of a round as the server sees it: who was sampled, who replied, and who failed."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from fl_sim import record
from fl_sim.recording.replies import (
    Model,
    count_bytes,
    form_of,
    metrics_in,
    model_among,
    plain_reason,
    report_in,
)

if TYPE_CHECKING:  # older versions of Flower lack some of these
    from flwr.app import Message, Metadata

SILENT = "no reply"


class Clients:
    """The clients by number, and what they report of themselves.

    Args:
        numbers: the number of each client by Flower's node id. A node that is not in it gets the
            next number when it is first seen.
    """

    def __init__(self, numbers: Mapping[int, int]) -> None:
        self.numbers = dict(numbers)
        self.reports: dict[int, Mapping[str, Any]] = {}

    def number(self, node: int) -> int:
        """Return the number of a client."""
        return self.numbers.setdefault(node, len(self.numbers))

    def meet(self, nodes: Iterable[int]) -> None:
        """Give a number to each client that is connected."""
        for node in sorted(nodes):
            self.number(node)


@dataclass(frozen=True)
class Delivery:
    """What one client sent: copies, for some strategies empty the replies as they aggregate."""

    client: int
    model: Model
    metrics: Mapping[str, Any]
    report: Mapping[str, Any]
    form: record.Form
    model_bytes: int
    metrics_bytes: int


class Phase:
    """One phase of a round, from the request to the replies.

    Args:
        clients: of the run.
        names: of the global model's parameters.
    """

    def __init__(self, clients: Clients, names: Iterable[str] = ()) -> None:
        self.started = time.perf_counter()
        self.models: dict[int, Model] = {}
        self.bytes_down: dict[int, int] = {}
        self.answered = False
        self._clients = clients
        self._names = set(names)
        self._sent: list[tuple[Metadata, int]] = []
        self._delivered: dict[int, Delivery] = {}
        self._failed: dict[int, Message] = {}
        self._strays: list[Message] = []
        self._lost: set[int] = set()

    @property
    def sampled(self) -> tuple[int, ...]:
        """Everyone who was asked, or answered without being asked, ascending."""
        return tuple(sorted({*self.bytes_down, *self._delivered, *self._failed, *self._lost}))

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What came back, ascending by client."""
        return tuple(self._delivered[client] for client in sorted(self._delivered))

    @property
    def form(self) -> record.Form:
        """In which form the clients sent their updates."""
        forms = {each.form for each in self._delivered.values()}
        return next((each for each in get_args(record.Form)[::-1] if each in forms), "plain")

    @property
    def failures(self) -> tuple[record.Failure, ...]:
        """Who did not deliver, ascending by client."""
        asked = self.bytes_down.keys() | self._lost
        silent = sorted(asked - self._delivered.keys() - self._failed.keys())
        known = {
            client: reply for client, reply in self._failed.items() if client not in self._delivered
        }
        # An error without a name is of a silent client, if there are as many of both.
        if len(self._strays) == len(silent):
            known |= zip(silent, self._strays, strict=True)
        found = {client: record.Failure(client=client, kind=SILENT) for client in silent}
        found |= {client: _failure(client, reply) for client, reply in known.items()}
        return tuple(found[client] for client in sorted(found))

    def ask(self, messages: "Sequence[Message]") -> None:
        """Note what is about to be sent."""
        models: dict[int, Model] = {}
        for message in messages:
            client = self._clients.number(message.metadata.dst_node_id)
            records = list(message.content.array_records.values())
            # Most strategies send the same arrays to all.
            key = id(records[0]) if records else 0
            if key not in models:
                models[key] = model_among(records, self._names)
            self.models[client] = models[key]
            self.bytes_down[client] = count_bytes(records)
            self._sent.append((message.metadata, client))

    def lose(self, nodes: "Mapping[int, Message | None]") -> None:
        """Note who was lost before anything was asked: the error by node, None of the silent."""
        for node, error in nodes.items():
            client = self._clients.number(node)
            self._lost.add(client)
            if error is not None:
                self._failed[client] = error

    def deliver(self, replies: "Iterable[Message]") -> None:
        """Note what came back, all at once or in parts."""
        self.answered = True
        for reply in replies:
            client = self._client(reply)
            if client is None:
                self._strays.append(reply)
            elif reply.has_error():
                self._failed[client] = reply
            else:
                self._delivered[client] = self._delivery(client, reply)

    def _client(self, reply: "Message") -> int | None:
        """Return whose reply it is.

        The SuperLink reports in its own name that a client is gone.
        """
        node = reply.metadata.src_node_id
        if node in self._clients.numbers or not reply.has_error():
            return self._clients.number(node)
        # A message has no id before it is sent.
        asked = {sent.message_id: client for sent, client in self._sent if sent.message_id}
        return asked.get(reply.metadata.reply_to_message_id)

    def _delivery(self, client: int, reply: "Message") -> Delivery:
        report = report_in(reply)
        if report:
            self._clients.reports[reply.metadata.src_node_id] = report
        arrays = list(reply.content.array_records.values())
        return Delivery(
            client=client,
            model=model_among(arrays, self._names),
            metrics=metrics_in(reply),
            report=report,
            form=form_of(arrays, report, self.models.get(client, Model({}))),
            model_bytes=count_bytes(arrays),
            metrics_bytes=count_bytes(reply.content.metric_records.values()),
        )


def _failure(client: int, reply: "Message") -> record.Failure:
    code, reason = reply.error.code, plain_reason(reply.error)
    return record.Failure(client=client, kind="error", code=code, reason=reason)
