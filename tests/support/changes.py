"""Changes of a copy of the project, each of another kind."""

import shutil
from pathlib import Path

from house import House

from fl_sim import record

FONT = "font_source_sans_pro"


def a_number(house: House) -> None:
    network = record.load("unequal").network
    assert network is not None
    house.save("unequal", network=network.model_copy(update={"num_parameters": 62_007}))


def a_thumbnail(house: House) -> None:
    thumbnails = record.load("dropouts").thumbnails
    assert thumbnails is not None
    house.save("dropouts", thumbnails=255 - thumbnails)


def a_caption(house: House) -> None:
    house.edit("scenes/story/one_round.py", "A copy of the model goes out: {", "A copy goes out: {")


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
    house.append("scenes/charts/leash.py")


def the_samples_of_a_sound(house: House) -> None:
    house.edit("scenes/sound/synthesis.py", "LOWEST, OCTAVES = 164.8", "LOWEST, OCTAVES = 220.0")


def a_scene(house: House) -> None:
    house.append("scenes/ledger.py")


def the_fast_renderer(house: House) -> None:
    house.append("scenes/fast/boxes.py")


def manims_version(house: House) -> None:
    about = house.folder / "manim-99.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: manim\nVersion: 99\n")


def a_setting_of_manim(house: House) -> None:
    house.edit("manim.cfg", "crf = 23", "crf = 24")


def a_comment(house: House) -> None:
    house.edit("scenes/drawing/text.py", '"""\n', '"""\n# Nobody sees this.\n')


def a_description(house: House) -> None:
    house.edit("scenes/__init__.py", "One photo fills the picture.", "A photo fills the picture.")


def another_language(house: House) -> None:
    catalogues = house.folder / "scenes" / "text" / "catalogues"
    shutil.copy(catalogues / "es.po", catalogues / "pt.po")
    fourth = '        Language("fr"'
    added = '        Language("pt", "Português", "por"),\n'
    house.edit("scenes/text/languages.py", fourth, added + fourth)


def the_page_of_a_release(house: House) -> None:
    house.edit("scenes/release/page/rounds.py", "MOST_LISTED = 12", "MOST_LISTED = 13")
