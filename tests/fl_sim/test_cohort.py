"""The same clients take part whenever a run is repeated."""

from flwr.app import ConfigRecord
from flwr.serverapp.strategy import FedAvg
from toy_app import START, arrays, nodes, toy_app

from fl_sim.app.cohort import SeededCohort, innermost
from fl_sim.recording.recorder import Recorder
from fl_sim.running.in_process import InProcessGrid


def cohorts(seed: int, rounds: int, order: list[int] | None = None) -> list[tuple[int, ...]]:
    """Return who trains and who evaluates in each round, of 10 clients."""
    ids = order or nodes(10)
    cohort = SeededCohort(FedAvg(fraction_train=0.3, fraction_evaluate=0.5), seed, ids)
    recorder = Recorder(cohort, ids)
    recorder.start(InProcessGrid(toy_app(), {}, 10), arrays(START), rounds)
    phases = [(r.train, r.evaluate) for r in recorder.rounds[1:]]
    return [phase.sampled for pair in phases for phase in pair if phase]


def test_as_many_as_the_strategy_asks() -> None:
    assert [len(cohort) for cohort in cohorts(0, 2)] == [3, 5, 3, 5]


def test_the_seed_decides() -> None:
    assert cohorts(0, 2) == cohorts(0, 2)
    assert cohorts(0, 2) != cohorts(1, 2)


def test_a_longer_run_begins_with_the_same_rounds() -> None:
    assert cohorts(0, 5)[:4] == cohorts(0, 2)


def test_node_ids_do_not_matter() -> None:
    assert cohorts(0, 2, order=nodes(10)[::-1]) == cohorts(0, 2)


def test_only_clients_that_are_connected_are_asked() -> None:
    gone, *present = nodes(4)
    grid = InProcessGrid(toy_app(), {}, 4)
    del grid._contexts[gone]
    cohort = SeededCohort(FedAvg(fraction_train=1.0), 0, [gone, *present])
    messages = cohort.configure_train(1, arrays(START), ConfigRecord(), grid)
    assert [message.metadata.dst_node_id for message in messages] == present


def test_replies_are_aggregated_by_client_number() -> None:
    ids = nodes(3)
    cohort = SeededCohort(FedAvg(), 0, ids)
    grid = InProcessGrid(toy_app(), {}, 3)
    messages = cohort.configure_train(1, arrays(START), ConfigRecord(), grid)
    replies = list(grid.send_and_receive(messages))
    forward, _ = cohort.aggregate_train(1, replies)
    backward, _ = cohort.aggregate_train(1, replies[::-1])
    assert forward["weight"].data == backward["weight"].data


def test_wrappers_can_be_taken_off() -> None:
    strategy = FedAvg()
    assert innermost(Recorder(SeededCohort(strategy, 0, []), [])) is strategy
