"""Odd records: every chapter is told of them, or it is said why not; never with a traceback."""

import os
from dataclasses import replace
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from claims import false_claims
from filmed import CHAPTERS
from hand import hand_run, saved
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odd_records import ABSENT, CHANGES, OddRecipe, odd_recipes
from spec_texts import lines_in, numbers_in

from fl_sim.record import Run
from scenes.render.jobs import dry_run, jobs
from scenes.render.looks import Look
from scenes.story.build import build_spec
from scenes.text.errors import NotRecordedError
from scenes.text.glyphs import drawable
from scenes.text.languages import LANGUAGES
from scenes.text.lines import in_language

# More are tried by hand, with FEDREEL_EXAMPLES=2000.
ODDLY = settings(
    max_examples=int(os.environ.get("FEDREEL_EXAMPLES", "12")),
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
LONGEST = 60  # characters of a number or a name on screen


def spec_of(chapter: str, runs: tuple[Run, ...]) -> Any:
    """Return the spec of a chapter, or None where it is said what the runs lack."""
    try:
        return build_spec(import_module(f"scenes.story.{chapter}").tell, runs)
    except NotRecordedError:
        return None


@pytest.mark.parametrize("chapter", CHAPTERS)
@given(recipe=odd_recipes(), spoken=st.sampled_from(list(LANGUAGES)))
@ODDLY
def test_an_odd_run_is_told_or_it_is_said_why_not(
    chapter: str, recipe: OddRecipe, spoken: str
) -> None:
    runs = recipe.make()
    spec = spec_of(chapter, runs) if runs else None
    if runs and len(runs) == 1:
        assert not false_claims(runs[0], map(str, lines_in(spec)))
    for number in numbers_in(in_language(spec, LANGUAGES[spoken])):
        assert len(number.text) <= LONGEST
        assert "nan" not in number.text.lower().split()
    for text in map(str, lines_in(spec)):
        assert drawable(text) == text


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_each_odd_thing_alone_is_told_or_it_is_said_why_not(name: str) -> None:
    runs = OddRecipe("hand", (name,)).make()
    assert runs is not None
    for chapter in CHAPTERS:
        spec_of(chapter, runs)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_run_that_lacks_any_field_is_told_or_it_is_said_what_it_lacks(chapter: str) -> None:
    for base, field in product(("hand", "full"), ABSENT):
        tell_without(chapter, base, field)


@pytest.mark.parametrize("chapter", CHAPTERS)
@given(lacking=st.sets(st.sampled_from(sorted(ABSENT)), min_size=2, max_size=2))
@ODDLY
def test_a_run_that_lacks_two_fields_is_told_or_it_is_said_what_it_lacks(
    chapter: str, lacking: set[str]
) -> None:
    tell_without(chapter, "hand", *sorted(lacking))


def tell_without(chapter: str, base: str, *fields: str) -> None:
    """Tell a run without some fields, and check what is said of it."""
    runs = OddRecipe(base, (), tuple((field, ABSENT[field], False) for field in fields)).make()
    if runs is not None:
        texts = map(str, lines_in(spec_of(chapter, runs)))
        assert not false_claims(runs[0], texts)


@pytest.mark.parametrize(
    ("chapter", "base", "changes"),
    [
        ("one_round", "hand", ("one_step", "huge_filters")),
        ("one_round", "crowd", ("no_examples", "huge_losses")),
        ("one_round", "hand", ("no_channels", "no_pixels")),
    ],
)
def test_an_odd_run_is_drawn(
    chapter: str, base: str, changes: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    runs = OddRecipe(base, changes).make()
    assert runs is not None
    folder = tmp_path_factory.mktemp("run")
    (job,) = jobs((chapter,), tuple(saved(folder, run) for run in runs), Look("low"))
    scene = dry_run(replace(job, folder=folder / "manim"))
    assert scene.beats


def test_a_foreign_letter_has_a_mark() -> None:
    assert drawable("cat 猫 chat") == "cat \u25a0 chat"
    assert drawable("e\u0301t\u00e9") == "\u00e9t\u00e9"


def test_a_crowd_without_end_is_no_film() -> None:
    run = CHANGES["very_many_clients"](hand_run())
    for chapter in ("one_round", "many_rounds", "loop"):
        assert spec_of(chapter, (run,)) is None
