"""Wrappers of a strategy: one that chooses the clients of a round by the run's seed."""

from collections.abc import Iterable, Sequence
from random import Random

from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import Strategy

# How Flower's simulation reports an error of Ray, and one that a client raised there.
RAY = "<class 'ray.exceptions."
RAISED = "<class 'ray.exceptions.RayTaskError"


class WorkerError(RuntimeError):
    """A process of the simulation that is gone: it would fail in every later round as well."""


class Wrapper(Strategy):
    """A strategy that leaves every decision to the one that it holds."""

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Return the messages that ask clients to train."""
        return self.strategy.configure_train(server_round, arrays, config, grid)

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Return the new global model, and the aggregated metrics."""
        return self.strategy.aggregate_train(server_round, replies)

    def configure_evaluate(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Return the messages that ask clients to evaluate."""
        return self.strategy.configure_evaluate(server_round, arrays, config, grid)

    def aggregate_evaluate(
        self, server_round: int, replies: Iterable[Message]
    ) -> MetricRecord | None:
        """Return the aggregated metrics."""
        return self.strategy.aggregate_evaluate(server_round, replies)

    def summary(self) -> None:
        """Log the strategy's own configuration."""
        self.strategy.summary()


def innermost(strategy: Strategy) -> Strategy:
    """Return the strategy that decides, where others wrap it, as Flower's of privacy do."""
    while isinstance(inner := getattr(strategy, "strategy", None), Strategy):
        strategy = inner
    return strategy


class SeededCohort(Wrapper):
    """Asks as many clients as the strategy would, chosen by (seed, round, phase).

    Flower's node ids are random in every run, and its strategies choose among them with Python's
    global generator. Here clients are chosen by their number instead, and replies are aggregated
    in that order: floating-point sums depend on it. This suits strategies that send the same to
    everyone, as Flower's do; one that says by ``personal = True`` that it does not keeps its
    own choice.

    Args:
        strategy: decides how many clients take part, and aggregates.
        seed: of the run.
        nodes: Flower's id of each client, by the client's number.
        full_round: the round in which every connected client trains; 0 for none.
    """

    def __init__(
        self, strategy: Strategy, seed: int, nodes: Sequence[int], full_round: int = 0
    ) -> None:
        super().__init__(strategy)
        self._seed = seed
        self._nodes = nodes
        self._full_round = full_round
        self._personal = getattr(innermost(strategy), "personal", False)
        self._numbers = {node: number for number, node in enumerate(nodes)}

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Return the messages that ask the round's cohort, or everyone, to train."""
        messages = list(super().configure_train(server_round, arrays, config, grid))
        if server_round == self._full_round and messages and not self._personal:
            return self._to_all(messages[0], grid)
        return self._address(messages, grid, f"{self._seed}/{server_round}/train")

    def configure_evaluate(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Return the messages that ask another cohort to evaluate."""
        messages = list(super().configure_evaluate(server_round, arrays, config, grid))
        return self._address(messages, grid, f"{self._seed}/{server_round}/evaluate")

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Aggregate in the order of the clients' numbers."""
        return super().aggregate_train(server_round, self._sorted(replies))

    def aggregate_evaluate(
        self, server_round: int, replies: Iterable[Message]
    ) -> MetricRecord | None:
        """Aggregate in the order of the clients' numbers."""
        return super().aggregate_evaluate(server_round, self._sorted(replies))

    def _address(self, messages: list[Message], grid: Grid, seed: str) -> list[Message]:
        if not self._personal:
            chosen = sorted(Random(seed).sample(self._present(grid), len(messages)))
            for message, number in zip(messages, chosen, strict=True):
                message.metadata.dst_node_id = self._nodes[number]
        return messages

    def _to_all(self, message: Message, grid: Grid) -> list[Message]:
        return [
            Message(
                message.content,
                self._nodes[number],
                message.metadata.message_type,
                ttl=message.metadata.ttl,
                group_id=message.metadata.group_id,
            )
            for number in self._present(grid)
        ]

    def _present(self, grid: Grid) -> list[int]:
        connected = set(grid.get_node_ids())
        return [number for number, node in enumerate(self._nodes) if node in connected]

    def _sorted(self, replies: Iterable[Message]) -> list[Message]:
        replies = list(replies)
        _check_workers(replies)
        # Of a client that is gone the SuperLink tells, under its own node id.
        last = len(self._nodes)
        return sorted(
            replies, key=lambda reply: self._numbers.get(reply.metadata.src_node_id, last)
        )


def _check_workers(replies: Iterable[Message]) -> None:
    """End the run before a round counts in which clients were lost that had not failed.

    Raises:
        WorkerError: a worker of Ray died.
    """
    reasons = [reply.error.reason or "" for reply in replies if reply.has_error()]
    lost = [each for each in reasons if each.startswith(RAY) and not each.startswith(RAISED)]
    if lost:
        raise WorkerError(f"a worker of Ray died: {lost[0][len(RAY) :].partition(chr(39))[0]}")
