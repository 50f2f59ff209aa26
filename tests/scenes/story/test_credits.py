"""The credits: the runs that the numbers come from, and what these ran with."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hand import hand_run

from fl_sim import record
from scenes import FILM
from scenes.charts.facts import Facts
from scenes.charts.table import Table
from scenes.drawing.layout import Frame, box
from scenes.story import credits as story
from scenes.story.specs import ColumnSpec, FactSpec
from scenes.text.languages import LANGUAGES
from scenes.text.lines import in_language, numbers_of, text
from scenes.text.numbers import Number


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


def test_one_run_is_shown_as_facts() -> None:
    run = hand_run(step=7)
    spec = story.tell([run])
    assert not spec.table
    assert {str(fact.name): str(fact.value) for fact in spec.run} == {
        "run": "hand-7",
        "strategy": "FedAvg",
        "rounds": "2",
        "seed": "7",
        "fingerprint": f"{record.fingerprint(run)[:11]}\u2026",
    }
    fingerprint = spec.run[-1].value
    assert isinstance(fingerprint, Number)
    assert str(fingerprint.source) == f"fingerprint {record.fingerprint(run)}"


def test_several_runs_are_shown_as_a_table() -> None:
    runs = [hand_run(), hand_run(step=1, rounds=4)]
    spec = story.tell(runs)
    assert not spec.run
    assert spec.left_out is None
    assert [[str(cell) for cell in column.cells] for column in spec.table[:4]] == [
        ["hand-0", "hand-1"],
        ["FedAvg", "FedAvg"],
        ["2", "4"],
        ["0", "1"],
    ]


def test_many_runs_are_cut() -> None:
    runs = [named(hand_run(), f"run-{i}") for i in range(9)]
    spec = story.tell(runs)
    assert len(spec.table[0].cells) == story.MOST_LISTED
    assert str(spec.left_out) == "and 2 more"
    assert str(story.tell(runs[:8]).left_out) == "and one more"
    assert "from 9 recorded runs" in str(spec.runs)


def test_every_kind_of_run_is_listed() -> None:
    runs = [named(hand_run(), f"run-{i}") for i in range(12)]
    runs[5] = named(hand_run(rounds=4), "long")
    runs[8] = named(hand_run(workers=4, picked=3, failed=1), "failed")
    runs[9] = named(hand_run(workers=1, picked=1), "alone")
    runs[10] = runs[10].model_copy(update={"config": {"partitioning": "other"}, "name": "dealt"})
    runs[11] = runs[11].model_copy(update={"strategy": "FedProx", "name": "prox"})
    names = [str(cell) for cell in story.tell(runs).table[0].cells]
    assert names == ["run-0", "run-1", "long", "failed", "alone", "dealt", "prox"]


def test_the_film_lists_a_run_for_each_of_its_points() -> None:
    listed = story._listed([record.load(name) for name in FILM[-1].runs])
    assert [run.name for run in listed] == [
        "local-only",
        "centralised",
        "reference",
        "unequal",
        "iid-30",
        "dirichlet-30",
        "dropouts",
    ]


@pytest.mark.parametrize("size", [(12, 5), (5.5, 6), (5.5, 8)])
@pytest.mark.parametrize("count", [1, 2, 5, 6])
def test_facts_stay_in_their_area(size: tuple[float, float], count: int) -> None:
    facts = [FactSpec(text("what it is called"), text("what it is, told in words"))] * count
    area = box(-size[0] / 2, -size[1] / 2, size[0] / 2, size[1] / 2)
    drawn = Facts(facts, area, Frame(8 * 16 / 9, 8))
    assert drawn.width <= size[0]
    assert drawn.height <= size[1]
    assert len({fact.get_left()[0].round(6) for fact in drawn}) == min(
        count, 1 if size[0] < 6 else 2
    )


def test_what_all_runs_agree_on_is_shown_once() -> None:
    same = {str(f.name): str(f.value) for f in story.tell([hand_run()] * 2).made_with}
    assert same == {
        "Flower": "1.0",
        "PyTorch": "2.0",
        "Python": "0.0",
        "data set": "dots",
        "recorded": "Jan 1, 2026",
        "code": f"{'0' * 11}\u2026",
    }
    other = {
        str(f.name): str(f.value) for f in story.tell([hand_run(), hand_run(step=2)]).made_with
    }
    assert other == {"data set": "dots", "recorded": "Jan 1, 2026 to Jan 3, 2026"}


def test_what_a_record_lacks_is_left_out() -> None:
    bare = with_provenance(hand_run(), seed=None, versions={}, code_hash=None, started=None)
    bare = bare.model_copy(update={"strategy": None, "dataset": None})
    spec = story.tell([bare])
    assert [str(fact.value) for fact in spec.run[1:4]] == ["unknown", "2", "unknown"]
    assert not spec.made_with
    assert [str(c) for c in story.tell([bare, hand_run()]).table[3].cells] == ["unknown", "0"]


def hidden(form: record.Form, config: dict[str, float] | None = None, **spent: float) -> record.Run:
    """Return a run whose updates have a form, with noise of 0.1 if anything is spent."""
    run = hand_run()
    privacy = record.Privacy(clip=1.0, noise=0.1, **spent) if spent else None
    rounds = [
        r.model_copy(
            update={"train": r.train.model_copy(update={"form": form, "privacy": privacy})}
        )
        if r.train
        else r
        for r in run.rounds
    ]
    return run.model_copy(update={"rounds": tuple(rounds), "config": config or {}})


@pytest.mark.parametrize(
    ("run", "said", "german"),
    [
        (hidden("masked"), "masked updates", "maskierte Updates"),
        (hidden("noised"), "noise", "Rauschen"),
        (hidden("plain", epsilon=9.63), "noise, epsilon 9.6", "Rauschen, Epsilon 9,6"),
        (
            hidden("masked", {"dp-noise": 1.0}, epsilon=9.63),
            "masked updates, noise z=1, epsilon 9.6",
            "maskierte Updates, Rauschen z=1, Epsilon 9,6",
        ),
        (
            hidden("plain", {"dp-noise": 0.3}, epsilon=253.0),
            "noise z=0.3, epsilon 253.0",
            "Rauschen z=0,3, Epsilon 253,0",
        ),
    ],
)
def test_the_strategy_says_what_hides_updates(run: record.Run, said: str, german: str) -> None:
    strategy = story.tell([run]).run[1].value
    assert str(strategy) == f"FedAvg, {said}"
    assert str(in_language(strategy, LANGUAGES["de"])) == f"FedAvg, {german}"
    cell = story.tell([run, hand_run(step=1)]).table[1].cells[0]
    assert str(cell) == f"FedAvg, {said}"
    assert {one.source.run for one in numbers_of(cell)} == {"hand-0"}


def test_a_run_that_was_imported_says_so() -> None:
    spec = story.tell([with_provenance(hand_run(), source="a results file")])
    assert str(spec.run[-1].value) == "a results file"


def test_names_are_shown_safely() -> None:
    spec = story.tell([named(hand_run(), "a\x07\n" + 60 * "b"), hand_run()])
    shown = str(spec.table[0].cells[0])
    assert shown == f"a {19 * 'b'}\u2026"


def test_days_are_shown_in_order() -> None:
    late = with_provenance(hand_run(), started=datetime(2026, 2, 1, tzinfo=UTC))
    days = story._days([late, hand_run()])
    assert str(days) == "Jan 1, 2026 to Feb 1, 2026"
    assert str(in_language(days, LANGUAGES["de"])) == "01.01.2026 bis 01.02.2026"


@pytest.mark.parametrize("zone", [None, UTC, timezone(timedelta(hours=9))], ids=str)
def test_a_day_is_that_of_the_record(zone: timezone | None) -> None:
    run = with_provenance(hand_run(), started=datetime(2026, 2, 1, 5, tzinfo=zone))
    assert str(story._days([run])) == "Feb 1, 2026"


def test_a_seed_is_a_name_in_every_language() -> None:
    seed = story.tell([with_provenance(hand_run(), seed=2**60 + 1)]).run[3].value
    assert isinstance(seed, Number)
    assert seed.value == 2**60
    assert str(in_language(seed, LANGUAGES["de"])) == str(seed) == str(2**60 + 1)


def test_a_table_leaves_out_what_has_no_room() -> None:
    frame = Frame(8, 8 * 16 / 9)
    columns = [
        ColumnSpec(text("name"), [text("a long name of a run")] * 3),
        ColumnSpec(text("strategy"), [text("a strategy")] * 3, rank=2),
        ColumnSpec(text("fingerprint"), [text("abcdefabcdef")] * 3),
    ]
    table = Table(columns, box(-2.5, -3, 2.5, 3), frame)
    assert [str(column.spec.name) for column in table.drawn] == ["name", "fingerprint"]
    assert table.width <= 5


def test_thanks_go_to_those_who_took_part() -> None:
    run = hand_run()
    whole, part = (
        "Thanks to all who made Flower, PyTorch, Manim and the data set.",
        "Thanks to all who made Flower and Manim.",
    )
    assert str(story.tell([run]).thanks) == whole
    other = run.model_copy(update={"provenance": record.Provenance()})
    assert str(story.tell([run, other]).thanks) == part


def test_what_trained_is_named() -> None:
    used = record.Provenance(versions={"flwr": "1.41.0", "scikit-learn": "1.7"})
    run = hand_run().model_copy(update={"provenance": used})
    spec = story.tell([run])
    assert str(spec.thanks) == "Thanks to all who made Flower, scikit-learn and Manim."
    made_with = [(str(fact.name), str(fact.value)) for fact in spec.made_with]
    assert made_with[:2] == [("Flower", "1.41.0"), ("scikit-learn", "1.7")]
