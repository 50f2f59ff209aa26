"""The photos are split as the record says."""

import numpy as np
import pytest
from hand import hand_run
from odd_records import no_examples, one_without_examples

from fl_sim import record
from scenes.charts.tiles import Piles, block, in_columns
from scenes.drawing.layout import box
from scenes.story import partitions as story
from scenes.text.errors import NotRecordedError


def test_the_reference_runs_photos() -> None:
    spec = story.tell([record.load("reference")])
    assert str(spec.dataset) == (
        "50,000 photos of 10 kinds. A tile stands for 100 photos; some show one."
    )
    assert str(spec.deal) == (
        "Here 10 workers are dealt 5,000 each. Real ones have their own to begin with."
    )
    assert str(spec.split) == ("Each trains on 80% of its photos and keeps 20% for testing.")
    assert str(spec.kinds) == "All hold much the same mix of kinds. The numbers are worker 0's."
    assert str(spec.stacks.tile) == "100 photos"
    assert {stack.tiles for stack in spec.stacks.stacks} == {(40, 10)}


def test_unequal_parts_are_named_from_the_least_to_the_most() -> None:
    spec = story.tell([record.load("unequal")])
    assert str(spec.deal) == (
        "Here 10 workers are dealt 909 to 9,095 each. Real ones have their own."
    )
    assert "A tile: about 100 photos" in str(spec.dataset)
    assert str(spec.stacks.tile) == "about 100 photos"
    assert spec.stacks.stacks[0].tiles == (7, 2)


def test_skewed_mixes_are_described_by_the_largest_kind() -> None:
    spec = story.tell([record.load("dirichlet-30")])
    assert str(spec.kinds) == (
        "By kind, the mixes differ. Of worker 0's, 67% are of one kind: dog."
    )


def test_photos_by_hand() -> None:
    run = hand_run()  # three workers, of whom worker k has 10 + k and 11 + k of two kinds
    spec = story.tell([run])
    assert str(spec.dataset) == "69 photos of 2 kinds. A tile stands for one."
    first = spec.stacks.stacks[0]
    assert [str(spec) for spec in (first.size, first.train, first.validation)] == ["21", "18", "3"]
    assert first.tiles == (18, 3)
    assert [value for _, value in first.kinds] == [10, 11]


def test_of_many_workers_the_first_are_shown() -> None:
    spec = story.tell([hand_run(workers=30)])
    assert str(spec.deal) == "30 workers hold them; 10 are shown."
    dealt = hand_run(workers=30).model_copy(update={"config": {"partitioning": "iid"}})
    assert str(story.tell([dealt]).deal) == (
        "Here 30 workers are dealt them; 10 are shown. Real ones have their own."
    )
    assert len(spec.stacks.stacks) == 10
    assert spec.stacks.rest > 0


def test_of_many_kinds_those_that_the_worker_with_numbers_holds_most_of() -> None:
    run = hand_run(classes=30)
    spec = story.tell([run])
    assert len(spec.stacks.kinds) == 10
    assert [value for _, value in spec.stacks.stacks[0].kinds] == list(range(39, 29, -1))
    assert "those that worker 0 holds most of" in str(spec.kinds)


def test_without_a_part_kept_apart_nothing_is_split() -> None:
    run = hand_run()
    whole = tuple(
        part.model_copy(update={"num_validation": None, "num_train": sum(part.label_counts or ())})
        for part in run.partitions
    )
    spec = story.tell([run.model_copy(update={"partitions": whole})])
    assert spec.split is None
    assert spec.stacks.stacks[0].validation is None


def test_counts_of_labels_are_enough() -> None:
    run = hand_run()
    parts = tuple(record.Partition(label_counts=part.label_counts) for part in run.partitions)
    spec = story.tell([run.model_copy(update={"partitions": parts, "dataset": None})])
    assert str(spec.dataset) == "69 photos of 2 kinds. A tile stands for one."
    assert [str(kind) for kind in spec.stacks.kinds] == ["class 0", "class 1"]
    assert [str(stack.train) for stack in spec.stacks.stacks] == ["21", "23", "25"]
    assert spec.split is None


@pytest.mark.parametrize("lacking", ["partitions", "label_counts"])
def test_what_is_lacking_is_named(lacking: str) -> None:
    run = hand_run()
    if lacking == "partitions":
        bare = run.model_copy(update={"partitions": ()})
    else:
        parts = tuple(part.model_copy(update={lacking: None}) for part in run.partitions)
        bare = run.model_copy(update={"partitions": parts})
    with pytest.raises(NotRecordedError, match="hand-0"):
        story.tell([bare])


def test_a_block_holds_every_tile_once() -> None:
    parts, pitch = block([7, 5], box(0, 0, 6, 2))
    places = np.array([point for part in parts for point in part])
    assert pitch == pytest.approx(1)
    assert len(np.unique(places.round(6), axis=0)) == 12
    assert in_columns(parts[0]) == list(range(7))


def test_piles_stand_on_a_floor_and_hang_under_it() -> None:
    piles = Piles([(8, 2), (4, 1)], 2.0, 10.0)
    places = np.array(piles.places((8, 2), 0.0, 5.0, 0.5))
    assert (places[:8, 1] > 5.0).all()
    assert (places[8:, 1] < 4.5).all()
    assert abs(places[:, 0]).max() <= 1.0


def test_a_worker_without_photos_is_not_said_to_hold_any() -> None:
    spec = story.tell([one_without_examples(hand_run())])
    assert str(spec.kinds) == "By kind: the numbers are worker 0's."
    assert str(spec.deal) == "3 workers hold 0 to 25 each."


def test_a_single_worker_is_not_compared() -> None:
    spec = story.tell([hand_run(workers=1, picked=1)])
    assert str(spec.kinds) == "By kind: the numbers are worker 0's."


def test_no_photos_at_all_are_no_chapter() -> None:
    with pytest.raises(NotRecordedError, match="no client of the run 'hand-0' holds a photo"):
        story.tell([no_examples(hand_run())])
