"""Digests of clips: a change makes exactly those clips anew that it concerns."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from house import House

from fl_sim import record
from scenes import FILM

FONT = "font_source_sans_pro"
DARK, GERMAN, LIGHT = "", "-de", "-light"
LOOKS = (DARK, GERMAN, LIGHT)
NAMES = tuple(chapter.name for chapter in FILM)
STAGED = ("opening", "cast", "one_round", "many_rounds", "when_workers_fail")


def a_number(house: House) -> None:
    network = record.load("unequal").network
    assert network is not None
    house.save("unequal", network=network.model_copy(update={"num_parameters": 62_007}))


def a_thumbnail(house: House) -> None:
    thumbnails = record.load("dropouts").thumbnails
    assert thumbnails is not None
    house.save("dropouts", thumbnails=255 - thumbnails)


def a_caption(house: House) -> None:
    house.edit("scenes/story/cast.py", "Models travel, photos do not.", "Only models travel.")


def a_word_on_a_card(house: House) -> None:
    house.edit(
        "scenes/text/catalogues/de.po",
        'msgid "Coordinator"\nmsgstr "Koordinator"',
        'msgid "Coordinator"\nmsgstr "Zentrale"',
    )


def a_colour_of_the_dark_theme(house: House) -> None:
    house.edit("scenes/drawing/palettes.py", "#F2C14E", "#4EF2C1")


def a_colour_of_the_light_theme(house: House) -> None:
    house.edit("scenes/drawing/palettes.py", "#7A5F00", "#005F7A")


def a_font(house: House) -> None:
    own = Path(str(__import__(FONT).__file__)).parent
    shutil.copytree(own, house.folder / FONT)
    fonts = house.folder / FONT / "files"
    shutil.copy(fonts / "SourceSansPro-Bold.ttf", fonts / "SourceSansPro-Regular.ttf")


def a_verb_of_the_stage(house: House) -> None:
    house.edit("scenes/stage/coordinator.py", "WRITING_SECONDS = 2.0", "WRITING_SECONDS = 2.5")


def a_helper_of_one_chart(house: House) -> None:
    house.append("scenes/charts/tiles.py")


def a_scene(house: House) -> None:
    house.append("scenes/ledger.py")


def the_fast_renderer(house: House) -> None:
    house.append("scenes/fast/boxes.py")


def manims_version(house: House) -> None:
    about = house.folder / "manim-99.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: manim\nVersion: 99\n")


def a_setting_of_manim(house: House) -> None:
    house.edit("manim.cfg", "crf = 25", "crf = 26")


def a_comment(house: House) -> None:
    house.edit("scenes/drawing/text.py", '"""\n', '"""\n# Nobody sees this.\n')


def a_description(house: House) -> None:
    house.edit("scenes/__init__.py", "As the title appears", "While the title appears")


def another_language(house: House) -> None:
    catalogues = house.folder / "scenes" / "text" / "catalogues"
    shutil.copy(catalogues / "es.po", catalogues / "pt.po")
    fourth = '        Language("fr"'
    added = '        Language("pt", "Português", "por"),\n'
    house.edit("scenes/text/languages.py", fourth, added + fourth)


def the_page_of_a_release(house: House) -> None:
    house.edit("scenes/release/page/site.py", "MOST_WORKERS = 12", "MOST_WORKERS = 13")


# Each change, the chapters that it concerns, and in which looks.
CHANGES: dict[Callable[[House], None], tuple[tuple[str, ...], tuple[str, ...]]] = {
    a_number: (("weighted_average", "credits"), LOOKS),
    a_thumbnail: (("when_workers_fail", "credits"), LOOKS),
    a_caption: (("cast",), LOOKS),
    a_word_on_a_card: ((*STAGED, "weighted_average"), (GERMAN,)),
    a_colour_of_the_dark_theme: (NAMES, (DARK, GERMAN)),
    a_colour_of_the_light_theme: (NAMES, (LIGHT,)),
    a_font: (NAMES, LOOKS),
    a_verb_of_the_stage: (STAGED, LOOKS),
    a_helper_of_one_chart: (("partitions",), LOOKS),
    a_scene: (("ledger",), LOOKS),
    the_fast_renderer: (NAMES, LOOKS),
    manims_version: (NAMES, LOOKS),
    a_setting_of_manim: (NAMES, LOOKS),
    a_comment: ((), LOOKS),
    a_description: ((), LOOKS),
    another_language: ((), LOOKS),
    the_page_of_a_release: ((), LOOKS),
}


@cache
def unchanged() -> dict[str, str]:
    """Return the digests of the project as it is."""
    with TemporaryDirectory() as folder:
        return House(Path(folder) / "house").keys()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_concerns_these_clips(change: Callable[[House], None], tmp_path: Path) -> None:
    chapters, looks = CHANGES[change]
    house = House(tmp_path / "house")
    change(house)
    before, after = unchanged(), house.keys()
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {f"{chapter}{look}" for chapter in chapters for look in looks}


def test_a_language_without_a_catalogue_is_an_error_at_once(tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    added = '        Language("pt", "Português", "por"),\n'
    house.edit("scenes/text/languages.py", '        Language("fr"', f'{added}        Language("fr"')
    for command in (("film", "cast"), ("release", "site"), ("audit",)):
        done = house.run("-m", "scenes.cli", *command)
        assert done.returncode == 2
        assert done.stderr.startswith("fedreel: the language 'pt' has no catalogue")
        assert "make catalogues" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (house.folder / "media").exists()
