"""Runs on alike and on uneven data are told apart by what they hold, and so is what they learn."""

from collections.abc import Sequence
from math import degrees

import numpy as np
import pytest
from hand import hand_pair, hand_run

from fl_sim import record
from scenes.charts.kinds_wall import beside
from scenes.charts.update_arrows import TILT, projected
from scenes.drawing.plot import spread
from scenes.story import different_data
from scenes.story.deal import deal, dealt, uneven, uneven_worker, workers_shown
from scenes.story.drift import drift
from scenes.story.kinds_wall import KindsWall, kinds_shown
from scenes.story.pairs import alike_and_skewed, skew
from scenes.story.update_arrows import client_drift
from scenes.text.errors import NotRecordedError


def changed(run: record.Run, **update: object) -> record.Run:
    return run.model_copy(update=update)


def trained(run: record.Run, **update: object) -> record.Run:
    rounds = [
        changed(round_, train=changed(round_.train, **update)) if round_.train else round_
        for round_ in run.rounds
    ]
    return changed(run, rounds=tuple(rounds))


# --- how updates lie


def test_updates_at_right_angles_are_equally_far_from_their_middle() -> None:
    found = drift([[4.0, 0.0], [0.0, 9.0]])  # of whatever length
    assert found is not None
    assert [degrees(angle) for angle in found.angles] == pytest.approx([45, 45])
    assert degrees(found.between) == pytest.approx(90)


@pytest.mark.parametrize(
    "gram", [[[1.0, -1.0], [-1.0, 1.0]], [[0.0, 0.0], [0.0, 1.0]], [[1.0]], [[1e200] * 2] * 2]
)
def test_what_has_no_direction_is_not_drawn(gram: list[list[float]]) -> None:
    assert drift(gram) is None


def test_the_drawn_arrows_have_no_part_aside_together() -> None:
    train = record.load("dirichlet-drift").rounds[1].train
    assert train is not None
    assert train.gram is not None
    found = drift(train.gram)
    assert found is not None
    aside = np.sin(found.angles) * np.exp(1j * found.turns)
    assert abs(aside.mean()) < 0.01
    cosines = np.array(train.gram) / np.sqrt(np.outer(*[np.diag(train.gram)] * 2))
    assert np.cos(found.angles).mean() == pytest.approx(np.sqrt(cosines.mean()))


def test_an_arrow_that_is_turned_keeps_its_length_in_space() -> None:
    arrow = np.array([[np.pi / 2, 0.0]])
    assert projected(arrow, 0.0)[0] == pytest.approx([1.0, 0.0])
    assert projected(arrow, np.pi / 2)[0] == pytest.approx([0.0, np.sin(TILT)])


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


def test_a_record_of_before_a_setting_was_there_compares() -> None:
    alike, skewed = hand_pair()
    for network, found in (("lenet", True), ("resnet20", False)):
        newer = changed(alike, config={**alike.config, "network": network})
        assert "network" not in skewed.config
        assert bool(alike_and_skewed([skewed, newer], lambda run: 1)) is found


def test_one_run_is_not_enough() -> None:
    with pytest.raises(NotRecordedError, match="one with alike and one with different data"):
        different_data.tell([hand_run()])


def test_what_is_not_recorded_is_left_out() -> None:
    pair = hand_pair()
    whole = different_data.tell(pair)
    assert whole.drift is not None
    assert whole.learned is not None
    for update in ({"gram": None}, {"form": "noised"}):
        assert different_data.tell([trained(run, **update) for run in pair]).drift is None
    bare = different_data.tell([answered(run, []) for run in pair])
    assert bare.learned is None
    assert bare.ends is None
    with pytest.raises(NotRecordedError, match="both with label counts and confusion matrices"):
        different_data.tell([trained(answered(run, []), gram=None) for run in pair])


# --- the deal


def holding(*counts: tuple[int, ...]) -> record.Run:
    """Return a run whose workers hold so many examples of each kind."""
    run = hand_run(workers=len(counts), classes=len(counts[0]))
    parts = tuple(record.Partition(label_counts=each) for each in counts)
    return changed(run, partitions=parts)


def test_the_most_uneven_worker_is_named_with_what_it_lacks() -> None:
    animals = holding((5, 90, 7), (0, 0, 99))
    dataset = changed(animals.dataset, class_names=("dog", "frog", "horse"))
    animals = changed(animals, dataset=dataset)
    assert uneven_worker(animals) == (1, 2, 0)
    assert str(uneven(animals)) == ("Dealt unevenly: worker 1 holds 99 horses, and not one dog.")
    others = holding((5, 90, 7), (1, 1, 1))
    assert str(uneven(others)) == "Dealt unevenly: worker 0 holds 90 of b, and 5 of a."


def test_lights_move_only_where_the_same_examples_are_dealt_anew() -> None:
    even, odd = holding((50, 50), (50, 50)), holding((100, 0), (0, 100))
    spec = deal((even, odd), [0, 1], [0, 1])
    assert [each.tolist() for each in spec.deals] == [[[50, 50], [50, 50]], [[100, 0], [0, 100]]]
    assert str(spec.light) == "1 photo"
    assert str(dealt((even, odd))) == (
        "So far all held the same mix. Now the photos are dealt anew."
    )
    fewer = holding((100, 0), (0, 99))
    assert len(deal((even, fewer), [0, 1], [0, 1]).deals) == 1
    assert str(dealt((even, fewer))) == "Here the workers hold very different mixes."


def test_of_many_workers_those_are_shown_that_are_told_of() -> None:
    crowd = holding(*[(10, 10)] * 20, (700, 0))
    shown = workers_shown(crowd, [17, 18])
    assert shown == [0, 1, 2, 3, 4, 5, 6, 17, 18, 20]
    spec = deal((crowd, crowd), [0, 1], shown)
    assert str(spec.few) == "10 of 21 workers"
    assert str(spec.light) == "about 2 photos"
    assert spec.deals[-1].tolist()[-1] == [350, 0]
    assert kinds_shown(np.arange(20), [3]) == [3, *range(11, 20)]


# --- what is said

DOGS = ("cat", "dog")
NONE_RIGHT = ((30, 0), (20, 0))


def answered(run: record.Run, matrices: Sequence[tuple[tuple[int, ...], ...]]) -> record.Run:
    """Return a run with these confusion matrices, one for each round, and no other."""
    known = [*matrices, *[None] * (len(run.rounds) - len(matrices))]
    rounds = [
        changed(round_, confusion=matrix) for round_, matrix in zip(run.rounds, known, strict=True)
    ]
    return changed(run, rounds=tuple(rounds))


def pair_of(*matrices: tuple[tuple[int, ...], ...]) -> list[record.Run]:
    """Return an alike run, and an uneven one with these answers, whose workers 0 and 1 train.

    Workers 0 and 1 hold one dog, and worker 2 holds all others.
    """
    pair = hand_pair(rounds=len(matrices) - 1)
    dataset = changed(pair[0].dataset, class_names=DOGS)
    pair = [changed(run, dataset=dataset) for run in pair]
    held = [(60, 0), (60, 1), (0, 200)]
    parts = tuple(record.Partition(label_counts=each) for each in held)
    return [pair[0], changed(answered(pair[1], matrices), partitions=parts)]


def test_the_round_is_told_in_which_a_kind_is_lost() -> None:
    learned = different_data.tell(
        pair_of(NONE_RIGHT, ((0, 30), (1, 19)), ((20, 10), (1, 19)), ((29, 1), (20, 0)))
    ).learned
    assert learned is not None
    assert str(learned.called) == "Round 1: it calls almost all of them dog."
    assert str(learned.first.shown.figure) == "98.0%"  # 49 of 50
    assert str(learned.first.shown.under) == "called dog"
    assert [str(each.shown.over) for each in learned.rounds] == ["round 2"]
    assert [str(count) for count in learned.rounds[0].shown.counts] == ["20", "19"]
    lost = learned.lost
    assert lost is not None
    assert str(lost.lost) == "Round 2: 19 of 20 dogs. Round 3: none."
    assert str(lost.asked) == "Round 3 learned from 2 workers, who together hold 1 dog."
    assert (lost.kind, list(lost.round.workers)) == (1, [0, 1])
    assert [str(held) for held in lost.held] == ["0", "1"]


def test_where_no_kind_is_lost_all_rounds_go_by() -> None:
    learned = different_data.tell(
        pair_of(NONE_RIGHT, ((20, 10), (10, 10)), ((20, 10), (9, 11)))
    ).learned
    assert learned is not None
    assert learned.lost is None
    assert str(learned.called) == "Round 1: it calls most of them cat."  # 30 of 50
    even = different_data.tell(pair_of(NONE_RIGHT, ((12, 18), (12, 8)), ((13, 17), (9, 11))))
    assert even.learned is not None
    assert str(even.learned.called) == "Round 2: it calls most of them dog."
    all_one = different_data.tell(pair_of(NONE_RIGHT, ((0, 30), (0, 20)))).learned
    assert all_one is not None
    assert str(all_one.called) == "Round 1: it calls all of them dog."
    assert not all_one.rounds


def test_a_rest_of_a_lost_kind_is_counted() -> None:
    spec = different_data.tell(pair_of(NONE_RIGHT, ((20, 10), (2, 18)), ((29, 1), (17, 3))))
    assert spec.learned is not None
    assert spec.learned.lost is not None
    assert str(spec.learned.lost.lost) == "Round 1: 18 of 20 dogs. Round 2: 3."
    assert spec.ends is not None
    assert str(spec.ends.known) == "Of 20 dogs it now knows 3."
    assert str(spec.ends.last[1].figure) == "64.0%"  # 32 of 50
    assert spec.ends.kind == 1


def test_without_predictions_as_many_lights_as_are_right() -> None:
    (_, run) = pair_of(NONE_RIGHT, ((20, 10), (2, 18)))
    wall = KindsWall(run, [0, 1])
    assert wall.spec.tiles is None
    assert np.bincount(wall.spec.kinds).tolist() == [30, 20]
    right = wall.after(1).right
    assert [int(right[wall.spec.kinds == kind].sum()) for kind in (0, 1)] == [20, 18]


def test_with_predictions_those_are_lit_that_are_right() -> None:
    labels = np.array([1, 0, 1, 0], np.uint8)
    predicted = np.array([1, 1, 0, 0], np.uint8)
    (_, run) = pair_of(((2, 0), (2, 0)), ((1, 1), (1, 1)))
    last = changed(run.rounds[1], predictions=predicted)
    run = changed(run, test_labels=labels, rounds=(run.rounds[0], last))
    assert KindsWall(run, [0, 1]).after(1).right.tolist() == [True, False, False, True]
    only_dogs = KindsWall(run, [1])
    assert only_dogs.spec.kinds.tolist() == [0, 0]
    assert only_dogs.after(1).right.tolist() == [True, False]


def test_updates_agree_only_where_their_angles_say_so() -> None:
    alike, skewed = hand_pair()
    spec = client_drift((alike, skewed))
    assert str(spec.apart) == "Alike photos: the lessons agree. Uneven photos: they pull apart."
    assert [(str(k), str(name)) for k, name in spec.arrows[1].labels] == [("0", "a"), ("1", "b")]
    turned = client_drift((skewed, alike))
    assert str(turned.apart) == "Alike or uneven photos: the lessons differ about as much."


def test_labels_keep_apart() -> None:
    assert spread([5.0, 4.8], 1.0) == pytest.approx([5.4, 4.4])
    assert spread([5.0, 1.0], 1.0) == [5.0, 1.0]
    far = (-9.0, 9.0)
    assert beside([0.0, 1.0, 9.0], [1.0, 2.0, 1.0], 0.5, far) == pytest.approx([-0.5, 1.5, 8.5])
