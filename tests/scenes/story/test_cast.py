"""The cast: who takes part, said of any run."""

from typing import Any

import pytest
from hand import hand_run

from fl_sim import record
from scenes.story import cast
from scenes.story.specs import NO_PLATE, NO_READING
from scenes.text.errors import NotRecordedError


def without(run: record.Run, **parts: Any) -> record.Run:
    """Return a run in which some parts are others."""
    return run.model_copy(update=parts)


def test_every_actor_has_a_sentence() -> None:
    spec = cast.tell([hand_run()])
    assert str(spec.task) == "The task: tell 2 kinds of photos apart. 3 workers learn it."
    assert str(spec.photos) == "Each worker has photos of its own. They never leave it."
    assert str(spec.coordinator) == "A coordinator holds the model. Models travel, photos do not."
    assert str(spec.front_end) == (
        "The front end shows people how often the model is right: untrained, 10.0%."
    )


def test_one_worker_is_spoken_of_as_one() -> None:
    spec = cast.tell([hand_run(workers=1, picked=1)])
    assert str(spec.task).endswith("1 worker learns it.")
    assert str(spec.headline[0].name) == "worker"


@pytest.mark.parametrize(("workers", "marked"), [(12, False), (13, True), (4_000, False)])
def test_a_mark_is_explained_where_it_is_one_worker(workers: int, marked: bool) -> None:
    run = without(hand_run(), partitions=(), thumbnails=None, num_clients=workers)
    assert str(cast.tell([run]).photos).startswith("Each square is a worker") == marked


def test_what_one_holds_and_what_all_hold_are_sums() -> None:
    own, everyone = cast.tell([hand_run()]).held
    assert (str(own.value), str(everyone.value)) == ("21", "69")
    assert str(everyone.value.source) == (
        "sum of partitions[*].num_train and partitions[*].num_validation"
    )


def test_a_run_that_recorded_nothing_of_its_data_is_shown_without_it() -> None:
    run = without(
        hand_run(), partitions=(), dataset=None, network=None, thumbnails=None, filters=None
    )
    spec = cast.tell([run])
    assert str(spec.task) == "3 workers learn one model, each from photos of its own."
    assert spec.held == []
    assert [len(worker.bars) for worker in spec.stage.workers] == [0, 0, 0]
    assert spec.plate == NO_PLATE


def test_the_front_end_shows_the_loss_where_there_is_no_accuracy() -> None:
    run = hand_run()
    losses = record.Metrics(loss=2.0)
    rounds = [r.model_copy(update={"central": losses, "evaluate": None}) for r in run.rounds]
    spec = cast.tell([without(run, rounds=tuple(rounds))])
    assert str(spec.front_end).endswith("untrained, 2.00.")
    assert str(spec.reading.note) == "loss"


def test_the_front_end_shows_nothing_of_an_untested_model() -> None:
    run = hand_run()
    first = run.rounds[0].model_copy(update={"central": None})
    spec = cast.tell([without(run, rounds=(first, *run.rounds[1:]))])
    assert spec.reading == NO_READING
    assert "a person reads" in str(spec.front_end)


def test_a_run_of_unknown_size_is_not_text() -> None:
    with pytest.raises(NotRecordedError, match="recorded no num_clients"):
        cast.tell([without(hand_run(), partitions=(), num_clients=None, thumbnails=None)])
