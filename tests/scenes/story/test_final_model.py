"""What the chapter on the final model shows, on runs that one can check by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hand import hand_run

from fl_sim import record
from scenes.charts.confusion import Confusion
from scenes.charts.predictions import Predictions
from scenes.drawing.layout import Frame, layout
from scenes.story import final_model as story
from scenes.story.class_names import kind_name
from scenes.text.errors import NotRecordedError
from scenes.text.languages import LANGUAGES
from scenes.text.lines import Text, in_language
from scenes.text.numbers import Number

PARTS = ("thumbnails", "filters", "sample_images")


def changed(run: record.Run, *without: str, **update: object) -> record.Run:
    """Return a run without some parts, and with others in place of its own."""
    data = run.model_dump(exclude={"arrays", *without})
    arrays = {name: getattr(run, name) for name in PARTS if name not in without}
    return record.Run.model_validate({**data, **arrays, **update})


def source_of(shown: Text) -> str:
    """Return the source of a number as it is printed."""
    assert isinstance(shown, Number)
    return str(shown.source)


def without_confusion(run: record.Run) -> record.Run:
    rounds = [r.model_dump(exclude={"confusion"}) for r in run.rounds]
    return changed(run, rounds=rounds)


def with_confusion(*matrices: list[list[int]]) -> record.Run:
    """Return a run of two classes with these answers after its rounds."""
    run = hand_run(rounds=len(matrices) - 1)
    rounds = [r.model_dump() for r in run.rounds]
    for round_, matrix in zip(rounds, matrices, strict=True):
        round_["confusion"] = matrix
    assert run.dataset is not None
    return changed(run, rounds=rounds, dataset={**run.dataset.model_dump(), "num_test": None})


def test_photos_are_shown_with_their_answers() -> None:
    spec = story.tell((hand_run(),))
    quiz = spec.predictions
    assert quiz is not None
    assert quiz.photos.shape == (5, 4, 4, 3)
    assert [str(name) for name in quiz.true] == ["a", "b", "a", "b", "a"]
    assert [answer.right for answer in quiz.first] == [True, False, True, False, True]
    assert [answer.right for answer in quiz.last] == [True, True, False, True, True]
    assert str(quiz.last[2].name) == "b"
    assert source_of(quiz.last[2].name) == (
        "dataset.class_names[1], the most probable in samples.last[2]"
    )
    assert str(spec.untrained) == "Test photos, which no worker holds. Untrained: 3 of 5 right."
    assert str(spec.trained) == "After round 2: 4 of 5 right, 20.0% of the 50 test photos."


def test_the_photos_shown_are_neighbours_that_are_like_the_whole_test() -> None:
    run = record.load("iid-30")
    shown = story._chosen_samples(run)
    right = story._right(run, "last")
    assert shown == list(range(shown[0], shown[0] + story.MOST_PHOTOS))
    accuracy = run.rounds[-1].central.accuracy
    away = abs(right[shown].mean() - accuracy)
    others = [right[i : i + 10].mean() for i in range(len(right) - 9)]
    assert away == min(abs(share - accuracy) for share in others)


def test_shares_are_of_each_row() -> None:
    spec = story.tell((with_confusion([[20, 5], [10, 15]], [[24, 1], [5, 20]]),))
    confusion = spec.confusion
    assert confusion is not None
    np.testing.assert_allclose(confusion.shares[0], [[0.8, 0.2], [0.4, 0.6]])
    assert [str(share) for share in confusion.right] == ["96.0%", "80.0%"]
    assert source_of(confusion.right[1]) == (
        "rounds[1].confusion[1][1] over the sum of rounds[1].confusion[1]"
    )
    assert confusion.best == 0
    assert str(spec.classes) == "Best: a, 96.0%. Most common mistake: b called a, 20.0%."
    assert str(confusion.mistake_text) == "called a: 20.0%"


def test_what_was_named_most_at_first_is_said_if_it_was_most() -> None:
    spec = story.tell((with_confusion([[25, 0], [25, 0]], [[25, 0], [5, 20]]),))
    assert str(spec.matrix) == "Each row: photos of one kind. Untrained, 100.0% are called a."
    assert str(spec.sharpen) == "Round by round a diagonal forms: the right answers."
    spec = story.tell((with_confusion([[20, 5], [5, 20]], [[25, 0], [5, 20]]),))
    assert str(spec.matrix) == (
        "Each row: photos of one kind. Brighter: more got the column's name."
    )
    spec = story.tell((with_confusion([[20, 5], [20, 5]], [[5, 20], [20, 5]]),))
    assert str(spec.sharpen) == "From round 0 to 1: the diagonal, the right answers."


def test_a_model_without_a_mistake_is_said_to_have_none() -> None:
    spec = story.tell((with_confusion([[25, 0], [0, 25]]),))
    assert str(spec.classes) == "It names every kind right: 100.0%."
    assert spec.confusion is not None
    assert spec.confusion.mistake is None


def test_a_class_without_test_photos_is_not_the_best() -> None:
    confusion = story.tell((with_confusion([[0, 0], [50, 0]]),)).confusion
    assert confusion is not None
    assert confusion.best == 1


def test_many_rounds_are_not_all_shown() -> None:
    steps = story._steps(hand_run(rounds=100))
    assert steps[0] == 0
    assert steps[-1] == 100
    assert len(steps) <= story.MOST_STEPS + 1


def test_what_a_run_lacks_is_left_out() -> None:
    run = hand_run()
    blind = changed(run, "sample_images")
    spec = story.tell((blind,))
    assert spec.predictions is None
    assert spec.confusion is not None
    spec = story.tell((without_confusion(run),))
    assert spec.predictions is not None
    assert spec.confusion is None
    with pytest.raises(NotRecordedError, match="'hand-0' recorded neither samples"):
        story.tell((without_confusion(blind),))


def test_the_first_run_that_holds_something_is_shown() -> None:
    bare = without_confusion(changed(hand_run(), "sample_images"))
    spec = story.tell((bare, hand_run(step=1)))
    assert spec.confusion is not None


def with_names(run: record.Run, *names: str) -> record.Run:
    """Return a run whose classes have other names."""
    assert run.dataset is not None
    dataset = run.dataset.model_copy(update={"class_names": names})
    return run.model_copy(update={"dataset": dataset})


def test_kinds_that_are_known_are_translated() -> None:
    run = with_names(hand_run(), "deer", "Cat")
    assert [str(kind_name(run, kind)) for kind in (0, 1)] == ["deer", "Cat"]
    german = LANGUAGES["de"]
    assert [str(kind_name(run, kind).in_language(german)) for kind in (0, 1)] == ["Hirsch", "Cat"]
    assert str(kind_name(run, 0).in_language(german).source) == "dataset.class_names[0]"
    assert str(kind_name(run, 0, 4).in_language(german)) == "Hir\u2026"


def test_answers_are_translated_and_keep_their_sources() -> None:
    spec = story.tell((with_names(hand_run(), "deer", "Cat"),))
    german = in_language(spec, LANGUAGES["de"])
    assert spec.predictions is not None
    assert german.predictions is not None
    assert [str(name) for name in german.predictions.true] == [
        "Hirsch",
        "Cat",
        "Hirsch",
        "Cat",
        "Hirsch",
    ]
    assert [source_of(name) for name in german.predictions.true] == [
        source_of(name) for name in spec.predictions.true
    ]
    assert str(german.trained).endswith("20,0\u00a0% der 50 Testfotos.")


@pytest.mark.parametrize("frame", [Frame(128 / 9, 8.0), Frame(8.0, 128 / 9), Frame(8.0, 8.0)])
@pytest.mark.parametrize("name", ["a", "W" * 40])
def test_photos_and_their_texts_stay_in_their_area(frame: Frame, name: str) -> None:
    spec = story.tell((with_names(hand_run(), "b", name),)).predictions
    assert spec is not None
    spec = replace(spec, photos=spec.photos.repeat(2, 0), true=[*spec.true, *spec.true])
    spec = replace(spec, first=[*spec.first, *spec.first], last=[*spec.last, *spec.last])
    area = layout(frame).whole
    quiz = Predictions(spec, area, frame)
    quiz.enter()
    quiz.answer(spec.last)
    parts = [
        *quiz.photos,
        *quiz.true,
        *quiz.heads,
        *(part for pair in quiz.answers for part in pair),
    ]
    for part in parts:
        assert part.get_left()[0] >= area.left - 1e-6
        assert part.get_right()[0] <= area.right + 1e-6
        assert part.get_bottom()[1] >= area.bottom - 1e-6
        assert part.get_top()[1] <= area.top + 1e-6
    assert len({round(photo.width, 6) for photo in quiz.photos}) == 1
    assert quiz.photos[0].width >= frame.px(60)


@pytest.mark.parametrize("name", ["a", "W" * 40])
@pytest.mark.parametrize("classes", [2, 10, 16, 100])
@pytest.mark.parametrize("frame", [Frame(128 / 9, 8.0), Frame(8.0, 128 / 9), Frame(8.0, 8.0)])
def test_the_matrix_stays_in_its_area(frame: Frame, classes: int, name: str) -> None:
    run = hand_run(classes=classes, rounds=1)
    spec = story.tell((with_names(run, *(name for _ in range(classes))),)).confusion
    assert spec is not None
    area = layout(frame).figure
    confusion = Confusion(spec, area, frame)
    confusion.finish()
    confusion.highlight_best()
    confusion.highlight_mistake()
    for part in (confusion.matrix, confusion.names, confusion.numbers, confusion.pointers):
        assert part.get_left()[0] >= area.left - 1e-6
        assert part.get_right()[0] <= area.right + 1e-6
        assert part.get_bottom()[1] >= area.bottom - 1e-6
        assert part.get_top()[1] <= area.top + 1e-6


@pytest.mark.parametrize(
    ("confusion", "expected"),
    [
        (((5, 0), (0, 5)), "It names every kind right: 100.0%."),
        (((5, 0), (0, 0)), "It gives each photo its right name."),
        (((5, 0), (5, 0)), "It calls every photo by one name: a."),
        (((0, 5), (5, 0)), "It names no kind right. Most common mistake: a called b."),
        (((4, 1), (0, 5)), "Best: b, 100.0%. Most common mistake: a called b, 20.0%."),
    ],
)
def test_what_is_said_of_the_kinds(confusion: tuple[tuple[int, ...], ...], expected: str) -> None:
    first = [[1, 4], [1, 4]]
    run = with_confusion(first, [list(row) for row in confusion])
    assert str(story.tell([run]).classes) == expected


@pytest.mark.parametrize(
    ("kinds_right", "forms"), [(10, True), (6, True), (5, False), (4, False), (0, False)]
)
def test_a_diagonal_forms_where_most_kinds_get_their_name(kinds_right: int, forms: bool) -> None:
    first = np.full((10, 10), 0.1)
    last = np.array([np.eye(10)[k if k < kinds_right else (k + 1) % 10] for k in range(10)])
    assert story._diagonal_forms(first, last) is forms


def test_no_diagonal_forms_where_less_is_right_than_at_first() -> None:
    assert not story._diagonal_forms(np.eye(3), np.full((3, 3), 1 / 3))


def test_a_single_matrix_has_no_rounds_to_go_through() -> None:
    run = hand_run(rounds=0)
    assert str(story.tell([run]).sharpen) == "The diagonal: the right answers."


def test_a_run_of_which_only_the_first_model_was_tested_has_no_final_model() -> None:
    run = hand_run()
    rounds = [r.model_dump(exclude={"confusion"} if r.number else set()) for r in run.rounds]
    first_only = changed(run, "samples", "sample_images", rounds=rounds)
    with pytest.raises(NotRecordedError, match="neither samples nor confusion counts"):
        story.tell([first_only])
