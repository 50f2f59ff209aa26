"""The wall's content comes from the record, and is left out where the record has none."""

import numpy as np
from hand import hand_run

from scenes.story.wall import right_after, wall

LABELS = np.array([0, 1, 1], np.uint8)


def test_the_wall_has_the_test_examples_of_a_record() -> None:
    run = hand_run().model_copy(update={"test_labels": LABELS})
    spec = wall(run)
    assert spec is not None
    assert list(spec.kinds) == [0, 1, 1]
    assert [str(name) for name in spec.names] == ["a", "b"]
    assert spec.tiles is None
    assert wall(hand_run()) is None


def test_right_is_what_was_predicted_as_it_is() -> None:
    run = hand_run(rounds=1).model_copy(update={"test_labels": LABELS})
    predicted = np.array([0, 0, 1], np.uint8)
    last = run.rounds[1].model_copy(update={"predictions": predicted})
    run = run.model_copy(update={"rounds": (run.rounds[0], last)})
    found = right_after(run, 1)
    assert found is not None
    assert list(found) == [True, False, True]
    assert right_after(run, 0) is None
