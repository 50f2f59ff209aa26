"""The ledger: what moved and what stayed, by hand-sized numbers."""

from typing import Any

import pytest
from hand import hand_run
from odd_records import nobody_delivers_last

from fl_sim import record
from scenes.charts.amounts import Amounts
from scenes.drawing.layout import Frame, box
from scenes.story import ledger, traffic
from scenes.story.specs import EntrySpec
from scenes.text.errors import NotRecordedError
from scenes.text.numbers import Number

FRAME = Frame(8 * 16 / 9, 8)


def with_replies(run: record.Run, phase: str, **fields: Any) -> record.Run:
    """Return a run in which every reply of a phase has other fields."""
    rounds = []
    for round_ in run.rounds:
        half = getattr(round_, phase)
        if half is not None:
            replies = tuple(reply.model_copy(update=fields) for reply in half.replies)
            half = half.model_copy(update={"replies": replies})
        rounds.append(round_.model_copy(update={phase: half}))
    return run.model_copy(update={"rounds": tuple(rounds)})


def amounts(spec: ledger.LedgerSpec) -> list[float]:
    """Return the entries' values."""
    return [entry.value for entry in (*spec.travelled, *spec.kept)]


def test_training_is_counted_where_tests_are_not_known() -> None:
    # Two rounds of two workers, 1000 bytes to each, 2000 and 2050 back.
    spec = ledger.tell([hand_run()])
    assert amounts(spec)[:3] == [4000, 8100, 0]
    assert str(spec.moved) == ("To train: 8 messages, 12.1\u00a0kB of weights, and not one photo.")
    assert str(spec.travelled[1].name) == "updates, back"


def test_tests_are_counted_where_they_are_known() -> None:
    run = with_replies(hand_run(), "evaluate", bytes_down=1000, bytes_up=10)
    spec = ledger.tell([run])
    assert amounts(spec)[:3] == [6000, 8120, 0]
    assert str(spec.moved).startswith("12 messages: 14.1\u00a0kB of weights and scores,")
    amounts_text = [str(entry.amount) for entry in spec.travelled[:2]]
    assert amounts_text == ["6.00\u00a0kB", "8.12\u00a0kB"]
    notes = [str(entry.note) for entry in spec.travelled[:2]]
    assert notes == ["4 to train, 2 to test", "updates: 4, scores: 2"]
    assert str(spec.travelled[1].name) == "updates and scores, back"


def test_photos_have_a_byte_for_each_pixel_and_colour() -> None:
    # Workers hold 21, 23 and 25 photos of 4 * 4 * 3 bytes.
    spec = ledger.tell([hand_run()])
    entry = spec.kept[0]
    assert entry.value == (21 + 23 + 25) * 4 * 4 * 3
    assert str(entry.note) == "60 to learn from, 9 kept apart"
    assert isinstance(entry.amount, Number)
    assert str(entry.amount.source) == (
        "sum of partitions[*].num_train and partitions[*].num_validation, "
        "times height, width and colours of thumbnails"
    )


def test_the_balance_is_said_as_it_is() -> None:
    spec = ledger.tell([hand_run()])
    assert spec.balance
    assert str(spec.balance[0]) == ("More bytes moved than the photos hold. The photos did not.")
    fewer = ledger.tell([with_replies(hand_run(), "train", bytes_down=90, bytes_up=117)])
    assert fewer.balance
    assert str(fewer.balance[0]).startswith("What moved is 25% of the photos' size")
    assert fewer.balance[1].value == 4 * (90 + 117)


def test_a_size_that_is_not_known_is_left_out() -> None:
    run = hand_run().model_copy(update={"thumbnails": None, "sample_images": None})
    spec = ledger.tell([run])
    assert not spec.kept
    assert spec.balance is None
    assert str(spec.stayed) == "The photos stayed with the workers, all of them."
    data = run.model_copy(update={"partitions": ()})
    assert not ledger.tell([data]).kept


def test_bytes_that_were_not_recorded_are_not_text() -> None:
    with pytest.raises(NotRecordedError, match="recorded no bytes"):
        ledger.tell([with_replies(hand_run(), "train", bytes_up=None)])
    with pytest.raises(NotRecordedError, match="recorded no updates"):
        ledger.tell([hand_run(rounds=0)])


def test_what_is_small_beside_the_sum_needs_no_more_digits() -> None:
    run = with_replies(hand_run(), "train", bytes_down=3_000_001, bytes_up=517)
    amounts_text = [str(entry.amount) for entry in ledger.tell([run]).travelled[:2]]
    assert amounts_text == ["12.0\u00a0MB", "2.07\u00a0kB"]


def test_workers_that_failed_are_not_counted_and_this_is_said() -> None:
    assert str(ledger.tell([hand_run()]).status) == "2 rounds"
    failed = hand_run(workers=4, picked=3, failed=1)
    assert str(ledger.tell([failed]).status) == "2 rounds, answers only"
    assert traffic.messages(failed, (traffic.UP,)).value == 4


def test_the_committed_run_is_accounted_for() -> None:
    spec = ledger.tell([record.load("iid-30")])
    assert [str(entry.amount) for entry in spec.travelled[:2]] == [
        "44.89\u00a0MB",
        "22.45\u00a0MB",
    ]
    assert "67.34\u00a0MB" in str(spec.moved)
    assert str(spec.travelled[0].note) == "90 to train, 90 to test"
    assert amounts(spec) == [180 * 249402, 90 * 249402 + 90 * 48, 0, 50000 * 32 * 32 * 3]


def test_bars_are_to_scale_and_add_up() -> None:
    entries = [
        EntrySpec("out", "a", "b", 30.0, "model"),
        EntrySpec("back", "a", "b", 10.0, "update"),
        EntrySpec("none", "a", "b", 0.0, "ink"),
        EntrySpec("kept", "a", "b", 20.0, "ink"),
    ]
    account = Amounts(entries, 40.0, box(-6, -2, 6, 3), FRAME)
    account.enter(entries[:3])
    widths = [entry.bar.width for entry in account.entries]
    assert widths[0] == pytest.approx(0.75 * account.bars.width)
    assert widths[0] == pytest.approx(3 * widths[1])
    account.enter(entries[3:])
    assert account.entries[3].bar.width == pytest.approx(0.5 * account.bars.width)
    assert account.entries[2].bar not in account.entries[2].everything


@pytest.mark.parametrize(("rounds", "more"), [(1, False), (2, True)])
def test_more_is_moved_each_round_only_where_rounds_follow(rounds: int, more: bool) -> None:
    found = ledger._moves_in_every_round(hand_run(rounds=rounds))
    assert found is more
    assert not ledger._moves_in_every_round(nobody_delivers_last(hand_run()))


def test_a_small_share_is_not_said_to_be_none() -> None:
    spec = ledger.tell([with_replies(hand_run(), "train", bytes_down=1, bytes_up=1)])
    assert spec.balance
    assert str(spec.balance[0]).startswith("What moved is 0.2% of the photos' size")


def test_keys_and_shares_are_no_part_of_what_is_counted() -> None:
    run = hand_run(rounds=2)
    one = run.rounds[1]
    masked = one.model_copy(update={"train": one.train.model_copy(update={"form": "masked"})})
    rounds = (run.rounds[0], masked, *run.rounds[2:])
    with pytest.raises(NotRecordedError, match="masks its updates, and no record has the bytes of"):
        ledger.tell([run.model_copy(update={"rounds": rounds})])
