"""Masks: what is shown of a round adds up, or it is not shown."""

import numpy as np
import pytest
from hand import hand_run
from hand_private import masked

from scenes.story import masks
from scenes.text.errors import NotRecordedError


def test_equal_updates_are_summed_and_divided() -> None:
    spec = masks.tell([masked(hand_run())]).masks
    assert [str(name) for name in spec.workers] == ["worker 0", "worker 1"]
    assert spec.total is not None
    name, total = spec.total
    assert (str(name), str(spec.average)) == ("their sum", "divided by 2: their average")
    assert total == pytest.approx(2 * spec.mean)
    assert total == pytest.approx(spec.plain.sum(axis=0))
    assert (str(spec.more), str(spec.exact)) == ("", "the same as without masks")


def test_captions() -> None:
    spec = masks.tell([masked(hand_run())])
    assert [str(each) for each in (spec.learned, spec.masked, spec.cancel)] == [
        "With masks, what each has learned stays at home.",
        "What travels is a masked copy.",
        "Secret masks hide each part, and cancel.",
    ]


def test_updates_that_are_not_shown_are_counted() -> None:
    spec = masks.tell([masked(hand_run(workers=5, picked=5), shown=3)]).masks
    assert str(spec.more) == "and 2 more"
    assert str(spec.average) == "divided by 5: their average"


def test_unequal_updates_have_no_sum() -> None:
    run = masked(hand_run())
    train = run.rounds[1].train
    assert train.masked is not None
    shares = (0.25, 0.75)
    replies = [
        reply.model_copy(update={"weight": share})
        for reply, share in zip(train.replies, shares, strict=True)
    ]
    mean = np.tensordot(np.array(shares), train.masked.plain, 1).astype(np.float32)
    told = train.masked.model_copy(update={"mean": mean})
    unequal = train.model_copy(update={"replies": tuple(replies), "masked": told})
    rounds = (run.rounds[0], run.rounds[1].model_copy(update={"train": unequal}), run.rounds[2])
    spec = masks.tell([run.model_copy(update={"rounds": rounds})]).masks
    assert (spec.total, str(spec.average)) == (None, "their weighted average")


def test_an_average_that_is_another_one_is_refused() -> None:
    with pytest.raises(NotRecordedError, match="do not have the average"):
        masks.tell([masked(hand_run(), off=1e-3)])


def test_without_a_revealed_round_it_is_said_how_to_make_one() -> None:
    with pytest.raises(NotRecordedError, match="secure-aggregation=true --set reveal-round=1"):
        masks.tell([hand_run()])
