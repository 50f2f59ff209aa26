"""Runs on alike and on skewed data are told apart by their labels, and updates are measured."""

from math import degrees

import numpy as np
import pytest
from hand import hand_pair, hand_run
from scenes.charts.line_chart import spread

from fl_sim import record
from scenes.charts.update_arrows import TILT, projected
from scenes.story import different_data
from scenes.story.drift import drift
from scenes.story.pairs import alike_and_skewed, skew
from scenes.story.update_arrows import client_drift
from scenes.text.errors import NotRecordedError
from scenes.text.numbers import Number


def changed(run: record.Run, **update: object) -> record.Run:
    return run.model_copy(update=update)


def trained(run: record.Run, **update: object) -> record.Run:
    rounds = [
        changed(round_, train=changed(round_.train, **update)) if round_.train else round_
        for round_ in run.rounds
    ]
    return changed(run, rounds=tuple(rounds))


# --- how updates lie


def test_equal_updates_at_right_angles_halve() -> None:
    found = drift([[4.0, 0.0], [0.0, 4.0]], [0.5, 0.5])
    assert found is not None
    assert found.lengths.tolist() == [2.0, 2.0]
    assert [degrees(angle) for angle in found.angles] == pytest.approx([45, 45])
    assert found.average == pytest.approx(2 / np.sqrt(2))
    assert found.mean_length == 2.0
    assert degrees(found.between) == pytest.approx(90)


def test_the_average_is_weighted_by_shares() -> None:
    found = drift([[1.0, 0.0], [0.0, 1.0]], [0.8, 0.2])
    assert found is not None
    assert found.average == pytest.approx(np.hypot(0.8, 0.2))
    assert np.tan(found.angles) == pytest.approx([0.25, 4.0])


@pytest.mark.parametrize(
    "gram", [[[1.0, -1.0], [-1.0, 1.0]], [[0.0, 0.0], [0.0, 1.0]], [[1.0]]], ids=str
)
def test_what_has_no_direction_is_not_drawn(gram: list[list[float]]) -> None:
    assert drift(gram, [1 / len(gram)] * len(gram)) is None


def test_the_drawn_arrows_average_to_the_drawn_average() -> None:
    run = record.load("dirichlet-drift")
    train = run.rounds[1].train
    assert train is not None
    assert train.gram is not None
    weights = [reply.weight or 0.0 for reply in train.replies]
    found = drift(train.gram, weights)
    assert found is not None
    aside = found.lengths * np.sin(found.angles) * np.exp(1j * found.turns)
    assert abs(np.array(weights) @ aside) < 0.03 * found.average
    along = np.array(weights) @ (found.lengths * np.cos(found.angles))
    assert along == pytest.approx(found.average)


def test_an_arrow_that_is_turned_keeps_its_length_in_space() -> None:
    arrow = np.array([[2.0, np.pi / 2, 0.0]])
    assert projected(arrow, 0.0)[0] == pytest.approx([2.0, 0.0])
    assert projected(arrow, np.pi / 2)[0] == pytest.approx([0.0, 2.0 * np.sin(TILT)])


# --- which runs are compared


def test_skew_is_the_share_that_would_have_to_move() -> None:
    run = hand_run(workers=2)
    one_kind_each = [record.Partition(label_counts=counts) for counts in ((4, 0), (0, 4))]
    assert skew(changed(run, partitions=tuple(one_kind_each))) == 0.5
    assert skew(changed(run, partitions=(record.Partition(label_counts=(2, 2)),) * 2)) == 0.0
    assert skew(changed(run, partitions=())) is None


def test_runs_are_chosen_by_what_they_hold() -> None:
    alike, skewed = hand_pair()
    found = alike_and_skewed([skewed, alike], lambda run: 1)
    assert found is not None
    assert [run.name for run in found] == ["alike", "skewed"]
    assert alike_and_skewed([skewed, changed(alike, strategy="FedYogi")], lambda run: 1) is None
    assert (
        alike_and_skewed([skewed, changed(alike, config={"momentum": 0.5})], lambda run: 1) is None
    )


def test_one_run_is_not_enough() -> None:
    with pytest.raises(NotRecordedError, match="one with alike and one with different data"):
        different_data.tell([hand_run()])


def test_what_is_not_recorded_is_left_out() -> None:
    pair = hand_pair()
    whole = different_data.tell(pair)
    assert whole.drift is not None
    assert whole.accuracy is not None
    for update in ({"gram": None}, {"form": "noised"}):
        assert different_data.tell([trained(run, **update) for run in pair]).drift is None
    short = [changed(run, rounds=run.rounds[:2]) for run in pair]
    assert different_data.tell(short).accuracy is None


# --- what is said


def test_captions_follow_the_runs() -> None:
    spec = different_data.tell(hand_pair())
    assert str(spec.labels[1].name) == "skewed data (Dirichlet, alpha 0.1)"
    # The main kinds: 40 of 41, 41 of 42 and 42 of 43.
    assert str(spec.skewed) == "Skewed: on average 98% of a worker's photos are of one kind."
    assert spec.drift is not None
    assert str(spec.drift.updates) == (
        "2 workers train from one model. Red: their updates. Blue: the average."
    )
    assert str(spec.drift.cancel) == (
        "Sideways pulls cancel out: 81% of the mean length is left, not 96%."
    )
    assert str(spec.drift.apart) == (
        "Skewed data, same scale: two updates lie 84° apart on average."
    )
    assert str(spec.drift.angles[1].left) == "37°"  # of cosine 0.8
    assert spec.accuracy is not None
    assert str(spec.accuracy.curves) == (
        "So less is learned. In the end 18.0% are right, with alike data 20.0%."
    )


def test_nothing_is_said_that_did_not_happen() -> None:
    alike, skewed = hand_pair()
    spec = client_drift((skewed, alike))  # as if skewed updates were the more parallel ones
    assert "Pulls aside" not in str(spec.cancel)
    assert not spec.cancels_more
    curves = different_data._curves((alike, skewed), spec)
    assert str(curves) == "In the end: 18.0% right with skewed data, 20.0% with alike data."


def test_a_number_says_of_which_run_it_is() -> None:
    alike, skewed = hand_pair()
    kept = client_drift((alike, skewed)).kept.right
    assert isinstance(kept, Number)
    assert str(kept.source) == (
        "skewed: norm of the updates' mean weighted by n_k/n, over the mean of their norms "
        "weighted alike, from rounds[1].train.gram"
    )


def test_names_at_the_ends_of_lines_keep_apart() -> None:
    assert spread([5.0, 4.8], 1.0) == pytest.approx([5.4, 4.4])
    assert spread([5.0, 1.0], 1.0) == [5.0, 1.0]
