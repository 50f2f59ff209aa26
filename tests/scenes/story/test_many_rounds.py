"""Many rounds: what is said, and the chart of all of them."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hand import hand_run

from fl_sim import record
from fl_sim.record import Round, Run
from scenes import theme
from scenes.charts.history import History
from scenes.charts.metric_curve import MetricCurve
from scenes.charts.participation import Participation
from scenes.drawing.growth import Curve, Marks
from scenes.drawing.layout import Frame, box
from scenes.story import baselines, many_rounds
from scenes.story.headline import main_metric
from scenes.story.specs import HistorySpec, LevelSpec, Metric, SeriesSpec
from scenes.text.errors import NotRecordedError
from scenes.text.lines import Line, line
from scenes.text.numbers import Number
from scenes.text.sources import Source

FRAME = Frame(8 * 16 / 9, 8)
AREA = box(-6, -2, 6, 3)


def changed(run: record.Run, **fields: Any) -> record.Run:
    """Return a valid run with other fields."""
    data = run.model_dump(exclude={"arrays"}) | fields
    return record.Run.model_validate({**data, "filters": run.filters, "thumbnails": run.thumbnails})


def untested(run: record.Run, *rounds: int) -> record.Run:
    """Return a run of which some rounds were not tested."""
    spec = [r.model_copy(update={"central": None}) if r.number in rounds else r for r in run.rounds]
    return run.model_copy(update={"rounds": tuple(spec)})


def so_far(run: record.Run, round_: int) -> Sequence[Metric]:
    """Return the overlay after a round."""
    return many_rounds._so_far(run, main_metric(run), round_)


def test_all_bytes_are_counted_both_ways() -> None:
    # Two rounds of two workers: 1000 bytes down to each; 2000 and 2050 up.
    sent = so_far(hand_run(), 2)[1].value
    assert isinstance(sent, Number)
    assert sent.value == 2 * (2 * 1000 + 2000 + 2050)
    assert str(sent.source) == "sum of all bytes_down and bytes_up in rounds[1] to rounds[2]"


def test_bytes_that_were_not_recorded_are_left_out() -> None:
    run = hand_run()
    data = run.model_dump(exclude={"arrays"})
    data["rounds"][1]["train"]["replies"][0]["bytes_up"] = None
    names = [str(m.name) for m in so_far(changed(run, rounds=data["rounds"]), 2)]
    assert names == ["test accuracy"]


def test_the_bytes_of_tests_are_said_to_be_counted() -> None:
    assert str(so_far(hand_run(), 1)[1].name) == "moved so far"
    assert str(so_far(record.load("iid-30"), 1)[1].name) == "moved, tests included"


def test_a_new_draw_is_mentioned_only_where_some_are_drawn() -> None:
    assert str(many_rounds._again(hand_run(workers=2, rounds=5))) == (
        "The same again and again, up to round 5."
    )
    assert str(many_rounds._again(record.load("iid-30"))) == (
        "The same again and again, each time with a new draw of workers, up to round 30."
    )


def test_rounds_become_faster() -> None:
    run = hand_run(rounds=30)
    steps = many_rounds._paced_rounds(run, main_metric(run), after=3)
    seconds = [step.seconds for step in steps]
    assert [step.round for step in steps] == list(range(4, 31))
    assert seconds == sorted(seconds, reverse=True)
    assert min(seconds) >= 0.1


def test_many_rounds_are_drawn_ever_more_at_a_time() -> None:
    stops = many_rounds._stops(3, 300)
    assert len(stops) <= many_rounds.MOST_STEPS
    assert stops[0] == 4
    assert stops[-1] == 300
    steps = np.diff(stops)
    assert (steps > 0).all()
    assert steps[-1] > 5 * steps[0]


def test_a_run_of_one_round_is_shown() -> None:
    spec = many_rounds.tell([hand_run(rounds=1)])
    assert [step.round for step in spec.first_rounds] == [1]
    assert not spec.paced_rounds


def test_a_run_without_rounds_is_not_text() -> None:
    with pytest.raises(NotRecordedError, match="no round"):
        many_rounds.tell([hand_run(rounds=0)])


def test_rounds_that_were_not_tested_are_gaps() -> None:
    run = untested(hand_run(rounds=4), 0, 2, 4)
    spec = many_rounds.tell([run])
    accuracy = spec.history.series[0]
    assert accuracy.values == [None, pytest.approx(0.15), None, pytest.approx(0.25), None]
    assert (str(accuracy.first), str(accuracy.last)) == ("15.0%", "25.0%")
    assert str(spec.paced_rounds[-1].so_far[0].value) == "25.0%"
    assert str(spec.ended).startswith("After 3 rounds, 25.0% ")


def test_a_run_that_was_never_tested_is_not_text() -> None:
    run = untested(hand_run(), 0, 1, 2)
    rounds = tuple(round_.model_copy(update={"evaluate": None}) for round_ in run.rounds)
    with pytest.raises(NotRecordedError, match="no measure of its model"):
        many_rounds.tell([run.model_copy(update={"rounds": rounds})])


def test_a_worker_that_failed_sends_no_update() -> None:
    spec = many_rounds.tell([hand_run(workers=4, picked=3, failed=1, rounds=3)])
    assert spec.history.participants == [[0, 1]] * 3


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"picked": 3}, "Every worker trains in every round: the model learns from all."),
        ({"picked": 2}, "Only some train in a round. In all rounds together, 2 of 3 did."),
    ],
)
def test_who_takes_part_is_said_as_it_was(numbers: dict[str, int], expected: str) -> None:
    assert str(many_rounds._grow(hand_run(**numbers))).startswith(expected)


# --- the comparison


def alone(run: record.Run, **fields: Any) -> record.Run:
    """Return a run in one place on the data of another."""
    other = hand_run(workers=1, picked=1, rounds=3)
    return changed(other, dataset=run.dataset, network=run.network, **fields)


def test_a_run_is_compared_with_guessing() -> None:
    spec = baselines.comparison(hand_run(), [])
    assert spec
    assert str(spec.caption) == ("After 2 rounds, 20.0% are named right. Guessing would get 50.0%.")
    assert [str(level.name) for level in spec.levels] == ["guessing 50.0%"]


def test_a_run_is_compared_with_one_in_one_place() -> None:
    run = hand_run()
    spec = baselines.comparison(run, [hand_run(workers=2), alone(run)])
    assert spec
    assert str(spec.caption) == ("20.0% named right. Trained in one place: 25.0%.")
    assert [level.value for level in spec.levels] == [0.5, pytest.approx(0.25)]


def test_only_as_much_training_is_said_to_be_as_long() -> None:
    # Both look at 2 * (11 + 31) + ... photos; the one in one place at 11 + 12 + 13.
    run = changed(hand_run(), config={"local-epochs": 1})
    short = alone(run, config={"local-epochs": 1})
    assert baselines._examples_seen(run) == 11 + 31 + 12 + 32
    assert baselines._examples_seen(short) == 11 + 12 + 13
    assert not baselines._as_long(run, short)
    long = alone(run, config={"local-epochs": 86 / 36})
    assert baselines._as_long(run, long)
    spec = baselines.comparison(run, [long])
    assert "Trained as much in one place: 25.0%" in str(spec and spec.caption)


def test_other_data_is_no_comparison() -> None:
    run = hand_run()
    assert not baselines.in_one_place(run, hand_run(workers=1, picked=1, step=1))
    assert not baselines.in_one_place(alone(run), alone(run))


def test_the_committed_runs_are_compared() -> None:
    spec = baselines.comparison(record.load("iid-30"), [record.load("centralised")])
    assert str(spec and spec.caption) == (
        "59.6% of test photos right. Trained as much in one place: 62.3%."
    )


# --- the chart


def history(workers: int, rounds: int, every: int = 3) -> HistorySpec:
    """Return a history in which each worker takes part in every so manieth round."""
    names = [Number(str(i), Source("position of it")) for i in range(workers)]
    return HistorySpec(
        series=[SeriesSpec("accuracy", [0.1 * (i % 5) for i in range(rounds + 1)], "a", "b")],
        participants=[range(r % every, workers, every) for r in range(rounds)],
        grid="updates",
        rows=names,
        first_round="first",
        last_round="last",
        first_marked="one",
    )


def opacity(marks: Marks) -> np.ndarray:
    """Return the opacity of all marks, uint8, (pixels up, pixels across)."""
    return np.concatenate([picture.pixel_array[..., 3] for picture in marks.pictures], axis=1)


def row_of(shown: np.ndarray, workers: int) -> np.ndarray:
    """Return the worker that each row of pixels belongs to."""
    return np.arange(len(shown)) * workers // len(shown)


@pytest.mark.parametrize("workers", [2, 12, 30, 100, 1000])
@pytest.mark.parametrize("rounds", [1, 30, 300])
def test_every_mark_is_drawn(workers: int, rounds: int) -> None:
    spec = history(workers, rounds)
    rows = Participation(spec, AREA, FRAME)
    marks = rows.marks
    assert not opacity(marks).any()
    marks.draw_to(rounds)
    shown = opacity(marks)
    assert shown.max() == 255
    column_of = np.concatenate([columns for _, columns in marks.stripes])
    for row in (0, workers // 2, workers - 1):
        in_row = shown[row_of(shown, workers) == row].any(axis=0)
        drawn = set(np.rint(column_of[in_row]).astype(int))
        wanted = {r + 1 for r in range(rounds) if row in spec.participants[r]}
        assert drawn >= wanted
        if workers <= 100:
            assert len(drawn) <= len(wanted) + 1


@pytest.mark.parametrize(
    ("workers", "named", "lines"),
    [
        (10, list(range(10)), 10),
        (30, [*range(0, 30, 2)], 30),
        (100, [0, 99], 0),
        (1000, [0, 999], 0),
    ],
)
def test_names_have_room(workers: int, named: list[int], lines: int) -> None:
    rows = Participation(history(workers, 30), AREA, FRAME)
    assert list(rows.names) == named
    assert len(rows.lines) == lines
    heights = [words.get_y() for words in rows.names.values()]
    assert min(-np.diff(heights)) > FRAME.px(theme.LABEL)


def test_marks_come_in_round_by_round() -> None:
    marks = Participation(history(6, 4, every=1), AREA, FRAME).marks
    marks.draw_to(1.5)
    column_of = np.concatenate([columns for _, columns in marks.stripes])
    brightest = [int(opacity(marks)[:, column_of == r].max()) for r in (1, 2, 3)]
    assert brightest == [255, 127, 0]


def test_a_curve_has_gaps() -> None:
    at = [np.array([float(i), 0.0, 0.0]) for i in range(6)]
    curve = Curve([None, at[1], at[2], None, at[4], None], 0.1)
    assert curve.head.get_fill_opacity() == 0
    curve.draw_to(1.5)
    assert curve.head.get_x() == pytest.approx(1.5)
    assert curve.dots[0].get_fill_opacity() == 0
    curve.draw_to(5)
    assert curve.head.get_x() == pytest.approx(4)
    assert curve.dots[0].get_fill_opacity() == 1
    assert curve.stroke.get_right()[0] == pytest.approx(2)


def test_labels_at_the_right_end_keep_clear_of_each_other() -> None:
    """A level's name stands right of the plot, and so far from the last value that none touches."""
    levels = (LevelSpec("a", 0.62), LevelSpec("b", 0.6), LevelSpec("c", 0.1))
    spec = SeriesSpec("accuracy", [0.1, 0.5, 0.55, 0.58, 0.6], "a", "b", levels)
    measure = MetricCurve(spec, box(-3, -2, 3, 2), 4, FRAME)
    ends = [measure.last, *(measure.level(level)[1] for level in levels)]
    assert min(words.get_left()[0] for words in ends) > 3
    heights = sorted(words.anchor[1] for words in ends)
    assert min(np.diff(heights)) > FRAME.px(theme.LABEL + 10)
    # What has room stands where it belongs.
    assert ends[3].anchor[1] == pytest.approx(-2 + 4 * 0.1 / 0.62)


def test_a_levels_name_inside_the_plot_keeps_clear_of_the_curve() -> None:
    """It stands over its line, or under it where the curve passes over that."""
    levels = (LevelSpec("a", 0.9), LevelSpec("b", 0.58))
    spec = SeriesSpec("accuracy", [0.1, 0.5, 0.55, 0.58, 0.6], "a", "b", levels)
    measure = MetricCurve(spec, box(-3, -2, 3, 2), 4, FRAME, inside=True)
    lines, names = zip(*(measure.level(level) for level in levels), strict=True)
    over = [name.anchor[1] > line.get_y() for line, name in zip(lines, names, strict=True)]
    assert over == [True, False]
    assert [name.get_right()[0] for name in names] == pytest.approx([3, 3])


@pytest.mark.parametrize("shape", [(16 / 9, 1), (1, 1), (1, 16 / 9)])
def test_a_history_stays_in_its_area(shape: tuple[float, float]) -> None:
    frame = Frame(8 * shape[0], 8 * shape[1])
    area = frame.safe.inset(0, frame.px(150))
    drawn = History(history(12, 300), area, frame)
    for part in (drawn.rows.marks, drawn.rows, drawn.still, *drawn.measures):
        assert part.get_left()[0] >= area.left - frame.px(2)
        assert part.get_right()[0] <= area.right + frame.px(2)
        assert part.get_bottom()[1] >= area.bottom - frame.px(2)


def test_a_line_is_described_as_it_stands() -> None:
    spec: Line = many_rounds.tell([hand_run()]).grid
    assert spec == line("Red marks: updates sent. A curve shows how well the model did.")


def with_trained(*rounds: tuple[int, ...]) -> Run:
    """Return a run of three workers, of which some deliver in each round."""
    whole = hand_run(picked=3, rounds=len(rounds))

    def trained(round_: Round, clients: tuple[int, ...]) -> Round:
        assert round_.train is not None
        replies = tuple(reply for reply in round_.train.replies if reply.client in clients)
        train = round_.train.model_copy(update={"replies": replies})
        return round_.model_copy(update={"train": train})

    pairs = zip(whole.rounds[1:], rounds, strict=True)
    return whole.model_copy(update={"rounds": (whole.rounds[0], *(trained(*p) for p in pairs))})


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        (((), ()), "Not one update came in any round: there was nothing to learn from."),
        (((0,), (0, 1)), "Only some train in a round. In all rounds together, 2 of 3 did."),
        (((0,), ()), "Only some train in a round. In all rounds together, 1 of 3 did."),
        (((0, 1), (2,)), "Only some train in a round, yet the model learns from all 3."),
        (((0, 1, 2), (2,)), "Not all train in every round, yet the model learns from all 3."),
        (((0, 1, 2),), "Every worker trains in every round: the model learns from all."),
    ],
)
def test_who_the_model_learns_from(rounds: tuple[tuple[int, ...], ...], expected: str) -> None:
    assert str(many_rounds._grow(with_trained(*rounds))) == expected


def test_the_only_worker() -> None:
    run = hand_run(workers=1, picked=1)
    assert str(many_rounds._grow(run)) == "The only worker trains in every round."


def test_one_round_is_not_the_same_again() -> None:
    assert str(many_rounds._again(hand_run(rounds=1))) == (
        "This run has one round. Longer ones repeat it again and again."
    )


def test_the_same_draw_is_not_called_a_new_one() -> None:
    assert str(many_rounds._again(hand_run())) == "The same again and again, up to round 2."


@pytest.mark.parametrize("chapter", ["one_round", "many_rounds", "loop"])
def test_clients_that_share_no_model_are_not_said_to(chapter: str) -> None:
    tell = import_module(f"scenes.story.{chapter}").tell
    with pytest.raises(NotRecordedError, match="keeps a model of its own"):
        tell([record.load("local-only")])


def test_who_trained_is_not_said_where_it_was_not_recorded() -> None:
    run = hand_run()
    rounds = tuple(each.model_copy(update={"train": None}) for each in run.rounds)
    spec = many_rounds.tell((changed(run, rounds=rounds),))
    assert str(spec.grid) == "A curve shows how well the model did, round by round."
    assert str(spec.grow) == "Who trained in which round was not recorded."


def climbing(*accuracies: float) -> Run:
    """Return a run whose answers to ten test examples were recorded in every round."""
    run, labels = hand_run(rounds=len(accuracies) - 1), np.zeros(10, np.uint8)
    rounds = [
        round_.model_copy(
            update={
                "predictions": (np.arange(10) >= round(10 * accuracy)).astype(np.uint8),
                "central": record.Metrics(loss=1.0, accuracy=accuracy),
            }
        )
        for round_, accuracy in zip(run.rounds, accuracies, strict=True)
    ]
    return run.model_copy(update={"test_labels": labels, "rounds": tuple(rounds)})


def best_of(*best: float) -> Run:
    """Return a run whose two clients trained alone, with the test accuracies of one by round."""
    run = hand_run(workers=2, rounds=len(best)).model_copy(update={"strategy": "LocalOnly"})
    rounds = [run.rounds[0]]
    for round_, accuracy in zip(run.rounds[1:], best, strict=True):
        assert round_.train is not None
        replies = [
            reply.model_copy(update={"test": record.Metrics(accuracy=accuracy - reply.client / 10)})
            for reply in round_.train.replies
        ]
        train = round_.train.model_copy(update={"replies": tuple(replies)})
        rounds.append(round_.model_copy(update={"train": train}))
    return run.model_copy(update={"rounds": tuple(rounds)})


def test_the_climb_stops_where_it_passes_the_best_worker_alone() -> None:
    spec = many_rounds.tell([climbing(0.1, 0.3, 0.6, 0.8), best_of(0.5, 0.4)])
    assert spec.climb is not None
    assert [step.round for step in spec.climb.first] == [1, 2]
    assert [step.round for step in spec.climb.rest] == [3]
    assert [int(step.right.sum()) for step in spec.climb.first] == [3, 6]
    assert [mark.value for mark in spec.climb.gauge.marks] == [0.5]
    assert str(spec.passed) == "Round 2: better than any worker alone."
    assert str(spec.ended).startswith("After 3 rounds, 80.0% are named right.")


def test_no_worker_alone_is_passed_where_none_is() -> None:
    spec = many_rounds.tell([climbing(0.1, 0.3, 0.2), best_of(0.5, 0.4)])
    assert spec.climb is not None
    assert [step.round for step in spec.climb.first] == [1, 2]
    assert not spec.climb.rest
    assert spec.passed is None
    assert many_rounds.tell([climbing(0.1, 0.3)]).passed is None
    assert many_rounds.tell([hand_run()]).climb is None
