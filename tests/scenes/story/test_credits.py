"""The credits: the runs that the numbers come from, and what these ran with."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hand import hand_run

from fl_sim import record
from scenes import FILM
from scenes.story import credits as story
from scenes.text.languages import LANGUAGES
from scenes.text.lines import in_language, numbers_of


def with_provenance(run: record.Run, **fields: object) -> record.Run:
    """Return a run with another origin."""
    provenance = run.provenance.model_copy(update=fields)
    return run.model_copy(update={"provenance": provenance})


def named(run: record.Run, name: str) -> record.Run:
    """Return a run of another name."""
    return run.model_copy(update={"name": name})


def test_the_film_credits_every_run_once() -> None:
    runs = FILM[-1].runs
    assert FILM[-1].name == "credits"
    assert len(runs) == len(set(runs))
    assert set(runs) == {run for chapter in FILM for run in chapter.runs}


def test_one_run_is_named_with_its_fingerprint() -> None:
    run = hand_run(step=7)
    spec = story.tell([run])
    assert str(spec.runs) == "Every number comes from the record of this one run."
    assert str(spec.recorded) == f"run hand-7, fingerprint {record.fingerprint(run)[:11]}\u2026"
    sources = {str(one.source) for one in numbers_of(spec.recorded)}
    assert f"fingerprint {record.fingerprint(run)}" in sources


def test_several_runs_are_counted() -> None:
    spec = story.tell([hand_run(), hand_run(step=1)])
    assert str(spec.runs) == "Every number comes from 2 recorded runs."


def test_a_name_is_shown_safely() -> None:
    shown = story.tell([named(hand_run(), "a\x07\n" + 60 * "b")]).recorded
    assert str(shown).startswith(f"run a {19 * 'b'}\u2026, fingerprint")


def test_the_days_of_recording_are_shown_in_order() -> None:
    late = with_provenance(hand_run(), started=datetime(2026, 2, 1, tzinfo=UTC))
    days = story.tell([late, hand_run()]).recorded
    assert str(days) == "recorded from Jan 1, 2026 to Feb 1, 2026"
    assert str(in_language(days, LANGUAGES["de"])) == "aufgezeichnet vom 01.01.2026 bis 01.02.2026"


@pytest.mark.parametrize("zone", [None, UTC, timezone(timedelta(hours=9))], ids=str)
def test_a_day_is_that_of_the_record(zone: timezone | None) -> None:
    run = with_provenance(hand_run(), started=datetime(2026, 2, 1, 5, tzinfo=zone))
    assert str(story.tell([run, run]).recorded) == "recorded on Feb 1, 2026"


def test_days_that_are_not_known_are_left_out() -> None:
    run = with_provenance(hand_run(), started=None)
    assert str(story.tell([run, run]).recorded) == "from recorded runs"


def test_thanks_go_to_those_who_took_part() -> None:
    run = hand_run()
    assert str(story.tell([run]).thanks) == "Thanks to all who made Flower, PyTorch and Manim."
    other = run.model_copy(update={"provenance": record.Provenance()})
    assert str(story.tell([run, other]).thanks) == "Thanks to all who made Flower and Manim."


def test_what_trained_is_named() -> None:
    used = record.Provenance(versions={"flwr": "1.41.0", "scikit-learn": "1.7"})
    spec = story.tell([hand_run().model_copy(update={"provenance": used})])
    assert str(spec.thanks) == "Thanks to all who made Flower, scikit-learn and Manim."
