"""The opening: its title follows the record, and has room in every shape."""

import numpy as np
import pytest
from hand import hand_run
from odd_records import nobody_delivers

from fl_sim import record
from scenes.charts.title_card import TitleCard
from scenes.drawing.layout import Frame, layout
from scenes.stage.front_end import FrontEnd
from scenes.story import opening
from scenes.story.titles import entitled
from scenes.text.errors import NotRecordedError
from scenes.text.naming import MOST_WORD

SHAPES = {"16:9": (16 / 9, 1), "1:1": (1, 1), "9:16": (1, 16 / 9)}


def test_the_title_counts_the_workers() -> None:
    spec = opening.tell([hand_run(workers=7)])
    assert " ".join(str(p.text) for p in spec.phrases) == "7 workers, one model, no shared photos"
    assert str(spec.phrases[0].text.numbers[0].source) == "count of partitions"


def test_the_first_rounds_are_played() -> None:
    spec = opening.tell([hand_run(rounds=5)])
    assert [str(counter) for counter, _ in spec.played] == ["round 1", "round 2"]
    spec = opening.tell([hand_run(rounds=1)])
    assert [str(counter) for counter, _ in spec.played] == ["round 1"]


def test_a_round_in_which_nobody_answered_is_not_shown() -> None:
    run = hand_run(rounds=2)
    silent = run.rounds[1].model_copy(update={"train": None})
    run = run.model_copy(update={"rounds": (run.rounds[0], silent, run.rounds[2])})
    spec = opening.tell([run])
    [(counter, round_)] = spec.played
    assert str(counter) == "round 2"
    assert round_.picked == [0, 1]


def test_a_worker_that_failed_sends_nothing() -> None:
    spec = opening.tell([hand_run(workers=4, picked=3, failed=1)])
    assert [round_.picked for _, round_ in spec.played] == [[0, 1]] * 2


def test_what_lacks_workers_or_answers_is_not_text() -> None:
    with pytest.raises(NotRecordedError, match="no updates of its clients"):
        opening.tell([hand_run(rounds=0)])
    with pytest.raises(NotRecordedError, match="sent an update in any round"):
        opening.tell([nobody_delivers(hand_run())])
    with pytest.raises(NotRecordedError, match="num_clients"):
        opening.tell([hand_run().model_copy(update={"partitions": (), "num_clients": None})])


def test_data_of_unknown_clients_are_told_of() -> None:
    run = hand_run().model_copy(update={"partitions": (), "thumbnails": None, "network": None})
    spec = opening.tell([run])
    assert [str(round_.model_size) for _, round_ in spec.played] == ["model", "model"]


def test_the_front_end_keeps_its_gauge() -> None:
    frame = Frame(8 * 16 / 9, 8)
    card = TitleCard(opening.tell([record.load("reference")]).phrases, layout(frame, 10))
    assert FrontEnd(card.under(layout(frame, 10)).front_end, frame, "Front end").track is not None


@pytest.mark.parametrize("title", ["", f"{'W' * MOST_WORD} {'W' * MOST_WORD}"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_title_and_the_stage_do_not_meet(shape: str, title: str) -> None:
    across, up = SHAPES[shape]
    frame = Frame(8 * across, 8 * up)
    spec = entitled(opening.tell([record.load("reference")]), title)
    card = TitleCard(spec.phrases, layout(frame, 10))
    assert card.get_left()[0] >= frame.safe.left
    assert card.get_right()[0] <= frame.safe.right
    under = card.under(layout(frame, 10))
    slots = [under.coordinator, under.front_end, *under.workers]
    assert max(slot.top for slot in slots) < card.get_bottom()[1]
    before = layout(frame, 10)
    assert np.allclose([slot.x for slot in under.workers], [slot.x for slot in before.workers])
    assert under.front_end.height == pytest.approx(
        before.front_end.height * under.workers[0].height / before.workers[0].height
    )
    lowest = min(slot.bottom for slot in before.workers)
    assert np.isclose(min(slot.bottom for slot in under.workers), lowest)
