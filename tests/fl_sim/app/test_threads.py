"""Clients answered by several threads: the same replies in the same order; Ctrl-C ends them."""

import threading
import time

import numpy as np
import pytest
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, MessageType, RecordDict
from flwr.clientapp import ClientApp
from processes import PATIENCE, wait_for

from fl_sim.app.threads import MOST, mapping, sensible
from fl_sim.running.in_process import InProcessGrid


def test_results_come_in_order() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number * number

    with mapping(slow_first, range(5), threads=2) as squares:
        assert list(squares) == [0, 1, 4, 9, 16]


def test_two_threads_work_at_once() -> None:
    both = threading.Barrier(2, timeout=PATIENCE)
    with mapping(lambda _: both.wait(), range(4), threads=2) as waits:
        assert sorted(waits) == [0, 0, 1, 1]


def test_one_thread_is_this_one() -> None:
    with mapping(lambda _: threading.current_thread(), range(2), threads=1) as found:
        assert set(found) == {threading.current_thread()}


def test_what_a_call_raises_is_raised_here() -> None:
    def fail(number: int) -> int:
        return 1 // number

    with (
        pytest.raises(ZeroDivisionError),
        mapping(fail, [1, 0], threads=2) as results,
    ):
        list(results)


def test_an_interrupt_stops_every_thread() -> None:
    began = threading.Barrier(3, timeout=PATIENCE)
    ended: list[str] = []

    def work_for_ever(_: int) -> None:
        try:
            began.wait()
            while True:
                time.sleep(0.001)
        except KeyboardInterrupt:
            ended.append("interrupted")
            raise

    def start_and_interrupt() -> None:
        with mapping(work_for_ever, range(5), threads=2):
            began.wait()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        start_and_interrupt()
    # They are not waited for; each stops at its next line.
    wait_for(lambda: len(ended) == 2, "the end of both threads")


def test_the_threads_of_this_machine() -> None:
    assert 1 <= sensible() <= MOST


def own_number_app(finished: list[int]) -> ClientApp:
    """Return an app whose clients send their number, the first of them last; client 2 fails."""
    app = ClientApp()
    others = threading.Event()

    @app.train()
    def train(message: Message, context: Context) -> Message:
        number = int(context.node_config["partition-id"])
        if number == 0:
            others.wait(timeout=PATIENCE)
        finished.append(number)
        if number == 2:
            raise RuntimeError("out of memory")
        if number == 3:
            others.set()
        arrays = ArrayRecord([np.array([number], dtype=np.float32)])
        return Message(RecordDict({"arrays": arrays}), reply_to=message)

    return app


def test_clients_in_two_threads() -> None:
    seen: list[tuple[int, int, int]] = []
    finished: list[int] = []
    grid = InProcessGrid(
        own_number_app(finished),
        {},
        num_nodes=4,
        watch=lambda message, *done: seen.append((message.metadata.dst_node_id, *done)),
        threads=2,
    )
    nodes = list(grid.get_node_ids())
    content = RecordDict({"config": ConfigRecord({"server-round": 1})})
    messages = [Message(content, node, MessageType.TRAIN) for node in nodes]
    replies = list(grid.send_and_receive(messages))
    assert finished == [1, 2, 3, 0]
    assert [reply.metadata.src_node_id for reply in replies] == nodes
    assert [reply.has_error() for reply in replies] == [False, False, True, False]
    assert "out of memory" in replies[2].error.reason
    sent = [
        reply.content.array_records["arrays"].to_numpy_ndarrays()[0].item()
        for reply in replies
        if not reply.has_error()
    ]
    assert sent == [0.0, 1.0, 3.0]
    assert seen == [(node, done + i, 4) for done, node in enumerate(nodes) for i in (0, 1)]


def test_no_client_at_all() -> None:
    assert list(InProcessGrid(ClientApp(), {}, 2, threads=2).send_and_receive([])) == []
