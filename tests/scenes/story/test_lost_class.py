"""Who trained in the round in which a class was lost, and what they hold of it."""

from hand import hand_run

from fl_sim import record
from scenes.story.lost_class import LostClass, lost_class


def test_the_dogs_of_the_committed_run() -> None:
    lost = lost_class(record.load("dirichlet-30"))
    assert lost is not None
    run = record.load("dirichlet-30")
    assert run.dataset
    assert run.dataset.class_names[lost.label] == "dog"
    assert (lost.round, lost.right[1], sum(lost.held.values())) == (28, 0, 3)
    assert lost.held.keys() == {reply.client for reply in run.rounds[28].train.replies}  # type: ignore[union-attr]


def of(counts: tuple[tuple[int, int], ...], *matrices: tuple[tuple[int, ...], ...]) -> record.Run:
    """Return a run of two classes, with what its clients hold and its confusion matrices."""
    run = hand_run()
    parts = [record.Partition(label_counts=each) for each in counts]
    rounds = [
        run.rounds[0].model_copy(update={"confusion": matrices[0]}),
        run.rounds[1].model_copy(update={"confusion": matrices[1]}),
    ]
    return run.model_copy(update={"partitions": tuple(parts), "rounds": tuple(rounds)})


BEFORE, AFTER = ((30, 0), (10, 20)), ((30, 0), (25, 5))


def test_a_class_that_nobody_who_trained_holds() -> None:
    run = hand_run()
    train = run.rounds[1].train
    assert train
    clients = [reply.client for reply in train.replies]
    assert run.num_clients
    poor = tuple((50, 0 if k in clients else 90) for k in range(run.num_clients))
    lost = lost_class(of(poor, BEFORE, AFTER))
    assert lost == LostClass(1, 1, (20, 5), dict.fromkeys(clients, 0))
    assert lost.fall == 15
    rich = tuple((50, 50) for _ in range(run.num_clients))
    assert lost_class(of(rich, BEFORE, AFTER)) is None
    assert lost_class(of(poor, BEFORE, ((30, 0), (20, 10)))) is None  # less than half is lost
    assert lost_class(of((), BEFORE, AFTER)) is None
