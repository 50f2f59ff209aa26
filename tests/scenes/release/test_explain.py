"""What a release says of each kind of file: whether it would be made again, and why."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from scenes.release.explain import explanation
from scenes.release.manifest import Manifest, ReleaseFile, runs_of
from scenes.release.plan import Plan, Request, plan
from scenes.render.digests import maker_code
from scenes.render.looks import Look
from scenes.render.store import Store
from scenes.text.naming import Naming

FILES = ("fedreel.mp4, .webm and captions", "chapters", "poster.png", "sheet.png", "figures")
FILES += ("loop files", "page, transcripts and records")
REQUEST = Request(("reference",), Look("low"), ("16:9",))
CODE = "scenes/outputs/encode.py"


@cache
def planned(request: Request = REQUEST) -> Plan:
    """Return the plan for a request."""
    return plan(request)


def made(request: Request = REQUEST) -> Manifest:
    """Return the manifest of a release that is up to date."""
    clips = {one.job.name: one.inputs for one in planned(request).clips}
    inputs, runs, code = request.inputs(), runs_of(request.records), maker_code()
    return Manifest("title", "", request.command, inputs, runs, clips, code, [], [])


def told(before: Manifest | None, request: Request = REQUEST) -> dict[str, str]:
    """Return what is told of each kind of file."""
    if before:
        before.write(Path())
    lines = explanation(request, planned(request), Path(), Store(Path("store")))
    return {name: why for name, _, why in (line.partition(": ") for line in lines) if name in FILES}


def test_without_a_release_all_is_made() -> None:
    assert told(None) == dict.fromkeys(FILES, "made, since there is no release yet")


def test_the_release_of_another_fedreel_is_made_again() -> None:
    Path("manifest.json").write_text('{"fedreel": "0.0.1", "files": []}')
    why = "made again, since the manifest there is one of another fedreel"
    assert told(None) == dict.fromkeys(FILES, why)


def _as_it_is(before: Manifest) -> Manifest:
    return before


def _lost(before: Manifest) -> Manifest:
    return replace(before, files=[ReleaseFile("poster.png", 1, "0", None)])


def _other_code(before: Manifest) -> Manifest:
    changed = {CODE: "0"}
    inputs = {**before.inputs, **changed}
    return replace(before, making={**before.making, **changed}, inputs=inputs)


def _other_page(before: Manifest) -> Manifest:
    return replace(before, inputs={**before.inputs, "scenes/release/page/site.py": "0"})


def _other_ledger(before: Manifest) -> Manifest:
    ledger = replace(before.made_from["ledger"], spec="0")
    return replace(before, made_from={**before.made_from, "ledger": ledger})


WEBM = f"made again, since {CODE} changed"
LEDGER = "made again, since ledger changed"
REASONS: list[tuple[Callable[[Manifest], Manifest], dict[str, str]]] = [
    (_as_it_is, {}),
    (
        _lost,
        {FILES[-1]: "written again, since a file of the release is missing or has another size"},
    ),
    (
        _other_code,
        {
            FILES[0]: WEBM,
            "chapters": WEBM,
            "loop files": WEBM,
            FILES[-1]: f"written again, since {CODE} changed",
        },
    ),
    (_other_page, {FILES[-1]: "written again, since scenes/release/page/site.py changed"}),
    (_other_ledger, {FILES[0]: LEDGER, "chapters": LEDGER, "sheet.png": LEDGER, "figures": LEDGER}),
]


@pytest.mark.parametrize(("change", "wanted"), REASONS)
def test_each_kind_of_file_has_its_reason(
    change: Callable[[Manifest], Manifest], wanted: dict[str, str]
) -> None:
    assert told(change(made())) == {**dict.fromkeys(FILES, "unchanged"), **wanted}


def test_a_title_and_an_author_change_what_shows_them() -> None:
    # The card with which the clip of a chapter begins has the film's title.
    several = "made again, since training, one_round, weighted_average, many_rounds and"
    named = replace(REQUEST, naming=Naming("Our run", "Ada Lovelace"))
    assert told(made(), named) == {
        FILES[0]: f"{several} 6 more changed",  # 4 chapters more, --author and --title
        "chapters": f"{several} 4 more changed",
        "poster.png": "made again, since training changed",
        "sheet.png": f"{several} 4 more changed",
        "figures": f"{several} 4 more changed",
        "loop files": "unchanged",
        FILES[-1]: "written again, since --author, --title changed",
    }
    author = told(made(), replace(REQUEST, naming=Naming(author="Ada Lovelace")))
    assert {name: why for name, why in author.items() if why != "unchanged"} == {
        FILES[0]: "made again, since --author changed",
        FILES[-1]: "written again, since --author changed",
    }
