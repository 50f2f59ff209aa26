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
    place = Decimal("0.0001")
    products = [number(term.product) for term in spec.terms]
    for term, product in zip(spec.terms, products, strict=True):
        if numbers_of(term.value[0]):
            again = number(term.share[0]) * number(term.value[0])
            assert again.quantize(place) == product
    assert sum(products) == number(spec.sum[0]) == number(spec.server)


@pytest.mark.parametrize("name", ["unequal", "reference", "dirichlet-drift", "fedprox-30-s0"])
def test_what_is_shown_can_be_redone(name: str) -> None:
    spec = story.tell([record.load(name)])
    check_with_a_calculator(spec.average)
    assert "The coordinator has the same" in str(spec.sum)
    assert spec.average.agrees


def test_the_weight_is_the_one_that_the_shares_move_most() -> None:
    spec = story.tell([record.load("unequal")])
    assert str(spec.status) == "run unequal  ·  round 1  ·  fc3.weight[0, 59]"
    assert str(spec.unequal) == "In this run the workers hold unequal numbers of photos."
    assert str(spec.weight) == (
        "One of 62,006 weights, a link between two neurons. It starts at 0.0127."
    )
    assert str(spec.alike) == (
        "Equal shares would give 0.0950. Weighted, every photo counts alike."
    )
    values = [number(term.value[0]) for term in spec.average.terms]
    assert sum(values) / 3 == Decimal("0.0950")


def test_an_average_by_hand() -> None:
    # 11 and 31 photos; 0.25 and 0.5 were sent.
    spec = story.tell([hand_run(rounds=1)]).average
    assert [str(term.photos[0]) for term in spec.terms] == ["11 photos", "31 photos"]
    assert [str(term.share[0]) for term in spec.terms] == ["0.2619", "0.7381"]
    assert [str(term.product) for term in spec.terms] == ["0.0655", "0.3690"]
    assert (str(spec.sum[0]), str(spec.server)) == ("0.4345", "0.4345")
    assert str(spec.alike[0]) == "0.3750" if spec.alike else False
    assert str(numbers_of(spec.terms[1].product)[0].source) == (
        "rounds[1].train.replies[1].weight times rounds[1].train.replies[1].probes[0]"
    )


def test_equal_shares_are_said_to_be_equal() -> None:
    spec = story.tell([record.load("reference")])
    assert str(spec.shares) == (
        "Each trained on 4,000 photos, so each value counts by the same share, 0.3333."
    )
    assert str(spec.alike).startswith("All shares are equal here")
    assert spec.average.alike is None
    assert spec.unequal is None


def test_many_workers_share_a_row() -> None:
    spec = story.tell([record.load("dirichlet-drift")]).average
    assert [str(term.name) for term in spec.terms] == [
        "worker 1", "worker 6", "worker 9", "7 others"
    ]  # fmt: skip
    assert spec.terms[-1].workers == 7
    assert sum(term.photos[1] for term in spec.terms) == 39_999
    assert sum(term.share[1] for term in spec.terms) == pytest.approx(1)


def test_lost_digits_are_owned_up_to() -> None:
    run = hand_run(rounds=1)
    replies = run.rounds[1].train.replies  # type: ignore[union-attr]
    sent = ((0.12345,), (0.12345,))
    odd = tuple(
        reply.model_copy(update={"probes": one, "weight": 0.5})
        for reply, one in zip(replies, sent, strict=True)
    )
    choice = WeightChoice(changed(run, 1, replies=odd, weighted_mean=(0.12345,)), 1, 0)
    assert not choice.adds_up  # 0.0617 + 0.0617 is not 0.1234, nor what the server holds
    assert "but for last digits lost in rounding" in str(story._sum(choice))


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
    assert spec.average.before is None
    assert str(spec.weight) == "Follow one weight through a round: one of many alike."


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
    with pytest.raises(NotRecordedError, match=r"noise for privacy is in the model .* dp-noise"):
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
    spec = story.tell([scaled(hand_run(), 1e-5)])
    assert [str(term.value[0]) for term in spec.average.terms] == ["0.00000250", "0.00000500"]
    assert str(spec.average.terms[0].share[0]) == "0.2727"


def test_a_weight_that_reads_as_zero_comes_after_one_that_does_not() -> None:
    run = hand_run()
    both = [*(choices(scaled(run, 1e-4))), *(choices(run))]
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
