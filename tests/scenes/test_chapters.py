"""Every chapter: its beats, the rules that its pictures keep, and where its numbers come from."""

import os
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from filmed import CHAPTERS, GROUPED, film_job, filmed, noting_faults
from manim import Integer, Text
from spec_texts import numbers_in

from fl_sim import record
from scenes import FILM, LOOP
from scenes.drawing.screen import Shape
from scenes.drawing.text import wrapped
from scenes.explainer import texts_of
from scenes.render.looks import SHAPES, Look
from scenes.text.languages import LANGUAGES, named
from scenes.text.lines import in_language
from scenes.text.numbers import Cursor, values

# Beats that the committed runs leave out.
LEFT_OUT = {"none_came"}
BEATS = {
    chapter.name: [beat.name for beat in chapter.beats if beat.name not in LEFT_OUT]
    for chapter in (*FILM, LOOP)
}
# What a record made by hand (tests/support/hand.py) has only where a chapter shows it.
NEEDS = {
    "alone": {"choice": "alone"},
    "closing": {"choice": "answered"},
    "training": {"close_up": 3},
    "when_workers_fail": {"failed": 1},
    "different_data": {"choice": "pair"},
    "remedies": {"choice": "seeds"},
    "what_leaks": {"choice": "attacked"},
    "masks": {"choice": "masked"},
    "noise": {"choice": "noised"},
}
# Beats of runs that lack what the committed ones have.
OTHERWISE = {("many_rounds", name) for name in ("grid", "grow", "compare")}
FIXED = re.compile(
    r"position of|\.number$|one over|^count of rounds\[\*\]|^strategy$|^dataset\.name$"
    r"|^count of filters|: strategy$|that a light stands for|^workers that share a mark"
    r"|accuracy that there is$|^samples\.|^inversions\.found\[0\]\.num_photos$"
)


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """Return a list of what is wrong with each beat's end of a scene built later."""
    with noting_faults() as found:
        yield found


@pytest.mark.parametrize("chapter", GROUPED)
def test_a_chapter_of_the_committed_runs_has_its_beats(chapter: str) -> None:
    played = [beat.name for beat in filmed(chapter).beats]
    assert played == [name for name in BEATS[chapter] if (chapter, name) not in OTHERWISE]


@pytest.mark.parametrize("chapter", GROUPED)
def test_a_chapter_begins_and_ends_with_a_picture(chapter: str) -> None:
    """In the film there is no hole where two of them meet."""
    assert filmed(chapter).gone == (0.0, 0.0)


@pytest.mark.parametrize("chapter", GROUPED)
def test_captions_fit_in_every_language_and_shape(chapter: str) -> None:
    for sides, language in product(SHAPES.values(), LANGUAGES):
        columns, most = Shape(*sides).caption
        for beat in filmed(chapter).beats:
            caption = str(in_language(beat.line, named(language)))
            assert len(wrapped(caption, columns)) <= most, (sides, caption)


def tell(chapter: str, chosen: str) -> Any:
    """Return what a chapter's story makes of saved runs."""
    runs = tuple(record.load_all(chosen.split(os.pathsep)).values())
    return import_module(f"scenes.story.{chapter}").tell(runs)


def texts_by_source(spec: Any) -> dict[str, set[str]]:
    """Return how each number is written, by where it comes from."""
    texts: dict[str, set[str]] = {}
    for number in numbers_in(spec):
        texts.setdefault(str(number.source), set()).add(number.text)
    return texts


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_number_follows_the_record(chapter: str, hand: Callable[..., str]) -> None:
    needs = NEEDS.get(chapter, {})
    before = texts_by_source(tell(chapter, hand(step=0, **needs)))
    after = texts_by_source(tell(chapter, hand(step=7, workers=4, rounds=3, classes=3, **needs)))
    both = {source for source in before.keys() & after.keys() if not FIXED.search(source)}
    assert both
    assert not {source for source in both if before[source] & after[source]}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_place_that_a_source_names_holds_something(chapter: str) -> None:
    """A place that only stands in a source is read by nobody else."""
    job = film_job(chapter)
    runs = {run.name: run for run in record.load_all(job.runs).values()}
    places = {place for number in numbers_in(job.tell()) for place in number.source.places}
    assert places
    for place in places:
        found = values(Cursor(runs[place.run], place.steps))
        assert [value for value in found if value is not None], place


@pytest.mark.parametrize("shape", ["9:16", "1:1"])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_other_shapes_keep_the_rules(
    chapter: str,
    shape: str,
    built: Callable[..., Any],
    hand: Callable[..., str],
    faults: list[str],
) -> None:
    run = hand(workers=10, rounds=4, **NEEDS.get(chapter, {}))
    assert built(chapter, run, Look("low", shape)).beats
    assert not faults


def test_the_audit_sees_numbers_that_are_not_text() -> None:
    numbers = [Text("7 left"), Integer(8, mob_class=Text)]
    found = [text for text, sourced in texts_of(numbers) if not sourced]
    assert "7 left" in found
    assert "8" in found
