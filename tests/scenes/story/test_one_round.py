"""One round: the sentences are true of the run that is shown, and what is unknown is left out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hand import hand_run, saved
from odd_records import one_step

from fl_sim import record
from scenes.story import one_round
from scenes.story.common import model_packet
from scenes.story.specs import NO_PLATE, NO_READING, NOTHING
from scenes.text.errors import NotRecordedError


def with_replies(run: record.Run, **parts: Any) -> record.Run:
    """Return a run in whose first round every reply has some parts changed."""
    train = run.rounds[1].train
    assert train is not None
    replies = tuple(reply.model_copy(update=parts) for reply in train.replies)
    return with_train(run, replies=replies)


def with_train(run: record.Run, **parts: Any) -> record.Run:
    """Return a run in whose first round's training some parts are others."""
    train = run.rounds[1].train
    assert train is not None
    return with_round(run, 1, train=train.model_copy(update=parts))


def with_round(run: record.Run, number: int, **parts: Any) -> record.Run:
    """Return a run in which some parts of a round are others."""
    rounds = list(run.rounds)
    rounds[number] = rounds[number].model_copy(update=parts)
    return run.model_copy(update={"rounds": tuple(rounds)})


def caption(run: record.Run, phase: str) -> str:
    """Return a phase's caption."""
    return str(one_round.tell([run]).captions[phase])


def test_a_few_or_all_are_picked() -> None:
    assert caption(record.load("reference"), "sample") == (
        "Each round it asks a few: 3 of 10, by lot."
    )
    assert caption(hand_run(workers=3), "sample") == "This round: 2 of the 3 workers."
    assert caption(hand_run(workers=2), "sample") == (
        "A round begins. Both workers take part in it."
    )
    unknown = with_train(hand_run(), sampled=None)
    assert caption(unknown, "sample") == "This round: 2 of the 3 workers."
    assert one_round.tell([unknown]).picked == (0, 1)


def test_the_loss_falls_only_where_it_fell() -> None:
    assert caption(hand_run(), "train").endswith("the loss, falls.")
    assert "falls" not in caption(with_replies(hand_run(), loss_curve=(1.0, 2.0)), "train")
    noisy = with_replies(hand_run(), loss_curve=(3.0, 3.1, 1.0))
    assert caption(noisy, "train").endswith("the loss, wobbles and falls.")
    unknown = with_replies(noisy, num_examples=None)
    assert caption(unknown, "train") == (
        "Each trains it on its own photos. Its error, the loss, wobbles and falls."
    )


def test_a_line_of_a_crowd_is_explained() -> None:
    assert caption(hand_run(workers=30), "train") == (
        "Each trains on its own photos. A line is one worker's error, the loss."
    )


def test_workers_that_do_not_answer_are_counted() -> None:
    run = with_train(hand_run(), sampled=(0, 1, 2))
    assert one_round.tell([run]).lost == (2,)
    assert caption(run, "collect") == (
        "1 worker sends nothing. The others send what they learned, never photos."
    )
    assert caption(hand_run(), "collect") == "What they learned travels back. The photos stay."


@pytest.mark.parametrize(
    ("form", "all_sent", "some_sent"),
    [
        ("masked", "Only masked updates travel back", "masked updates"),
        ("noised", "What they learned travels back, with noise", "noised updates"),
    ],
)
def test_hidden_updates_are_said_to_be(form: str, all_sent: str, some_sent: str) -> None:
    run = with_train(hand_run(), form=form)
    assert caption(run, "collect") == f"{all_sent}. The photos stay."
    run = with_train(run, sampled=(0, 1, 2))
    assert caption(run, "collect").endswith(f"The others send {some_sent}, never photos.")


def test_changes_are_to_one_scale() -> None:
    run = hand_run()
    assert run.rounds[1].train is not None
    replies = run.rounds[1].train.replies
    each = [np.full((2, 3, 2, 2), value, np.float32) for value in (0.5, -1.0)]
    pairs = zip(replies, each, strict=True)
    changed = tuple(reply.model_copy(update={"change": change}) for reply, change in pairs)
    changes = one_round.tell([with_train(run, replies=changed)]).changes
    assert {client: limit for client, (_, limit) in changes.items()} == {0: 0.8, 1: 0.8}


def test_of_masked_updates_only_what_is_sent_is_shown() -> None:
    assert one_round.tell([hand_run()]).changes == {}
    plain = np.ones((2, 2, 3, 2, 2), np.float32)
    masked = record.Masked(
        clients=(0, 1),
        plain=plain,
        masked=np.full(plain.shape, 255, np.uint8),
        mean=plain[0],
        error=0.0,
        largest=1.0,
        threshold=2,
        num_bytes=0,
    )
    changes = one_round.tell([with_train(hand_run(), form="masked", masked=masked)]).changes
    assert list(changes) == [0, 1]
    filters, limit = changes[1]
    assert filters is not None
    assert filters.shape == (2, 3, 2, 2)
    assert (filters == limit).all()


def test_shares_that_differ_are_told_apart() -> None:
    assert caption(hand_run(), "aggregate") == (
        "Whoever has more photos counts more. Their average is the new model."
    )
    assert caption(record.load("reference"), "aggregate") == "Their average is the new model."
    spec = one_round.tell([record.load("reference")])
    assert [str(update.share_text) for update in spec.weighed.each] == ["33.3%"] * 3


def test_only_an_average_is_called_one() -> None:
    assert "average" not in caption(with_train(hand_run(), weighted_mean=None), "aggregate")
    other = hand_run().model_copy(update={"probes": (), "strategy": "FedAdam"})
    assert "average" not in caption(other, "aggregate")


def test_unknown_shares_are_not_drawn() -> None:
    spec = one_round.tell([with_replies(hand_run(), weight=None)])
    assert spec.weighed.each == ()
    assert len(spec.updates.each) == 2
    assert str(spec.captions["aggregate"]) == "Their average is the new model."


def test_one_worker_is_not_many() -> None:
    assert caption(hand_run(), "evaluate").startswith("1 worker tests")
    assert caption(hand_run(step=1), "evaluate").startswith("2 workers test ")


def test_photos_are_kept_apart_only_where_it_is_known() -> None:
    assert "photos it kept apart" in caption(hand_run(), "evaluate")
    unknown = hand_run().model_copy(update={"partitions": ()})
    assert "its own photos" in caption(unknown, "evaluate")


def guessing(accuracy: float, confusion: tuple[tuple[int, ...], ...]) -> str:
    """Return the caption on a first model of some accuracy, with its answers."""
    central = record.Metrics(accuracy=accuracy)
    return caption(with_round(hand_run(), 0, central=central, confusion=confusion), "untrained")


def test_the_first_model_is_no_better_than_luck_only_where_it_is_not() -> None:
    one_name, both_names = ((25, 0), (25, 0)), ((13, 12), (12, 13))
    assert guessing(0.5, one_name) == (
        "Untrained, it calls nearly all “a”: 50.0% right, no better than luck."
    )
    assert guessing(0.5, both_names) == "Untrained, it is right in 50.0%: no better than luck."
    assert guessing(0.6, one_name) == (
        "The front end shows people how often the model is right: untrained, 60.0%."
    )


def test_another_measure_of_the_first_model_has_its_name() -> None:
    run = hand_run()
    for number in range(3):
        run = with_round(run, number, central=record.Metrics(loss=2.0), evaluate=None)
    assert caption(run, "untrained") == (
        "The front end shows the model's error, the loss: untrained, 2.00."
    )
    assert str(one_round.tell([run]).reading.note) == "loss"


def test_the_report_says_what_was_measured() -> None:
    assert caption(hand_run(), "report") == ("The new model: from 10.0% to 15.0% right.")
    run = with_train(hand_run(), weighted_mean=None)
    assert caption(run, "report") == (
        "Of photos no worker holds, it now names 15.0% right; before, 10.0%."
    )
    for number in range(3):
        central = record.Metrics(loss=2.0 - number)
        run = with_round(run, number, central=central, evaluate=None)
    assert "its loss is 1.00; before, 2.00" in caption(run, "report")
    untested = with_round(run, 1, central=None)
    assert caption(untested, "report").startswith("The round is over.")


def test_a_result_that_is_the_same_is_said_to_be() -> None:
    run = with_round(hand_run(), 1, central=record.Metrics(accuracy=0.1))
    assert caption(run, "report") == "On the coordinator's test data: accuracy 10.0%, as before."


def bare() -> record.Run:
    """Return a run that recorded only who took part."""
    run = with_replies(
        hand_run(), num_examples=None, weight=None, bytes_up=None, loss_curve=None, probes=None
    )
    for number in range(len(run.rounds)):
        run = with_round(run, number, central=None, evaluate=None, probes=None, confusion=None)
    parts = ("dataset", "network", "thumbnails", "filters", "strategy")
    parts += ("samples", "sample_images", "path", "final")
    gone: dict[str, Any] = dict.fromkeys(parts)
    rounds = tuple(
        r.model_copy(
            update={"train": r.train and r.train.model_copy(update={"weighted_mean": None})}
        )
        for r in run.rounds[:2]
    )
    return run.model_copy(update={**gone, "probes": (), "partitions": (), "rounds": rounds})


def test_a_bare_run_is_shown_without_what_it_lacks() -> None:
    spec = one_round.tell([bare()])
    assert "evaluate" not in spec.captions
    assert (spec.curves, spec.tested.each, spec.weighed.each) == ({}, {}, ())
    assert "untrained" not in spec.captions
    assert str(spec.captions["assemble"]) == "A coordinator keeps one model for all."
    assert (spec.plate, spec.changes, spec.stage.wall) == (NO_PLATE, {}, None)
    assert spec.reading == NO_READING
    assert spec.updates.size == NOTHING
    assert [str(update.size) for update in spec.updates.each] == ["update", "update"]


@pytest.mark.parametrize("chapter", ["one_round", "loop"])
def test_a_bare_run_can_be_drawn(chapter: str, built: Callable[..., Any], tmp_path: Any) -> None:
    scene = built(chapter, saved(tmp_path / "runs", bare()))
    assert "evaluate" not in [beat.name for beat in scene.beats]
    assert not scene.stage.tray


def test_a_run_without_training_is_not_text() -> None:
    with pytest.raises(NotRecordedError, match="has no round 1"):
        one_round.tell([hand_run(rounds=0)])


def test_one_batch_is_no_curve() -> None:
    run = one_step(hand_run())
    assert one_round.tell([run]).curves == {}
    assert caption(run, "train") == "Each trains it on its own photos."


@pytest.mark.parametrize(
    ("losses", "trend"),
    [
        ((3.0, 2.0, 1.0), "falls"),
        ((3.0, 3.5, 1.0), "wobbles"),
        ((3.0, 3.0, 1.0), "open"),
        ((3.0, 1.0, 3.0), "open"),
    ],
)
def test_the_trend_of_losses(losses: tuple[float, ...], trend: str) -> None:
    assert one_round._trend([(3.0, 2.0), losses]) == trend


def test_shares_of_nothing_are_no_average() -> None:
    run = with_replies(hand_run(), num_examples=0, weight=0.0)
    assert caption(run, "aggregate") == "From all updates, the coordinator makes the new model."


def test_a_model_that_is_not_the_mean_is_not_called_one() -> None:
    run = hand_run()
    rounds = [round_.model_copy(update={"probes": (9.0,)}) for round_ in run.rounds]
    moved = run.model_copy(update={"rounds": tuple(rounds), "strategy": "FedAvgM"})
    assert caption(moved, "aggregate") == "From all updates, the coordinator makes the new model."


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        (1, "The round is over, and it was the last one."),
        (2, "The round is over. The next one begins with the new model."),
    ],
)
def test_no_round_follows_the_last(rounds: int, expected: str) -> None:
    run = hand_run(rounds=rounds)
    no_tests = {"central": None, "evaluate": None}
    untested = [round_.model_copy(update=no_tests) for round_ in run.rounds]
    assert caption(run.model_copy(update={"rounds": tuple(untested)}), "report") == expected


def test_huge_losses_have_an_exponent() -> None:
    run = with_replies(hand_run(), loss_curve=(1e300, 1e30))
    first = next(iter(one_round.tell([run]).curves.values()))
    assert (str(first.first), str(first.last)) == ("loss 1E300", "1E30")


@pytest.mark.parametrize(("up", "label"), [(1000, "1.00\u00a0kB"), (2000, "")])
def test_a_packet_has_a_size_where_updates_are_as_large_as_the_model(up: int, label: str) -> None:
    """A packet keeps its label when it turns into an update; masked updates are twice as large."""
    rounds = []
    for round_ in hand_run().rounds:
        train = round_.train
        if train is not None:
            sizes = {"bytes_down": 1000, "bytes_up": up}
            replies = tuple(reply.model_copy(update=sizes) for reply in train.replies)
            train = train.model_copy(update={"replies": replies})
        rounds.append(round_.model_copy(update={"train": train}))
    run = hand_run().model_copy(update={"rounds": tuple(rounds)})
    assert str(model_packet(run)) == label
    assert str(model_packet(run, 2)) == (f"{label} each" if label else "")
