"""A Flower ``Grid`` that calls the client app in this process, in one thread or in several.

A timeout is that of each client by itself, as if all had started at once: the reply of one that
took longer is withheld, as Flower's server would not have waited for it.

Flower offers no public way to do this. Its private names are used here and nowhere else: the
identity of the running task, which ``Message`` asks for; the id of a message, which the SuperLink
would set; the SuperLink's own id; what a client's failure is wrapped in; and ``Run``, of which
``Grid`` speaks.
"""

import itertools
import math
import time
import traceback
from collections.abc import Callable, Iterable
from logging import getLogger

from flwr.app import Context, Error, Message, RecordDict, UserConfig
from flwr.clientapp import ClientApp
from flwr.clientapp.client_app import ClientAppException
from flwr.common.constant import SUPERLINK_NODE_ID, ErrorCode
from flwr.serverapp import Grid
from flwr.supercore.run import Run
from flwr.supercore.task_identity import TaskIdentity

from fl_sim.app.threads import mapping

# Called with the message that was answered, how many of its batch are, and the batch's size.
Watch = Callable[[Message, int, int], None]

RUN_ID = 1
TASK_ID = 1


class InProcessGrid(Grid):
    """Connects a server app with ``num_nodes`` clients of this process.

    Args:
        client_app: answers every message.
        run_config: what clients find in their context.
        num_nodes: number of clients; client ``i`` has partition id ``i``.
        watch: called for each message before it is answered and afterwards.
        threads: that answer messages. With more than one, ``client_app`` is called by several at
            once. Replies come in order all the same.
    """

    def __init__(
        self,
        client_app: ClientApp,
        run_config: UserConfig,
        num_nodes: int,
        watch: Watch = lambda message, done, total: None,
        threads: int = 1,
    ) -> None:
        TaskIdentity.task_id, TaskIdentity.run_id = TASK_ID, RUN_ID
        TaskIdentity.node_id = SUPERLINK_NODE_ID
        self._client_app = client_app
        self._watch = watch
        self._threads = threads
        self._contexts = {
            node: _context(node, partition, num_nodes, run_config)
            for partition, node in enumerate(range(SUPERLINK_NODE_ID + 1, num_nodes + 2))
        }
        self._replies: dict[str, Message] = {}
        self._seconds: dict[str, float] = {}
        self._message_ids = itertools.count(1)
        self._run = Run.create_empty(RUN_ID)

    def set_run(self, run: Run) -> None:
        """Note Flower's description of the run."""
        self._run = run

    @property
    def run(self) -> Run:
        """Flower's description of the run."""
        return self._run

    def create_message(
        self,
        content: RecordDict,
        message_type: str,
        dst_node_id: int,
        group_id: str,
        ttl: float | None = None,
    ) -> Message:
        """Create a message to one client."""
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def get_node_ids(self) -> Iterable[int]:
        """Return the ids of all clients."""
        return list(self._contexts)

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Have every message answered; return their ids."""
        messages = list(messages)
        ids = [str(next(self._message_ids)) for _ in messages]
        for message, message_id in zip(messages, ids, strict=True):
            message.metadata.__dict__["_message_id"] = message_id
        with mapping(self._answer, messages, min(self._threads, len(messages))) as answers:
            for done, message in enumerate(messages):
                self._watch(message, done, len(messages))
                self._replies[ids[done]], self._seconds[ids[done]] = next(answers)
                self._watch(message, done + 1, len(messages))
        return ids

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """Return the replies to these messages, once."""
        return [self._replies.pop(i) for i in message_ids if i in self._replies]

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        """Have every message answered; return the replies.

        Args:
            messages: one for each client that is asked.
            timeout: seconds that each client has, None for ever. A later reply is missing.
        """
        ids = list(self.push_messages(messages))
        for message_id in ids:
            if self._seconds.pop(message_id) > (math.inf if timeout is None else timeout):
                del self._replies[message_id]
        return self.pull_messages(ids)

    def _answer(self, message: Message) -> tuple[Message, float]:
        """Let a client answer, and return its reply and the seconds that it took.

        What it raises becomes an error reply, as in Flower's simulation.
        """
        started = time.perf_counter()
        try:
            reply = self._client_app(message, self._contexts[message.metadata.dst_node_id])
        except Exception as error:
            getLogger("flwr").debug(traceback.format_exc())
            reason = f"{ClientAppException}:<'{ClientAppException(str(error))}'>"
            code = ErrorCode.CLIENT_APP_RAISED_EXCEPTION
            reply = Message(Error(code, reason), reply_to=message)
        return reply, time.perf_counter() - started


def _context(node: int, partition: int, num_nodes: int, run_config: UserConfig) -> Context:
    return Context(
        run_id=RUN_ID,
        node_id=node,
        node_config={"partition-id": partition, "num-partitions": num_nodes},
        state=RecordDict(),
        run_config=run_config,
    )
