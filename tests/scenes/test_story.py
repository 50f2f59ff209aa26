"""What is told is true of the run that is told."""

from hand import hand_run

from fl_sim import record
from scenes.story import common, many_rounds, one_round


def test_a_few_or_all_are_picked() -> None:
    few = one_round._sample(hand_run(workers=3), 1)
    assert str(few) == ("To be quick, a round asks only a few: here 2 of the 3 workers, at random.")
    assert str(one_round._sample(hand_run(workers=2), 1)) == (
        "A round begins. All 2 workers take part in it."
    )


def test_the_loss_falls_only_where_it_fell() -> None:
    run = hand_run()
    assert "the loss, falls" in str(one_round._train(run, 1))
    data = run.model_dump(exclude={"arrays"})
    data["rounds"][1]["train"]["replies"][0]["loss_curve"] = (1.0, 2.0)
    risen = type(run).model_validate({**data, "filters": run.filters})
    assert "falls" not in str(one_round._train(risen, 1))


def test_one_worker_is_not_many() -> None:
    assert str(one_round._evaluate(hand_run(), 1)).startswith("1 worker tests")
    assert str(one_round._evaluate(hand_run(step=1), 1)).startswith("2 workers test ")


def test_shares_that_differ_are_told_apart() -> None:
    assert "26.2% to 73.8%" in str(one_round._aggregate(hand_run(), 1))
    assert "33.3% each," in str(one_round._aggregate(record.load("reference"), 1))


def test_the_overlay_counts_what_has_arrived() -> None:
    values = [str(metrics[0].value) for metrics in one_round._sent(hand_run(), 1)]
    assert values == ["2.00\u00a0kB", "4.05\u00a0kB"]


def test_all_bytes_are_counted_both_ways() -> None:
    # Two rounds of two workers: 1000 bytes down to each; 2000 and 2050 up.
    assert many_rounds._so_far(hand_run(), 2)[1].value == many_rounds._summary(hand_run())[1].value
    figure = many_rounds._so_far(hand_run(), 2)[1].value
    assert figure.value == 2 * (2 * 1000 + 2000 + 2050)
    assert figure.source == "sum of all bytes_down and bytes_up in rounds[1] to rounds[2]"


def test_shares_are_those_of_the_record() -> None:
    told = common.updates(hand_run(), 1)
    assert [update.share for update in told] == [11 / 42, 31 / 42]
    assert [str(update.share_told) for update in told] == ["26.2%", "73.8%"]


def test_one_workers_rounds_are_counted() -> None:
    assert str(many_rounds._one_worker(hand_run(rounds=5))) == (
        "Worker 0 took part in every round, 5 times."
    )
    told = str(many_rounds._one_worker(record.load("iid-30")))
    assert told.startswith("Worker 0 took part in 7 of 30 rounds.")


def test_rounds_become_faster() -> None:
    seconds = [seconds for _, seconds in many_rounds._paced_rounds(hand_run(rounds=30), after=3)]
    assert len(seconds) == 27
    assert seconds == sorted(seconds, reverse=True)
    assert min(seconds) >= 0.1
