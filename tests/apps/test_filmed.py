"""Small apps of every kind, each filmed: what is told of it is true of it."""

import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from apps import FAMILIES
from apps.kit import Own
from claims import false_claims
from filmed import CHAPTERS, noting_faults
from hand import saved
from spec_texts import lines_in

from fl_sim import record
from scenes.render.jobs import dry_run, jobs
from scenes.render.looks import Look
from scenes.story.build import build_spec
from scenes.text.errors import NotRecordedError

Recorded = dict[str, tuple[record.Run, Own]]

ALWAYS = {"one_round", "many_rounds", "ledger", "credits", "loop"}
# Apps whose model is the average of clients' models, weighted by numbers of examples.
AVERAGED = set(FAMILIES) - {"trees", "private", "batches"}
# What is said after the first round, and of the curve of all rounds.
MEASURED = {
    "images_central": ("The new model: from 38.3% to 63.3% right.", "how well"),
    "images_federated": (
        "The workers' tests on their own data: accuracy 62.2%.",
        "More is better.",
    ),
    "tables": ("On the coordinator's test data: AUC 0.968; before, 0.500.", "More is better."),
    "trees": ("The workers' tests on their own data: mean RMSE 1.42.", "Less is better."),
    "text": ("The workers' tests on their own data: mean perplexity 9.27.", "Less is better."),
    "own_start": ("The new model: from 38.3% to 63.3% right.", "how well"),
    "private": ("On the coordinator's test data, 58.3% are right; before, 38.3%.", "how well"),
    "grid_driven": ("The workers' tests on their own data: accuracy 62.2%.", "More is better."),
    "percent": ("The new model: from 38.3% to 63.3% right.", "how well"),
    "batches": ("The workers' tests on their own data: mean accuracy 63.3%.", "More is better."),
}
UNKNOWN = re.compile(r"photo|weights|\bstay|never|copy of the model|keeps one model", re.I)
AVERAGE = "Whoever has more data counts more. Their average is shared next."
AGGREGATED = {
    "trees": "From all updates, the coordinator makes what they share next.",
    "private": "Large ones are cut to size, and their average gets some noise.",
    "batches": "Some count more. Their weighted average is shared next.",
}


def spec_of(chapter: str, run: record.Run) -> Any:
    """Return the spec of a chapter, or None if the run lacks its data."""
    try:
        return build_spec(import_module(f"scenes.story.{chapter}").tell, [run])
    except NotRecordedError:
        return None


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_told_of_an_app_is_true_of_it(recorded: Recorded, name: str) -> None:
    run, _ = recorded[name]
    specs = {chapter: spec for chapter in CHAPTERS if (spec := spec_of(chapter, run)) is not None}
    averaged = {"weighted_average"} if name in AVERAGED else set()
    assert set(specs) == ALWAYS | averaged
    captions = specs["one_round"].captions
    assert str(captions["aggregate"]) == AGGREGATED.get(name, AVERAGE)
    report, curve = MEASURED[name]
    assert str(captions["evaluate" if specs["one_round"].tests_tell else "report"]) == report
    assert curve in str(specs["many_rounds"].grid)
    texts = [str(line) for spec in specs.values() for line in lines_in(spec)]
    # What is in the messages, and how much of the model, nobody knows.
    assert not [text for text in texts if UNKNOWN.search(text)]
    assert not false_claims(run, texts)


@pytest.mark.parametrize(
    ("name", "chapter"),
    [
        ("trees", "one_round"),
        ("tables", "many_rounds"),
        ("grid_driven", "ledger"),
        ("images_central", "weighted_average"),
    ],
)
def test_an_app_is_drawn_by_the_rules(
    recorded: Recorded, name: str, chapter: str, tmp_path: Path
) -> None:
    run, _ = recorded[name]
    (job,) = jobs((chapter,), (saved(tmp_path, run),), Look("low"))
    with noting_faults() as faults:
        scene = dry_run(replace(job, folder=tmp_path / "manim"))
    assert not faults
    assert scene.beats
