"""The same clients take part whenever a run is repeated."""

from collections.abc import Iterable

import pytest
from flwr.app import ConfigRecord, Error, Message, MessageType, RecordDict
from flwr.common.constant import SUPERLINK_NODE_ID, ErrorCode
from flwr.serverapp.strategy import FedAvg, Strategy
from toy_app import START, arrays, nodes, toy_app

from fl_sim.app.cohort import SeededCohort, WorkerError, innermost
from fl_sim.app.local_only import LocalOnly
from fl_sim.running.in_process import InProcessGrid

TEN = nodes(10)


class Listening(InProcessGrid):
    """Keeps who is asked, by the client's number."""

    def __init__(self, clients: int) -> None:
        super().__init__(toy_app(), {}, clients)
        self.asked: list[list[int]] = []

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterable[Message]:
        messages = list(messages)
        self.asked.append([TEN.index(message.metadata.dst_node_id) for message in messages])
        return super().send_and_receive(messages, timeout=timeout)


def thirty_percent() -> Strategy:
    return FedAvg(fraction_train=0.3, fraction_evaluate=0.5)


def cohorts(
    seed: int,
    rounds: int,
    strategy: Strategy | None = None,
    full_round: int = 0,
    order: list[int] | None = None,
) -> list[list[int]]:
    """Return who trains and who evaluates, alternating, of 10 clients."""
    grid = Listening(10)
    cohort = SeededCohort(strategy or thirty_percent(), seed, order or TEN, full_round)
    cohort.start(grid, arrays(START), rounds)
    return grid.asked


def test_as_many_as_the_strategy_asks() -> None:
    assert [len(cohort) for cohort in cohorts(0, 2)] == [3, 5, 3, 5]


def test_the_seed_decides() -> None:
    assert cohorts(0, 2) == cohorts(0, 2)
    assert cohorts(0, 2) != cohorts(1, 2)


def test_a_longer_run_begins_with_the_same_rounds() -> None:
    assert cohorts(0, 5)[:4] == cohorts(0, 2)


def test_node_ids_do_not_matter() -> None:
    """With the nodes the other way round, client k is node 9 - k."""
    mirrored = [[9 - number for number in cohort] for cohort in cohorts(0, 2, order=TEN[::-1])]
    assert mirrored == cohorts(0, 2)


def test_in_the_full_round_everyone_trains_and_no_other_round_is_changed() -> None:
    full, plain = cohorts(0, 3, full_round=2), cohorts(0, 3)
    assert full[2] == list(range(10))
    assert [*full[:2], *full[3:]] == [*plain[:2], *plain[3:]]


def test_the_full_round_sends_what_the_strategy_sends() -> None:
    cohort = SeededCohort(thirty_percent(), 0, TEN, full_round=1)
    grid = InProcessGrid(toy_app(), {}, 10)
    messages = list(cohort.configure_train(1, arrays(START), ConfigRecord({"lr": 0.5}), grid))
    assert {message.metadata.message_type for message in messages} == {MessageType.TRAIN}
    for message in messages:
        assert dict(message.content.config_records["config"]) == {"lr": 0.5, "server-round": 1}
        sent = message.content.array_records["arrays"]["weight"]
        assert tuple(sent.numpy()) == START


def test_a_strategy_that_sends_each_client_its_own_chooses_itself() -> None:
    for full_round in (0, 1):
        asked = cohorts(0, 2, LocalOnly(), full_round)
        assert asked == [list(range(10)), [], list(range(10)), []]


def test_only_clients_that_are_connected_are_asked() -> None:
    gone, *present = nodes(4)
    for full_round in (0, 1):
        grid = InProcessGrid(toy_app(), {}, 4)
        del grid._contexts[gone]
        cohort = SeededCohort(FedAvg(fraction_train=1.0), 0, [gone, *present], full_round)
        messages = cohort.configure_train(1, arrays(START), ConfigRecord(), grid)
        assert [message.metadata.dst_node_id for message in messages] == present


def replies_of(cohort: SeededCohort, grid: InProcessGrid) -> list[Message]:
    messages = cohort.configure_train(1, arrays(START), ConfigRecord(), grid)
    return list(grid.send_and_receive(messages))


def test_replies_are_aggregated_by_client_number() -> None:
    cohort = SeededCohort(FedAvg(), 0, nodes(3))
    replies = replies_of(cohort, InProcessGrid(toy_app(), {}, 3))
    forward, _ = cohort.aggregate_train(1, replies)
    backward, _ = cohort.aggregate_train(1, replies[::-1])
    assert forward["weight"].data == backward["weight"].data


def test_the_superlink_may_answer_for_a_client_that_is_gone() -> None:
    cohort = SeededCohort(FedAvg(), 0, nodes(2))
    one, other = replies_of(cohort, InProcessGrid(toy_app(), {}, 2))
    question = Message(RecordDict(), SUPERLINK_NODE_ID, MessageType.TRAIN)
    gone = Message(Error(5, "node unavailable"), reply_to=question)
    assert gone.metadata.src_node_id == SUPERLINK_NODE_ID
    without, _ = cohort.aggregate_train(1, [one, other])
    with_it, _ = cohort.aggregate_train(1, [gone, one, other])
    assert with_it["weight"].data == without["weight"].data


def test_wrappers_can_be_taken_off() -> None:
    strategy = FedAvg()
    assert innermost(SeededCohort(SeededCohort(strategy, 0, []), 0, [])) is strategy


def reply_with(reason: str) -> Message:
    asked = Message(RecordDict(), nodes(1)[0], MessageType.TRAIN)
    return Message(Error(ErrorCode.UNKNOWN, reason), reply_to=asked)


def test_a_lost_worker_ends_the_run() -> None:
    cohort = SeededCohort(FedAvg(), 0, nodes(1))
    gone = reply_with("<class 'ray.exceptions.ActorDiedError'>:<'The actor died'>")
    with pytest.raises(WorkerError, match="a worker of Ray died: ActorDiedError"):
        cohort.aggregate_train(1, [gone])
    with pytest.raises(WorkerError):
        cohort.aggregate_evaluate(1, [gone])


def test_what_a_client_raised_on_ray_does_not_end_the_run() -> None:
    cohort = SeededCohort(FedAvg(), 0, nodes(1))
    raised = reply_with("<class 'ray.exceptions.RayTaskError(ClientAppException)'>:<'x'>")
    assert cohort.aggregate_train(1, [raised]) == (None, None)
