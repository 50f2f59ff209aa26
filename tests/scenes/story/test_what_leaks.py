"""What is said of an attack is what it reached, in every case, and no more."""

import pytest
from hand import hand_run
from hand_private import MEAN, NEAREST, attacked, attempt

from fl_sim import record
from scenes.story import what_leaks
from scenes.text.errors import NotRecordedError
from scenes.text.numbers import Number

FOUND, SOMETHING, HARDLY, NOTHING = MEAN + 6, MEAN + 2, MEAN + 1.9, MEAN


def tell(*found: record.Inversion) -> what_leaks.WhatLeaksSpec:
    return what_leaks.tell([attacked(hand_run(), *found)])


@pytest.mark.parametrize(
    ("psnr", "caption"),
    [
        (FOUND, "An update is no photo, but it can give one away."),
        (SOMETHING, "An update is no photo, but it tells something of one."),
        (HARDLY, "This attack does not find the photo. That is no proof that none can."),
    ],
)
def test_one_photo_is_given_away_or_not(psnr: float, caption: str) -> None:
    spec = tell(attempt(1, psnr))
    assert str(spec.outcome) == caption
    assert (spec.more, spec.most) == (None, None)


@pytest.mark.parametrize(
    ("untrained", "trained", "caption"),
    [
        (FOUND, NOTHING, "From 4,000 photos, too, this attack gets the photo."),
        (NOTHING, SOMETHING, "From 4,000 photos, this attack still gets something."),
        (HARDLY, NOTHING, "From 4,000: hardly nearer than chance. That is no proof that none can."),
        (NOTHING, NOTHING, "From 4,000: no nearer than chance. That is no proof that none can."),
    ],
)
def test_of_both_models_the_one_that_gives_more_away_counts(
    untrained: float, trained: float, caption: str
) -> None:
    spec = tell(
        attempt(1, FOUND),
        attempt(4000, untrained, num_steps=125),
        attempt(4000, trained, num_steps=125, model="trained"),
    )
    assert str(spec.more) == "And an update made from more photos at once?"
    assert str(spec.most) == caption


def test_it_is_counted_how_many_photos_came_out_nearer_than_any_other() -> None:
    found = [attempt(1, NEAREST + more, client=i) for i, more in enumerate((0.0, 0.1, 7.0))]
    others = attempt(1, 30.0, client=3), attempt(1, 30.0, model="trained")
    leak = what_leaks.tell([attacked(hand_run(), *found, *others, clients=3)]).leak
    assert str(leak.tried) == "from one photo: nearer than any other photo in 2 of 3"


def test_attempts_stand_in_order_beside_the_level_of_chance() -> None:
    run = attacked(
        hand_run(),
        attempt(4000, 9.5, num_steps=125),
        attempt(4, 15.25),
        attempt(1, 17.75),
        attempt(1, 19.0, model="trained"),
        attempt(1, 7.0, form="masked"),
        attempt(1, 8.0, form="noised", noise=0.1),
        attempt(1, 30.0, client=1),
    )
    leak = what_leaks.tell([run]).leak
    assert [str(each.photos) for each in leak.attempts] == ["1 photo", "4 photos", "4,000 photos"]
    assert [str(each.likeness[0]) for each in leak.attempts] == ["17.8 dB", "15.2 dB", "9.5 dB"]
    assert [str(each.note) for each in leak.attempts] == ["", "", "as in this film"]
    assert leak.level[1][1] == MEAN
    assert not str(leak.tried)
    assert (leak.photo == run.thumbnails[0, 0]).all()
    assert len(leak.history) == 3
    assert str(leak.owner) == "a photo of worker 0"
    likeness = leak.attempts[1].likeness[0].numbers[0]
    assert str(likeness.source) == "inversions.found[1].likeness.psnr"


def test_the_numbers_of_a_packet_are_those_of_the_record() -> None:
    # The filters of a run made by hand are larger by 1 / 24 after each round.
    leak = tell(attempt(1, FOUND)).leak
    assert [[str(x) for x in row] for row in leak.numbers] == [["0.0417"] * 7] * 3 + [
        ["0.0417"] * 3
    ]
    assert str(leak.counted) == "75 numbers"
    first = leak.numbers[0][0]
    assert isinstance(first, Number)
    assert str(first.source) == "filters[1] minus filters[0]"


def test_where_numbers_are_not_known_none_are_shown() -> None:
    run = hand_run().model_copy(update={"filters": None, "network": None})
    leak = what_leaks.tell([attacked(run, attempt(1, FOUND))]).leak
    assert (leak.numbers, str(leak.numbers_note), str(leak.count)) == ([], "", "")
    assert str(leak.counted) == "numbers alone"


@pytest.mark.parametrize(
    "run",
    [
        hand_run(),
        attacked(hand_run(), attempt(4, 20.0)),
        attacked(hand_run().model_copy(update={"thumbnails": None}), attempt(1, 20.0)),
    ],
    ids=["no attack", "no attempt on one photo", "no photos"],
)
def test_without_a_rebuilt_photo_it_is_said_how_to_make_one(run: record.Run) -> None:
    kept = run.model_copy(update={"final": record.Final(file="model.safetensors")})
    with pytest.raises(NotRecordedError, match="fl-sim attack invert hand-0"):
        what_leaks.tell([kept])
    with pytest.raises(NotRecordedError, match="Use a run that keeps its model"):
        what_leaks.tell([run])
