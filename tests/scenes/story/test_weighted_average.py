"""One weight's average can be redone with the numbers that are shown."""

from decimal import Decimal

import pytest
from hand import hand_run

from fl_sim import record
from scenes.story import weighted_average as story
from scenes.story.one_weight import WeightChoice, choices, rounded
from scenes.story.specs import AverageSpec
from scenes.text.errors import NotRecordedError
from scenes.text.lines import Text, numbers_of

Record = record.Run


def changed(run: Record, round_: int, **train: object) -> Record:
    """Return a run whose round has another training half; nothing is checked."""
    one = run.rounds[round_]
    assert one.train is not None
    other = one.model_copy(update={"train": one.train.model_copy(update=train)})
    rounds = tuple(other if i == round_ else each for i, each in enumerate(run.rounds))
    return run.model_copy(update={"rounds": rounds})


def number(text: Text) -> Decimal:
    """Return the number that is shown."""
    return Decimal(numbers_of(text)[0].text.replace("\N{MINUS SIGN}", "-").replace(",", ""))


def check_with_a_calculator(spec: AverageSpec) -> None:
    """Multiply and add what is shown, and round as it is shown."""
    added = sum(number(term.photos[0]) * number(term.value[0]) for term in spec.terms)
    again = (added / number(spec.photos)).quantize(Decimal("0.0001"))
    assert again == number(spec.terms[-1].so_far[0])


@pytest.mark.parametrize("name", ["unequal", "reference", "dirichlet-drift", "fedprox-30-s0"])
def test_what_is_shown_can_be_redone(name: str) -> None:
    spec = story.tell([record.load(name)])
    check_with_a_calculator(spec.average)
    assert "Anyone can do the sum" in str(spec.sum)


def test_the_weight_is_the_one_that_the_photos_move_most() -> None:
    spec = story.tell([record.load("unequal")])
    terms = spec.average.terms
    assert str(spec.values) == "One of 62,006 numbers, as 3 workers sent it back."
    assert str(spec.hang) == "A worker with more photos has seen more, so it counts for more."
    assert [str(term.photos[0]) for term in terms] == [
        "2,182 photos", "5,818 photos", "7,276 photos"
    ]  # fmt: skip
    assert [str(term.value[0]) for term in terms] == ["0.0533", "0.1166", "0.1334"]
    assert [str(term.so_far[0]) for term in terms] == ["0.0533", "0.0993", "0.1156"]
    assert str(spec.average.plain[0]) == "0.1011"
    assert str(spec.average.mark) == "another run"


def test_an_average_by_hand() -> None:
    # 11 and 31 photos; 0.25 and 0.5 were sent: (2.75 + 15.5) / 42.
    spec = story.tell([hand_run(rounds=1)]).average
    assert [str(term.photos[0]) for term in spec.terms] == ["11 photos", "31 photos"]
    assert [str(term.so_far[0]) for term in spec.terms] == ["0.2500", "0.4345"]
    assert (str(spec.photos), str(spec.plain[0]), spec.mark) == ("42", "0.3750", None)
    assert str(numbers_of(spec.terms[0].value[0])[0].source) == (
        "rounds[1].train.replies[0].probes[0]"
    )
    assert [len(term.pictures) for term in spec.terms if term.pictures is not None] == [2, 2]


def test_equal_numbers_of_photos_are_said_to_count_alike() -> None:
    spec = story.tell([record.load("reference")])
    assert str(spec.hang) == "Each trained on 4,000 photos, so each counts as much as the others."
    assert spec.average.terms[-1].so_far[1] == pytest.approx(spec.average.plain[1])
    assert spec.average.mark is None


def test_many_workers_share_a_case() -> None:
    spec = story.tell([record.load("dirichlet-drift")]).average
    assert [str(term.name) for term in spec.terms] == [
        "worker 1", "worker 6", "worker 9", "7 others"
    ]  # fmt: skip
    assert spec.terms[-1].workers == 7
    assert sum(term.photos[1] for term in spec.terms) == 39_999
    pictures = spec.terms[-1].pictures
    assert pictures is not None
    assert len(pictures) == 4  # of four of the others


def test_lost_digits_are_owned_up_to() -> None:
    # 11 x 0.1228 + 31 x 0.1237, over 42, is 0.1235 of what is shown, and 0.1234 of what was sent.
    run = hand_run(rounds=1)
    replies = run.rounds[1].train.replies  # type: ignore[union-attr]
    odd = tuple(
        reply.model_copy(update={"probes": (one,)})
        for reply, one in zip(replies, (0.1228, 0.12366), strict=True)
    )
    choice = WeightChoice(changed(run, 1, replies=odd, weighted_mean=(0.123435,)), 1, 0)
    held = choice.run.rounds[1].model_copy(update={"probes": (0.123435,)})
    choice = WeightChoice(
        choice.run.model_copy(update={"rounds": (run.rounds[0], held)}), choice.round_, 0
    )
    assert choice.mean == pytest.approx(0.123435, abs=1e-6)
    assert not choice.adds_up
    assert "but for rounded last digits" in str(story._sum(choice))


def test_the_earliest_round_that_can_be_redone_is_shown() -> None:
    run = record.load("unequal")
    spec = max(choices(run), key=lambda choice: choice.rank)
    assert spec.round_ == 1
    assert spec.adds_up
    assert all(choice.rank <= spec.rank for choice in choices(run))


def test_rounding_is_that_of_what_is_shown() -> None:
    assert rounded(0.00005) == Decimal("0.0000")
    assert rounded(-0.00001) == 0
    assert not rounded(-0.00001).is_signed()


def test_what_was_not_recorded_is_left_out() -> None:
    run = hand_run(rounds=1)
    bare = run.rounds[0].model_copy(update={"probes": None})
    unknown = run.model_copy(update={"network": None, "rounds": (bare, run.rounds[1])})
    spec = story.tell([unknown])
    assert str(spec.values) == "One of the model's numbers, as 2 workers sent it back."


@pytest.mark.parametrize("name", ["centralised", "fedyogi-30-s0", "local-only"])
def test_a_run_without_an_average_of_several_is_not_shown(name: str) -> None:
    with pytest.raises(NotRecordedError, match=name):
        story.tell([record.load(name)])


def test_a_strategys_own_step_is_not_shown() -> None:
    run = hand_run(rounds=1)
    moved = run.rounds[1].model_copy(update={"probes": (0.9,)})
    with pytest.raises(NotRecordedError, match="weighted mean"):
        story.tell([run.model_copy(update={"rounds": (run.rounds[0], moved)})])


@pytest.mark.parametrize("form", ["masked", "noised"])
def test_what_a_worker_hides_is_not_shown_as_its_value(form: str) -> None:
    run = changed(hand_run(rounds=1), 1, form=form)
    with pytest.raises(NotRecordedError, match=f"sent {form} updates"):
        story.tell([run])
    several = changed(hand_run(rounds=2), 1, form=form)
    assert {choice.round_ for choice in choices(several)} == {2}


def test_noise_is_the_reason_where_there_is_some() -> None:
    noise = record.Privacy(clip=1.0, noise=0.1)
    run = changed(hand_run(rounds=1), 1, privacy=noise, weighted_mean=None)
    with pytest.raises(
        NotRecordedError, match=r"noise for privacy is in the model .* without such noise"
    ):
        story.tell([run])


def scaled(run: Record, factor: float) -> Record:
    """Return a run whose followed weight is another multiple, in every round."""
    rounds = []
    for round_ in run.rounds:
        train = round_.train
        if train is not None:
            replies = tuple(
                reply.model_copy(update={"probes": tuple(factor * p for p in reply.probes or ())})
                for reply in train.replies
            )
            mean = tuple(factor * value for value in train.weighted_mean or ())
            train = train.model_copy(update={"replies": replies, "weighted_mean": mean})
        probes = tuple(factor * value for value in round_.probes or ())
        rounds.append(round_.model_copy(update={"train": train, "probes": probes}))
    return run.model_copy(update={"rounds": tuple(rounds)})


def test_small_weights_are_written_with_more_digits() -> None:
    spec = story.tell([scaled(hand_run(), 1e-3)])
    assert [str(term.value[0]) for term in spec.average.terms] == ["0.000250", "0.000500"]


def test_shares_that_are_not_those_of_the_examples_are_not_shown() -> None:
    run = hand_run(rounds=1)
    replies = run.rounds[1].train.replies  # type: ignore[union-attr]
    halves = tuple(reply.model_copy(update={"weight": 0.5}) for reply in replies)
    assert not list(choices(changed(run, 1, replies=halves)))


def test_a_weight_that_reads_as_zero_comes_after_one_that_does_not() -> None:
    run = hand_run()
    both = [*(choices(scaled(run, 1e-3))), *(choices(run))]
    best = max(both, key=lambda choice: choice.rank)
    assert min(best.sent) == 0.25


@pytest.mark.parametrize("factor", [0.0, 1e-12])
def test_weights_that_cannot_be_seen_are_no_chapter(factor: float) -> None:
    with pytest.raises(NotRecordedError, match="recorded no probes"):
        story.tell([scaled(hand_run(), factor)])


def test_a_strategy_that_does_not_average_is_said_to_be_the_reason() -> None:
    run = hand_run()
    for round_ in (1, 2):
        run = changed(run, round_, weighted_mean=None)
    with pytest.raises(NotRecordedError, match="does not make its model by a weighted average"):
        story.tell([run])
