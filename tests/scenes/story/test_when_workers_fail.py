"""What the chapter on failures shows, on runs that one can check by hand."""

import pytest
from hand import hand_run
from odd_records import (
    Change,
    nobody_delivers,
    nobody_delivers_first,
    nobody_delivers_last,
    replaced,
)

from fl_sim import record
from scenes.charts.replies import Replies
from scenes.drawing.layout import Frame, layout
from scenes.story import one_round
from scenes.story import when_workers_fail as story
from scenes.story.common import rises
from scenes.story.specs import RepliesSpec
from scenes.text.errors import NotRecordedError
from scenes.text.lines import text
from scenes.text.numbers import Number
from scenes.text.sources import NOT_RECORDED

PARTS = ("thumbnails", "filters", "sample_images")


def all_failed(run: record.Run, rounds: set[int]) -> record.Run:
    """Return the run with no reply at all in some of its rounds."""
    data = run.model_dump(exclude={"arrays"})
    for number in rounds:
        train = data["rounds"][number]["train"]
        failures = [{"client": client, "kind": "no reply"} for client in train["sampled"]]
        train |= {"replies": (), "failures": failures, "weighted_mean": None}
    return record.Run.model_validate({**data, **{name: getattr(run, name) for name in PARTS}})


def test_a_run_without_failures_is_not_shown() -> None:
    with pytest.raises(NotRecordedError, match="no client failed to train in 'hand-0'"):
        story.tell((hand_run(),))


def test_a_worker_that_was_not_reached_receives_nothing() -> None:
    run = hand_run(workers=4, picked=4, failed=2)
    gone = replaced(run, "Failure.code", 5, [-1])
    spec = story.tell((gone,))
    assert spec.round is not None
    assert (spec.round.picked, spec.round.reached) == ((0, 1, 2, 3), (0, 1))
    assert str(spec.round.fail) == "2 workers send no update: not all were reached."
    shown = one_round.tell([gone])
    assert (shown.picked, shown.reached) == ((0, 1, 2, 3), (0, 1))
    assert str(shown.captions["distribute"]) == (
        "2 of them are reached, and receive a copy of the model."
    )


def test_the_first_run_with_failures_is_shown() -> None:
    spec = story.tell((hand_run(), hand_run(failed=1)))
    assert str(spec.replies.missing) == "2 never came"


def test_the_round_shown_is_the_first_with_both_kinds() -> None:
    assert story._shown_round(record.load("dropouts")) == 2
    assert story._shown_round(hand_run(failed=1)) == 1
    run = hand_run(failed=1)
    assert story._shown_round(all_failed(run, {1})) == 2
    assert story._shown_round(all_failed(run, {1, 2})) is None


@pytest.mark.parametrize(
    ("numbers", "caption"),
    [
        (
            {"workers": 4, "picked": 3, "failed": 1},
            "While training, worker 2 reports an error.",
        ),
        (
            {"workers": 4, "picked": 3, "failed": 2},
            "While training, worker 1 reports an error; worker 2 goes silent.",
        ),
        (
            {"workers": 4, "picked": 4, "failed": 3},
            "While training: errors at 2 workers, silence from 1.",
        ),
    ],
    ids=str,
)
def test_who_failed_is_said_by_kind(numbers: dict[str, int], caption: str) -> None:
    spec = story.tell((hand_run(**numbers),)).round
    assert spec is not None
    assert str(spec.fail) == caption


def test_shares_are_of_the_updates_that_came() -> None:
    spec = story.tell((hand_run(workers=4, picked=4, failed=2),)).round
    assert spec is not None
    # 11 and 31 examples of 42: those of the other two are not counted.
    assert [update.share for update in spec.updates.each] == [11 / 42, 31 / 42]
    assert [(failure.worker, failure.reported) for failure in spec.failures] == [
        (2, True),
        (3, False),
    ]


def test_it_is_said_to_be_another_run() -> None:
    spec = story.tell((record.load("dropouts"),)).round
    assert spec is not None
    assert str(spec.dial.phase) == "another run"
    assert str(spec.dial.name).startswith("round 2 of ")
    assert str(spec.ask) == "In this run, some workers fail. In round 2, 5 of 10 are picked."


def test_all_rounds_are_counted() -> None:
    spec = story.tell((record.load("dropouts"),))
    asked = sum(asked for asked, _ in spec.replies.rounds)
    came = sum(came for _, came in spec.replies.rounds)
    assert (asked, came) == (50, 35)
    assert str(spec.all_rounds) == (
        "15 of 50 updates never came. Accuracy went from 10.2% to 50.4%."
    )
    assert spec.none_came is None


def test_a_round_without_any_update_is_counted() -> None:
    spec = story.tell((all_failed(hand_run(failed=1), {1}),))
    assert spec.none_came is not None
    assert str(spec.none_came.numbers[0].source) == (
        "count of rounds with train.failures and no train.replies"
    )
    assert str(spec.none_came).startswith("In 1 round no update came at all.")
    spec = story.tell((all_failed(hand_run(failed=1), {1, 2}),))
    assert spec.round is None
    assert str(spec.none_came).startswith("In 2 rounds no update came at all.")
    assert spec.replies.rounds == [(2, 0), (2, 0)]


@pytest.mark.parametrize(("asked", "rounds"), [(5, 10), (100, 3), (7, 300), (1, 1)])
@pytest.mark.parametrize("frame", [Frame(128 / 9, 8.0), Frame(8.0, 128 / 9)])
def test_any_number_of_workers_and_rounds_has_room(frame: Frame, asked: int, rounds: int) -> None:
    spec = RepliesSpec(
        [(asked, asked - 1)] * rounds, text("came"), text("not"), text("first"), text("last"), None
    )
    area = layout(frame).figure
    columns = Replies(spec, area, frame).columns
    assert len(columns) == rounds
    assert columns.get_left()[0] >= area.left
    assert columns.get_right()[0] <= area.right
    assert columns.get_top()[1] <= area.top
    assert columns.get_bottom()[1] >= area.bottom


@pytest.mark.parametrize(
    ("change", "rounds", "expected"),
    [
        (nobody_delivers, 1, "In 1 round no update came at all."),
        (nobody_delivers, 3, "In 3 rounds no update came at all."),
        (nobody_delivers_last, 3, "In 1 round no update came at all."),
        (
            nobody_delivers_first,
            3,
            "In 1 round no update came at all. The run went on with the next one.",
        ),
    ],
)
def test_a_run_goes_on_only_where_a_round_follows(
    change: Change, rounds: int, expected: str
) -> None:
    assert str(story._none_came(change(hand_run(rounds=rounds)))) == expected


def test_a_rise_that_is_not_seen_is_none() -> None:
    old, new = (Number("10.0%", NOT_RECORDED, value) for value in (0.09999, 0.10001))
    assert not rises(old, new)
    assert rises(old, Number("10.1%", NOT_RECORDED, 0.101))
    assert not rises(new, Number("9.0%", NOT_RECORDED, 0.09))


@pytest.mark.parametrize(
    ("code", "caption"),
    [
        (2, "While training, worker 3 reports an error."),
        (None, "While training, worker 3 reports an error."),
        (5, "While training, worker 3 goes silent."),
    ],
)
def test_a_worker_that_was_not_reached_reports_nothing(code: int | None, caption: str) -> None:
    run = hand_run()
    train = run.rounds[1].train
    assert train is not None
    failure = record.Failure(client=3, kind="error", code=code)
    rounds = [*run.rounds]
    rounds[1] = rounds[1].model_copy(
        update={"train": train.model_copy(update={"failures": (failure,)})}
    )
    failing = run.model_copy(update={"rounds": tuple(rounds)})
    assert str(story._fail(failing, 1)) == caption
    assert [each.reported for each in story._failure_specs(failing, 1)] == [code != 5]


def test_the_same_run_without_failures_is_compared() -> None:
    settings = {"seed": 7, "failure-rate": 0.5}
    failed = hand_run(failed=1).model_copy(update={"config": settings})
    spec = story.tell((failed, hand_run().model_copy(update={"config": {"seed": 8}})))
    assert spec.twin is None
    calm = hand_run().model_copy(update={"name": "calm", "config": {"seed": 7, "new": 1}})
    spec = story.tell((failed, calm))
    assert spec.twin is not None
    last = f"{calm.rounds[-1].central.accuracy:.1%}"  # type: ignore[union-attr]
    assert str(spec.twin.caption) == f"2 of 4 updates lost: {last} right. With none lost: {last}."
    assert str(spec.twin.level.name) == f"none lost: {last}"
    assert spec.twin.caption.numbers[-1].source.run == "calm"
