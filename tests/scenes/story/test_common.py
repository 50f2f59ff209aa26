"""What several chapters say is true of the run that is shown."""

from hand import hand_run

from scenes.story import common


def test_shares_are_those_of_the_record() -> None:
    spec = common.updates(hand_run(), 1).each
    assert [update.share for update in spec] == [11 / 42, 31 / 42]
    assert [str(update.share_text) for update in spec] == ["26.2%", "73.8%"]


def test_bars_are_comparable_between_workers() -> None:
    # Two kinds; the most of any kind are worker 2's thirteen of the second.
    bars = [worker.bars for worker in common.workers(hand_run())]
    assert bars == [[10 / 13, 11 / 13], [11 / 13, 12 / 13], [12 / 13, 1.0]]


def test_the_first_worker_is_called_by_its_name() -> None:
    labels = [str(worker.label) for worker in common.workers(hand_run())]
    assert labels == ["worker 0", "1", "2"]
