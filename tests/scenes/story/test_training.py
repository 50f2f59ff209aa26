"""What is told of one client's training, seen step by step."""

import numpy as np
import pytest
from hand import hand_run, with_close_up

from fl_sim import record
from scenes.story import training as story
from scenes.story.build import build_spec
from scenes.text.errors import NotRecordedError
from scenes.text.numbers import Number


def seen_as(run: record.Run, **changes: object) -> record.Run:
    """Return a run of whose first client another close look was recorded, and of no other."""
    train = run.rounds[1].train
    assert train is not None
    reply = train.replies[0]
    assert reply.close_up is not None
    other = reply.model_copy(update={"close_up": reply.close_up.model_copy(update=changes)})
    return with_reply(run, 1, other)


def with_reply(run: record.Run, number: int, reply: record.TrainReply) -> record.Run:
    """Return a run with one reply in a round."""
    round_ = run.rounds[number]
    assert round_.train is not None
    train = round_.train.model_copy(update={"replies": (reply,)})
    changed = round_.model_copy(update={"train": train})
    return run.model_copy(
        update={"rounds": (*run.rounds[:number], changed, *run.rounds[number + 1 :])}
    )


def close_up(run: record.Run) -> record.CloseUp:
    """Return the close look at the first client."""
    assert run.rounds[1].train is not None
    found = run.rounds[1].train.replies[0].close_up
    assert found is not None
    return found


def sources(texts: object) -> list[str]:
    """Return where numbers come from."""
    return [str(each.source) for each in texts if isinstance(each, Number)]  # type: ignore[attr-defined]


def test_the_first_client_that_was_watched_is_shown() -> None:
    # Client 0 is shown an example of class a; it is 1/5 sure at first, and 4/5 after three steps.
    spec = story.tell([hand_run(close_up=3)])
    seen = spec.training
    assert str(spec.step) == "Look, guess, nudge 75 numbers."
    assert str(spec.steps) == "Look, guess, nudge 75 numbers. Again."
    assert (str(seen.worker), str(seen.at_first)) == ("worker 0", "a, at first 20%")
    assert [str(share) for share in seen.sure] == ["20%", "40%", "60%", "80%"]
    assert [str(counter) for counter in seen.counters] == ["step 0", "step 1", "step 2", "step 3"]
    assert [(str(bar.name), bar.true) for bar in seen.bars] == [("a", True), ("b", False)]
    assert seen.bars[1].shares.tolist() == pytest.approx([0.8, 0.6, 0.4, 0.2])
    assert seen.losses == [2.0, 1.5, 1.2]
    assert sources(seen.sure)[3] == ("rounds[1].train.replies[0].close_up.probabilities[3][0]")
    # The last row of 75 weights is from 0 to half a unit away.
    assert seen.moved_at == [0, 1, 3]
    assert seen.moved[2, [0, 74]].tolist() == pytest.approx([0, 0.5])
    assert seen.moved[1, 74] == pytest.approx(0.1 * 100 / 255)
    assert len(seen.others) == 1


def test_no_caption_says_that_the_model_grows_surer() -> None:
    run = hand_run(close_up=3)
    spec = story.tell([seen_as(run, probabilities=close_up(run).probabilities[::-1])])
    assert [str(share) for share in spec.training.sure] == ["80%", "60%", "40%", "20%"]
    assert str(spec.steps) == str(story.tell([run]).steps)


def test_ten_classes_of_many_are_shown_and_the_true_one() -> None:
    shares = np.tile(np.arange(30, dtype=np.float32) / 435, (3, 1))  # the true one has least
    run = seen_as(hand_run(classes=30, close_up=2), probabilities=shares)
    bars = story.tell([run]).training.bars
    assert [bar.true for bar in bars] == [True, *[False] * 10]
    assert bars[-1].shares[-1] == pytest.approx(29 / 435)


def test_a_dot_stands_for_several_of_many_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "MOST_DOTS", 30)
    run = hand_run(close_up=3)
    seen = story.tell([run]).training
    assert str(seen.scale) == "3 a dot, brighter: moved further"
    assert seen.moved.shape == (3, 25)
    assert seen.moved[2, 24] == pytest.approx(close_up(run).moved[2, 72:].mean() / 255 * 0.5)


def test_a_client_alone_goes_on_in_the_next_round() -> None:
    run = hand_run(rounds=3, close_up=3)
    later = close_up(run).model_copy(
        update={
            "steps": (4, 6),
            "probabilities": close_up(run).probabilities[:2],
            "moved_steps": (),
            "moved": np.zeros((0, 0), np.uint8),
            "largest": (),
        }
    )
    assert run.rounds[1].train is not None
    reply = run.rounds[1].train.replies[0].model_copy(update={"close_up": later})
    run = with_reply(run, 2, reply)
    alone = story.tell([run.model_copy(update={"strategy": "LocalOnly"})]).training
    assert alone.looks == [0, 1, 2, 3, 4, 6]
    assert len(alone.losses) == 6
    assert story.tell([run]).training.looks == [0, 1, 2, 3]  # its model was replaced in between


def test_other_photos_come_from_a_run_with_the_same_one() -> None:
    run, other = hand_run(close_up=3), hand_run(step=7)
    bare = run.model_copy(update={"thumbnails": None})
    found = [len(story.tell(runs).training.others) for runs in ([bare], [bare, other], [bare, run])]
    assert found == [0, 0, 1]


def test_an_example_without_a_picture_has_its_name() -> None:
    run = seen_as(hand_run(close_up=3), image=np.zeros((0, 0, 3), np.uint8))
    seen = build_spec(story.tell, [run.model_copy(update={"examples": "patients"})]).training
    assert (seen.photo, str(seen.example)) == (None, "a")


def test_a_run_without_a_close_look_says_which_setting_records_one() -> None:
    with pytest.raises(NotRecordedError, match="close-up=1500"):
        story.tell([hand_run()])
    once = with_close_up(hand_run(), 1)
    assert story.tell([hand_run(), once]).training.looks == [0, 1]
    only = seen_as(once, steps=(0,), probabilities=close_up(once).probabilities[:1])
    with pytest.raises(NotRecordedError, match="no close look"):
        story.tell([only])
