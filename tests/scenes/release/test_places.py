"""Where numbers stand in a record, which round is shown when, and what a transcript says."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hand import hand_run, saved
from hypothesis import given
from hypothesis import strategies as st
from tiny_record import many_clients

from fl_sim import record
from scenes import FILM
from scenes.release.page.places import Addresses, anchor, place_of
from scenes.release.page.record_pages import RecordPages, citation, provenance
from scenes.release.page.records import Entry, entries, folders
from scenes.release.page.rounds import RoundCue, in_columns, round_cues, view_of
from scenes.release.page.transcript import as_text, clock, cut, transcript
from scenes.release.products import Film
from scenes.render.clips import BeatMetadata, PlannedClip, TimedText, inputs_of
from scenes.render.jobs import Clip, jobs
from scenes.render.looks import Look
from scenes.render.store import Store
from scenes.text.language import ENGLISH, Language
from scenes.text.languages import LANGUAGES
from scenes.text.numbers import UNKNOWN, Number, at, number
from scenes.text.sources import ALL, GIVEN_TITLE, NOT_RECORDED, Place, Source, Span, Step

ROUND = Place("mine", ("rounds", 2, "train", "replies", 10, "weight"))
SOURCES = [
    (Source("{}", (ROUND,)), ROUND),
    (Source("sum of {} and {}", (ROUND, Place("other"))), ROUND),
    (Source("{} of central", (Source("{}", (ROUND,)),)), ROUND),
    (Source("mean over a, b of {}", ("a", ROUND)), ROUND),
    (Source("count of the records given"), Place("mine")),
    (Source("fingerprint", run="other"), Place("other")),
    (NOT_RECORDED, Place("mine")),
]


@pytest.mark.parametrize(("source", "place"), SOURCES)
def test_a_source_names_a_place(source: Source, place: Place) -> None:
    assert place_of(source, "mine") == place


@given(st.text())
def test_an_anchor_has_no_white_space(path: str) -> None:
    assert anchor(path)
    assert not any(letter in " \t\n\r\f" for letter in anchor(path))


@pytest.mark.parametrize(
    ("started", "day", "year"),
    [
        ("0001-01-01T00:00:00+14:00", "01.01.1", "1"),
        ("9999-12-31T23:59:59-14:00", "31.12.9999", "9999"),
        ("2026-01-01T00:00:00+05:30", "01.01.2026", "2026"),
        ("2026-01-01T00:00:00", "01.01.2026", "2026"),
    ],
)
def test_a_start_is_a_day_of_the_record_s_own_time_zone(
    started: str, day: str, year: str, tmp_path: Path
) -> None:
    run = hand_run()
    begun = {"started": datetime.fromisoformat(started), "finished": None}
    origin = run.provenance.model_copy(update=begun)
    pages = RecordPages.of([saved(tmp_path, run.model_copy(update={"provenance": origin}))])
    (page,) = pages.pages
    assert provenance(page, LANGUAGES["de"])["started"] == day
    assert f"  year   = {{{year}}}," in citation(pages, "A title", "")


def test_an_address_leads_to_the_nearest_place_shown() -> None:
    known = {"mine": frozenset({"", "rounds", "rounds[1]", "config", "config.a b"})}
    addresses = Addresses({"mine": "records/mine"}, known)
    page = "records/mine/index.html#"
    assert addresses.of(source("rounds", 1, "central", "loss"), "mine") == f"{page}rounds[1]"
    assert addresses.of(Source("fingerprint 12"), "mine") == f"{page}record"
    assert addresses.of(source("rounds", ALL, "number"), "mine") == f"{page}rounds"
    assert addresses.of(source("rounds", Span(1), "number"), "mine") == f"{page}rounds[1]"
    assert addresses.of(source("config", "a b"), "mine") == f"{page}config.a_b"
    assert addresses.of(source("rounds", 1, run="other"), "mine") is None
    assert addresses.of(GIVEN_TITLE, "mine") is None


def source(*steps: Step, run: str = "mine") -> Source:
    """Return the source of a number that stands at a place."""
    return Source("{}", (Place(run, steps),))


def test_every_number_of_the_film_has_a_place_of_its_own() -> None:
    """A source that is nothing but a path leads to that very value."""
    run = record.load("reference")
    tree = entries(run)
    known = {run.name: frozenset(tree.paths())}
    addresses = Addresses(dict(zip(known, folders([run]), strict=True)), known)
    texts = dict(leaves(tree))
    assert texts["rounds[3].central.accuracy"] == str(run.rounds[3].central.accuracy)  # type: ignore[union-attr]
    assert texts["dataset.class_names[3]"] == "cat"
    address = addresses.of(
        number(at(run).rounds[1].train.replies[0].num_examples, Language.integer).source, run.name
    )
    assert address == "records/reference/index.html#rounds[1].train.replies[0].num_examples"


def leaves(entry: Entry) -> list[tuple[str, str]]:
    """Return the values of a record with their paths."""
    own = [(entry.path, entry.text)] if entry.text is not None else []
    return own + [leaf for part in entry.parts for leaf in leaves(part)]


# --- records


def test_a_large_record_is_shown_in_part() -> None:
    run = record.load("reference")
    whole, part = entries(run), entries(run, most=100)
    assert len(list(whole.paths())) > 500
    assert len(list(part.paths())) < 300
    assert set(part.paths()) < set(whole.paths())
    assert left_out(whole) == 0
    assert left_out(part) > 0


def left_out(entry: Entry) -> int:
    """Return how many parts are not shown."""
    return entry.left_out + sum(left_out(part) for part in entry.parts)


NAMES = st.text(max_size=60)


@given(st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_folders_have_safe_names_that_differ(names: list[str]) -> None:
    run = record.load("reference")
    runs = [run.model_copy(update={"name": name, "num_clients": i}) for i, name in enumerate(names)]
    found = folders(runs)
    assert len(set(found)) == len(found) == len(names)
    for folder in found:
        head, _, slug = folder.partition("/")
        assert head == "records"
        assert slug
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert len(slug) <= 57


def test_different_records_of_one_name_have_different_folders() -> None:
    one = record.load("reference")
    other = record.load("unequal").model_copy(update={"name": one.name})
    copy = one.model_copy(update={"name": "A copy"})
    start = record.fingerprint(one)[:16]
    assert folders([one, other, copy, one]) == [
        "records/reference",
        f"records/reference-{record.fingerprint(other)[:16]}",
        f"records/a-copy-{start}",
        "records/reference",
    ]
    alike = [one.model_copy(update={"name": name}) for name in ("Mine!", "Mine?")]
    assert folders(alike) == [f"records/mine-{start}", f"records/mine-{start}-2"]


# --- rounds


def shown(text: str, at: float, *sources: Source) -> TimedText:
    """Return a text with numbers."""
    return TimedText(text, at, tuple(Number(str(i), source) for i, source in enumerate(sources)))


def test_the_latest_new_round_is_the_one_shown() -> None:
    caption = shown("up to 30", 0.0, source("rounds", 30, "number"))
    first = BeatMetadata(
        "a",
        "up to 30",
        0.0,
        4.0,
        0.0,
        (
            caption,
            shown("to 30", 0.5, source("rounds", 30, "number")),
            shown("round 1", 0.5, source("rounds", 1, "number")),
            shown("round 2 of 30", 2.0, source("rounds", 2, "number"), source("rounds", 30)),
            shown("before it 1", 3.0, source("rounds", 1, "number")),
        ),
    )
    second = BeatMetadata(
        "b",
        "",
        4.0,
        6.0,
        4.0,
        (
            shown("", 4.0),
            shown("round 2", 4.5, source("rounds", 2, "number")),
            shown("5%", 5.0, source("rounds", 7, "central", run="other")),
        ),
    )
    assert list(round_cues([first, second], 10.0, ["mine", "other"])) == [
        RoundCue(10.0, "mine", None),
        RoundCue(10.5, "mine", 1),
        RoundCue(12.0, "mine", 2),
        RoundCue(15.0, "other", 7),
    ]


def test_the_view_has_the_record_s_own_values() -> None:
    run = record.load("dropouts")
    view = view_of(run)
    assert view["name"] == "dropouts"
    assert view["cards"] == run.num_clients
    assert len(view["rounds"]) == len(run.rounds)
    assert view["rounds"][0]["trained"] == []
    for spec, round_ in zip(view["rounds"], run.rounds, strict=True):
        assert spec["accuracy"] == (round_.central and round(round_.central.accuracy, 5))
    assert any(spec["failed"] for spec in view["rounds"])


def test_of_many_workers_the_view_has_the_first_and_their_number() -> None:
    view = view_of(many_clients(101, 1))
    assert view["cards"] == 0
    assert view["rounds"][1]["trained"] == list(range(12))
    assert view["rounds"][1]["all"] == [101, 0]
    assert view_of(many_clients(100, 1))["rounds"][1]["trained"] == list(range(100))


def test_rows_are_written_as_columns() -> None:
    rows = [{"accuracy": 0.5, "trained": [1, 2]}, {"accuracy": None, "trained": []}]
    assert in_columns(rows) == {"accuracy": [0.5, None], "trained": [[1, 2], []]}


def test_the_view_knows_that_nobody_knows_who_trained() -> None:
    run = hand_run(rounds=2)
    bare = run.rounds[2].model_copy(update={"train": record.Train()})
    view = view_of(run.model_copy(update={"rounds": (*run.rounds[:2], bare)}))
    assert [spec["known"] for spec in view["rounds"]] == [True, True, False]


# --- the transcript

TWO = (Number("10", Source("a")), Number("1", Source("b")))


def test_a_text_is_cut_at_its_numbers() -> None:
    assert list(cut("of 10 and 1.", TWO)) == [
        ("of ", None),
        ("10", TWO[0]),
        (" and ", None),
        ("1", TWO[1]),
        (".", None),
    ]
    assert list(cut("none", TWO)) == [("none", None)]
    assert list(cut("x", [UNKNOWN])) == [("x", None)]


@given(st.text(), st.lists(st.text(max_size=3), max_size=4))
def test_a_text_that_is_cut_reads_the_same(text: str, numbers: list[str]) -> None:
    found = [Number(number, Source("a")) for number in numbers]
    assert "".join(part for part, _ in cut(text, found)) == text


def test_times_are_written_as_players_do() -> None:
    assert [clock(seconds) for seconds in (0, 59.9, 60, 754.2)] == ["0:00", "0:59", "1:00", "12:34"]


def test_a_transcript_is_written_in_each_language(hand: Callable[..., str]) -> None:
    (job,) = jobs(("ledger",), (hand(step=0),), Look("low"))
    assert job.chapter in FILM
    spec = job.tell()
    caption = str(spec.moved)
    beat = BeatMetadata(
        "moved", caption, 0.0, 3.0, 0.0, (TimedText(caption, 0.0, spec.moved.numbers),)
    )
    clip = Clip(job.chapter, job.folder, (beat,), 3.0)
    film = Film([PlannedClip(job, inputs_of(job))], [clip], Store(Path("store")), [spec])
    addresses = Addresses({}, {})
    (english,) = transcript(film, ENGLISH, addresses)
    (german,) = transcript(film, LANGUAGES["de"], addresses)
    assert english.title == "The ledger"
    assert german.title == "Die Bilanz"
    assert caption in as_text([english], "Title")
    assert caption not in as_text([german], "Titel")


def test_records_of_one_name_have_a_page_each(tmp_path: Path) -> None:
    names = [
        saved(tmp_path / str(step), hand_run(step=step).model_copy(update={"name": "run"}))
        for step in (0, 1)
    ]
    pages = RecordPages.of(names)
    first, second = pages.pages
    assert [page.run.num_clients for page in pages.pages] == [3, 3]
    assert [page.run.network.num_parameters for page in pages.pages] == [75, 76]
    for page in (first, second):
        place = number(at(page.run).network.num_parameters, Language.integer).source
        assert pages.addresses.of(place, "") == f"{page.folder}/index.html#network.num_parameters"
    assert first.folder != second.folder
