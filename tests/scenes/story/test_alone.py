"""The chapter on training alone: it finds its runs, and its words are true of them."""

from typing import Any

import numpy as np
import pytest
from hand import hand_run

from fl_sim import record, tiles
from scenes.story import alone
from scenes.story.build import build_spec
from scenes.text.errors import NotRecordedError
from scenes.text.language import ENGLISH

LABELS = np.array([0, 1, 0, 1], np.uint8)
# The accuracy of each of three workers after rounds 1 and 2.
TESTED = [(0.2, 0.3), (0.5, 0.4), (0.3, 0.25)]


def alone_run(tested: Any = TESTED, own: float = 1.0, right: int = 1) -> record.Run:
    """Return a run whose clients train alone; the best one gets some test examples right."""
    run = hand_run(workers=len(tested), rounds=2)
    predictions = np.where(np.arange(4) < right, LABELS, 1 - LABELS).astype(np.uint8)
    rounds = [run.rounds[0].model_copy(update={"central": None, "confusion": None})]
    for round_ in (1, 2):
        replies = tuple(
            record.TrainReply(
                client=client,
                probes=(0.0,),
                test=record.Metrics(accuracy=values[round_ - 1]),
                own=record.Metrics(accuracy=own),
                predictions=predictions,
            )
            for client, values in enumerate(tested)
        )
        train = record.Train(sampled=tuple(range(len(tested))), replies=replies)
        changed = {"train": train, "evaluate": None, "central": None, "confusion": None}
        rounds.append(run.rounds[round_].model_copy(update=changed))
    dataset = run.dataset.model_copy(update={"num_test": 4})
    more = {"rounds": tuple(rounds), "test_labels": LABELS, "dataset": dataset, "name": "alone"}
    return run.model_copy(update={**more, "strategy": "LocalOnly", "samples": None})


def pooled_run(accuracy: float) -> record.Run:
    """Return a run of the same data in one place."""
    run = hand_run(rounds=1)
    central = record.Metrics(accuracy=accuracy)
    last = run.rounds[1].model_copy(update={"central": central, "train": None, "evaluate": None})
    more = {"rounds": (run.rounds[0], last), "dataset": alone_run().dataset, "name": "pooled"}
    return run.model_copy(update={**more, "num_clients": 1, "partitions": (), "thumbnails": None})


def spec_of(*runs: record.Run) -> alone.AloneSpec:
    return build_spec(alone.tell, runs)


def test_the_best_at_the_end_is_shown_and_the_best_of_any_moment_is_marked() -> None:
    spec = spec_of(pooled_run(0.7), alone_run())
    assert spec.race.best == 1
    assert str(spec.others) == "2 others, each alone, do no better."
    assert [str(mark.number) for mark in spec.gauge.marks] == ["50.0%", "70.0%"]
    assert [mark.value for mark in spec.gauge.marks] == [0.5, 0.7]
    assert spec.race.values.tolist() == [[0, 0, 0], [0.2, 0.5, 0.3], [0.3, 0.4, 0.25]]


def test_what_the_best_knows_is_its_own_and_what_it_gets_right_was_predicted() -> None:
    best = spec_of(alone_run()).best
    assert best is not None
    assert best.case.count == alone_run().partitions[1].num_train
    assert list(best.right) == [True, False, False, False]
    assert str(best.known.value) == "100%"
    assert str(best.own) == f"One worker, alone: it knows each of its {best.case.count} photos."
    assert str(best.tested.value) == "40.0%"
    assert str(best.tested.of[0]) == "of 4 photos"


@pytest.mark.parametrize(
    ("own", "right", "said"),
    [
        (1.0, 1, "Of new ones it gets more than half wrong."),
        (1.0, 3, "Of new ones it gets fewer right."),
        (0.5, 4, "New ones it knows as well."),
    ],
)
def test_the_caption_on_new_examples_is_true(own: float, right: int, said: str) -> None:
    best = spec_of(alone_run(own=own, right=right)).best
    assert best is not None
    assert str(best.new) == said


def test_all_is_said_only_of_all() -> None:
    count = alone_run().partitions[1].num_train or 0
    best = spec_of(alone_run(own=1 - 1 / count)).best
    assert best is not None
    assert str(best.own) == f"One worker, alone: it knows {count - 1} of its {count} photos."
    assert str(alone._form_of(0.99975)(ENGLISH, 0.99975)) == "99.98%"


@pytest.mark.parametrize(("accuracy", "asked"), [(0.7, True), (0.5, False), (0.3, False)])
def test_a_gap_is_asked_for_only_where_there_is_one(accuracy: float, asked: bool) -> None:
    pooled = spec_of(alone_run(), pooled_run(accuracy)).pooled
    assert pooled is not None
    assert (pooled.question is not None) == asked


def test_runs_that_lack_something_are_told_of_without_it() -> None:
    run = alone_run()
    assert spec_of(run).pooled is None
    without = run.model_copy(update={"test_labels": None, "rounds": tuple(map(_plain, run.rounds))})
    assert spec_of(without).best is None
    one = {"num_clients": 1, "partitions": run.partitions[:1]}
    for other in (hand_run(), run.model_copy(update=one)):
        with pytest.raises(NotRecordedError, match="trained alone"):
            spec_of(other)
    untested = [each.model_copy(update={"train": None}) for each in run.rounds]
    with pytest.raises(NotRecordedError, match="did not test each client's own model"):
        spec_of(run.model_copy(update={"rounds": tuple(untested)}))


def _plain(round_: record.Round) -> record.Round:
    """Return a round without predictions."""
    if round_.train is None:
        return round_
    plain = (reply.model_copy(update={"predictions": None}) for reply in round_.train.replies)
    train = round_.train.model_copy(update={"replies": tuple(plain)})
    return round_.model_copy(update={"train": train})


def test_photos_come_only_from_a_run_that_dealt_them_out_alike() -> None:
    blind = alone_run().model_copy(update={"thumbnails": None})
    best = spec_of(blind).best
    assert best is not None
    assert best.case.photos is None
    best = spec_of(blind, hand_run(workers=3)).best
    assert best is not None
    assert best.case.photos is not None
    other = hand_run(workers=3)
    parts = other.partitions[0].model_copy(update={"label_counts": (11, 10)})
    best = spec_of(
        blind, other.model_copy(update={"partitions": (parts, *other.partitions[1:])})
    ).best
    assert best is not None
    assert best.case.photos is None


def test_the_case_begins_with_the_photo_of_the_close_look() -> None:
    run = alone_run()
    held = run.partitions[1].num_train or 0
    photos = np.linspace(0, 255, held).astype(np.uint8)[:, None, None, None]
    photos = np.broadcast_to(photos, (held, 8, 8, 3))
    seen = record.CloseUp(
        label=0,
        image=photos[3],
        steps=(0,),
        probabilities=np.full((1, 2), 0.5, np.float32),
        moved_steps=(),
        moved=np.zeros((0, 75), np.uint8),
        largest=(),
        examples=np.frombuffer(tiles.encode(photos), np.uint8),
        place=3,
    )
    first, *others = run.rounds[1].train.replies[1:]
    replies = (run.rounds[1].train.replies[0], first.model_copy(update={"close_up": seen}), *others)
    train = run.rounds[1].train.model_copy(update={"replies": replies})
    rounds = (run.rounds[0], run.rounds[1].model_copy(update={"train": train}), run.rounds[2])
    best = spec_of(run.model_copy(update={"rounds": rounds})).best
    assert best is not None
    assert best.case.photos is not None
    assert best.case.tiles is not None
    assert (best.case.photos == photos[3]).all()
    found = best.case.tiles.mean(axis=(1, 2, 3))
    order = [3, *(i for i in range(held) if i != 3)]
    assert np.abs(found - photos[order, 0, 0, 0]).max() < 8
