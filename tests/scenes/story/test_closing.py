"""The last chapter: a photo that was learned, and what is said of all in the end."""

import numpy as np
import pytest
from hand import hand_run
from PIL import Image

from fl_sim import record, tiles
from scenes.story import closing as story
from scenes.text.errors import NotRecordedError

LABELS = np.array([0, 1, 1, 0], np.uint8)


def answered(run: record.Run, **changes: object) -> record.Run:
    """Return a run that recorded its answers to four test photos in every round."""
    rounds = [r.model_copy(update={"predictions": LABELS}) for r in run.rounds]
    return run.model_copy(update={"test_labels": LABELS, "rounds": tuple(rounds), **changes})


def test_the_photo_is_the_first_that_was_learned() -> None:
    samples = record.Samples(
        labels=(0, 1, 1),
        first=((0.9, 0.1), (0.6, 0.4), (0.7, 0.3)),
        last=((0.8, 0.2), (0.7, 0.3), (0.25, 0.75)),
    )
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    spec = story.tell([answered(hand_run(), samples=samples, sample_images=images)])
    assert spec.photo is not None
    assert (spec.photo.pixels == images[2]).all()
    assert str(spec.photo.caption) == ("How sure it is of this b: 30% untrained, 75% in the end.")
    assert [bar.true for bar in spec.photo.bars] == [False, True]
    assert spec.photo.place is None  # there are no photos on the wall


def test_the_photo_is_found_on_the_wall() -> None:
    rng = np.random.default_rng(1)
    photos = np.repeat(rng.integers(0, 256, (4, 8, 8, 3), np.uint8), 4, axis=1).repeat(4, axis=2)
    small = np.frombuffer(tiles.encode(photos), np.uint8)
    run = hand_run()
    assert run.samples is not None
    images = np.stack([photos[3]] * len(run.samples.labels))
    spec = story.tell([answered(run, test_images=small, sample_images=images)])
    assert spec.photo is not None
    label = [bar.true for bar in spec.photo.bars].index(True)
    assert spec.photo.place == (3 if label == LABELS[3] else spec.photo.place)
    assert LABELS[spec.photo.place or 0] == label
    assert story._place(run.model_copy(update={"test_labels": LABELS, "test_images": small}),
                        np.asarray(Image.fromarray(photos[3])), 0) == 3  # fmt: skip


def test_no_sentence_promises_more_than_the_run_has_shown() -> None:
    run = answered(hand_run())
    assert str(story.tell([run]).together.caption) == "Every photo stayed. One model serves all."
    fell = run.model_copy(update={"rounds": (run.rounds[-1], *run.rounds[1:-1], run.rounds[0])})
    assert str(story.tell([fell]).together.caption).startswith(
        "Every photo stayed. One model for all: "
    )


def test_a_run_without_answers_is_not_shown() -> None:
    with pytest.raises(NotRecordedError, match="recorded no shared model's answers"):
        story.tell([hand_run()])
    alone = answered(hand_run(), strategy="LocalOnly")
    with pytest.raises(NotRecordedError, match="recorded no shared model's answers"):
        story.tell([alone])
