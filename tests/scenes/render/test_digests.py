"""Digests of clips: a change makes exactly those clips anew that it concerns."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import changes
import pytest
from house import House

from scenes import FILM

DARK, GERMAN, LIGHT = "", "-de", "-light"
LOOKS = (DARK, GERMAN, LIGHT)
NAMES = tuple(chapter.name for chapter in FILM)
STAGED = ("one_round", "when_workers_fail")


Change = Callable[[House], None]

# Each change, the chapters that it concerns, and in which looks.
CHANGES: dict[Change, tuple[tuple[str, ...], tuple[str, ...]]] = {
    changes.a_number: (("weighted_average",), LOOKS),
    changes.a_thumbnail: (("when_workers_fail",), LOOKS),
    changes.a_caption: (("one_round",), LOOKS),
    changes.a_word_on_a_card: (STAGED, (GERMAN,)),
    changes.a_colour_of_the_dark_theme: (NAMES, (DARK, GERMAN)),
    changes.a_colour_of_the_light_theme: (NAMES, (LIGHT,)),
    changes.a_font: (NAMES, LOOKS),
    changes.a_verb_of_the_stage: (STAGED, LOOKS),
    changes.a_helper_of_one_chart: (("remedies",), LOOKS),
    changes.a_scene: (("ledger",), LOOKS),
    changes.the_fast_renderer: (NAMES, LOOKS),
    changes.manims_version: (NAMES, LOOKS),
    changes.a_setting_of_manim: (NAMES, LOOKS),
    changes.a_comment: ((), LOOKS),
    changes.the_samples_of_a_sound: ((), LOOKS),
    changes.a_description: ((), LOOKS),
    changes.another_language: ((), LOOKS),
    changes.the_page_of_a_release: ((), LOOKS),
}


def together() -> list[list[Change]]:
    """Return the changes in groups, so that in each no two concern one chapter, and some none."""
    groups = [[change for change, (chapters, _) in CHANGES.items() if not chapters]]
    for change, (chapters, _) in CHANGES.items():
        others = groups[-1] if len(groups) > 1 else []
        if chapters and others and not concerned(others).intersection(chapters):
            others.append(change)
        elif chapters:
            groups.append([change])
    return groups


def concerned(changes_: Iterable[Change]) -> set[str]:
    """Return the chapters that some changes concern."""
    return {chapter for change in changes_ for chapter in CHANGES[change][0]}


@cache
def unchanged() -> dict[str, str]:
    """Return the digests of the project as it is."""
    with TemporaryDirectory() as folder:
        return House(Path(folder) / "house").keys()


@pytest.mark.parametrize("group", together(), ids=lambda group: group[0].__name__)
def test_changes_concern_these_clips(group: list[Change], tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    for change in group:
        change(house)
    before, after = unchanged(), house.keys()
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    found = [CHANGES[change] for change in group]
    assert changed == {
        f"{name}{look}" for names, looks in found for name in names for look in looks
    }


def test_a_language_without_a_catalogue_is_an_error_at_once(tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    added = '        Language("pt", "Português", "por"),\n'
    house.edit("scenes/text/languages.py", '        Language("fr"', f'{added}        Language("fr"')
    for command in (("film", "ledger"), ("release", "site"), ("audit",)):
        done = house.run("-m", "scenes.cli", *command)
        assert done.returncode == 2
        assert done.stderr.startswith("fedreel: the language 'pt' has no catalogue")
        assert "make catalogues" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (house.folder / "media").exists()
