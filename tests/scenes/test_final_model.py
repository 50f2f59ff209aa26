"""What the final model's chapter tells, on runs that one can check by hand."""

import numpy as np
import pytest
from hand import hand_run

from fl_sim import record
from scenes.charts.confusion import Confusion
from scenes.drawing.layout import Frame, layout
from scenes.errors import UntoldError
from scenes.story import final_model as story

PARTS = ("thumbnails", "filters", "sample_images")


def changed(run: record.Run, *without: str, **update: object) -> record.Run:
    """Return a run without some parts, and with others in place of its own."""
    data = run.model_dump(exclude={"arrays", *without})
    arrays = {name: getattr(run, name) for name in PARTS if name not in without}
    return record.Run.model_validate({**data, **arrays, **update})


def without_confusion(run: record.Run) -> record.Run:
    rounds = [r.model_dump(exclude={"confusion"}) for r in run.rounds]
    return changed(run, rounds=rounds)


def with_confusion(*matrices: list[list[int]]) -> record.Run:
    """Return a run of two classes with these answers after its rounds."""
    run = hand_run(rounds=len(matrices) - 1)
    rounds = [r.model_dump() for r in run.rounds]
    for round_, matrix in zip(rounds, matrices, strict=True):
        round_["confusion"] = matrix
    return changed(run, rounds=rounds)


def test_photos_are_told_with_their_answers() -> None:
    told = story.tell((hand_run(),))
    quiz = told.quiz
    assert quiz is not None
    assert quiz.photos.shape == (5, 4, 4, 3)
    assert [str(name) for name in quiz.true] == ["a", "b", "a", "b", "a"]
    assert [answer.right for answer in quiz.first] == [True, False, True, False, True]
    assert [answer.right for answer in quiz.last] == [True, True, False, True, True]
    assert str(quiz.last[2].name) == "b"
    assert quiz.last[2].name.source == (
        "dataset.class_names[1], the most probable in samples.last[2]"
    )
    assert str(told.untrained) == (
        "Photos no worker holds. Untrained, the model gets 3 of 5 right."
    )
    assert str(told.trained) == (
        "After round 2: 4 of these 5 are right, and 20.0% of all 50 test photos."
    )


def test_the_photos_shown_are_neighbours_that_are_like_the_whole_test() -> None:
    run = record.load("iid-30")
    shown = story._shown(run)
    right = story._right(run, "last")
    assert shown == list(range(shown[0], shown[0] + story.MOST_PHOTOS))
    accuracy = run.rounds[-1].central.accuracy
    away = abs(right[shown].mean() - accuracy)
    others = [right[i : i + 12].mean() for i in range(len(right) - 11)]
    assert away == min(abs(share - accuracy) for share in others)


def test_shares_are_of_each_row() -> None:
    told = story.tell((with_confusion([[20, 5], [10, 15]], [[24, 1], [5, 20]]),))
    confusion = told.confusion
    assert confusion is not None
    np.testing.assert_allclose(confusion.shares[0], [[0.8, 0.2], [0.4, 0.6]])
    assert [str(share) for share in confusion.right] == ["96.0%", "80.0%"]
    assert confusion.right[1].source == (
        "rounds[1].confusion[1][1] over the sum of rounds[1].confusion[1]"
    )
    assert str(told.classes) == "Best at a: 96.0% right. Worst at b: 80.0%."
    assert str(told.mistake) == "Most common mistake: 20.0% of b photos are called a."
    assert str(confusion.mistake_told) == "called a: 20.0%"


def test_what_was_named_most_at_first_is_told_if_it_was_most() -> None:
    told = story.tell((with_confusion([[25, 0], [25, 0]], [[25, 0], [5, 20]]),))
    assert str(told.matrix) == ("Each row: photos of one kind. Untrained, 100.0% get one name: a.")
    assert str(told.sharpen) == "Round by round a diagonal forms: the right answers."
    told = story.tell((with_confusion([[20, 5], [5, 20]], [[25, 0], [5, 20]]),))
    assert str(told.matrix) == (
        "Each row: photos of one kind. Brighter: more got the column's name."
    )
    told = story.tell((with_confusion([[20, 5], [20, 5]], [[5, 20], [20, 5]]),))
    assert str(told.sharpen) == "From round 0 to 1: the diagonal, the right answers."


def test_no_mistake_and_equal_classes_are_told_as_such() -> None:
    told = story.tell((with_confusion([[25, 0], [0, 25]]),))
    assert str(told.classes) == "It names every kind right equally often: 100.0%."
    assert str(told.mistake) == "It makes no mistake."
    assert told.confusion is not None
    assert told.confusion.mistake is None


def test_a_class_without_test_photos_is_neither_best_nor_worst() -> None:
    confusion = story.tell((with_confusion([[0, 0], [10, 40]]),)).confusion
    assert confusion is not None
    assert (confusion.best, confusion.worst) == (1, 1)


def test_many_rounds_are_not_all_shown() -> None:
    steps = story._steps(hand_run(rounds=100))
    assert steps[0] == 0
    assert steps[-1] == 100
    assert len(steps) <= story.MOST_STEPS + 1


def test_what_a_run_lacks_is_left_out() -> None:
    run = hand_run()
    blind = changed(run, "sample_images")
    told = story.tell((blind,))
    assert told.quiz is None
    assert told.confusion is not None
    told = story.tell((without_confusion(run),))
    assert told.quiz is not None
    assert told.confusion is None
    with pytest.raises(UntoldError, match="'hand-0' recorded neither answers"):
        story.tell((without_confusion(blind),))


def test_the_first_run_that_holds_something_is_told() -> None:
    bare = without_confusion(changed(hand_run(), "sample_images"))
    told = story.tell((bare, hand_run(step=1)))
    assert told.confusion is not None


@pytest.mark.parametrize("classes", [2, 10, 16, 100])
@pytest.mark.parametrize("frame", [Frame(128 / 9, 8.0), Frame(8.0, 128 / 9), Frame(8.0, 8.0)])
def test_the_matrix_stays_in_its_area(frame: Frame, classes: int) -> None:
    told = story.tell((hand_run(classes=classes, rounds=1),)).confusion
    assert told is not None
    area = layout(frame).figure
    confusion = Confusion(told, area, frame)
    confusion.finish()
    confusion.extremes()
    confusion.point_out()
    for part in (confusion.matrix, confusion.names, confusion.numbers, confusion.pointers):
        assert part.get_left()[0] >= area.left - 1e-6
        assert part.get_right()[0] <= area.right + 1e-6
        assert part.get_bottom()[1] >= area.bottom - 1e-6
        assert part.get_top()[1] <= area.top + 1e-6
