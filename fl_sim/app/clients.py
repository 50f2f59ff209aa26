"""The clients of a run, as they describe themselves before the first round."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from flwr.app import ConfigRecord, Message, MessageType, RecordDict
from flwr.serverapp import Grid

from fl_sim import record
from fl_sim.app import provenance
from fl_sim.app.settings import Settings
from fl_sim.recording.replies import CLIENT, plain_reason
from fl_sim.wording import count

IMAGE_SHAPE = (32, 32, 3)
THUMBNAILS_A_CLIENT = 6
THUMBNAILS = 120  # in all, so that the record of many clients stays small
NODES_TIMEOUT = 300  # seconds
ANSWER_TIMEOUT = 600  # seconds; a client may have to fetch the dataset first


class ClientError(RuntimeError):
    """There are too few clients, two have one number, or they do not run the server's code."""


@dataclass(frozen=True)
class Client:
    """A client: its node id, its partition and some of its images."""

    node: int
    partition: record.Partition
    images: npt.NDArray[np.uint8]


def ask_clients(grid: Grid, settings: Settings) -> list[Client]:
    """Return the clients in the order of their numbers, which Flower calls partition ids.

    Raises:
        ClientError: some do not appear or answer, share a number, or run other code.
    """
    images = 0
    if settings.keep == "all":
        images = min(THUMBNAILS_A_CLIENT, THUMBNAILS // settings.num_partitions)
    question = RecordDict({"config": ConfigRecord({"thumbnails": images})})
    nodes = _wait_for_nodes(grid, settings.num_partitions)
    messages = [Message(question, node, MessageType.QUERY) for node in nodes]
    clients: dict[int, Client] = {}
    for reply in grid.send_and_receive(messages, timeout=ANSWER_TIMEOUT):
        if reply.has_error():
            raise ClientError(
                plain_reason(reply.error) or f"a client failed with code {reply.error.code}"
            )
        content: dict[str, Any] = dict(reply.content.config_records[CLIENT])
        if content["code-hash"] != provenance.code_hash(settings):
            raise ClientError("a client runs other code than the server; start both anew")
        clients[content["partition-id"]] = _client(reply.metadata.src_node_id, content)
    numbers = list(range(settings.num_partitions))
    if sorted(clients) != numbers:
        raise ClientError(f"clients {sorted(clients)} answered, {numbers} were expected")
    return _as_many_images([clients[number] for number in numbers])


def stack_images(clients: list[Client]) -> npt.NDArray[np.uint8] | None:
    """Return the thumbnails, (clients, images, height, width, 3), or None if there are none."""
    images = np.stack([client.images for client in clients])
    return images if images.size else None


def _wait_for_nodes(grid: Grid, wanted: int) -> list[int]:
    deadline = time.monotonic() + NODES_TIMEOUT
    while len(nodes := list(grid.get_node_ids())) < wanted and time.monotonic() < deadline:
        time.sleep(1)
    if len(nodes) != wanted:
        raise ClientError(
            f"{count(len(nodes), 'connected client')}, num-partitions is {wanted}: set it to "
            "the number of SuperNodes, or start more of them (in a simulation by "
            f"--federation-config num-supernodes={wanted})"
        )
    return nodes


def _client(node: int, content: dict[str, Any]) -> Client:
    partition = record.Partition(
        num_train=content["num-train"],
        num_validation=content["num-validation"],
        label_counts=tuple(content["label-counts"]),
        thumbnail_labels=tuple(content["thumbnail-labels"]),
    )
    pixels = np.frombuffer(content["thumbnails"], dtype=np.uint8)
    return Client(node, partition, pixels.reshape(-1, *IMAGE_SHAPE))


def _as_many_images(clients: list[Client]) -> list[Client]:
    """Show as many images of each client as the poorest has."""
    fewest = min(len(client.images) for client in clients)
    return [
        Client(
            client.node,
            client.partition.model_copy(
                update={"thumbnail_labels": client.partition.thumbnail_labels[:fewest]}
            ),
            client.images[:fewest],
        )
        for client in clients
    ]
