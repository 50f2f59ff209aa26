"""What holds for every run: it is shown by the rules, or the reason why not is given."""

import os
import re
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from any_run import Recipe, any_recipe
from filmed import CHAPTERS, noting_faults
from hand import saved
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from spec_texts import lines_in

from scenes.drawing.text import wrapped
from scenes.outputs.audit import numbers_of
from scenes.render.jobs import dry_run, jobs
from scenes.render.looks import Look
from scenes.story.build import build_spec
from scenes.story.facts import holds
from scenes.text.errors import NotRecordedError
from scenes.text.languages import LANGUAGES
from scenes.text.lines import in_language

# Characters a line and lines of a caption, by shape; as scenes.drawing.layout has them.
CAPTIONS = ((42, 2), (36, 3), (32, 3))
# What applies to this project's own app alone.
OWN_ADVICE = re.compile(
    r"fl-sim (run|attack)|--set |predictions=|local-only|close-up|secure-aggregation|dp-|dropouts"
)
# Drawing takes seconds: more examples are tried by hand, with FEDREEL_EXAMPLES=50.
MOST_DRAWN = 1 if "FEDREEL_EXAMPLES" not in os.environ else int(os.environ["FEDREEL_EXAMPLES"])
QUICKLY = settings(
    max_examples=int(os.environ.get("FEDREEL_EXAMPLES", "8")),
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("chapter", CHAPTERS)
@given(recipe=any_recipe(), spoken=st.sampled_from(list(LANGUAGES)))
@QUICKLY
def test_any_run_has_a_story_or_it_is_said_what_it_lacks(
    chapter: str, recipe: Recipe, spoken: str
) -> None:
    spec, reason = spec_of(chapter, recipe)
    if spec is None:
        assert len(reason) > 20
        assert "\n" not in reason
        if not {"of_others", "imported"}.isdisjoint(recipe.changes):
            assert not OWN_ADVICE.search(reason)
    for text in map(str, lines_in(in_language(spec, LANGUAGES[spoken]))):
        if text.endswith("."):
            for columns, most in CAPTIONS:
                assert len(wrapped(text, columns)) <= most, text


def spec_of(chapter: str, recipe: Recipe) -> tuple[Any, str]:
    """Return the spec of some runs, or None and why there is none."""
    try:
        return build_spec(import_module(f"scenes.story.{chapter}").tell, recipe.make()), ""
    except NotRecordedError as error:
        return None, str(error)


@pytest.mark.parametrize("chapter", CHAPTERS)
@given(recipe=any_recipe(most_workers=200))
@example(recipe=Recipe("one", {"workers": 12, "rounds": 5, "classes": 12, "picked": 12}))
@settings(QUICKLY, max_examples=MOST_DRAWN)
def test_any_run_that_has_a_story_is_drawn_by_the_rules(
    chapter: str, recipe: Recipe, tmp_path_factory: pytest.TempPathFactory
) -> None:
    spec, _ = spec_of(chapter, recipe)
    if spec is None:
        return
    folder = tmp_path_factory.mktemp("run")
    runs = tuple(saved(folder, run) for run in recipe.make())
    (job,) = jobs((chapter,), runs, Look("low"))
    with noting_faults() as faults:
        scene = dry_run(replace(job, folder=folder / "manim"))
    assert not faults
    assert not [n for n in numbers_of(chapter, scene.beats) if n.number is None]
    declared = {beat.name: beat for beat in job.chapter.beats}
    for played in scene.beats:
        assert declared[played.name].seen(lambda fact: holds(fact, spec))
