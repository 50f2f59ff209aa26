"""Apps of others: what is said of their messages is known of them, and advice applies to them."""

from collections.abc import Callable
from importlib import import_module

import pytest
from hand import hand_run, imported, of_others
from spec_texts import lines_in

from fl_sim import record
from scenes import FILM
from scenes.story import ledger, many_rounds, one_round
from scenes.story.build import build_spec
from scenes.story.examples import sentence_for
from scenes.story.foreign import FOREIGN
from scenes.text.errors import NotRecordedError

Origin = Callable[[record.Run], record.Run]

OTHERS = "That takes a run of fedreel's own app"
BOTH = pytest.mark.parametrize("origin", [of_others, imported])
# What each chapter lacks in a run of another app, and what to do, if anything can be done.
ADVICE = {
    "alone": OTHERS,
    "training": OTHERS,
    "closing": OTHERS,
    "masks": OTHERS,
    "noise": OTHERS,
    "what_leaks": OTHERS,
    "different_data": (
        "Give two runs with --run: one with alike and one with different data, the same "
        "otherwise, both with label counts, by record_client(label_counts=...)"
    ),
    "remedies": (
        "Give runs with --run that have the same skewed data, rounds and settings, label counts "
        "by record_client(label_counts=...), and a test after every round, some of them with the "
        "strategy FedAvg"
    ),
    "when_workers_fail": "Use a run with such failures",
}
NO_COUNTS = "An imported run has no label counts, which that takes"
IMPORTED = {
    "different_data": NO_COUNTS,
    "remedies": NO_COUNTS,
    "when_workers_fail": "Use a run that was recorded as it ran",
}


def reason(chapter: str, run: record.Run) -> str:
    """Return why a chapter cannot be told of a run."""
    with pytest.raises(NotRecordedError) as caught:
        import_module(f"scenes.story.{chapter}").tell([run])
    return str(caught.value)


@pytest.mark.parametrize("chapter", ADVICE)
def test_advice_applies_to_the_app_that_made_the_run(chapter: str) -> None:
    bare = hand_run(rounds=2).model_copy(update={"samples": None})
    assert reason(chapter, of_others(bare)).endswith(f". {ADVICE[chapter]}")
    assert reason(chapter, imported(bare)).endswith(f". {IMPORTED.get(chapter, ADVICE[chapter])}")
    assert not reason(chapter, bare).endswith(OTHERS)


@pytest.mark.parametrize(
    ("origin", "advice"),
    [
        (of_others, "Use another run"),
        (imported, "Use another run, or record its Flower app with record_strategy"),
        (hand_run().model_copy, "Use another run, or record one with: fl-sim run NAME"),
    ],
)
def test_who_has_no_updates_is_told_what_records_them(origin: Origin, advice: str) -> None:
    run = hand_run(rounds=1)
    none = run.rounds[1].model_copy(update={"train": None})
    run = run.model_copy(update={"rounds": (run.rounds[0], none)})
    told = run if origin not in {of_others, imported} else origin(run)
    assert reason("one_round", told) == (
        f"the run 'hand-0' recorded no training of its clients in round 1. {advice}"
    )


@BOTH
def test_nobody_knows_what_another_app_sends(origin: Origin) -> None:
    run = hand_run(rounds=2)
    own, other = (build_spec(ledger.tell, [each]) for each in (run, origin(run)))
    assert [str(entry.name) for entry in own.travelled] == [
        "models, to the workers", "updates, back", "photos sent",
    ]  # fmt: skip
    assert str(own.moved).endswith("of weights, and not one photo.")
    assert own.stayed is not None
    assert own.kept
    assert [str(entry.name) for entry in other.travelled] == [
        "to the workers", "updates, back",
    ]  # fmt: skip
    assert str(other.moved).endswith("of arrays.")
    assert (other.stayed, other.balance, other.kept) == (None, None, [])


@BOTH
def test_what_another_app_sends_may_be_a_part_of_its_model(origin: Origin) -> None:
    captions = build_spec(one_round.tell, [origin(hand_run(rounds=1))]).captions
    assert [str(captions[name]) for name in ("distribute", "collect", "aggregate")] == [
        "A copy goes out to each.",
        "Their updates travel back.",
        "Whoever has more data counts more. Their average is shared next.",
    ]


@BOTH
def test_no_text_on_this_projects_app_is_left(origin: Origin) -> None:
    run = origin(hand_run(rounds=3))
    for tell in (one_round.tell, many_rounds.tell, ledger.tell):
        shown = set(map(str, lines_in(build_spec(tell, [run]))))
        assert shown.isdisjoint(text for texts in FOREIGN for text in texts)


@BOTH
def test_descriptions_say_no_more(origin: Origin) -> None:
    sentences = {
        sentence for chapter in FILM for beat in chapter.beats for sentence in beat.sentences
    }
    replaced = [texts[0] for texts in FOREIGN if texts[0] in sentences]
    assert len(replaced) >= 12
    for sentence in replaced:
        assert sentence_for([hand_run()], sentence) == sentence
        assert sentence_for([origin(hand_run())], sentence) == FOREIGN[sentence,][0]


def test_where_nobody_knows_who_trained_no_worker_has_a_row() -> None:
    run = hand_run(rounds=3)
    rounds = [round_.model_copy(update={"train": None}) for round_ in run.rounds]
    spec = build_spec(many_rounds.tell, [imported(run.model_copy(update={"rounds": rounds}))])
    assert spec.history.rows == []
    assert "Red marks" not in str(spec.grid)
    own = build_spec(many_rounds.tell, [run])
    assert [str(row) for row in own.history.rows] == ["worker 0", "1", "2"]
